//! Appending a consent event and deriving where consent stands, in one transaction.
//!
//! Events are ordered by the time of the person's act, then by id; [`fold`](super::fold) says what they make of the
//! consent. An event that arrives late lands in its place and moves nothing that came after it.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    ConsentEventId, ConsentId, ConsentMethod, ConsentState, PurposeId, Sealed, SubjectId, SubjectStatus,
    consent::{consent_events, consents},
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _, sea_query::LockType,
};

use super::history;
use crate::{
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
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
    /// It says what was said before: kept, since an event from in between may still arrive, but no news to anybody.
    pub repeats: bool,
}

/// Where consent stands once an event was appended.
pub(super) struct Appended {
    pub consent: consents::Model,
    /// Whether it stands there because of this event; not when a later one says otherwise.
    pub counts: bool,
}

/// Holds the subject for this transaction: their consents change one at a time, and they are not erased meanwhile.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
pub async fn hold_subject(tx: &TenantTx, subject: SubjectId) -> Result<subjects::Model> {
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
    purpose: PurposeId,
    decided: Decided,
) -> Result<Appended> {
    let before = find(tx, subject, purpose).await?;
    let id = before.as_ref().map_or_else(|| tx.new_id(), |before| before.id);
    let (event, repeats) = (decided.id, decided.repeats);
    tx.insert_all(vec![row(tx, id, subject, purpose, decided).into_active_model()]).await?;
    let newest = history::newest(tx, subject, purpose, None).await?;
    let newest = newest.ok_or_else(|| Error::internal("an appended event cannot be found"))?;
    let counts = newest.id == event;
    let mut consent = history::derive(tx, newest, None).await?;
    consent.expiry_warned_for = before.and_then(|before| before.expiry_warned_for);
    tx.put(consents::ActiveModel::from(consent.clone())).await?;
    if counts && !repeats {
        tx.announce(Change::Consent(event));
    }
    Ok(Appended { consent, counts })
}

/// The row of an event.
pub(super) fn row(
    tx: &TenantTx,
    consent_id: ConsentId,
    subject_id: SubjectId,
    purpose_id: PurposeId,
    decided: Decided,
) -> consent_events::Model {
    consent_events::Model {
        tenant_id: tx.tenant(),
        id: decided.id,
        consent_id,
        subject_id,
        purpose_id,
        state: decided.state,
        purpose_version: decided.purpose_version,
        policy_version: decided.policy_version,
        method: decided.method,
        special_category_consent: decided.special_category_consent,
        expires_at: decided.expires_at,
        notice_hash: decided.notice_hash,
        reason: decided.reason,
        recorded_at: decided.recorded_at,
        recorded_by: tx.actor(),
        appended_at: tx.now(),
    }
}

/// Where consent stands now, if it was ever asked for.
pub(super) async fn find(tx: &TenantTx, subject: SubjectId, purpose: PurposeId) -> Result<Option<consents::Model>> {
    let select = consents::Entity::find()
        .filter(consents::Column::SubjectId.eq(subject))
        .filter(consents::Column::PurposeId.eq(purpose));
    tx.one(select).await
}
