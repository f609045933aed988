//! Uploads that never became files: their chunks go, then the note of them.

use std::time::Duration;

use chrono::TimeDelta;
use recital_entities::{FileId, TenantId, vault::uploads};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::{Actor, Viewer},
};

/// An upload that takes longer is refused.
pub(super) const LONGEST_UPLOAD: Duration = Duration::from_hours(12);
/// Nobody is at work on an upload that began so long ago.
const LEFT_ALONE_FOR: TimeDelta = TimeDelta::hours(24);
/// Of one tenant in one run.
const MOST: u64 = 10_000;

/// Leaves a note of what is about to be stored: whatever interrupts it, what it left is found.
pub async fn begin_upload(tx: &TenantTx, id: FileId) -> Result<()> {
    tx.insert(uploads::ActiveModel { tenant_id: Set(tx.tenant()), id: Set(id), started_at: Set(tx.now()) }).await?;
    Ok(())
}

/// What was stored is kept from this transaction's commit on.
///
/// # Errors
/// CONFLICT with `UPLOAD_EXPIRED` when the reaper has taken it away.
pub async fn end_upload(tx: &TenantTx, id: FileId) -> Result<()> {
    match tx.delete(uploads::Entity::delete_many().filter(uploads::Column::Id.eq(id))).await? {
        0 => Err(expired()),
        _ => Ok(()),
    }
}

pub(super) fn expired() -> Error {
    Error::conflict("UPLOAD_EXPIRED", "this upload took too long: begin it again")
}

/// Takes away what uploads left that were cut off more than a day ago. Answers how many.
pub async fn reap_uploads(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("files.reap"), run);
    let cutoff = app.now() - LEFT_ALONE_FOR;
    let left = uploads::Entity::find().filter(uploads::Column::StartedAt.lte(cutoff)).limit(MOST);
    let left = app.look(&viewer, async |tx| tx.all(left).await).await?;
    for upload in &left {
        remove(app, &viewer, upload.id).await?;
    }
    Ok(left.len() as u64)
}

/// Takes away what an upload that failed has stored. Where that fails too, the reaper does it.
pub async fn abandon_upload(app: &App, viewer: &Viewer, id: FileId) {
    if let Err(error) = remove(app, viewer, id).await {
        tracing::info!(?error, file = %id, "a failed upload is left to the reaper");
    }
}

/// Chunks first: while the note stands they are found again. An upload without a note became a file.
async fn remove(app: &App, viewer: &Viewer, id: FileId) -> Result<()> {
    // The lock waits for a commit whose answer was lost.
    let note = uploads::Entity::find().filter(uploads::Column::Id.eq(id)).lock_exclusive();
    if app.maintain(viewer, async |tx| tx.exists(note).await).await? {
        app.core().files.remove(viewer.tenant(), id).await?;
        let note = uploads::Entity::delete_many().filter(uploads::Column::Id.eq(id));
        app.maintain(viewer, async |tx| tx.delete(note).await).await?;
    }
    Ok(())
}
