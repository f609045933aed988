//! The package of an access or portability request: sealed at rest, fetched with a link.

use chrono::TimeDelta;
use recital_entities::{ExportPackageId, requests::export_packages};
use sea_orm::ActiveValue::Set;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{case::Case, fulfil::Outcome, package};
use crate::{
    access::LinkToken,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::SubjectKey,
    viewer::{Permission, Viewer},
};

const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Builds the package and keeps it, sealed under the subject's key, for 30 days.
pub(super) async fn build(case: &Case<'_>) -> Result<Outcome> {
    let document = package::document(case).await?;
    let content = Zeroizing::new(serde_json::to_vec_pretty(&document).map_err(Error::internal)?);
    let sha256 = Sha256::digest(&*content).to_vec();
    let id: ExportPackageId = case.tx.new_id();
    let key = SubjectKey::of(case.tx, case.subject.id).await?;
    let row = export_packages::ActiveModel {
        tenant_id: Set(case.tx.tenant()),
        id: Set(id),
        request_id: Set(case.request.id),
        subject_id: Set(case.subject.id),
        format: Set("application/json".to_owned()),
        size_bytes: Set(i32::try_from(content.len()).map_err(Error::internal)?),
        sha256: Set(sha256.clone()),
        content: Set(key.seal("export_packages", "content", &id, &content)?),
        created_at: Set(case.tx.now()),
        expires_at: Set(case.tx.now() + KEPT_FOR),
        link_hash: Set(link(case.tx, id).await?.hash()),
        downloads: Set(0),
    };
    case.tx.insert_all(vec![row]).await?;
    let built = Event::ExportBuilt { id: case.request.id, sha256: hex::encode(sha256), size_bytes: content.len() };
    Ok(Outcome::whole(vec![built]))
}

/// Made from the package's id under the tenant's key, so that it need not be kept: whoever may reveal can be told it
/// again, and nobody finds it in the database.
async fn link(tx: &TenantTx, id: ExportPackageId) -> Result<LinkToken> {
    Ok(LinkToken::new(tx.tenant(), tx.keys().await?.link_secret(&format!("export/{id}"))))
}

/// The address under which a package can be fetched. Whoever knows it gets the person's data, so it takes the
/// permission to reveal.
///
/// # Errors
/// FORBIDDEN.
pub async fn export_link(app: &App, viewer: &Viewer, id: ExportPackageId) -> Result<String> {
    app.read(viewer, Permission::VaultReveal, async |tx| address(app, tx, id).await).await
}

pub(super) async fn address(app: &App, tx: &TenantTx, id: ExportPackageId) -> Result<String> {
    Ok(format!("{}/export/{}", app.core().settings.public_url, link(tx, id).await?.reveal()))
}
