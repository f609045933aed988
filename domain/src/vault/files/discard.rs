//! Taking away the chunks of files whose key is gone.

use recital_entities::FileId;

use crate::{app::App, db::TenantTx, error::Result, viewer::Viewer, work::Work};

/// Files in one work item: it is done well within its lease.
const AT_ONCE: usize = 50;

/// Once this transaction has committed, and again until the file store answers.
pub async fn discard_later(tx: &TenantTx, files: Vec<FileId>) -> Result<()> {
    let items = files.chunks(AT_ONCE).map(|files| Work::DiscardFiles { files: files.to_vec() });
    tx.enqueue_all(items).await
}

/// Done again, it changes nothing.
pub async fn discard(app: &App, viewer: &Viewer, files: &[FileId]) -> Result<()> {
    for file in files {
        app.core().files.remove(viewer.tenant(), *file).await?;
    }
    Ok(())
}
