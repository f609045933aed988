//! Looking at endpoints.

use recital_entities::{WebhookEndpointId, access::webhook_endpoints};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Select};

use crate::{
    app::App,
    error::Result,
    viewer::{Permission, Viewer},
};

use webhook_endpoints::{Column, Entity, Model};

/// All of them, oldest first.
pub async fn list_webhook_endpoints(app: &App, viewer: &Viewer) -> Result<Vec<Model>> {
    app.read(viewer, Permission::WebhookRead, async |tx| tx.all(present().order_by_asc(Column::Id)).await).await
}

/// Several in one statement.
pub async fn webhook_endpoints_by_ids(app: &App, viewer: &Viewer, ids: Vec<WebhookEndpointId>) -> Result<Vec<Model>> {
    let select = present().filter(Column::Id.is_in(ids));
    app.read(viewer, Permission::WebhookRead, async |tx| tx.all(select).await).await
}

/// One that was not deleted.
pub(super) fn find(id: WebhookEndpointId) -> Select<Entity> {
    present().filter(Column::Id.eq(id))
}

fn present() -> Select<Entity> {
    Entity::find().filter(Column::DeletedAt.is_null())
}
