//! Suspending a tenant and serving it again. Both take effect with the next request.

use recital_entities::{TenantStatus, access::tenants};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;

use super::{
    Operator,
    door::{Act, operate, tenant_of},
};
use crate::{
    app::App,
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
};

/// Its callers are refused, and no job works for it; its data stays.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `NOT_ACTIVE`.
pub async fn suspend_tenant(app: &App, operator: &Operator, slug: &str, reason: &str) -> Result<tenants::Model> {
    let act = Act { action: "tenant.suspended", resource: slug.to_owned(), details: json!({ "reason": reason }) };
    operate(app, operator, act, async || {
        let tenant = tenant_of(app, slug).await?;
        app.attempt(&operator.viewer(tenant.id), async |tx| {
            let change = (TenantStatus::Active, TenantStatus::Suspended);
            move_status(tx, change, "NOT_ACTIVE", "only an active tenant can be suspended").await?;
            let tenant = tenants::Model { status: TenantStatus::Suspended, ..tenant.clone() };
            Ok(Event::TenantSuspended { id: tenant.id }.with(tenant))
        })
        .await
    })
    .await
}

/// Serves a suspended tenant again.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `NOT_SUSPENDED`.
pub async fn resume_tenant(app: &App, operator: &Operator, slug: &str, reason: &str) -> Result<tenants::Model> {
    let act = Act { action: "tenant.resumed", resource: slug.to_owned(), details: json!({ "reason": reason }) };
    operate(app, operator, act, async || {
        let tenant = tenant_of(app, slug).await?;
        app.attempt(&operator.viewer(tenant.id), async |tx| {
            let change = (TenantStatus::Suspended, TenantStatus::Active);
            move_status(tx, change, "NOT_SUSPENDED", "only a suspended tenant can be resumed").await?;
            let tenant = tenants::Model { status: TenantStatus::Active, ..tenant.clone() };
            Ok(Event::TenantResumed { id: tenant.id }.with(tenant))
        })
        .await
    })
    .await
}

async fn move_status(
    tx: &TenantTx,
    (from, to): (TenantStatus, TenantStatus),
    reason: &'static str,
    message: &str,
) -> Result<()> {
    let update = tenants::Entity::update_many()
        .filter(tenants::Column::Id.eq(tx.tenant()))
        .filter(tenants::Column::Status.eq(from))
        .col_expr(tenants::Column::Status, Expr::value(to));
    tx.announce(Change::AccessEnded);
    if tx.update_global(update).await? == 0 { Err(Error::conflict(reason, message)) } else { Ok(()) }
}
