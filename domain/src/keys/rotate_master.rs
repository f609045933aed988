//! A new master key for the local provider: every tenant key is wrapped anew, and the old master key goes.
//!
//! Safe to kill and to start again at any point: a version that an interrupted run added is the one that is finished. Old
//! versions go only once no tenant key needs them, while nobody can wrap another one.

use recital_entities::{Sealed, TenantId, TenantStatus, access::tenants};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::{
    MasterKeyFile,
    ring::{WRAPPING, live_versions},
    seal,
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Actor, Permission, Viewer},
};

/// Tenants that are made meanwhile may be wrapped by the old version: so often they are brought over before it is given up.
const ROUNDS: usize = 5;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MasterRotation {
    /// The master key's version now.
    pub version: i32,
    /// Tenants whose keys were wrapped anew.
    pub tenants: usize,
}

/// # Errors
/// CONFLICT with `NOT_LOCAL` where another provider wraps tenant keys; UNAVAILABLE when the file or a tenant key cannot be
/// used. What was done until then stays.
pub async fn rotate_master(app: &App, file: &MasterKeyFile) -> Result<MasterRotation> {
    if app.core().keys.provider() != "local" {
        return Err(Error::conflict("NOT_LOCAL", "tenant keys are wrapped by another provider than the key file"));
    }
    let change = file.change()?;
    let version = change.add_version()?;
    let mut done = MasterRotation { version, tenants: 0 };
    for _ in 0..ROUNDS {
        for tenant in behind(app, version).await? {
            rewrap(app, tenant).await?;
            done.tenants += 1;
        }
        let nobody = viewer(app, TenantId(Uuid::nil()));
        let finish = app.maintain(&nobody, async |tx| {
            tx.exclude(WRAPPING).await?;
            let needed = !behind(app, version).await?.is_empty();
            if needed { Ok(false) } else { change.drop_older().map(|()| true) }
        });
        if finish.await? {
            return Ok(done);
        }
    }
    Err(Error::conflict("STILL_NEEDED", "tenants are being made too fast: run it again"))
}

async fn rewrap(app: &App, tenant: TenantId) -> Result<()> {
    app.write(&viewer(app, tenant), Permission::VaultRotateKey, async |tx| {
        let versions = tx.core().keys.wrap_by(tx, None).await?;
        Ok(Event::TenantKeyWrapped { id: tenant, kms_key: tx.core().keys.default_key()?, versions }.with(()))
    })
    .await?;
    app.core().keys.forget(tenant).await;
    Ok(())
}

/// Tenants with a key that an older version wraps: what counts is what the wrapped key itself says.
async fn behind(app: &App, version: i32) -> Result<Vec<TenantId>> {
    let select = tenants::Entity::find().filter(tenants::Column::Status.ne(TenantStatus::Closed));
    let mut behind = Vec::new();
    for tenant in app.platform().all(select).await? {
        let rows = app.look(&viewer(app, tenant.id), async |tx| live_versions(tx).await).await?;
        if rows.into_iter().any(|row| seal::version_of(&Sealed(row.wrapped)) != Some(version)) {
            behind.push(tenant.id);
        }
    }
    Ok(behind)
}

fn viewer(app: &App, tenant: TenantId) -> Viewer {
    Viewer::new(tenant, Actor::Operator, app.core().ids.next(app.now()))
}
