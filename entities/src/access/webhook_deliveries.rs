//! One try at telling an endpoint of an event. What it was told is not kept.

use sea_orm::entity::prelude::*;

use crate::{TenantId, WebhookDeliveryId, WebhookEndpointId, WorkItemId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookEndpointId,
    /// The same for every try at one event.
    pub message_id: WorkItemId,
    pub event: String,
    pub attempt: i32,
    pub sent_at: DateTimeUtc,
    pub duration_ms: i32,
    /// What the endpoint answered (HTTP), if it did.
    pub status: Option<i32>,
    /// Why the try came to nothing.
    pub failure: Option<String>,
    pub next_attempt_at: Option<DateTimeUtc>,
}

crate::tenant_table! {
    Key: TenantId | Id | EndpointId | MessageId;
    Operational: Event | Attempt | SentAt | DurationMs | Status | Failure | NextAttemptAt;
}
