//! Which version of a purpose stood at an instant.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    PurposeId,
    consent::consents,
    purposes::{purpose_versions, purposes},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::{Alias, Expr, ExprTrait as _, Query},
};

use crate::{db::TenantTx, error::Result};

/// The purpose as it stood at `at`; None before there was one.
async fn at(tx: &TenantTx, purpose: PurposeId, at: DateTime<Utc>) -> Result<Option<purpose_versions::Model>> {
    let select = purpose_versions::Entity::find()
        .filter(purpose_versions::Column::PurposeId.eq(purpose))
        .filter(purpose_versions::Column::EffectiveFrom.lte(at))
        .order_by_desc(purpose_versions::Column::Version);
    tx.one(select).await
}

/// The purposes as they stood at `at`, without those that were not there yet, in one statement.
pub(super) async fn all_as_of(
    tx: &TenantTx,
    purposes: HashMap<String, purposes::Model>,
    at: DateTime<Utc>,
) -> Result<HashMap<String, purposes::Model>> {
    use purpose_versions::{Column, Entity};
    let other = Alias::new("other");
    let mut in_force = Query::select();
    in_force
        .expr(Expr::col((other.clone(), Column::Version)).max())
        .from_as(Entity, other.clone())
        .and_where(Expr::col((other.clone(), Column::TenantId)).equals((Entity, Column::TenantId)))
        .and_where(Expr::col((other.clone(), Column::PurposeId)).equals((Entity, Column::PurposeId)))
        .and_where(Expr::col((other, Column::EffectiveFrom)).lte(at));
    let versions = Entity::find()
        .filter(Column::PurposeId.is_in(purposes.values().map(|purpose| purpose.id)))
        .filter(Column::Version.in_subquery(in_force));
    let versions = tx.all(versions).await?.into_iter().map(|version| (version.purpose_id, version));
    let mut versions: HashMap<_, _> = versions.collect();
    let then = purposes.into_iter().filter_map(|(key, purpose)| {
        let version = versions.remove(&purpose.id)?;
        Some((key, as_of(&purpose, version)))
    });
    Ok(then.collect())
}

/// The purpose in the version that was agreed to.
pub(super) async fn agreed_to(tx: &TenantTx, consent: &consents::Model) -> Result<purposes::Model> {
    let purpose = purposes::Entity::find().filter(purposes::Column::Id.eq(consent.purpose_id));
    let purpose = tx.get("purpose", purpose).await?;
    if purpose.version == consent.purpose_version {
        return Ok(purpose);
    }
    let version = purpose_versions::Entity::find()
        .filter(purpose_versions::Column::PurposeId.eq(purpose.id))
        .filter(purpose_versions::Column::Version.eq(consent.purpose_version));
    let version = tx.get("purpose version", version).await?;
    Ok(as_of(&purpose, version))
}

/// The purpose as one of its versions defined it.
fn as_of(purpose: &purposes::Model, version: purpose_versions::Model) -> purposes::Model {
    purposes::Model {
        version: version.version,
        status: version.status,
        lawful_basis: version.lawful_basis,
        data_collected: version.data_collected,
        fields: version.fields,
        retention: version.retention,
        special_category: version.special_category,
        consent_since_version: version.consent_since_version,
        ..purpose.clone()
    }
}

/// The version a person agreed to at `instant`. Who agreed before the purpose was written down here agreed to its first
/// version.
pub(super) async fn accepted_at(tx: &TenantTx, purpose: &purposes::Model, instant: DateTime<Utc>) -> Result<i32> {
    if instant >= purpose.updated_at {
        return Ok(purpose.version);
    }
    Ok(at(tx, purpose.id, instant).await?.map_or(1, |version| version.version))
}
