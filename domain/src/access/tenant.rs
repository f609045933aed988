//! The viewer's own tenant.

use chrono::{DateTime, Utc};
use recital_entities::{
    access::{controllers, tenants},
    vault::{subject_keys, tenant_keys},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::{
    app::App,
    error::{Error, Result},
    vault,
    viewer::{Permission, Viewer},
};

/// The tenant with its controller.
#[derive(Clone, Debug)]
pub struct OwnTenant {
    pub tenant: tenants::Model,
    pub controller: controllers::Model,
}

/// How a tenant's keys stand.
#[derive(Clone, Debug)]
pub struct TenantKeyState {
    pub provider: String,
    pub current_version: i32,
    pub rotated_at: DateTime<Utc>,
    /// Every version there was, the newest first.
    pub versions: Vec<tenant_keys::Model>,
    /// Subject keys still wrapped by an older version.
    pub rewrap_pending: u64,
    /// Subjects still found by an older version of the index key.
    pub index_pending: u64,
}

pub async fn own_tenant(app: &App, viewer: &Viewer) -> Result<OwnTenant> {
    app.read(viewer, Permission::TenantRead, async |tx| {
        let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
        let tenant = tenant.ok_or_else(|| Error::not_found("tenant"))?;
        Ok(OwnTenant { tenant, controller: tx.get("controller", controllers::Entity::find()).await? })
    })
    .await
}

/// None where no tenant has that slug: for the operator's tools.
pub async fn find_tenant_by_slug(app: &App, slug: &str) -> Result<Option<tenants::Model>> {
    app.platform().one(tenants::Entity::find().filter(tenants::Column::Slug.eq(slug))).await
}

impl TenantKeyState {
    pub async fn of(app: &App, viewer: &Viewer) -> Result<Self> {
        app.read(viewer, Permission::TenantRead, async |tx| {
            let newest = tenant_keys::Entity::find().order_by_desc(tenant_keys::Column::Version);
            let versions = tx.all(newest).await?;
            let newest = versions.first().cloned().ok_or_else(|| Error::not_found("tenant key"))?;
            let older = subject_keys::Entity::find().filter(subject_keys::Column::TenantKeyVersion.lt(newest.version));
            Ok(Self {
                provider: newest.provider,
                current_version: newest.version,
                rotated_at: newest.created_at,
                versions,
                rewrap_pending: tx.count(older).await?,
                index_pending: tx.count(vault::indexed_before(vault::newest_index_key(tx).await?.0)).await?,
            })
        })
        .await
    }
}
