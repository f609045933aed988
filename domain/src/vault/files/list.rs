//! Looking at files without their content.

use std::collections::HashMap;

use recital_entities::{
    FileId, SubjectId,
    retention::legal_holds,
    vault::files::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use crate::{
    app::App,
    db::{Order, Page, PageRequest},
    error::{Error, Result},
    evidence::Event,
    retention,
    vault::SubjectKey,
    viewer::{Permission, Viewer},
};

/// What is sealed of a file besides its content. No `Debug`: it holds personal values.
#[derive(Clone)]
pub struct Described {
    pub name: Option<String>,
    pub media_type: String,
    /// Of the content.
    pub sha256: Vec<u8>,
}

/// One subject's files, oldest first.
pub async fn list_files(
    app: &App,
    viewer: &Viewer,
    subject: SubjectId,
    data_type: Option<String>,
    page: PageRequest,
) -> Result<Page<Model>> {
    let select = Entity::find()
        .filter(Column::SubjectId.eq(subject))
        .apply_if(data_type, |select, data_type| select.filter(Column::DataType.eq(data_type)));
    app.read(viewer, Permission::SubjectRead, async |tx| tx.page(select, Column::Id, Order::OldestFirst, &page).await)
        .await
}

/// Several files in one statement.
pub async fn files_by_ids(app: &App, viewer: &Viewer, ids: Vec<FileId>) -> Result<HashMap<FileId, Model>> {
    let select = Entity::find().filter(Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::SubjectRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Opens the descriptions of several files; one audit entry for all of them.
pub async fn describe_files(app: &App, viewer: &Viewer, ids: Vec<FileId>) -> Result<HashMap<FileId, Described>> {
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let rows = tx.all(Entity::find().filter(Column::Id.is_in(ids))).await?;
        let keys = SubjectKey::of_all(tx, rows.iter().map(|row| row.subject_id)).await?;
        let open = |row: &Model| {
            let key = keys.get(&row.subject_id).ok_or_else(|| Error::internal("a file whose subject has no key"))?;
            Ok((row.id, describe(key, row)?))
        };
        let described = rows.iter().map(open).collect::<Result<HashMap<_, _>>>()?;
        let files = rows.iter().map(|row| row.id).collect();
        Ok(Event::FilesDescribed { id: tx.tenant(), files }.with(described))
    })
    .await
}

/// The caller audits it.
pub fn describe(key: &SubjectKey, row: &Model) -> Result<Described> {
    let text = |column, sealed| {
        let clear = key.open("files", column, &row.id, sealed)?;
        String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed text is not UTF-8"))
    };
    Ok(Described {
        name: row.name.as_ref().map(|name| text("name", name)).transpose()?,
        media_type: text("media_type", &row.media_type)?,
        sha256: key.open("files", "sha256", &row.id, &row.sha256)?.to_vec(),
    })
}

/// The holds in force that keep each of these files; a file that none keeps is missing.
pub async fn holds_of_files(
    app: &App,
    viewer: &Viewer,
    ids: Vec<FileId>,
) -> Result<HashMap<FileId, Vec<legal_holds::Model>>> {
    let select = Entity::find().filter(Column::Id.is_in(ids));
    app.read(viewer, Permission::RetentionRead, async |tx| {
        let files = tx.all(select).await?;
        let of = |file: &Model| (file.id, file.subject_id, file.data_type.clone());
        retention::holds_for(tx, files.iter().map(of).collect()).await
    })
    .await
}
