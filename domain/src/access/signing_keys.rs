//! The public keys that verify what a tenant signed, and a new one when the old has served long enough.

use recital_entities::{TenantId, access::tenants, vault::signing_keys};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::{
    app::{App, Settings},
    error::{Error, Result},
    evidence::Event,
    keys::public_jwk,
    viewer::{Actor, Permission, Viewer},
};

/// Where a tenant's public keys stand. The tenant's id cannot be guessed: the address tells nobody who is served here.
#[must_use]
pub fn jwks_url(settings: &Settings, tenant: TenantId) -> String {
    format!("{}/.well-known/recital/{tenant}/jwks.json", settings.public_url)
}

/// Every key that ever signed for the tenant, newest first, as a JWK Set (RFC 7517). Anybody may ask, also when the
/// tenant is served no more.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn published_keys(app: &App, tenant: TenantId) -> Result<Value> {
    let known = tenants::Entity::find_by_id(tenant);
    app.platform().one(known).await?.ok_or_else(|| Error::not_found("tenant"))?;
    let viewer = Viewer::new(tenant, Actor::Job("access.jwks"), tenant.0);
    let newest_first = signing_keys::Entity::find().order_by_desc(signing_keys::Column::CreatedAt);
    let rows = app.look(&viewer, async |tx| tx.all(newest_first).await).await?;
    Ok(json!({ "keys": rows.iter().map(|row| public_jwk(&row.public_key)).collect::<Vec<_>>() }))
}

/// Signs receipts and certificates with a new key from now on; what the old one signed stays verifiable. Answers the
/// new key's id.
///
/// # Errors
/// UNAVAILABLE without the tenant's keys.
pub async fn rotate_signing_key(app: &App, viewer: &Viewer) -> Result<String> {
    let kid = app
        .write(viewer, Permission::VaultRotateKey, async |tx| {
            let kid = tx.core().keys.rotate_statement_key(tx).await?;
            Ok(Event::SigningKeyRotated { id: tx.tenant(), kid: kid.clone() }.with(kid))
        })
        .await?;
    app.core().keys.forget(viewer.tenant()).await;
    Ok(kid)
}
