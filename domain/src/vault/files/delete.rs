//! Deleting a file before its time.

use recital_entities::{FileId, vault::files};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::discard_later;
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    retention,
    viewer::{Permission, Viewer},
};

/// Nothing opens the file from the commit on; its chunks go from the file store right after.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `UNDER_LEGAL_HOLD`.
pub async fn delete_file(app: &App, viewer: &Viewer, id: FileId) -> Result<()> {
    app.write(viewer, Permission::VaultStore, async |tx| {
        retention::serialise_with_holds(tx).await?;
        let select = files::Entity::find().filter(files::Column::Id.eq(id)).lock_exclusive();
        let file = tx.get("file", select).await?;
        let holds = retention::holds_for(tx, vec![(id, file.subject_id, file.data_type.clone())]).await?;
        if !holds.is_empty() {
            return Err(Error::conflict("UNDER_LEGAL_HOLD", "a legal hold keeps this file: release it first"));
        }
        tx.delete(files::Entity::delete_many().filter(files::Column::Id.eq(id))).await?;
        discard_later(tx, vec![id]).await?;
        Ok(Event::FileDeleted { id, subject: file.subject_id }.with(()))
    })
    .await
}
