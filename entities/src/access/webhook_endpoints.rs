//! Where the tenant's own services are told of changes. The secret is sealed under the tenant key.

use sea_orm::entity::prelude::*;

use crate::{Sealed, Strings, TenantId, WebhookDisabledReason, WebhookEndpointId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: TenantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    pub url: String,
    pub events: Strings,
    pub secret: Sealed,
    pub created_at: DateTimeUtc,
    /// Since the first of an unbroken row of failures.
    pub failing_since: Option<DateTimeUtc>,
    pub disabled_at: Option<DateTimeUtc>,
    pub deleted_at: Option<DateTimeUtc>,
    /// Signs too, until then.
    pub previous_secret: Option<Sealed>,
    pub previous_secret_until: Option<DateTimeUtc>,
    pub disabled_reason: Option<WebhookDisabledReason>,
}

crate::tenant_table! {
    Key: TenantId | Id;
    Secret: Secret | PreviousSecret;
    Operational: Url | Events | CreatedAt | FailingSince | DisabledAt | DeletedAt | PreviousSecretUntil | DisabledReason;
}
