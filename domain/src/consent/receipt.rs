//! The receipt of a consent, signed: what the person, or whoever they show it to, can check without asking anybody.

use recital_entities::{
    ConsentId,
    access::{controllers, tenants},
    consent::consent_events,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value, json};

use super::{list, receipt_document::Receipt, version};
use crate::{
    access::jwks_url,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

/// A receipt tells the newest events; the whole history is in `consentHistory`.
const MOST_EVENTS: u64 = 100;

/// JSON-LD with a `proof`: a compact JWS (`EdDSA`) whose payload is the document without its proof, and where the
/// public keys stand (`jku`).
///
/// # Errors
/// `NOT_FOUND`; UNAVAILABLE without the tenant's keys.
pub async fn receipt(app: &App, viewer: &Viewer, consent: ConsentId) -> Result<Value> {
    app.read(viewer, Permission::ConsentRead, async |tx| signed(tx, consent).await).await
}

/// The same within another look.
pub(super) async fn signed(tx: &TenantTx, consent: ConsentId) -> Result<Value> {
    sign(tx, load(tx, consent).await?.document()).await
}

async fn load(tx: &TenantTx, consent: ConsentId) -> Result<Receipt> {
    let consent = list::get(tx, consent).await?;
    let purpose = version::agreed_to(tx, &consent).await?;
    let newest = consent_events::Entity::find()
        .filter(consent_events::Column::SubjectId.eq(consent.subject_id))
        .filter(consent_events::Column::PurposeId.eq(consent.purpose_id))
        .order_by_desc(consent_events::Column::RecordedAt)
        .order_by_desc(consent_events::Column::Id)
        .limit(MOST_EVENTS);
    let mut events = tx.all(newest).await?;
    events.reverse();
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    Ok(Receipt {
        tenant: tenant.ok_or_else(|| Error::not_found("tenant"))?,
        controller: tx.get("controller", controllers::Entity::find()).await?,
        purpose,
        consent,
        events,
    })
}

async fn sign(tx: &TenantTx, mut document: Value) -> Result<Value> {
    let keys = tx.keys().await?;
    let jws = keys.sign_jws("consent-receipt+ld+json", &document)?;
    if let Some(document) = document.as_object_mut() {
        let jku = jwks_url(&tx.core().settings, tx.tenant());
        let proof = json!({ "type": "JsonWebSignature", "jws": jws, "jku": jku, "publicKeyJwk": keys.public_jwk() });
        document.insert("proof".to_owned(), proof);
    }
    Ok(document)
}
