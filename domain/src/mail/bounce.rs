//! Mails that come back after they were taken, told by whoever runs the mail server: signed after Standard Webhooks,
//! with the Message-ID that came back and the status of RFC 3463.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{ReverificationId, TenantId, TenantStatus, access::tenants};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use uuid::Uuid;

use super::connections::is_enhanced_status;
use crate::{
    accuracy,
    app::App,
    error::{Error, Result},
    viewer::{Actor, Viewer},
};

/// The three headers of a signed call.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    pub id: &'a str,
    /// Seconds since 1970.
    pub timestamp: &'a str,
    /// `v1,<base64>`, several apart by blanks.
    pub signatures: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    message_id: String,
    status: String,
}

/// Marks what the mail was about as bounced. A status of 4 or 2 is about a delay and changes nothing; nor does a mail
/// that is not known, or a second report.
///
/// # Errors
/// UNAUTHENTICATED for a signature that is wrong or older than five minutes; `BAD_USER_INPUT` naming the field.
pub async fn report_bounce(
    app: &App,
    secret: &SecretString,
    signature: Signature<'_>,
    body: &[u8],
    correlation: Uuid,
) -> Result<()> {
    verify(secret, signature, body, app.now())?;
    let not_json = |error| Error::invalid("body", "NOT_A_REPORT", "expected messageId and status").because(error);
    let report: Report = serde_json::from_slice(body).map_err::<Error, _>(not_json)?;
    if !is_enhanced_status(&report.status) {
        return Err(Error::invalid("status", "INVALID_STATUS", "expected a status of RFC 3463 such as 5.1.1"));
    }
    let Some((tenant, question)) = question_of(&report.message_id).filter(|_| report.status.starts_with('5')) else {
        return Ok(());
    };
    let served = tenants::Entity::find_by_id(tenant).filter(tenants::Column::Status.eq(TenantStatus::Active));
    if app.platform().one(served).await?.is_none() {
        return Ok(());
    }
    let viewer = Viewer::new(tenant, Actor::Job("mail.bounce"), correlation);
    accuracy::mail_bounced(app, &viewer, question, report.status).await
}

const OLDEST: TimeDelta = TimeDelta::minutes(5);

fn verify(secret: &SecretString, signature: Signature<'_>, body: &[u8], now: DateTime<Utc>) -> Result<()> {
    let sent_at = signature.timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let is_fresh = sent_at.is_some_and(|sent_at| (now - sent_at).abs() <= OLDEST);
    let signed = [signature.id.as_bytes(), b".", signature.timestamp.as_bytes(), b".", body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret_bytes(secret)?);
    let mut given = signature.signatures.split(' ').filter_map(|one| one.strip_prefix("v1,"));
    let is_ours = given
        .any(|one| BASE64_STANDARD.decode(one).is_ok_and(|signature| hmac::verify(&key, &signed, &signature).is_ok()));
    if is_fresh && is_ours { Ok(()) } else { Err(Error::unauthenticated()) }
}

/// `whsec_<base64>`, as Standard Webhooks writes secrets.
fn secret_bytes(secret: &SecretString) -> Result<Vec<u8>> {
    let text = secret.expose_secret();
    let decoded = BASE64_STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok();
    decoded.filter(|bytes| bytes.len() >= 24).ok_or_else(|| {
        Error::invalid("mail.bounce_secret", "BAD_SETTING", "expected whsec_ and 24 bytes or more as base64")
    })
}

/// # Errors
/// What is wrong with the secret.
pub(crate) fn check_bounce_secret(secret: &SecretString) -> Result<()> {
    secret_bytes(secret).map(drop)
}

/// What [`super::compose`] put into the Message-ID: `<reverification-<id>[-reminder-<n>].<tenant>@…>`.
fn question_of(message_id: &str) -> Option<(TenantId, ReverificationId)> {
    let (left, _) = message_id.trim().trim_start_matches('<').split_once('@')?;
    let (mail, tenant) = left.rsplit_once('.')?;
    let tenant = Uuid::from_slice(&bs58::decode(tenant).into_vec().ok()?).ok()?;
    let id = mail.strip_prefix("reverification-")?.get(..36)?.parse().ok()?;
    Some((TenantId(tenant), ReverificationId(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SecretString {
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()
    }

    /// The example of the Standard Webhooks libraries' own tests.
    const EXAMPLE: Signature<'_> = Signature {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signatures: "v1,bm9uZQ== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    #[test]
    fn a_signature_is_that_of_standard_webhooks() {
        let at = |seconds: i64| DateTime::from_timestamp(1_614_265_330 + seconds, 0).unwrap();
        let other = Signature { id: "msg_other", ..EXAMPLE };
        for (signature, body, seconds, good) in [
            (EXAMPLE, BODY, 0, true),
            (EXAMPLE, BODY, 300, true),
            (EXAMPLE, BODY, 301, false),
            (EXAMPLE, BODY, -301, false),
            (EXAMPLE, &b"{}"[..], 0, false),
            (other, BODY, 0, false),
            (Signature { signatures: "", ..EXAMPLE }, BODY, 0, false),
            (Signature { timestamp: "soon", ..EXAMPLE }, BODY, 0, false),
        ] {
            assert_eq!(verify(&secret(), signature, body, at(seconds)).is_ok(), good, "{signature:?} {seconds}");
        }
    }

    #[test]
    fn a_message_id_tells_tenant_and_question() {
        let (tenant, id) = (Uuid::from_u128(7), Uuid::from_u128(9));
        let named = bs58::encode(tenant).into_string();
        let found = Some((TenantId(tenant), ReverificationId(id)));
        for (message_id, expected) in [
            (format!("<reverification-{id}.{named}@mail.example.org>"), found),
            (format!("reverification-{id}-reminder-2.{named}@mail.example.org"), found),
            (format!("<other-{id}.{named}@mail.example.org>"), None),
            (format!("<reverification-{id}@mail.example.org>"), None),
            ("<>".to_owned(), None),
            ("nonsense".to_owned(), None),
        ] {
            assert_eq!(question_of(&message_id), expected, "{message_id}");
        }
    }
}
