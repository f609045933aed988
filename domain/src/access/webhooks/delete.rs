//! Taking an endpoint away.

use recital_entities::{WebhookEndpointId, access::webhook_endpoints};
use sea_orm::{ActiveValue::Set, IntoActiveModel as _, QuerySelect as _};

use super::list::find;
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Takes effect at once: deliveries that wait are dropped.
///
/// # Errors
/// `NOT_FOUND`, also for one that was deleted before.
pub async fn delete_webhook_endpoint(
    app: &App,
    viewer: &Viewer,
    id: WebhookEndpointId,
) -> Result<webhook_endpoints::Model> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        let mut row = tx.get("WebhookEndpoint", find(id).lock_exclusive()).await?.into_active_model();
        row.deleted_at = Set(Some(tx.now()));
        Ok(Event::WebhookEndpointDeleted { id }.with(tx.update(row).await?))
    })
    .await
}
