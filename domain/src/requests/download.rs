//! Fetching a package with its link.

use std::ops::Range;

use chrono::TimeDelta;
use recital_entities::{
    FileId, Sealed, TenantStatus,
    access::tenants,
    requests::{export_packages, subject_requests},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _,
    Select,
};
use uuid::Uuid;

use super::case::{Step, record};
use crate::{
    access::LinkToken,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    vault::{self, ClearContent, ContentKey, ContentOf, SubjectKey},
    viewer::{Actor, Client, Permission, Viewer},
};

/// A package as its link describes it.
pub struct Package {
    pub size_bytes: u64,
    /// Of the content.
    pub sha256: Vec<u8>,
    /// A media type.
    pub format: String,
    pub file_name: String,
}

/// Within this time after a download counted, asking for a part takes it up again.
const CONTINUED_WITHIN: TimeDelta = TimeDelta::days(1);

/// What the link names, without opening it.
///
/// # Errors
/// `NOT_FOUND` for a link that is none, or whose package went with its subject; CONFLICT with `LINK_EXPIRED`.
pub async fn find_package(app: &App, token: &str, correlation: Uuid) -> Result<Package> {
    let token = LinkToken::parse(token).ok_or_else(unknown)?;
    let stranger = Viewer::new(token.tenant, Actor::Job("request.download"), correlation);
    app.look(&stranger, async |tx| {
        let (package, _) = still_kept(tx, find(tx, &token).await?)?;
        Ok(Package {
            size_bytes: package.size_bytes.unsigned_abs(),
            file_name: format!("personal-data-{}.zip", package.created_at.format("%Y-%m-%d")),
            sha256: package.sha256,
            format: package.format,
        })
    })
    .await
}

/// Opens a part of the package that the link names, or all of it, as its subject. Each time is audited; it counts, and is
/// in the timeline, unless it takes up a download that counted within the last day.
///
/// # Errors
/// Those of [`find_package`]; internal where the content was changed; UNAVAILABLE with `FILE_STORE_UNAVAILABLE`.
pub async fn download(
    app: &App,
    token: &str,
    part: Option<Range<u64>>,
    correlation: Uuid,
    client: Client,
) -> Result<ClearContent> {
    let token = LinkToken::parse(token).ok_or_else(unknown)?;
    let stranger = Viewer::new(token.tenant, Actor::Job("request.download"), correlation);
    let package = app.look(&stranger, async |tx| find(tx, &token).await).await?;
    let viewer = Viewer::new(token.tenant, Actor::Subject(package.subject_id), correlation).from_client(client);
    let content = app.write(&viewer, Permission::VaultReveal, async |tx| open(tx, &token, part).await).await?;
    vault::check_content(app, &viewer, content, format!("exportPackages.{}", package.id)).await
}

fn unknown() -> Error {
    Error::not_found("link")
}

/// A tenant that does not exist has no packages.
async fn find(tx: &TenantTx, token: &LinkToken) -> Result<export_packages::Model> {
    let served = tenants::Entity::find_by_id(tx.tenant()).filter(tenants::Column::Status.eq(TenantStatus::Active));
    if tx.one_global(served).await?.is_none() {
        return Err(unknown());
    }
    tx.one(named_by(token)).await?.ok_or_else(unknown)
}

fn named_by(token: &LinkToken) -> Select<export_packages::Entity> {
    export_packages::Entity::find().filter(export_packages::Column::LinkHash.eq(token.hash()))
}

/// The package and its key, while its time is not over.
fn still_kept(tx: &TenantTx, package: export_packages::Model) -> Result<(export_packages::Model, Sealed)> {
    match package.content_key.clone().filter(|_| tx.now() < package.expires_at) {
        Some(key) => Ok((package, key)),
        None => Err(Error::conflict("LINK_EXPIRED", "this link has expired: ask for a new copy")),
    }
}

async fn open(tx: &TenantTx, token: &LinkToken, part: Option<Range<u64>>) -> Result<Audited<ClearContent>> {
    let package = tx.one(named_by(token).lock_exclusive()).await?.ok_or_else(unknown)?;
    let (package, key) = still_kept(tx, package)?;
    let of = ContentOf {
        tenant: tx.tenant(),
        subject: package.subject_id,
        table: "export_packages",
        id: FileId(package.id.0),
    };
    let key = ContentKey::unwrap(of, &SubjectKey::of(tx, package.subject_id).await?, &key)?;
    let size = package.size_bytes.unsigned_abs();
    let range = part.clone().unwrap_or(0..size);
    let from_byte = range.start;
    let content = vault::read_content(&tx.core().files, key, size, range);
    let continues = part.is_some() && package.downloaded_at.is_some_and(|at| tx.now() < at + CONTINUED_WITHIN);
    let id = package.request_id;
    let event = if continues {
        Event::ExportContinued { id, from_byte }
    } else {
        Event::ExportDownloaded { id, downloads: count(tx, package).await? }
    };
    Ok(event.with(content))
}

/// Answers how many downloads there were with this one.
async fn count(tx: &TenantTx, package: export_packages::Model) -> Result<i32> {
    let request = subject_requests::Entity::find().filter(subject_requests::Column::Id.eq(package.request_id));
    record(tx, &tx.get("subject request", request).await?, Step::Downloaded, None).await?;
    let downloads = package.downloads + 1;
    let mut row = package.into_active_model();
    row.downloads = Set(downloads);
    row.downloaded_at = Set(Some(tx.now()));
    tx.update(row).await?;
    Ok(downloads)
}
