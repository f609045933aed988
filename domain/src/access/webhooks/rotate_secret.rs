//! Exchanging an endpoint's secret without losing a delivery: for a while both sign.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use recital_entities::WebhookEndpointId;
use sea_orm::{ActiveValue::Set, IntoActiveModel as _, QuerySelect as _};
use zeroize::Zeroizing;

use super::{CreatedWebhookEndpoint, list::find};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    keys::random,
    viewer::{Permission, Viewer},
};

const LONGEST_OVERLAP: i32 = 7 * 24;

/// Makes a new secret, shown this once. The one before signs too for `overlap_hours`, 0 to 168; one that was on its way
/// out goes at once.
///
/// # Errors
/// `BAD_USER_INPUT` on `overlapHours`; `NOT_FOUND`.
pub async fn rotate_webhook_secret(
    app: &App,
    viewer: &Viewer,
    id: WebhookEndpointId,
    overlap_hours: i32,
) -> Result<CreatedWebhookEndpoint> {
    app.write(viewer, Permission::WebhookManage, async |tx| {
        if !(0..=LONGEST_OVERLAP).contains(&overlap_hours) {
            let message = format!("0 to {LONGEST_OVERLAP} hours");
            return Err(Error::invalid("overlapHours", "OUT_OF_RANGE", message));
        }
        let endpoint = tx.get("WebhookEndpoint", find(id).lock_exclusive()).await?;
        let keys = tx.keys_for([&endpoint.secret]).await?;
        let previous = keys.open("webhook_endpoints", "secret", &id, &endpoint.secret)?;
        let secret = Zeroizing::new(random::<32>()?);
        let mut row = endpoint.into_active_model();
        row.secret = Set(keys.seal("webhook_endpoints", "secret", &id, &*secret)?);
        row.previous_secret = Set(Some(keys.seal("webhook_endpoints", "previous_secret", &id, &previous)?));
        row.previous_secret_until = Set(Some(tx.now() + TimeDelta::hours(overlap_hours.into())));
        let endpoint = tx.update(row).await?;
        let secret = format!("whsec_{}", BASE64_STANDARD.encode(*secret));
        Ok(Event::WebhookSecretRotated { id, overlap_hours }.with(CreatedWebhookEndpoint { endpoint, secret }))
    })
    .await
}
