//! Looking purposes up.

use std::collections::HashMap;

use recital_entities::{LawfulBasis, PurposeId, PurposeStatus, purposes::purposes};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use crate::{
    app::App,
    db::{Order, Page, PageRequest, TenantTx},
    error::Result,
    viewer::{Permission, Viewer},
};

/// The purpose of that key, retired or not.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn get(tx: &TenantTx, key: &str) -> Result<purposes::Model> {
    tx.get("purpose", purposes::Entity::find().filter(purposes::Column::Key.eq(key))).await
}

/// The purpose of that key for a viewer, retired or not.
pub async fn find(app: &App, viewer: &Viewer, key: &str) -> Result<Option<purposes::Model>> {
    let select = purposes::Entity::find().filter(purposes::Column::Key.eq(key));
    app.read(viewer, Permission::PurposeRead, async |tx| tx.one(select).await).await
}

/// Several purposes in one statement.
pub async fn by_ids(
    tx: &TenantTx,
    ids: impl IntoIterator<Item = PurposeId>,
) -> Result<HashMap<PurposeId, purposes::Model>> {
    let rows = tx.all(purposes::Entity::find().filter(purposes::Column::Id.is_in(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Several purposes for a viewer, in one statement.
pub async fn find_all(app: &App, viewer: &Viewer, ids: Vec<PurposeId>) -> Result<HashMap<PurposeId, purposes::Model>> {
    app.read(viewer, Permission::PurposeRead, async |tx| by_ids(tx, ids).await).await
}

/// Several purposes by their keys, in one statement.
pub async fn by_keys<'a>(
    tx: &TenantTx,
    keys: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<String, purposes::Model>> {
    let rows = tx.all(purposes::Entity::find().filter(purposes::Column::Key.is_in(keys))).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}

/// Purposes, oldest first.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    basis: Option<LawfulBasis>,
    status: Option<PurposeStatus>,
    page: PageRequest,
) -> Result<Page<purposes::Model>> {
    let select = purposes::Entity::find()
        .apply_if(basis, |select, basis| select.filter(purposes::Column::LawfulBasis.eq(basis)))
        .apply_if(status, |select, status| select.filter(purposes::Column::Status.eq(status)));
    app.read(viewer, Permission::PurposeRead, async |tx| {
        tx.page(select, purposes::Column::Id, Order::OldestFirst, &page).await
    })
    .await
}
