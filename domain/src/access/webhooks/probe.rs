//! Sending an endpoint something that did not happen, to see whether it listens.

use recital_entities::{WebhookEndpointId, WorkItemId, access::webhook_endpoints, global_id};
use serde_json::json;

use super::{WebhookDelivery, list::find};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
    work::Work,
};

/// The kind of event that only a test sends: no endpoint need ask for it.
const TEST: &str = "webhook.test";

/// The endpoint and the message that is on its way to it.
pub struct TestedWebhookEndpoint {
    pub endpoint: webhook_endpoints::Model,
    pub message: WorkItemId,
}

/// Sends `webhook.test` by the same way as any event; the delivery log tells how it went.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ENDPOINT_DISABLED`.
pub async fn test_webhook_endpoint(app: &App, viewer: &Viewer, id: WebhookEndpointId) -> Result<TestedWebhookEndpoint> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        let endpoint = tx.get("WebhookEndpoint", find(id)).await?;
        if endpoint.disabled_at.is_some() {
            return Err(Error::conflict("ENDPOINT_DISABLED", "enable the endpoint first: it is told nothing"));
        }
        let data = json!({ "type": "WebhookEndpoint", "id": global_id("WebhookEndpoint", id.0) });
        let delivery = WebhookDelivery { endpoint: id, event: TEST.to_owned(), at: tx.now(), data };
        let message = tx.enqueue(Work::WebhookDelivery(delivery)).await?;
        Ok(Event::WebhookTested { id }.with(TestedWebhookEndpoint { endpoint, message }))
    })
    .await
}
