//! Delivering one event to one endpoint (Standard Webhooks).

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use recital_entities::{WebhookEndpointId, WorkItemId, access::webhook_endpoints};
use reqwest::StatusCode;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::courier::Parcel;
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// What is to be told to whom: ids alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDelivery {
    pub endpoint: WebhookEndpointId,
    /// The kind of event.
    pub event: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    pub data: Value,
}

/// Sends it once. An endpoint that is gone or disabled meanwhile is told nothing; one that answers 410 is disabled.
///
/// # Errors
/// UNAVAILABLE with `WEBHOOK_UNREACHABLE` or `WEBHOOK_REFUSED`: the queue tries again.
pub async fn deliver(app: &App, viewer: &Viewer, item: WorkItemId, delivery: &WebhookDelivery) -> Result<()> {
    let Some((url, secret)) = open_endpoint(app, viewer, delivery.endpoint).await? else { return Ok(()) };
    let body = delivery.body();
    let headers = sign(&secret, &format!("msg_{item}"), app.now().timestamp(), &body);
    let status = app.courier().carry(Parcel { url, headers, body }).await?;
    match status {
        StatusCode::GONE => disable(app, viewer, delivery.endpoint).await,
        status if status.is_success() => Ok(()),
        status => {
            let refused = Error::unavailable("WEBHOOK_REFUSED", "the endpoint did not accept the event");
            Err(refused.because(format!("answered {}", status.as_u16())))
        }
    }
}

impl WebhookDelivery {
    /// The same for every try.
    fn body(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        json!({ "type": self.event, "timestamp": at, "data": self.data }).to_string()
    }
}

async fn open_endpoint(
    app: &App,
    viewer: &Viewer,
    id: WebhookEndpointId,
) -> Result<Option<(String, Zeroizing<Vec<u8>>)>> {
    app.read(viewer, Permission::WebhookRead, async |tx| {
        let find = webhook_endpoints::Entity::find()
            .filter(webhook_endpoints::Column::Id.eq(id))
            .filter(webhook_endpoints::Column::DeletedAt.is_null())
            .filter(webhook_endpoints::Column::DisabledAt.is_null());
        let Some(endpoint) = tx.one(find).await? else { return Ok(None) };
        let keys = tx.keys_for([&endpoint.secret]).await?;
        Ok(Some((endpoint.url, keys.open("webhook_endpoints", "secret", &id, &endpoint.secret)?)))
    })
    .await
}

async fn disable(app: &App, viewer: &Viewer, id: WebhookEndpointId) -> Result<()> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        let find = webhook_endpoints::Entity::find().filter(webhook_endpoints::Column::Id.eq(id));
        let mut row = tx.get("WebhookEndpoint", find).await?.into_active_model();
        row.disabled_at = Set(Some(tx.now()));
        tx.update(row).await?;
        Ok(Event::WebhookEndpointDisabled { id }.with(()))
    })
    .await
}

/// The three headers: `v1` is HMAC-SHA-256 over id, time and body.
fn sign(secret: &[u8], id: &str, timestamp: i64, body: &str) -> [(&'static str, String); 3] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = BASE64_STANDARD.encode(hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes()));
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries' own tests.
    #[test]
    fn the_signature_is_the_one_of_standard_webhooks() {
        let secret = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let headers = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
