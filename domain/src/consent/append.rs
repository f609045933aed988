//! Appending a consent event and deriving where consent stands, in one transaction.
//!
//! Events are ordered by the time of the person's act, then by id; the newest one says where consent stands. An event
//! that arrives late lands in its place and moves nothing that came after it.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    ConsentEventId, ConsentId, ConsentMethod, ConsentState, PurposeId, Sealed, SubjectId, SubjectStatus,
    consent::{consent_events, consents},
    purposes::purposes,
    vault::{files, records, subjects},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, LockType},
};

use super::history;
use crate::{
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    retention::Perishable,
};

/// What the person decided, not yet kept.
pub(super) struct Decided {
    pub id: ConsentEventId,
    pub state: ConsentState,
    pub purpose_version: i32,
    pub policy_version: String,
    pub method: ConsentMethod,
    pub special_category_consent: Option<bool>,
    pub expires_at: Option<DateTime<Utc>>,
    pub notice_hash: Option<Vec<u8>>,
    pub reason: Option<Sealed>,
    pub recorded_at: DateTime<Utc>,
}

/// Holds the subject for this transaction: their consents change one at a time, and they are not erased meanwhile.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
pub(super) async fn hold_subject(tx: &TenantTx, subject: SubjectId) -> Result<subjects::Model> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.eq(subject)).lock(LockType::NoKeyUpdate);
    let subject = tx.get("subject", select).await?;
    if subject.status == SubjectStatus::Erased {
        return Err(Error::conflict("SUBJECT_ERASED", "this subject was erased"));
    }
    Ok(subject)
}

/// The instant of an act that happens now: after every act that is already kept, whichever clock that one was kept by.
pub(super) fn present(now: DateTime<Utc>, newest: Option<&consent_events::Model>) -> DateTime<Utc> {
    newest.map_or(now, |newest| now.max(newest.recorded_at + TimeDelta::microseconds(1)))
}

/// Appends the event and answers where consent stands with it. The subject must be held.
pub(super) async fn append(
    tx: &TenantTx,
    subject: SubjectId,
    purpose: &purposes::Model,
    decided: Decided,
) -> Result<consents::Model> {
    let standing = find(tx, subject, purpose.id).await?;
    let id = standing.as_ref().map_or_else(|| tx.new_id(), |standing| standing.id);
    tx.announce(Change::Consent(decided.id));
    tx.insert_all(vec![row(tx, id, subject, purpose.id, decided)]).await?;
    let newest = history::newest(tx, subject, purpose.id, None).await?;
    let newest = newest.ok_or_else(|| Error::internal("an appended event cannot be found"))?;
    let consent = history::derive(tx, newest, None).await?;
    tx.put(consents::ActiveModel::from(consent.clone())).await?;
    Ok(consent)
}

fn row(
    tx: &TenantTx,
    consent_id: ConsentId,
    subject_id: SubjectId,
    purpose_id: PurposeId,
    decided: Decided,
) -> consent_events::ActiveModel {
    consent_events::ActiveModel {
        tenant_id: Set(tx.tenant()),
        id: Set(decided.id),
        consent_id: Set(consent_id),
        subject_id: Set(subject_id),
        purpose_id: Set(purpose_id),
        state: Set(decided.state),
        purpose_version: Set(decided.purpose_version),
        policy_version: Set(decided.policy_version),
        method: Set(decided.method),
        special_category_consent: Set(decided.special_category_consent),
        expires_at: Set(decided.expires_at),
        notice_hash: Set(decided.notice_hash),
        reason: Set(decided.reason),
        recorded_at: Set(decided.recorded_at),
        recorded_by: Set(tx.actor()),
        appended_at: Set(tx.now()),
    }
}

/// Where consent stands now, if it was ever asked for.
pub(super) async fn find(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<Option<consents::Model>> {
    let select = consents::Entity::find()
        .filter(consents::Column::SubjectId.eq(subject))
        .filter(consents::Column::PurposeId.eq(purpose));
    tx.one(select).await
}

/// What consent alone kept has no ground any more (Article 17(1)(b)): it is due for erasure at once. Answers how many
/// records and files that made due.
pub(super) async fn release_records(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<u64> {
    Ok(release::<records::Entity>(tx, subject, purpose).await? + release::<files::Entity>(tx, subject, purpose).await?)
}

async fn release<E: Perishable>(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<u64> {
    let later = Condition::any().add(E::EXPIRES_AT.is_null()).add(E::EXPIRES_AT.gt(tx.now()));
    let release = E::update_many()
        .filter(E::SUBJECT.eq(subject))
        .filter(E::PURPOSE.eq(purpose))
        .filter(later)
        .col_expr(E::EXPIRES_AT, Expr::value(tx.now()));
    tx.update_all(release).await
}
