//! Reading a consent's events: what stood at an instant, and what stands now.

use chrono::{DateTime, Utc};
use recital_entities::{
    ConsentState, PurposeId, SubjectId,
    consent::{consent_events, consents},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _, Select};

use crate::{db::TenantTx, error::Result};

use consent_events::Column;

/// The newest event, of all or of those up to and including `until`.
pub(super) async fn newest(
    tx: &TenantTx,
    subject: SubjectId,
    purpose: PurposeId,
    until: Option<DateTime<Utc>>,
) -> Result<Option<consent_events::Model>> {
    tx.one(newest_first(subject, purpose, until)).await
}

/// Where consent stood once `newest` was the newest event up to `until`.
pub(super) async fn derive(
    tx: &TenantTx,
    newest: consent_events::Model,
    until: Option<DateTime<Utc>>,
) -> Result<consents::Model> {
    let given_at = if newest.state == ConsentState::Given {
        Some(newest.recorded_at)
    } else {
        let given = newest_first(newest.subject_id, newest.purpose_id, until);
        tx.one(given.filter(Column::State.eq(ConsentState::Given))).await?.map(|given| given.recorded_at)
    };
    Ok(standing(newest, given_at))
}

/// Where consent stood with `newest`, having last been given at `given_at`.
pub(super) fn standing(newest: consent_events::Model, given_at: Option<DateTime<Utc>>) -> consents::Model {
    let withdrawn = newest.state == ConsentState::Withdrawn;
    consents::Model {
        tenant_id: newest.tenant_id,
        id: newest.consent_id,
        subject_id: newest.subject_id,
        purpose_id: newest.purpose_id,
        purpose_version: newest.purpose_version,
        state: newest.state,
        policy_version: newest.policy_version,
        method: newest.method,
        special_category_consent: newest.special_category_consent,
        given_at,
        withdrawn_at: withdrawn.then_some(newest.recorded_at),
        expires_at: newest.expires_at,
        notice_hash: newest.notice_hash,
        updated_at: newest.appended_at,
    }
}

fn newest_first(
    subject: SubjectId,
    purpose: PurposeId,
    until: Option<DateTime<Utc>>,
) -> Select<consent_events::Entity> {
    consent_events::Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .filter(Column::PurposeId.eq(purpose))
        .apply_if(until, |select, until| select.filter(Column::RecordedAt.lte(until)))
        .order_by_desc(Column::RecordedAt)
        .order_by_desc(Column::Id)
}
