//! Looking at tenants from outside.

use recital_entities::{TenantId, TenantStatus, access::tenants};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use super::Operator;
use crate::{
    access::find_tenant_by_slug,
    app::App,
    db::{Order, Page, PageRequest},
    error::Result,
};

/// Tenants, oldest first.
pub async fn list_tenants(
    app: &App,
    _: &Operator,
    status: Option<TenantStatus>,
    page: PageRequest,
) -> Result<Page<tenants::Model>> {
    let select =
        tenants::Entity::find().apply_if(status, |select, status| select.filter(tenants::Column::Status.eq(status)));
    app.platform().page(select, tenants::Column::Id, Order::OldestFirst, &page).await
}

/// None where no tenant has that slug.
pub async fn get_tenant_as(app: &App, _: &Operator, slug: &str) -> Result<Option<tenants::Model>> {
    find_tenant_by_slug(app, slug).await
}

/// Several in one statement.
pub async fn tenants_by_ids(app: &App, _: &Operator, ids: Vec<TenantId>) -> Result<Vec<tenants::Model>> {
    app.platform().all(tenants::Entity::find().filter(tenants::Column::Id.is_in(ids))).await
}
