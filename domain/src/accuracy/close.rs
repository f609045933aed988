//! Closing questions whose time is over, with what the policy says follows.

use recital_entities::{
    ReverificationState, SubjectId, UnansweredAction,
    accuracy::{accuracy_policies, reverifications},
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};

use super::{
    open::{OPEN, being_asked},
    policy::{due_from, policy},
    review::BATCH,
};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    vault,
    viewer::{Permission, Viewer},
};

use reverifications::{Column, Entity, Model};

/// Closes all that have expired. Answers how many.
pub(super) async fn close_expired(app: &App, viewer: &Viewer) -> Result<u64> {
    let mut closed = 0;
    while app.read(viewer, Permission::AccuracyRead, async |tx| tx.exists(expired(tx)).await).await? {
        closed += app
            .write(viewer, Permission::AccuracyRequest, async |tx| {
                let policy = policy(tx).await?;
                let rows = locked_expired(tx).await?;
                let mut events = Vec::new();
                for row in &rows {
                    events.extend(close(tx, &policy, row).await?);
                }
                let count = rows.len();
                Ok(Event::ReverificationsClosed { id: tx.tenant(), count }.with(count as u64).and_all(events))
            })
            .await?;
    }
    Ok(closed)
}

fn expired(tx: &TenantTx) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::State.is_in(OPEN))
        .filter(Column::ExpiresAt.lte(tx.now()))
        .order_by_asc(Column::ExpiresAt)
        .limit(BATCH)
}

/// One batch, held: the subjects first, as everybody holds them.
async fn locked_expired(tx: &TenantTx) -> Result<Vec<Model>> {
    let rows = tx.all(expired(tx)).await?;
    let subjects = subjects::Entity::find()
        .filter(subjects::Column::Id.is_in(rows.iter().map(|row| row.subject_id)))
        .order_by_asc(subjects::Column::Id)
        .lock_exclusive();
    tx.all(subjects).await?;
    tx.all(expired(tx).filter(Column::Id.is_in(rows.iter().map(|row| row.id))).lock_exclusive()).await
}

/// Whoever was never sent a mail has not failed to answer: they are asked anew.
async fn close(tx: &TenantTx, policy: &accuracy_policies::Model, row: &Model) -> Result<Vec<Event>> {
    let subject = row.subject_id;
    if row.sent_at.is_none() {
        set_state(tx, row, ReverificationState::Cancelled).await?;
        return Ok(vec![Event::ReverificationCancelled { id: row.id, subject }]);
    }
    set_state(tx, row, ReverificationState::Unanswered).await?;
    ask_again_in_time(tx, policy, row).await?;
    let mut events =
        vec![Event::ReverificationUnanswered { id: row.id, subject, action: policy.when_unanswered.to_string() }];
    match policy.when_unanswered {
        UnansweredAction::Nothing => {}
        UnansweredAction::MarkStale => mark_stale(tx, subject).await?,
        UnansweredAction::Restrict => {
            if vault::restrict(tx, subject).await? {
                events.push(Event::SubjectRestricted { id: subject, cause: "UNANSWERED".to_owned() });
            }
        }
    }
    Ok(events)
}

/// Closes a question.
pub(super) async fn set_state(tx: &TenantTx, row: &Model, state: ReverificationState) -> Result<()> {
    let update = Entity::update_many()
        .filter(Column::Id.eq(row.id))
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::NextReminderAt, Expr::value(None::<sea_orm::prelude::DateTimeUtc>));
    tx.update_all(update).await?;
    being_asked(tx, [row.subject_id], false).await
}

/// Without an answer the next question comes a whole period after this one, not tomorrow.
pub(super) async fn ask_again_in_time(tx: &TenantTx, policy: &accuracy_policies::Model, row: &Model) -> Result<()> {
    let update = subjects::Entity::update_many()
        .filter(subjects::Column::Id.eq(row.subject_id))
        .filter(subjects::Column::VerificationDueAt.is_not_null())
        .col_expr(subjects::Column::VerificationDueAt, Expr::value(due_from(policy, row.requested_at)));
    tx.update_all(update).await?;
    Ok(())
}

async fn mark_stale(tx: &TenantTx, subject: SubjectId) -> Result<()> {
    let update = subjects::Entity::update_many()
        .filter(subjects::Column::Id.eq(subject))
        .col_expr(subjects::Column::Stale, Expr::value(true));
    tx.update_all(update).await?;
    Ok(())
}
