//! Storing a file: for a purpose that may have it, sealed chunk by chunk as it arrives.
//!
//! Three steps: a transaction that checks and notes the upload; the chunks, into the file store; a transaction that
//! checks again and makes the file. The content's key is in no database before the last, so an upload that was cut off
//! leaves nothing that could ever be opened, and the reaper takes its chunks away.

use chrono::{DateTime, Utc};
use futures::Stream;
use recital_entities::{
    FileId,
    purposes::purposes,
    vault::{files, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{
    chunk::{ContentKey, ContentOf},
    content::{Content, store_content, too_large},
    discard::discard_later,
    reap::{LONGEST_UPLOAD, abandon_upload, begin_upload, end_upload, expired},
};
use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    retention::Expiries,
    vault::{SubjectKey, SubjectRef, find_subject, store::check_data_type},
    viewer::{Permission, Viewer},
};

/// A file to store. No `Debug`: it holds personal values.
#[derive(Clone, Serialize)]
pub struct UploadFile {
    pub subject: SubjectRef,
    pub data_type: String,
    /// The purpose's key.
    pub purpose: String,
    pub name: Option<String>,
    pub media_type: String,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
    /// In bytes, where the caller says so beforehand.
    #[serde(skip)]
    pub announced_size: Option<u64>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    pub id: FileId,
    pub size_bytes: u64,
    /// None for one that goes with the account, or never.
    pub expires_at: Option<DateTime<Utc>>,
}

const LONGEST_NAME: usize = 255;
const LONGEST_MEDIA_TYPE: usize = 255;

/// Stores a file whose content arrives as `body`.
///
/// # Errors
/// `BAD_USER_INPUT` with `DATA_TYPE_NOT_COLLECTED`, `FILE_TOO_LARGE`, and for a name or media type that is none; `NOT_FOUND`
/// for an unknown subject or purpose; FORBIDDEN with the decision's reason; CONFLICT with `IDEMPOTENCY_KEY_REUSED` or
/// `UPLOAD_EXPIRED`; UNAVAILABLE with `FILE_STORE_UNAVAILABLE`; whatever `body` fails with.
pub async fn upload<B>(
    app: &App,
    viewer: &Viewer,
    input: UploadFile,
    body: impl Stream<Item = Result<B>>,
) -> Result<StoredFile>
where
    B: AsRef<[u8]>,
{
    check(app, &input)?;
    let (id, key) = begin(app, viewer, &input).await?;
    let outcome = async {
        let files = &app.core().files;
        let stored = timeout(LONGEST_UPLOAD, store_content(files, &key, files.largest(), body));
        let content = stored.await.map_err(|_| expired())??;
        finish(app, viewer, &input, id, &key, &content).await
    }
    .await;
    if outcome.is_err() {
        abandon_upload(app, viewer, id).await;
    }
    outcome
}

fn check(app: &App, input: &UploadFile) -> Result<()> {
    let largest = app.core().files.largest();
    if input.announced_size.is_some_and(|size| size > largest) {
        return Err(too_large(largest));
    }
    if let Some(name) = &input.name
        && (name.trim().is_empty()
            || name.len() > LONGEST_NAME
            || name.contains(|letter: char| letter.is_control() || letter == '/'))
    {
        let message = format!("a file's name has 1 to {LONGEST_NAME} bytes, no control characters and no slash");
        return Err(Error::invalid("fileName", "INVALID_FILE_NAME", message));
    }
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
    let essence = input.media_type.split(';').next().unwrap_or_default().trim();
    let is_media_type = essence.split_once('/').is_some_and(|(kind, subtype)| is_word(kind) && is_word(subtype));
    if !is_media_type || input.media_type.len() > LONGEST_MEDIA_TYPE || !input.media_type.is_ascii() {
        return Err(Error::invalid("mediaType", "INVALID_MEDIA_TYPE", "expected a media type such as image/png"));
    }
    Ok(())
}

/// The person and the purpose, when the file may be stored for it now.
async fn ask(tx: &TenantTx, input: &UploadFile) -> Result<(subjects::Model, purposes::Model)> {
    let purpose = register::get(tx, &input.purpose).await.map_err(|error| error.on_field("purpose"))?;
    check_data_type(&purpose, &input.data_type)?;
    let found = find_subject(tx, &input.subject).await.map_err(|error| error.on_field("subject"))?;
    // Held until the commit: nothing is stored for one who is being erased.
    let held = subjects::Entity::find().filter(subjects::Column::Id.eq(found.id)).lock_shared();
    let subject = tx.get("subject", held).await?;
    let decision = consent::decide(tx, &subject, &purpose).await?;
    if !decision.allowed {
        let message = format!("processing for the purpose {} is not allowed", purpose.key);
        return Err(Error::refused(decision.reason.into(), message).on_field("purpose"));
    }
    Ok((subject, purpose))
}

async fn begin(app: &App, viewer: &Viewer, input: &UploadFile) -> Result<(FileId, ContentKey)> {
    app.write(viewer, Permission::VaultStore, async |tx| {
        let (subject, _) = ask(tx, input).await?;
        let id: FileId = tx.new_id();
        begin_upload(tx, id).await?;
        let key = ContentKey::make(ContentOf { tenant: tx.tenant(), subject: subject.id, table: "files", id })?;
        Ok(Event::FileUploadBegun { id, subject: subject.id }.with((id, key)))
    })
    .await
}

/// The request as its idempotency key stands for it.
#[derive(Serialize)]
struct Asked<'a> {
    input: &'a UploadFile,
    sha256: String,
}

async fn finish(
    app: &App,
    viewer: &Viewer,
    input: &UploadFile,
    id: FileId,
    key: &ContentKey,
    content: &Content,
) -> Result<StoredFile> {
    app.write(viewer, Permission::VaultStore, async |tx| {
        end_upload(tx, id).await?;
        let asked = Asked { input, sha256: hex::encode(&content.sha256) };
        let add = async || add(tx, input, id, key, content).await;
        let stored = tx.idempotent("uploadFile", input.idempotency_key.as_deref(), &asked, add).await?;
        if stored.value().id != id {
            discard_later(tx, vec![id]).await?;
        }
        Ok(stored)
    })
    .await
}

async fn add(
    tx: &TenantTx,
    input: &UploadFile,
    id: FileId,
    key: &ContentKey,
    content: &Content,
) -> Result<Audited<StoredFile>> {
    let (subject, purpose) = ask(tx, input).await?;
    let expires_at = Expiries::load(tx).await?.at(&input.data_type, purpose.retention, tx.now());
    let of_subject = SubjectKey::of(tx, subject.id).await?;
    let seal = |column, clear: &[u8]| of_subject.seal("files", column, &id, clear);
    let row = files::Model {
        tenant_id: tx.tenant(),
        id,
        subject_id: subject.id,
        purpose_id: purpose.id,
        data_type: input.data_type.clone(),
        content_key: key.wrap(&of_subject)?,
        name: input.name.as_ref().map(|name| seal("name", name.as_bytes())).transpose()?,
        media_type: seal("media_type", input.media_type.as_bytes())?,
        sha256: seal("sha256", &content.sha256)?,
        size_bytes: i64::try_from(content.size).map_err(Error::internal)?,
        created_at: tx.now(),
        expires_at,
    };
    tx.insert(row.into_active_model()).await?;
    let stored = Event::FileStored {
        id,
        subject: subject.id,
        data_type: input.data_type.clone(),
        purpose: purpose.key,
        size_bytes: content.size,
    };
    Ok(stored.with(StoredFile { id, size_bytes: content.size, expires_at }))
}
