//! Webhook endpoints.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::access::{self as room, CreateWebhookEndpoint};
use recital_entities::{
    WebhookDisabledReason, WebhookEndpointId,
    access::{webhook_deliveries, webhook_endpoints},
};

use crate::{
    auth::{app, viewer},
    connection::{Connection, connect, page_cost, page_request},
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

    /// Since when it is told nothing.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    async fn disabled_reason(&self) -> Option<WebhookDisabledReason> {
        self.0.disabled_reason
    }

    /// The first of an unbroken row of failures; after five days it is disabled.
    async fn failing_since(&self) -> Option<DateTime<Utc>> {
        self.0.failing_since
    }

    /// Until then the secret before signs too.
    async fn previous_secret_until(&self) -> Option<DateTime<Utc>> {
        self.0.previous_secret_until
    }

    /// Each try of the last 30 days, newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> ApiResult<Connection<WebhookDelivery>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let page = room::list_webhook_deliveries(app(ctx), viewer(ctx)?, self.0.id, page).await?;
        Ok(connect(page, |row| row.id.0, WebhookDelivery))
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// One try at telling an endpoint of an event. What it was told is not kept.
pub struct WebhookDelivery(webhook_deliveries::Model);

#[Object]
impl WebhookDelivery {
    async fn id(&self) -> ID {
        global_id("WebhookDelivery", self.0.id.0)
    }

    /// The `webhook-id` header: the same for every try at one event.
    async fn message_id(&self) -> String {
        format!("msg_{}", self.0.message_id)
    }

    async fn event(&self) -> &str {
        &self.0.event
    }

    /// 1 for the first try.
    async fn attempt(&self) -> i32 {
        self.0.attempt
    }

    async fn sent_at(&self) -> DateTime<Utc> {
        self.0.sent_at
    }

    /// How long the endpoint took, or was waited for.
    async fn duration_ms(&self) -> i32 {
        self.0.duration_ms
    }

    /// The HTTP status it answered, if it did.
    async fn status(&self) -> Option<i32> {
        self.0.status
    }

    /// Why the try came to nothing, such as `WEBHOOK_UNREACHABLE`; null where the event was accepted.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    async fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_attempt_at
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

#[derive(InputObject)]
struct EnableWebhookEndpointInput {
    id: ID,
}

#[derive(InputObject)]
struct TestWebhookEndpointInput {
    id: ID,
}

#[derive(SimpleObject)]
struct TestWebhookEndpointPayload {
    endpoint: WebhookEndpoint,
    /// The `webhook-id` to look for in `deliveries`.
    message_id: String,
}

#[derive(InputObject)]
struct RotateWebhookSecretInput {
    id: ID,
    /// For so long the secret before signs too; 0 to 168.
    #[graphql(default = 24)]
    overlap_hours: i32,
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

    /// Tells an endpoint that was disabled of what happens from now on. What happened meanwhile is in the histories.
    async fn enable_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: EnableWebhookEndpointInput,
    ) -> ApiResult<WebhookEndpointPayload> {
        let id = local_id(&input.id, "WebhookEndpoint")?;
        Ok(WebhookEndpointPayload {
            endpoint: WebhookEndpoint(room::enable_webhook_endpoint(app(ctx), viewer(ctx)?, id).await?),
        })
    }

    /// Sends `webhook.test` by the same way as any event; `deliveries` tells how it went.
    async fn test_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        input: TestWebhookEndpointInput,
    ) -> ApiResult<TestWebhookEndpointPayload> {
        let id = local_id(&input.id, "WebhookEndpoint")?;
        let tested = room::test_webhook_endpoint(app(ctx), viewer(ctx)?, id).await?;
        let message_id = format!("msg_{}", tested.message);
        Ok(TestWebhookEndpointPayload { endpoint: WebhookEndpoint(tested.endpoint), message_id })
    }

    /// Makes a new secret, shown this once. For a while both sign, so that no delivery is lost.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        input: RotateWebhookSecretInput,
    ) -> ApiResult<CreateWebhookEndpointPayload> {
        let id = local_id(&input.id, "WebhookEndpoint")?;
        let rotated = room::rotate_webhook_secret(app(ctx), viewer(ctx)?, id, input.overlap_hours).await?;
        Ok(CreateWebhookEndpointPayload { endpoint: WebhookEndpoint(rotated.endpoint), secret: rotated.secret })
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
