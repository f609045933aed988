//! From a credential to a viewer.
//!
//! Who was let in is let in again without a question to the database, for two seconds at most, and only until
//! somebody's access ends: that is heard at once by the process that ended it, and by every other with the commit
//! ([`Change::AccessEnded`](crate::bus::Change)). Refusals are never remembered.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use recital_entities::{
    ApiKeyId, Role, TenantId, TenantStatus,
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

/// Bounds how long a revocation can go unheard where the connection that carries changes is down.
const REMEMBERED_FOR: Duration = Duration::from_secs(2);
const MOST_REMEMBERED: u64 = 10_000;

/// How exactly `lastUsedAt` is kept: writing it on every request would cost more than it tells.
const LAST_USE_GRAIN: TimeDelta = TimeDelta::minutes(5);

/// The credentials that were let in a moment ago, by the hash of their secret. One that is asked for by many at once is
/// looked up once.
#[derive(Clone)]
pub struct Credentials(Cache<Remembered, Holder>);

/// The epoch of access it was let in under, the tenant, the hash.
type Remembered = (u64, TenantId, Vec<u8>);

/// Whom a credential stands for.
#[derive(Clone, Copy)]
struct Holder {
    key: ApiKeyId,
    role: Role,
    expires_at: Option<DateTime<Utc>>,
}

impl Default for Credentials {
    fn default() -> Self {
        Self(Cache::builder().time_to_live(REMEMBERED_FOR).max_capacity(MOST_REMEMBERED).build())
    }
}

/// Who carries this credential.
///
/// # Errors
/// UNAUTHENTICATED when it is malformed, unknown, expired or revoked: all the same to the caller. FORBIDDEN with
/// `TENANT_SUSPENDED` or `TENANT_CLOSED`.
pub async fn authenticate(app: &App, credential: &str, correlation: Uuid, client: Client) -> Result<Viewer> {
    let credential = Credential::parse(credential).ok_or_else(Error::unauthenticated)?;
    let epoch = app.core().bus.access_epoch(&app.core().db).await?;
    let remembered = (epoch, credential.tenant, credential.hash());
    let holder = app.credentials().0.try_get_with(remembered, look_up(app, &credential, correlation)).await?;
    if holder.expires_at.is_some_and(|expiry| expiry <= app.now()) {
        return Err(Error::unauthenticated());
    }
    Ok(Viewer::new(credential.tenant, Actor::ApiKey(holder.key, holder.role), correlation).from_client(client))
}

async fn look_up(app: &App, credential: &Credential, correlation: Uuid) -> Result<Holder> {
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
    note_use(app, &stranger, &key).await?;
    Ok(Holder { key: key.id, role: key.role, expires_at: key.expires_at })
}

async fn note_use(app: &App, stranger: &Viewer, key: &api_keys::Model) -> Result<()> {
    if key.last_used_at.is_some_and(|at| at + LAST_USE_GRAIN >= app.now()) {
        return Ok(());
    }
    let row = api_keys::ActiveModel {
        tenant_id: Set(key.tenant_id),
        id: Set(key.id),
        last_used_at: Set(Some(app.now())),
        ..Default::default()
    };
    app.maintain(stranger, async |tx| tx.update(row).await).await?;
    Ok(())
}
