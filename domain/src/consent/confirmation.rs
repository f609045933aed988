//! Asking a person to confirm by mail the consent that was given in their name (double opt-in).

use chrono::TimeDelta;
use recital_entities::{
    ConfirmationState, ConsentConfirmationId, ConsentEventId, SubjectStatus, consent::consent_confirmations,
    purposes::purposes, vault::subjects,
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _, Select, sea_query::Expr,
};

use super::link;
use crate::{
    db::TenantTx,
    error::{Error, Result},
    work::Work,
};

use consent_confirmations::{Column, Entity, Model};

/// How long a mailed link can be used.
const VALID_FOR: TimeDelta = TimeDelta::days(7);
/// Whoever types in somebody else's address cannot flood them: so many mails a day for each person and purpose.
const MOST_MAILS: i32 = 3;
const IN: TimeDelta = TimeDelta::hours(24);

/// Queues the mail. A link that is still good is mailed again; the subject must be held.
///
/// # Errors
/// CONFLICT with `NO_ADDRESS` or `SUBJECT_RESTRICTED`; `RATE_LIMITED` with `CONFIRMATION_MAILS`.
pub(super) async fn ask(
    tx: &TenantTx,
    subject: &subjects::Model,
    purpose: &purposes::Model,
    event: ConsentEventId,
) -> Result<()> {
    require_reachable(subject)?;
    let earlier = tx.all(of(subject, purpose).filter(Column::LastMailAt.gt(tx.now() - IN))).await?;
    if earlier.iter().map(|row| row.mails).sum::<i32>() >= MOST_MAILS {
        let message = format!("{MOST_MAILS} mails went to this person for this purpose in 24 hours: try again later");
        return Err(Error::rate_limited("CONFIRMATION_MAILS", message));
    }
    let open = of(subject, purpose).filter(Column::State.eq(ConfirmationState::Open));
    let row = match tx.one(open.filter(Column::ExpiresAt.gt(tx.now()))).await? {
        Some(open) => again(tx, open, event).await?,
        None => anew(tx, subject, purpose, event).await?,
    };
    let (confirmation, number, purpose) = (row.id, row.mails, purpose.key.clone());
    tx.enqueue(Work::ConfirmationMail { confirmation, number, subject: subject.id, purpose }).await?;
    Ok(())
}

fn require_reachable(subject: &subjects::Model) -> Result<()> {
    if subject.status != SubjectStatus::Active {
        // Article 18(2): their address is not used either.
        return Err(Error::conflict("SUBJECT_RESTRICTED", "this subject's data is restricted: no mail may be sent"));
    }
    if subject.email.is_none() {
        return Err(Error::conflict("NO_ADDRESS", "this subject has no e-mail address to confirm by"));
    }
    Ok(())
}

fn of(subject: &subjects::Model, purpose: &purposes::Model) -> Select<Entity> {
    Entity::find().filter(Column::SubjectId.eq(subject.id)).filter(Column::PurposeId.eq(purpose.id))
}

async fn again(tx: &TenantTx, open: Model, event: ConsentEventId) -> Result<Model> {
    let row = Model { mails: open.mails + 1, last_mail_at: tx.now(), event_id: event, ..open };
    tx.update(row.into_active_model().reset_all()).await
}

async fn anew(
    tx: &TenantTx,
    subject: &subjects::Model,
    purpose: &purposes::Model,
    event: ConsentEventId,
) -> Result<Model> {
    let id = tx.new_id();
    let row = Model {
        tenant_id: tx.tenant(),
        id,
        subject_id: subject.id,
        purpose_id: purpose.id,
        event_id: event,
        link_hash: link::to_confirm(tx, id).await?.hash(),
        state: ConfirmationState::Open,
        requested_at: tx.now(),
        expires_at: tx.now() + VALID_FOR,
        mails: 1,
        last_mail_at: tx.now(),
        closed_at: None,
    };
    tx.insert(row.into_active_model()).await
}

/// # Errors
/// `NOT_FOUND`.
pub(super) async fn get(tx: &TenantTx, id: ConsentConfirmationId) -> Result<Model> {
    tx.get("confirmation", Entity::find().filter(Column::Id.eq(id))).await
}

/// The row, held until the commit.
pub(super) async fn locked(tx: &TenantTx, id: ConsentConfirmationId) -> Result<Model> {
    tx.get("confirmation", Entity::find().filter(Column::Id.eq(id)).lock_exclusive()).await
}

/// From now on the link is used.
pub(super) async fn confirmed(tx: &TenantTx, id: ConsentConfirmationId) -> Result<()> {
    let close = Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::State, Expr::value(ConfirmationState::Confirmed))
        .col_expr(Column::ClosedAt, Expr::value(tx.now()));
    tx.update_all(close).await?;
    Ok(())
}
