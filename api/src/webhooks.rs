//! Webhook endpoints.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::access::{self as room, CreateWebhookEndpoint};
use recital_entities::{WebhookEndpointId, access::webhook_endpoints};

use crate::{
    auth::{app, viewer},
    errors::ApiResult,
    ids::{global_id, local_id},
};

/// Where the tenant's own services are told of changes, by Standard Webhooks.
pub struct WebhookEndpoint(webhook_endpoints::Model);

#[Object]
impl WebhookEndpoint {
    pub async fn id(&self) -> ID {
        global_id("WebhookEndpoint", self.0.id.0)
    }

    async fn url(&self) -> &str {
        &self.0.url
    }

    /// The kinds of events it is told of.
    async fn events(&self) -> &[String] {
        &self.0.events.0
    }

    /// Since when it is told nothing, because it answered 410 Gone.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

pub async fn endpoint(ctx: &Context<'_>, id: WebhookEndpointId) -> ApiResult<Option<WebhookEndpoint>> {
    Ok(room::webhook_endpoints_by_ids(app(ctx), viewer(ctx)?, vec![id]).await?.pop().map(WebhookEndpoint))
}

#[derive(Default)]
pub struct WebhooksQuery;

#[Object]
impl WebhooksQuery {
    /// All of them, oldest first.
    #[graphql(complexity = "20 * child_complexity")]
    async fn webhook_endpoints(&self, ctx: &Context<'_>) -> ApiResult<Vec<WebhookEndpoint>> {
        let endpoints = room::list_webhook_endpoints(app(ctx), viewer(ctx)?).await?;
        Ok(endpoints.into_iter().map(WebhookEndpoint).collect())
    }
}

#[derive(InputObject)]
struct CreateWebhookEndpointInput {
    /// https, to the public internet.
    url: String,
    /// Such as `consent.withdrawn`, `profile.corrected`, `request.completed`, `subject.erased`.
    events: Vec<String>,
}

/// `secret` is shown once.
#[derive(SimpleObject)]
struct CreateWebhookEndpointPayload {
    endpoint: WebhookEndpoint,
    /// Verifies the signatures of Standard Webhooks.
    secret: String,
}

#[derive(InputObject)]
struct DeleteWebhookEndpointInput {
    id: ID,
}

#[derive(SimpleObject)]
struct WebhookEndpointPayload {
    endpoint: WebhookEndpoint,
}

#[derive(Default)]
pub struct WebhooksMutation;

#[Object]
impl WebhooksMutation {
    /// Tells a service of the tenant's own of changes from now on. Deliveries hold ids alone.
    async fn create_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: CreateWebhookEndpointInput,
    ) -> ApiResult<CreateWebhookEndpointPayload> {
        let input = CreateWebhookEndpoint { url: input.url, events: input.events };
        let created = room::create_webhook_endpoint(app(ctx), viewer(ctx)?, input).await?;
        Ok(CreateWebhookEndpointPayload { endpoint: WebhookEndpoint(created.endpoint), secret: created.secret })
    }

    /// Takes effect at once: deliveries that wait are dropped.
    async fn delete_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: DeleteWebhookEndpointInput,
    ) -> ApiResult<WebhookEndpointPayload> {
        let id = local_id(&input.id, "WebhookEndpoint")?;
        Ok(WebhookEndpointPayload {
            endpoint: WebhookEndpoint(room::delete_webhook_endpoint(app(ctx), viewer(ctx)?, id).await?),
        })
    }
}
