//! Taking an endpoint away.

use recital_entities::{WebhookEndpointId, access::webhook_endpoints};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
};

use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

use webhook_endpoints::Column;

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
        let find = webhook_endpoints::Entity::find().filter(Column::Id.eq(id)).filter(Column::DeletedAt.is_null());
        let mut row = tx.get("WebhookEndpoint", find.lock_exclusive()).await?.into_active_model();
        row.deleted_at = Set(Some(tx.now()));
        Ok(Event::WebhookEndpointDeleted { id }.with(tx.update(row).await?))
    })
    .await
}
