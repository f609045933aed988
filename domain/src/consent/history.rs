//! Reading a consent's events: what stood at an instant, and what stands now.

use chrono::{DateTime, Utc};
use recital_entities::{
    ConsentState, PurposeId, SubjectId,
    consent::{consent_events, consents},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _, Select};

pub(super) use super::fold::standing;

use super::fold;
use crate::{db::TenantTx, error::Result};

use consent_events::Column;

/// The event that says where consent stands, of all or of those up to and including `until`.
pub(super) async fn newest(
    tx: &TenantTx,
    subject: SubjectId,
    purpose: PurposeId,
    until: Option<DateTime<Utc>>,
) -> Result<Option<consent_events::Model>> {
    let newest = tx.one(newest_first(subject, purpose, until)).await?;
    let Some(end) = newest.as_ref().filter(|newest| newest.state == ConsentState::Expired) else { return Ok(newest) };
    let acts = newest_first(subject, purpose, until).filter(Column::State.ne(ConsentState::Expired));
    Ok(tx.one(acts).await?.filter(|act| !fold::is_over(act, end)).or(newest))
}

/// Where consent stood once `newest` was the event that says so up to `until`.
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
