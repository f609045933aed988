//! Adding an endpoint.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use recital_entities::{Strings, WebhookEndpointId, access::webhook_endpoints};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use zeroize::Zeroizing;

use super::{address, announce::EVENTS};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    keys::random,
    viewer::{Permission, Viewer},
};

/// Every one more is a delivery more for each change.
const MOST: u64 = 20;

#[derive(Clone, Debug)]
pub struct CreateWebhookEndpoint {
    pub url: String,
    /// Which of [`EVENTS`] it is told of.
    pub events: Vec<String>,
}

/// The endpoint and the one showing of its secret.
pub struct CreatedWebhookEndpoint {
    pub endpoint: webhook_endpoints::Model,
    /// `whsec_` and base64, as Standard Webhooks has it.
    pub secret: String,
}

/// # Errors
/// `BAD_USER_INPUT` for an address that is not on the public internet or an unknown kind of event; CONFLICT with
/// `TOO_MANY_ENDPOINTS`.
pub async fn create_webhook_endpoint(
    app: &App,
    viewer: &Viewer,
    input: CreateWebhookEndpoint,
) -> Result<CreatedWebhookEndpoint> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        address::check(&input.url, tx.core().settings.is_development())?;
        let events = check_events(input.events)?;
        tx.serialise("webhooks").await?;
        let others = webhook_endpoints::Entity::find().filter(webhook_endpoints::Column::DeletedAt.is_null());
        if tx.count(others).await? >= MOST {
            return Err(Error::conflict("TOO_MANY_ENDPOINTS", format!("a tenant has at most {MOST} endpoints")));
        }
        let (id, secret) = (tx.new_id::<WebhookEndpointId>(), Zeroizing::new(random::<32>()?));
        let row = webhook_endpoints::Model {
            tenant_id: tx.tenant(),
            id,
            url: input.url,
            events: Strings(events.clone()),
            secret: tx.keys().await?.seal("webhook_endpoints", "secret", &id, &*secret)?,
            created_at: tx.now(),
            failing_since: None,
            disabled_at: None,
            deleted_at: None,
            previous_secret: None,
            previous_secret_until: None,
            disabled_reason: None,
        };
        let endpoint = tx.insert(row.into_active_model()).await?;
        let secret = format!("whsec_{}", BASE64_STANDARD.encode(*secret));
        Ok(Event::WebhookEndpointCreated { id, events }.with(CreatedWebhookEndpoint { endpoint, secret }))
    })
    .await
}

fn check_events(mut events: Vec<String>) -> Result<Vec<String>> {
    events.sort();
    events.dedup();
    match events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        Some(_) => {
            let message = format!("an endpoint can be told of {}", EVENTS.join(", "));
            Err(Error::invalid("events", "UNKNOWN_EVENT", message))
        }
        None if events.is_empty() => Err(Error::invalid("events", "NO_EVENTS", "name at least one kind of event")),
        None => Ok(events),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_names_each_known_event_once() {
        let named = |events: &[&str]| check_events(events.iter().map(|event| (*event).to_owned()).collect());
        let both = named(&["request.completed", "consent.given", "consent.given"]).unwrap();
        assert_eq!(both, ["consent.given", "request.completed"]);
        assert_eq!(named(&[]).unwrap_err().reason(), "NO_EVENTS");
        assert_eq!(named(&["consent.given", "consent.taken"]).unwrap_err().reason(), "UNKNOWN_EVENT");
    }
}
