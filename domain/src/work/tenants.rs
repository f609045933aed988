//! The tenants that jobs work for.

use chrono::{DateTime, Utc};
use recital_entities::{TenantId, TenantStatus, access::tenants};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, sea_query::Expr};

use crate::{app::App, error::Result};

/// What a scheduler knows of a tenant.
#[derive(Clone, Debug)]
pub struct Served {
    pub id: TenantId,
    pub slug: String,
    /// `daily`, `weekly` or `monthly`, as the retention register says.
    pub cleanup_schedule: String,
    /// `02:00_UTC`: a time of day and a time zone.
    pub cleanup_time: String,
    pub created_at: DateTime<Utc>,
}

/// Every tenant that is served, in a stable order.
pub async fn served_tenants(app: &App) -> Result<Vec<Served>> {
    find(app, tenants::Column::Status.eq(TenantStatus::Active)).await
}

/// Every tenant that has anything left to look after, served or not, in a stable order.
pub async fn unclosed_tenants(app: &App) -> Result<Vec<Served>> {
    find(app, tenants::Column::Status.ne(TenantStatus::Closed)).await
}

async fn find(app: &App, which: Expr) -> Result<Vec<Served>> {
    let select = tenants::Entity::find().filter(which).order_by_asc(tenants::Column::Id);
    let rows = app.platform().all(select).await?;
    let served = rows.into_iter().map(|row| Served {
        id: row.id,
        slug: row.slug,
        cleanup_schedule: row.cleanup_schedule,
        cleanup_time: row.cleanup_time,
        created_at: row.created_at,
    });
    Ok(served.collect())
}
