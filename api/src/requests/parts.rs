//! What belongs to a subject request: its timeline, its package, its certificate.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    requests::{self as room, PackageFacts},
};
use recital_entities::{
    RequestEventId, SubjectRequestId,
    requests::{erasure_certificates, request_events},
};
use serde_json::Value;

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    errors::ApiResult,
};

/// One step of a request.
pub struct RequestEvent(pub request_events::Model);

#[Object]
impl RequestEvent {
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who did it, as the audit log names them.
    async fn by(&self) -> &str {
        &self.0.by
    }

    async fn what(&self) -> &str {
        &self.0.what
    }

    /// Decrypts, and is audited.
    async fn note(&self, ctx: &Context<'_>) -> ApiResult<Option<String>> {
        if self.0.note.is_none() {
            return Ok(None);
        }
        load(ctx, NoteOf(self.0.id)).await
    }
}

/// What an access or portability request produced, sealed until it is fetched.
pub struct ExportPackage(pub PackageFacts);

#[Object]
impl ExportPackage {
    /// A media type.
    async fn format(&self) -> &str {
        &self.0.format
    }

    /// More than 2^31 - 1 for a package of more than 2 GiB.
    async fn size_bytes(&self) -> i64 {
        self.0.size_bytes
    }

    /// In hex; the download states it too.
    async fn sha256(&self) -> String {
        self.0.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }

    /// How often it was fetched; a download that is taken up again within a day counts once.
    async fn downloads(&self) -> i32 {
        self.0.downloads
    }

    /// Whoever has this address can fetch the package until it expires: for the person alone.
    async fn download_url(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(room::export_link(app(ctx), viewer(ctx)?, self.0.id).await?)
    }
}

/// Signed statement of what was erased, kept and why; verifiable offline.
#[derive(SimpleObject)]
pub struct ErasureCertificate {
    erased_at: DateTime<Utc>,
    /// Rows by table.
    erased: Value,
    /// What is kept, and on which ground.
    retained: Value,
    /// Without the key nothing that was sealed can ever be read again, in backups either.
    key_destroyed: bool,
    /// When every store was searched and nothing was found.
    verified_absent_at: Option<DateTime<Utc>>,
    /// The statement as a compact JWS (RFC 7515), signed with the tenant's Ed25519 key.
    jws: String,
}

impl From<erasure_certificates::Model> for ErasureCertificate {
    fn from(row: erasure_certificates::Model) -> Self {
        Self {
            erased_at: row.erased_at,
            erased: row.erased,
            retained: row.retained,
            key_destroyed: row.key_destroyed,
            verified_absent_at: row.verified_absent_at,
            jws: row.jws,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TimelineOf(pub SubjectRequestId);

impl Loader<TimelineOf> for Batch {
    type Value = Vec<request_events::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TimelineOf]) -> Loaded<HashMap<TimelineOf, Self::Value>> {
        let timelines = room::timelines(&self.app, &self.viewer, keys.iter().map(|key| key.0)).await?;
        Ok(timelines.into_iter().map(|(id, steps)| (TimelineOf(id), steps)).collect())
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct NoteOf(RequestEventId);

impl Loader<NoteOf> for Batch {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[NoteOf]) -> Loaded<HashMap<NoteOf, String>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let notes = room::reveal_notes(&self.app, &self.viewer, ids).await?;
        Ok(notes.into_iter().map(|(id, note)| (NoteOf(id), note)).collect())
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PackageOf(pub SubjectRequestId);

impl Loader<PackageOf> for Batch {
    type Value = PackageFacts;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PackageOf]) -> Loaded<HashMap<PackageOf, PackageFacts>> {
        let packages = room::packages(&self.app, &self.viewer, keys.iter().map(|key| key.0)).await?;
        Ok(packages.into_iter().map(|(id, package)| (PackageOf(id), package)).collect())
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CertificateOf(pub SubjectRequestId);

impl Loader<CertificateOf> for Batch {
    type Value = erasure_certificates::Model;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CertificateOf]) -> Loaded<HashMap<CertificateOf, Self::Value>> {
        let certificates = room::certificates(&self.app, &self.viewer, keys.iter().map(|key| key.0)).await?;
        Ok(certificates.into_iter().map(|(id, row)| (CertificateOf(id), row)).collect())
    }
}
