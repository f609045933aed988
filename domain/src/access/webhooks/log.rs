//! The log of deliveries: each try, how long it took and what came of it. What was told is not in it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    Sealed, WebhookDeliveryId, WebhookEndpointId, WorkItemId,
    access::{webhook_deliveries, webhook_endpoints},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, sea_query::Expr};
use uuid::Uuid;

use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::Result,
    viewer::{Actor, Permission, Viewer},
    work::Served,
};

use webhook_deliveries::{Column, Entity, Model};

/// How long a try stays in the log.
pub const DELIVERIES_KEPT: TimeDelta = TimeDelta::days(30);

/// One try.
pub(super) struct Try {
    pub endpoint: WebhookEndpointId,
    pub message: WorkItemId,
    pub event: String,
    pub attempt: i32,
    pub took: Duration,
    pub status: Option<u16>,
    pub failure: Option<&'static str>,
    pub next: Option<DateTime<Utc>>,
}

pub(super) async fn note(tx: &TenantTx, tried: Try) -> Result<()> {
    let id: WebhookDeliveryId = tx.new_id();
    let row = Model {
        tenant_id: tx.tenant(),
        id,
        endpoint_id: tried.endpoint,
        message_id: tried.message,
        event: tried.event,
        attempt: tried.attempt,
        sent_at: tx.now(),
        duration_ms: i32::try_from(tried.took.as_millis()).unwrap_or(i32::MAX),
        status: tried.status.map(i32::from),
        failure: tried.failure.map(str::to_owned),
        next_attempt_at: tried.next,
    };
    tx.insert(row.into_active_model()).await.map(drop)
}

/// The tries at one endpoint, newest first.
pub async fn list_webhook_deliveries(
    app: &App,
    viewer: &Viewer,
    endpoint: WebhookEndpointId,
    page: PageRequest,
) -> Result<Page<Model>> {
    let select = Entity::find().filter(Column::EndpointId.eq(endpoint));
    app.read(viewer, Permission::WebhookRead, async |tx| tx.page(select, Column::Id, Order::NewestFirst, &page).await)
        .await
}

/// Job `webhooks.prune`: what the log has kept long enough goes, and secrets whose exchange is over.
pub async fn prune_deliveries(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant.id, Actor::Job("webhooks.prune"), run);
    app.maintain(&viewer, async |tx| {
        let old = Entity::delete_many().filter(Column::SentAt.lt(tx.now() - DELIVERIES_KEPT));
        let exchanged = webhook_endpoints::Entity::update_many()
            .filter(webhook_endpoints::Column::PreviousSecretUntil.lte(tx.now()))
            .col_expr(webhook_endpoints::Column::PreviousSecret, Expr::value(None::<Sealed>))
            .col_expr(webhook_endpoints::Column::PreviousSecretUntil, Expr::value(None::<DateTime<Utc>>));
        Ok(tx.delete(old).await? + tx.update_all(exchanged).await?)
    })
    .await
}
