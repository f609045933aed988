//! From a credential to a viewer.

use chrono::TimeDelta;
use recital_entities::{
    TenantStatus,
    access::{api_keys, tenants},
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::Credential;
use crate::{
    app::App,
    error::{Error, Result},
    viewer::{Actor, Client, Viewer},
};

/// How exactly `lastUsedAt` is kept: writing it on every request would cost more than it tells.
const LAST_USE_GRAIN: TimeDelta = TimeDelta::minutes(5);

/// Who carries this credential.
///
/// # Errors
/// UNAUTHENTICATED when it is malformed, unknown, expired or revoked: all the same to the caller. FORBIDDEN with
/// `TENANT_SUSPENDED` or `TENANT_CLOSED`.
pub async fn authenticate(app: &App, credential: &str, correlation: Uuid, client: Client) -> Result<Viewer> {
    let credential = Credential::parse(credential).ok_or_else(Error::unauthenticated)?;
    let stranger = Viewer::new(credential.tenant, Actor::Job("access.authenticate"), correlation);
    let find = api_keys::Entity::find()
        .filter(api_keys::Column::SecretHash.eq(credential.hash()))
        .filter(api_keys::Column::RevokedAt.is_null());
    let (key, status) = app
        .look(&stranger, async |tx| {
            let tenant = tx.one_global(tenants::Entity::find_by_id(credential.tenant)).await?;
            Ok((tx.one(find).await?, tenant.map(|tenant| tenant.status)))
        })
        .await?;
    let key = key.filter(|key| key.expires_at.is_none_or(|expiry| expiry > app.now()));
    let key = key.ok_or_else(Error::unauthenticated)?;
    match status.ok_or_else(Error::unauthenticated)? {
        TenantStatus::Active => {}
        TenantStatus::Suspended => return Err(Error::refused("TENANT_SUSPENDED", "this tenant is suspended")),
        TenantStatus::Closing | TenantStatus::Closed => {
            return Err(Error::refused("TENANT_CLOSED", "this tenant is closed"));
        }
    }
    if key.last_used_at.is_none_or(|at| at + LAST_USE_GRAIN < app.now()) {
        let row = api_keys::ActiveModel {
            tenant_id: Set(credential.tenant),
            id: Set(key.id),
            last_used_at: Set(Some(app.now())),
            ..Default::default()
        };
        app.maintain(&stranger, async |tx| tx.update(row).await).await?;
    }
    Ok(Viewer::new(credential.tenant, Actor::ApiKey(key.id, key.role), correlation).from_client(client))
}
