//! Webhooks: the tenant's own services are told of what changed, by Standard Webhooks, with ids alone.
//!
//! A delivery is enqueued in the change's own transaction, at the door, for every endpoint that asked for that kind of
//! event, so that no room need think of it and nobody is told of what was rolled back. It is tried again until the
//! endpoint answers 2xx, with the same id each time; an endpoint that accepts nothing for five days is switched off.
//! Nothing inside the operator's network can be reached this way.

mod address;
mod announce;
mod courier;
mod create;
mod delete;
mod deliver;
mod disable;
mod list;
mod log;
mod probe;
mod rotate_secret;
mod standing;

pub use announce::EVENTS as WEBHOOK_EVENTS;
pub(crate) use announce::announce;
pub(crate) use courier::Courier;
pub use create::{CreateWebhookEndpoint, CreatedWebhookEndpoint, create_webhook_endpoint};
pub use delete::delete_webhook_endpoint;
pub use deliver::WebhookDelivery;
pub(crate) use deliver::deliver;
pub(crate) use disable::tell_owner;
pub use disable::{WebhookDisabledMail, enable_webhook_endpoint};
pub use list::{list_webhook_endpoints, webhook_endpoints_by_ids};
pub use log::{list_webhook_deliveries, prune_deliveries};
pub use probe::{TestedWebhookEndpoint, test_webhook_endpoint};
pub use rotate_secret::rotate_webhook_secret;
