//! Which version of a purpose stood at an instant.

use chrono::{DateTime, Utc};
use recital_entities::{
    PurposeId,
    purposes::{purpose_versions, purposes},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::{db::TenantTx, error::Result};

/// The purpose as it stood at `at`; None before there was one.
pub(super) async fn at(
    tx: &TenantTx,
    purpose: PurposeId,
    at: DateTime<Utc>,
) -> Result<Option<purpose_versions::Model>> {
    let select = purpose_versions::Entity::find()
        .filter(purpose_versions::Column::PurposeId.eq(purpose))
        .filter(purpose_versions::Column::EffectiveFrom.lte(at))
        .order_by_desc(purpose_versions::Column::Version);
    tx.one(select).await
}

/// The version a person agreed to at `instant`. Who agreed before the purpose was written down here agreed to its first
/// version.
pub(super) async fn accepted_at(tx: &TenantTx, purpose: &purposes::Model, instant: DateTime<Utc>) -> Result<i32> {
    if instant >= purpose.updated_at {
        return Ok(purpose.version);
    }
    Ok(at(tx, purpose.id, instant).await?.map_or(1, |version| version.version))
}
