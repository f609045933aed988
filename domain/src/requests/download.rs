//! Fetching a package with its link.

use chrono::{DateTime, Utc};
use recital_entities::{
    FileId, SubjectId, TenantStatus,
    access::tenants,
    requests::{export_packages, subject_requests},
    vault::files,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
};
use zeroize::Zeroizing;

use super::{
    case::{Step, record},
    package::scope,
    rights,
};
use crate::{
    access::LinkToken,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes,
    vault::{self, SubjectKey},
    viewer::{Actor, Client, Permission, Viewer},
};

/// A package in clear. No `Debug`: it is all that is known of somebody.
pub struct Download {
    pub content: Zeroizing<Vec<u8>>,
    pub sha256: Vec<u8>,
    /// A media type.
    pub format: String,
    pub file_name: String,
}

/// Opens the package that the link names, as its subject. Each time is counted, audited and in the timeline.
///
/// # Errors
/// `NOT_FOUND` for a link that is none, or whose package went with its subject; CONFLICT with `LINK_EXPIRED`.
pub async fn download(app: &App, token: &str, correlation: uuid::Uuid, client: Client) -> Result<Download> {
    let token = LinkToken::parse(token).ok_or_else(unknown)?;
    let subject = subject_of(app, &token, correlation).await?;
    let viewer = Viewer::new(token.tenant, Actor::Subject(subject), correlation).from_client(client);
    app.write(&viewer, Permission::VaultReveal, async |tx| fetch(tx, &token).await).await
}

fn unknown() -> Error {
    Error::not_found("link")
}

/// Whose package it is. A tenant that does not exist has none.
async fn subject_of(app: &App, token: &LinkToken, correlation: uuid::Uuid) -> Result<SubjectId> {
    let stranger = Viewer::new(token.tenant, Actor::Job("request.download"), correlation);
    app.look(&stranger, async |tx| {
        let served = tenants::Entity::find_by_id(tx.tenant()).filter(tenants::Column::Status.eq(TenantStatus::Active));
        if tx.one_global(served).await?.is_none() {
            return Err(unknown());
        }
        Ok(tx.one(named_by(token)).await?.ok_or_else(unknown)?.subject_id)
    })
    .await
}

fn named_by(token: &LinkToken) -> sea_orm::Select<export_packages::Entity> {
    export_packages::Entity::find().filter(export_packages::Column::LinkHash.eq(token.hash()))
}

async fn fetch(tx: &TenantTx, token: &LinkToken) -> Result<Audited<Download>> {
    let package = tx.one(named_by(token).lock_exclusive()).await?.ok_or_else(unknown)?;
    if is_expired(package.expires_at, tx.now()) {
        return Err(Error::conflict("LINK_EXPIRED", "this link has expired: ask for a new copy"));
    }
    let key = SubjectKey::of(tx, package.subject_id).await?;
    let content = key.open("export_packages", "content", &package.id, &package.content)?;
    let find = subject_requests::Entity::find().filter(subject_requests::Column::Id.eq(package.request_id));
    record(tx, &tx.get("subject request", find).await?, Step::Downloaded, None).await?;
    let downloaded = Event::ExportDownloaded { id: package.request_id };
    let download = Download {
        content,
        sha256: package.sha256.clone(),
        format: package.format.clone(),
        file_name: format!("personal-data-{}.json", package.created_at.format("%Y-%m-%d")),
    };
    let downloads = package.downloads + 1;
    let mut row = package.into_active_model();
    row.downloads = Set(downloads);
    tx.update(row).await?;
    Ok(downloaded.with(download))
}

/// Opens a file that the package lists, for whoever has the package's link.
///
/// # Errors
/// As [`download`]; `NOT_FOUND` for a file that the package does not list, or that has gone meanwhile.
pub async fn download_file(
    app: &App,
    token: &str,
    file: FileId,
    correlation: uuid::Uuid,
    client: Client,
) -> Result<vault::Download> {
    let token = LinkToken::parse(token).ok_or_else(unknown)?;
    let subject = subject_of(app, &token, correlation).await?;
    let viewer = Viewer::new(token.tenant, Actor::Subject(subject), correlation).from_client(client);
    let opened = app.write(&viewer, Permission::VaultReveal, async |tx| {
        let package = tx.one(named_by(&token)).await?.ok_or_else(unknown)?;
        if is_expired(package.expires_at, tx.now()) {
            return Err(Error::conflict("LINK_EXPIRED", "this link has expired: ask for a new copy"));
        }
        vault::open_file(tx, listed(tx, &package, file).await?, None).await
    });
    opened.await?.checked(app, &viewer, file).await
}

/// The file, when the package lists it.
async fn listed(tx: &TenantTx, package: &export_packages::Model, file: FileId) -> Result<files::Model> {
    let find = subject_requests::Entity::find().filter(subject_requests::Column::Id.eq(package.request_id));
    let request = tx.get("subject request", find).await?;
    let right = rights::right(request.r#type, request.regime).ok_or_else(|| Error::internal("no such right"))?;
    let file = files::Entity::find()
        .filter(files::Column::Id.eq(file))
        .filter(files::Column::SubjectId.eq(package.subject_id))
        .filter(files::Column::CreatedAt.lte(package.created_at));
    let file = tx.get("file", file).await?;
    let purpose = purposes::by_ids(tx, [file.purpose_id]).await?.remove(&file.purpose_id);
    match purpose {
        Some(purpose) if scope(&request, right).covers(&purpose) => Ok(file),
        _ => Err(Error::not_found("file")),
    }
}

fn is_expired(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    expires_at <= now
}
