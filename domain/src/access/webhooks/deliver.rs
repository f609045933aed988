//! Delivering one event to one endpoint (Standard Webhooks).

use std::time::Instant;

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use recital_entities::{WebhookDisabledReason, WebhookEndpointId, access::webhook_endpoints};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    courier::Parcel,
    disable::disable,
    log::{self, Try},
    standing::{Standing, Verdict},
};
use crate::{
    app::App,
    error::{Error, Result},
    telemetry::metrics::{WebhookDuration, WebhookOutcome, Webhooks},
    viewer::{Permission, Viewer},
    work::{Claimed, next_try},
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

/// Sends it once, and keeps a line in the log. An endpoint that is gone or disabled meanwhile is told nothing.
///
/// # Errors
/// UNAVAILABLE with `WEBHOOK_UNREACHABLE` or `WEBHOOK_REFUSED`: the queue tries again.
pub async fn deliver(app: &App, viewer: &Viewer, item: &Claimed, delivery: &WebhookDelivery) -> Result<()> {
    let Some(endpoint) = Recipient::open(app, viewer, delivery.endpoint).await? else { return Ok(()) };
    let body = delivery.body();
    let headers = sign(&endpoint.secrets, &format!("msg_{}", item.id), app.now().timestamp(), &body);
    let began = Instant::now();
    let answer = app.courier().carry(Parcel { url: endpoint.url, headers, body }).await;
    let took = began.elapsed();
    let status = answer.as_ref().ok().map(StatusCode::as_u16);
    let (verdict, outcome) = judge(answer);
    let failed = verdict == Verdict::Failed;
    Webhooks { outcome: verdict.into() }.count();
    WebhookDuration {}.observe(took);
    let tried = Try {
        endpoint: delivery.endpoint,
        message: item.id,
        event: delivery.event.clone(),
        attempt: item.attempt,
        took,
        status,
        failure: outcome.as_ref().err().map(Error::reason),
        next: next_try(&item.kind, item.id, item.attempt).filter(|_| failed).map(|wait| app.now() + wait),
    };
    match Standing::after(verdict, endpoint.failing_since, app.now()) {
        Standing::Well => keep(app, viewer, tried, None).await.and(outcome),
        Standing::FailingSince(since) => keep(app, viewer, tried, Some(since)).await.and(outcome),
        Standing::Disabled(reason) => {
            let since = endpoint.failing_since.filter(|_| reason == WebhookDisabledReason::Failing);
            keep(app, viewer, Try { next: None, ..tried }, since).await?;
            disable(app, viewer, delivery.endpoint, reason).await
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

fn judge(answer: Result<StatusCode>) -> (Verdict, Result<()>) {
    match answer {
        Ok(StatusCode::GONE) => (Verdict::Gone, Ok(())),
        Ok(status) if status.is_success() => (Verdict::Accepted, Ok(())),
        Ok(status) => {
            let refused = Error::unavailable("WEBHOOK_REFUSED", "the endpoint did not accept the event");
            (Verdict::Failed, Err(refused.because(format!("answered {}", status.as_u16()))))
        }
        Err(error) => (Verdict::Failed, Err(error)),
    }
}

impl From<Verdict> for WebhookOutcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accepted => Self::Accepted,
            Verdict::Gone => Self::Gone,
            Verdict::Failed => Self::Failed,
        }
    }
}

/// An endpoint that is to be told something.
struct Recipient {
    url: String,
    /// The newest first.
    secrets: Vec<Zeroizing<Vec<u8>>>,
    failing_since: Option<DateTime<Utc>>,
}

impl Recipient {
    async fn open(app: &App, viewer: &Viewer, id: WebhookEndpointId) -> Result<Option<Self>> {
        app.read(viewer, Permission::WebhookRead, async |tx| {
            let find = webhook_endpoints::Entity::find()
                .filter(webhook_endpoints::Column::Id.eq(id))
                .filter(webhook_endpoints::Column::DeletedAt.is_null())
                .filter(webhook_endpoints::Column::DisabledAt.is_null());
            let Some(row) = tx.one(find).await? else { return Ok(None) };
            let previous = row.previous_secret.as_ref().filter(|_| row.previous_secret_until > Some(tx.now()));
            let keys = tx.keys_for([&row.secret].into_iter().chain(previous)).await?;
            let mut secrets = vec![keys.open("webhook_endpoints", "secret", &id, &row.secret)?];
            if let Some(previous) = previous {
                secrets.push(keys.open("webhook_endpoints", "previous_secret", &id, previous)?);
            }
            Ok(Some(Self { url: row.url, secrets, failing_since: row.failing_since }))
        })
        .await
    }
}

async fn keep(app: &App, viewer: &Viewer, tried: Try, failing_since: Option<DateTime<Utc>>) -> Result<()> {
    let stands = webhook_endpoints::Entity::update_many()
        .filter(webhook_endpoints::Column::Id.eq(tried.endpoint))
        .col_expr(webhook_endpoints::Column::FailingSince, Expr::value(failing_since));
    app.maintain(viewer, async |tx| {
        log::note(tx, tried).await?;
        tx.update_all(stands).await.map(drop)
    })
    .await
}

/// The three headers: `v1` is HMAC-SHA-256 over id, time and body, once for each secret that may be in use.
fn sign(secrets: &[Zeroizing<Vec<u8>>], id: &str, timestamp: i64, body: &str) -> [(&'static str, String); 3] {
    let message = format!("{id}.{timestamp}.{body}");
    let signature = |secret: &Zeroizing<Vec<u8>>| {
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(signature))
    };
    let signatures: Vec<String> = secrets.iter().map(signature).collect();
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries' own tests.
    #[test]
    fn the_signature_is_the_one_of_standard_webhooks() {
        let secret = Zeroizing::new(BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let headers = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(headers[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_secrets_are_exchanged_both_sign() {
        let secrets = [Zeroizing::new(vec![1; 32]), Zeroizing::new(vec![2; 32])];
        let both = sign(&secrets, "msg_1", 1, "{}")[2].1.clone();
        let each = secrets.map(|secret| sign(&[secret], "msg_1", 1, "{}")[2].1.clone());
        assert_eq!(both, each.join(" "));
    }
}
