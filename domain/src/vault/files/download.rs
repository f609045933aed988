//! Opening a file: audited, and never a byte that is not authentic.

use std::sync::Arc;

use futures::{
    TryStreamExt as _,
    stream::{self, BoxStream, StreamExt as _},
};
use recital_entities::{
    FileId, SubjectStatus,
    vault::{files, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use zeroize::Zeroizing;

use super::{
    chunk::{self, ChunkName, ContentKey},
    list::{Described, describe},
};
use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    purposes as register,
    vault::{SubjectKey, store::check_data_type},
    viewer::{Permission, Viewer},
};

/// A file in clear. No `Debug`: it holds personal values.
pub struct Download {
    pub described: Described,
    pub size_bytes: u64,
    /// Chunk by chunk. Ends with an error, before the first byte that is not authentic, where the content was changed.
    pub content: BoxStream<'static, Result<Zeroizing<Vec<u8>>>>,
}

/// Chunks that are fetched while earlier ones are read.
const AHEAD: usize = 2;

/// Opens a file: for whoever may reveal, or for a `purpose` that may have it.
///
/// # Errors
/// `NOT_FOUND`; with a purpose `BAD_USER_INPUT` with `DATA_TYPE_NOT_COLLECTED` and FORBIDDEN with the decision's reason;
/// internal where the content was changed; UNAVAILABLE with `FILE_STORE_UNAVAILABLE`.
pub async fn download(app: &App, viewer: &Viewer, id: FileId, purpose: Option<String>) -> Result<Download> {
    let opened = app.write(viewer, Permission::VaultReveal, async |tx| {
        let file = tx.get("file", files::Entity::find().filter(files::Column::Id.eq(id))).await?;
        if let Some(purpose) = &purpose {
            ask(tx, &file, purpose).await?;
        }
        open_file(tx, file, purpose.clone()).await
    });
    opened.await?.checked(app, viewer, id).await
}

/// # Errors
/// FORBIDDEN where the purpose may not have the file now.
async fn ask(tx: &TenantTx, file: &files::Model, purpose: &str) -> Result<()> {
    let purpose = register::get(tx, purpose).await.map_err(|error| error.on_field("purpose"))?;
    check_data_type(&purpose, &file.data_type)?;
    let subject = tx.get("subject", subjects::Entity::find().filter(subjects::Column::Id.eq(file.subject_id))).await?;
    let decision = consent::decide(tx, &subject, &purpose).await?;
    if decision.allowed && subject.status != SubjectStatus::Restricted {
        return Ok(());
    }
    let message = format!("processing for the purpose {} is not allowed", purpose.key);
    Err(Error::refused(decision.reason.into(), message).on_field("purpose"))
}

/// Unwraps a file's key and makes its content ready to be read, after the commit and without a transaction.
pub async fn open_file(tx: &TenantTx, file: files::Model, purpose: Option<String>) -> Result<Audited<Download>> {
    let of_subject = SubjectKey::of(tx, file.subject_id).await?;
    let key = Arc::new(ContentKey::unwrap(tx, &of_subject, &file)?);
    let size_bytes = u64::try_from(file.size_bytes).map_err(Error::internal)?;
    let chunks = chunk::count(size_bytes);
    let (store, tenant) = (tx.core().files.clone(), tx.tenant());
    let read = move |number| {
        let (store, key) = (store.clone(), Arc::clone(&key));
        let name = ChunkName { file: file.id, number, is_last: number + 1 == chunks };
        async move { key.open(name, &store.get(tenant, name).await?) }
    };
    let content = stream::iter(0..chunks).map(read).buffered(AHEAD).boxed();
    let download = Download { described: describe(&of_subject, &file)?, size_bytes, content };
    Ok(Event::FileRevealed { id: file.id, subject: file.subject_id, purpose }.with(download))
}

impl Download {
    /// Reads the first chunk, so that a content which does not open is refused before anything is answered, and lets a
    /// later one that does not open leave its audit entry too.
    pub async fn checked(mut self, app: &App, viewer: &Viewer, id: FileId) -> Result<Self> {
        let (app, viewer) = (app.clone(), viewer.clone());
        let refused = move |error: Error| {
            let (app, viewer) = (app.clone(), viewer.clone());
            async move { Err(record(&app, &viewer, id, error).await) }
        };
        let mut content = self.content.or_else(refused).boxed();
        let first = content.next().await.transpose()?;
        self.content = stream::iter(first.map(Ok)).chain(content).boxed();
        Ok(self)
    }
}

/// Leaves the entry of a content that could not be read. Answers the error, naming the file.
async fn record(app: &App, viewer: &Viewer, id: FileId, error: Error) -> Error {
    let refused =
        app.write::<()>(viewer, Permission::VaultReveal, async |_| Err(error.on_field(format!("files.{id}"))));
    match refused.await {
        Err(error) => error,
        Ok(()) => Error::internal("what is refused answers nothing"),
    }
}
