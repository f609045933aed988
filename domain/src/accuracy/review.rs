//! The review: closes what nobody answered, reminds, and asks whoever is due. A reconciler: run twice, it does nothing
//! more; killed, the next run goes on.

use std::collections::HashSet;

use recital_entities::{
    ReverificationId, ReverificationState, SubjectId, TenantId, accuracy::reverifications, vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    prelude::DateTimeUtc, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    close::close_expired,
    open::{ask, due_subjects, first_mail, room, take_turns},
    policy::policy,
};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    viewer::{Actor, Permission, Viewer},
    work::{REVERIFICATION_MAIL, Work},
};

use reverifications::{Column, Entity};

/// Rows of one transaction.
pub(super) const BATCH: u64 = 200;

/// Reviews one tenant. Answers how many questions were closed, reminded of and asked.
pub async fn review_tenant(app: &App, tenant: TenantId, correlation: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("accuracy.review"), correlation);
    let closed = close_expired(app, &viewer).await?;
    let requeued = requeue_lost(app, &viewer).await?;
    let reminded = remind(app, &viewer).await?;
    let asked = ask_due(app, &viewer).await?;
    Ok(closed + requeued + reminded + asked)
}

/// Queues the mail of every question that waits for one and has no work item, dead ones included.
async fn requeue_lost(app: &App, viewer: &Viewer) -> Result<u64> {
    if app.read(viewer, Permission::AccuracyRead, lost).await?.is_empty() {
        return Ok(0);
    }
    app.write(viewer, Permission::AccuracyRequest, async |tx| {
        take_turns(tx).await?;
        let lost = lost(tx).await?;
        tx.enqueue_all(lost.iter().map(first_mail)).await?;
        Ok(Event::ReverificationsRequeued { id: tx.tenant(), count: lost.len() }.with(lost.len() as u64))
    })
    .await
}

async fn lost(tx: &TenantTx) -> Result<Vec<reverifications::Model>> {
    let queued = tx.all(Entity::find().filter(Column::State.eq(ReverificationState::Queued))).await?;
    if queued.is_empty() {
        return Ok(queued);
    }
    let unfinished = tx.unfinished(REVERIFICATION_MAIL).await?;
    let in_work: HashSet<ReverificationId> = unfinished.iter().filter_map(|(work, _)| mail_of(work)).collect();
    Ok(queued.into_iter().filter(|row| !in_work.contains(&row.id)).collect())
}

fn mail_of(work: &Work) -> Option<ReverificationId> {
    if let Work::ReverificationMail { reverification, .. } = work { Some(*reverification) } else { None }
}

/// Queues the reminders that are due, within the hourly limit.
async fn remind(app: &App, viewer: &Viewer) -> Result<u64> {
    let mut reminded = 0;
    while app.read(viewer, Permission::AccuracyRead, async |tx| Ok(!to_remind(tx).await?.is_empty())).await? {
        reminded += app
            .write(viewer, Permission::AccuracyRequest, async |tx| {
                take_turns(tx).await?;
                let rows = to_remind(tx).await?;
                // The work item carries it on from here: queued once.
                let queued = Entity::update_many()
                    .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
                    .col_expr(Column::NextReminderAt, Expr::value(None::<DateTimeUtc>));
                tx.update_all(queued).await?;
                tx.enqueue_all(
                    rows.iter().map(|row| Work::ReverificationMail {
                        reverification: row.id,
                        reminder: row.reminders_sent + 1,
                    }),
                )
                .await?;
                Ok(Event::RemindersQueued { id: tx.tenant(), count: rows.len() }.with(rows.len() as u64))
            })
            .await?;
    }
    Ok(reminded)
}

async fn to_remind(tx: &TenantTx) -> Result<Vec<reverifications::Model>> {
    let room = room(tx, &policy(tx).await?).await?;
    let select = Entity::find()
        .filter(Column::State.eq(ReverificationState::Sent))
        .filter(Column::NextReminderAt.lte(tx.now()))
        .filter(Column::ExpiresAt.gt(tx.now()))
        .order_by_asc(Column::NextReminderAt)
        .limit(room.min(BATCH));
    tx.all(select).await
}

/// Asks the subjects that are due, longest due first, within the hourly limit.
async fn ask_due(app: &App, viewer: &Viewer) -> Result<u64> {
    let mut asked = 0;
    let mut after = None;
    loop {
        let batch = app.read(viewer, Permission::AccuracyRead, async |tx| next_due(tx, after).await).await?;
        let Some(last) = batch.last() else {
            return Ok(asked);
        };
        after = last.verification_due_at.map(|due| (due, last.id));
        asked += ask_batch(app, viewer, &batch).await?;
    }
}

/// The next batch in order of the index; none when this hour's mails are all given out.
async fn next_due(tx: &TenantTx, after: Option<(DateTimeUtc, SubjectId)>) -> Result<Vec<subjects::Model>> {
    use subjects::Column;
    let room = room(tx, &policy(tx).await?).await?;
    if room == 0 {
        return Ok(Vec::new());
    }
    let mut select = due_subjects(tx.now());
    if let Some((due, id)) = after {
        let same = Condition::all().add(Column::VerificationDueAt.eq(due)).add(Column::Id.gt(id));
        select = select
            .filter(Column::VerificationDueAt.gte(due))
            .filter(Condition::any().add(Column::VerificationDueAt.gt(due)).add(same));
    }
    let select = select.order_by_asc(Column::VerificationDueAt).order_by_asc(Column::Id).limit(room.min(BATCH));
    tx.all(select).await
}

/// Looks again under the lock: since the batch was read a subject may have answered, gone or been asked.
async fn ask_batch(app: &App, viewer: &Viewer, batch: &[subjects::Model]) -> Result<u64> {
    app.write(viewer, Permission::AccuracyRequest, async |tx| {
        take_turns(tx).await?;
        let policy = policy(tx).await?;
        let select = due_subjects(tx.now())
            .filter(subjects::Column::Id.is_in(batch.iter().map(|subject| subject.id)))
            .limit(room(tx, &policy).await?);
        let still_due = tx.all(select).await?;
        let rows = ask(tx, &policy, still_due.iter().map(|subject| subject.id)).await?;
        let events = rows.iter().map(|row| Event::ReverificationQueued { id: row.id, subject: row.subject_id });
        let events: Vec<Event> = events.collect();
        Ok(Event::ReverificationsQueued { id: tx.tenant(), count: rows.len() }.with(rows.len() as u64).and_all(events))
    })
    .await
}
