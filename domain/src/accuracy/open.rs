//! Questions that wait for an answer: how they are found, made and limited.

use chrono::{DateTime, Utc};
use recital_entities::{
    ReverificationId, ReverificationState, Strings, SubjectId,
    accuracy::{accuracy_policies, reverifications},
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _, Select,
    sea_query::{Expr, Query},
};

use super::{link::Token, policy::link_expiry};
use crate::{
    db::TenantTx,
    error::Result,
    mail,
    work::{REVERIFICATION_MAIL, Work},
};

use reverifications::{Column, Entity, Model};

/// The states in which an answer is awaited. A mail whose sending was not recorded may have arrived: QUEUED counts.
pub(super) const OPEN: [ReverificationState; 2] = [ReverificationState::Queued, ReverificationState::Sent];

/// Whoever makes questions holds this, so that no person gets two and the hourly limit is kept.
pub(super) async fn take_turns(tx: &TenantTx) -> Result<()> {
    tx.serialise("accuracy.queue").await
}

/// Subjects whose verification is due, who can be asked and are not being asked already.
pub(super) fn due_subjects(now: DateTime<Utc>) -> Select<subjects::Entity> {
    subjects::Entity::find()
        .filter(subjects::Column::VerificationDueAt.lte(now))
        .filter(Expr::cust(TO_ASK))
        .filter(has_open_question().not())
}

/// What the index `subjects_to_ask` is made over, word for word: with values bound to it, a prepared statement's plan
/// could not count on the index.
const TO_ASK: &str = "subjects.status = 'ACTIVE' AND subjects.email_index IS NOT NULL AND NOT subjects.being_asked";

fn has_open_question() -> Expr {
    let same =
        |asked: Column, subject: subjects::Column| Expr::col((Entity, asked)).equals((subjects::Entity, subject));
    let mut open = Query::select();
    open.expr(Expr::value(1)).from(Entity).cond_where(
        Condition::all()
            .add(same(Column::TenantId, subjects::Column::TenantId))
            .add(same(Column::SubjectId, subjects::Column::Id))
            .add(Column::State.is_in(OPEN)),
    );
    Expr::exists(open)
}

/// Whether this subject is being asked already.
pub(crate) async fn is_asked(tx: &TenantTx, subject: SubjectId) -> Result<bool> {
    tx.exists(Entity::find().filter(Column::SubjectId.eq(subject)).filter(Column::State.is_in(OPEN))).await
}

/// How many mails may still be queued in this hour: what went in the last sixty minutes and what waits counts.
pub(super) async fn room(tx: &TenantTx, policy: &accuracy_policies::Model) -> Result<u64> {
    let left = mail::left(tx, ROOM, mails_per_hour(policy)).await?;
    Ok(left.saturating_sub(tx.waiting(REVERIFICATION_MAIL).await?))
}

/// The name that this room's mails are counted under.
pub(super) const ROOM: &str = "accuracy";

pub(super) fn mails_per_hour(policy: &accuracy_policies::Model) -> u64 {
    u64::try_from(policy.mails_per_hour).unwrap_or_default()
}

/// Asks these subjects: one row and one mail to be sent each.
pub(super) async fn ask(
    tx: &TenantTx,
    policy: &accuracy_policies::Model,
    subjects: impl IntoIterator<Item = SubjectId>,
) -> Result<Vec<Model>> {
    let keys = tx.keys().await?;
    let rows: Vec<Model> = subjects
        .into_iter()
        .map(|subject| {
            let id: ReverificationId = tx.new_id();
            Model {
                tenant_id: tx.tenant(),
                id,
                subject_id: subject,
                state: ReverificationState::Queued,
                requested_at: tx.now(),
                sent_at: None,
                reminders_sent: 0,
                next_reminder_at: None,
                answered_at: None,
                corrected_fields: Strings::default(),
                expires_at: link_expiry(policy, tx.now()),
                last_mailed_at: None,
                link_hash: Some(Token::of(tx.tenant(), &keys, id).hash()),
                bounced_at: None,
                bounce_status: None,
            }
        })
        .collect();
    tx.insert_all(rows.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model).collect()).await?;
    being_asked(tx, rows.iter().map(|row| row.subject_id), true).await?;
    tx.enqueue_all(rows.iter().map(first_mail)).await?;
    Ok(rows)
}

/// Takes subjects out of the review's sight while a question to them is open, and back into it.
pub(super) async fn being_asked(
    tx: &TenantTx,
    subjects: impl IntoIterator<Item = SubjectId>,
    asked: bool,
) -> Result<()> {
    let update = subjects::Entity::update_many()
        .filter(subjects::Column::Id.is_in(subjects))
        .col_expr(subjects::Column::BeingAsked, Expr::value(asked));
    tx.update_all(update).await?;
    Ok(())
}

pub(super) fn first_mail(row: &Model) -> Work {
    Work::ReverificationMail { reverification: row.id, reminder: 0 }
}

/// The subject's row, held until the commit. Whoever changes a question and its subject holds the subject first.
pub(super) async fn locked_subject(tx: &TenantTx, id: SubjectId) -> Result<subjects::Model> {
    tx.get("subject", subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive()).await
}

/// The question's row, held until the commit.
pub(super) async fn locked(tx: &TenantTx, id: ReverificationId) -> Result<Model> {
    tx.get("reverification", Entity::find().filter(Column::Id.eq(id)).lock_exclusive()).await
}
