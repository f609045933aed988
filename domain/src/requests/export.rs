//! The package of an access or portability request: built into the file store, sealed at rest, fetched with a link.

use chrono::TimeDelta;
use recital_entities::{ExportPackageId, SubjectRequestId, SubjectRequestState, requests::export_packages};
use sea_orm::ActiveValue::Set;

use super::{
    case::Case,
    fulfil::{Outcome, complete, not_in_progress},
    package::{self, Source, right_of},
};
use crate::{
    access::LinkToken,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::{self, Content, ContentKey, ContentOf, SubjectKey},
    viewer::{Permission, Viewer},
    words::Words,
};

const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Builds the package and keeps it for 30 days, sealed under a key of its own that the subject's key seals. A build that
/// was cut off leaves a note of what it stored, as an upload does, and begins anew.
///
/// # Errors
/// CONFLICT with `NOT_IN_PROGRESS` or `SUBJECT_ERASED` when the package is not wanted any more.
pub(super) async fn build(app: &App, viewer: &Viewer, id: SubjectRequestId) -> Result<()> {
    let (source, key) = begin(app, viewer, id).await?;
    let outcome = async {
        let content = package::write(&source, &key).await?;
        finish(&source, &key, &content).await
    }
    .await;
    if outcome.is_err() {
        vault::abandon_upload(app, viewer, source.object()).await;
    }
    outcome
}

async fn begin<'a>(app: &'a App, viewer: &'a Viewer, id: SubjectRequestId) -> Result<(Source<'a>, ContentKey)> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let case = case(tx, id).await?;
        let subject = case.subject.id;
        let source = Source {
            app,
            viewer,
            right: right_of(&case.request)?,
            subject,
            package: tx.new_id(),
            words: Words::of(&case.subject.locale),
            begun_at: tx.now(),
            request: case.request,
        };
        vault::begin_upload(tx, source.object()).await?;
        let of = ContentOf { tenant: tx.tenant(), subject, table: "export_packages", id: source.object() };
        Ok(Event::ExportBegun { id, subject }.with((source, ContentKey::make(of)?)))
    })
    .await
}

/// # Errors
/// CONFLICT with `NOT_IN_PROGRESS`.
async fn case(tx: &TenantTx, id: SubjectRequestId) -> Result<Case<'_>> {
    let case = Case::lock(tx, id).await?;
    if case.request.state == SubjectRequestState::InProgress { Ok(case) } else { Err(not_in_progress()) }
}

async fn finish(source: &Source<'_>, key: &ContentKey, content: &Content) -> Result<()> {
    let id = source.request.id;
    source
        .app
        .write(source.viewer, Permission::RequestHandle, async |tx| {
            let case = case(tx, id).await?;
            vault::end_upload(tx, source.object()).await?;
            let of_subject = SubjectKey::of(tx, source.subject).await?;
            let row = export_packages::ActiveModel {
                tenant_id: Set(tx.tenant()),
                id: Set(source.package),
                request_id: Set(id),
                subject_id: Set(source.subject),
                format: Set(package::FORMAT.to_owned()),
                size_bytes: Set(i64::try_from(content.size).map_err(Error::internal)?),
                sha256: Set(content.sha256.clone()),
                content_key: Set(Some(key.wrap(&of_subject)?)),
                created_at: Set(source.begun_at),
                expires_at: Set(tx.now() + KEPT_FOR),
                link_hash: Set(link(tx, source.package).await?.hash()),
                downloads: Set(0),
                downloaded_at: Set(None),
            };
            tx.insert_all(vec![row]).await?;
            let built = Event::ExportBuilt { id, sha256: hex::encode(&content.sha256), size_bytes: content.size };
            complete(case, Outcome::whole(vec![built])).await
        })
        .await
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
