//! Opening a file: audited, and never a byte that is not authentic.

use futures::{
    TryStreamExt as _,
    stream::{self, StreamExt as _},
};
use recital_entities::{
    FileId, SubjectStatus,
    vault::{files, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{
    chunk::{ContentKey, ContentOf},
    content::{ClearContent, read_content},
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
    pub content: ClearContent,
}

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
    let size_bytes = u64::try_from(file.size_bytes).map_err(Error::internal)?;
    let content = content_of_file(tx, &of_subject, &file)?;
    let download = Download { described: describe(&of_subject, &file)?, size_bytes, content };
    Ok(Event::FileRevealed { id: file.id, subject: file.subject_id, purpose }.with(download))
}

/// The caller audits it.
pub fn content_of_file(tx: &TenantTx, of_subject: &SubjectKey, file: &files::Model) -> Result<ClearContent> {
    let of = ContentOf { tenant: tx.tenant(), subject: file.subject_id, table: "files", id: file.id };
    let key = ContentKey::unwrap(of, of_subject, &file.content_key)?;
    let size = u64::try_from(file.size_bytes).map_err(Error::internal)?;
    Ok(read_content(&tx.core().files, key, size, 0..size))
}

impl Download {
    /// The same, once its first chunk has been read: see [`check_content`].
    pub async fn checked(mut self, app: &App, viewer: &Viewer, id: FileId) -> Result<Self> {
        self.content = check_content(app, viewer, self.content, format!("files.{id}")).await?;
        Ok(self)
    }
}

/// Reads the first chunk, so that a content which does not open is refused before anything is answered, and lets a later
/// one that does not open leave its audit entry too. The entry and the error name `field`.
pub async fn check_content(app: &App, viewer: &Viewer, content: ClearContent, field: String) -> Result<ClearContent> {
    let (app, viewer) = (app.clone(), viewer.clone());
    let refused = move |error: Error| {
        let (app, viewer, error) = (app.clone(), viewer.clone(), error.on_field(field.clone()));
        async move { Err(report_content(&app, &viewer, error).await) }
    };
    let mut content = content.or_else(refused).boxed();
    let first = content.next().await.transpose()?;
    Ok(stream::iter(first.map(Ok)).chain(content).boxed())
}

/// Leaves the entry of a content that could not be read. Answers the error.
pub async fn report_content(app: &App, viewer: &Viewer, error: Error) -> Error {
    match app.write::<()>(viewer, Permission::VaultReveal, async |_| Err(error)).await {
        Err(error) => error,
        Ok(()) => Error::internal("what is refused answers nothing"),
    }
}
