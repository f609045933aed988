//! Reminding those who answer that a deadline comes near, and ending requests that nobody proved in time to be theirs.

use chrono::{Days, NaiveDate};
use recital_entities::{
    MemberId, Role, SubjectRequestId, SubjectRequestState, TenantId,
    access::members,
    requests::subject_requests::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    case::{Case, Step, find, today},
    deadline,
};
use crate::{
    access,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    mail::{Kind, Letter, MailError, OutgoingMail, Sender, compose},
    viewer::{Actor, Permission, Viewer},
    words::Words,
    work::Work,
};

/// Requests of one transaction.
const BATCH: u64 = 200;

/// Job `requests.remind`. Reminds 14, 7, 3 and 1 days before a deadline and once it has passed, each once, and closes
/// what was never proven. Answers how many requests it touched.
pub async fn remind_tenant(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("requests.remind"), run);
    Ok(expire(app, &viewer).await? + remind(app, &viewer).await?)
}

async fn remind(app: &App, viewer: &Viewer) -> Result<u64> {
    let (mut count, mut after) = (0, Uuid::nil());
    loop {
        let due = app.look(viewer, async |tx| near(tx, after).await).await?;
        let Some(last) = due.last() else { return Ok(count) };
        after = last.id.0;
        let today = app.look(viewer, today).await?;
        if due.iter().all(|request| next_reminder(request, today).is_none()) {
            continue;
        }
        count += app.write(viewer, Permission::RequestHandle, async |tx| remind_of(tx, &due, today).await).await?;
    }
}

/// Open requests whose first deadline is within the longest notice, and which have not been reminded for the last time.
async fn near(tx: &TenantTx, after: Uuid) -> Result<Vec<Model>> {
    let horizon = today(tx).await?.checked_add_days(Days::new(deadline::LONGEST_NOTICE)).unwrap_or(NaiveDate::MAX);
    let not_last = Condition::any().add(Column::Reminded.is_null()).add(Column::Reminded.gte(0));
    let select = Entity::find()
        .filter(Column::ClosedAt.is_null())
        .filter(Column::DueOn.lte(horizon))
        .filter(not_last)
        .filter(Column::Id.gt(after));
    tx.all(select.order_by_asc(Column::Id).limit(BATCH)).await
}

/// The reminder that is due, unless it or a later one went.
fn next_reminder(request: &Model, today: NaiveDate) -> Option<i32> {
    let stage = deadline::reminder(request.extended_to.unwrap_or(request.due_on), today)?;
    request.reminded.is_none_or(|reminded| stage < reminded).then_some(stage)
}

async fn remind_of(tx: &TenantTx, due: &[Model], today: NaiveDate) -> Result<Audited<u64>> {
    let mut events = Vec::new();
    for request in due {
        let Some(stage) = next_reminder(request, today) else { continue };
        if !claim(tx, request, stage).await? {
            continue;
        }
        let whom = responsible(tx, request).await?;
        let mails = whom.iter().map(|member| Work::RequestReminder { request: request.id, member: *member, stage });
        tx.enqueue_all(mails).await?;
        events.push(Event::RequestReminded { id: request.id, days_left: stage, members: whom });
    }
    let count = events.len() as u64;
    Ok(Event::RequestsReviewed { id: tx.tenant(), count }.with(count).and_all(events))
}

/// Of several workers one sends the reminder.
async fn claim(tx: &TenantTx, request: &Model, stage: i32) -> Result<bool> {
    let earlier = Condition::any().add(Column::Reminded.is_null()).add(Column::Reminded.gt(stage));
    let claim = Entity::update_many()
        .filter(Column::Id.eq(request.id))
        .filter(Column::ClosedAt.is_null())
        .filter(earlier)
        .col_expr(Column::Reminded, Expr::value(stage));
    Ok(tx.update_all(claim).await? > 0)
}

/// The assignee while they are a member, or else all owners and privacy officers.
async fn responsible(tx: &TenantTx, request: &Model) -> Result<Vec<MemberId>> {
    let present = members::Entity::find().filter(members::Column::RemovedAt.is_null());
    if let Some(assignee) = request.assignee_id
        && tx.exists(present.clone().filter(members::Column::Id.eq(assignee))).await?
    {
        return Ok(vec![assignee]);
    }
    let in_charge = present.filter(members::Column::Role.is_in([Role::Owner, Role::PrivacyOfficer]));
    Ok(tx.all(in_charge.order_by_asc(members::Column::Id)).await?.into_iter().map(|member| member.id).collect())
}

/// Sends one reminder, unless the request was closed or the member left meanwhile.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT` when the mail server will not have it now: try again.
pub(crate) async fn send_reminder(
    app: &App,
    viewer: &Viewer,
    id: SubjectRequestId,
    member: MemberId,
    stage: i32,
) -> Result<()> {
    let present = async |tx: &TenantTx| {
        let open = tx.exists(find(id).filter(Column::ClosedAt.is_null())).await?;
        Ok(open && access::is_member(tx, member).await?)
    };
    if !app.read(viewer, Permission::RequestRead, present).await? {
        return Ok(());
    }
    let mail = app.write(viewer, Permission::MemberRead, async |tx| {
        let mail = letter(tx, id, member, stage).await?;
        Ok(Event::MembersRevealed { id: tx.tenant(), members: vec![member] }.with(mail))
    });
    match app.core().mailer.send(mail.await?).await {
        Ok(()) | Err(MailError::Refused(_)) => Ok(()),
        Err(later @ MailError::Later(_)) => {
            Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later))
        }
    }
}

async fn letter(tx: &TenantTx, id: SubjectRequestId, member: MemberId, stage: i32) -> Result<OutgoingMail> {
    let request = tx.get("subject request", find(id)).await?;
    let contact = access::contact_of(tx, member).await?;
    let sender = Sender::of(tx).await?;
    let until = Words::of(&sender.locale).date(request.extended_to.unwrap_or(request.due_on));
    let request_type = request.r#type.to_string();
    let days = stage.to_string();
    let letter = Letter {
        kind: if stage < 0 { Kind::RequestOverdue } else { Kind::RequestReminder },
        id: format!("request-{id}-reminder-{stage}-{member}"),
        to: contact.email,
        name: Some(&contact.name),
        locale: &sender.locale,
        link: None,
        arguments: &[
            ("type", &request_type),
            ("until", &until),
            ("days", &days),
            ("request", &recital_entities::global_id("SubjectRequest", id.0)),
        ],
    };
    compose(&sender, letter)
}

/// Ends the requests whose identity was not proven in time.
async fn expire(app: &App, viewer: &Viewer) -> Result<u64> {
    let mut count = 0;
    loop {
        let unproven = app.look(viewer, unproven).await?;
        if unproven.is_empty() {
            return Ok(count);
        }
        for id in unproven {
            app.write(viewer, Permission::RequestHandle, async |tx| expire_one(tx, id).await).await?;
            count += 1;
        }
    }
}

async fn unproven(tx: &TenantTx) -> Result<Vec<SubjectRequestId>> {
    let select = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.eq(SubjectRequestState::AwaitingIdentity))
        .filter(Column::IdentityUntil.lte(tx.now()));
    tx.tuples(select.limit(BATCH)).await
}

/// Somebody may have been faster: then nothing changes.
async fn expire_one(tx: &TenantTx, id: SubjectRequestId) -> Result<Audited<()>> {
    let expired = Event::RequestExpired { id };
    let case = Case::lock(tx, id).await?;
    if case.request.state == SubjectRequestState::AwaitingIdentity {
        let change = |row: &mut ActiveModel| {
            row.state = Set(SubjectRequestState::Expired);
            row.closed_at = Set(Some(tx.now()));
        };
        case.save(change, Step::Expired, None).await?;
    }
    Ok(expired.with(()))
}
