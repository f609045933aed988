//! Looking questions up.

use std::collections::HashMap;

use recital_entities::{ReverificationId, ReverificationState, accuracy::reverifications};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use crate::{
    app::App,
    db::{Order, Page, PageRequest},
    error::Result,
    viewer::{Permission, Viewer},
};

use reverifications::{Column, Entity, Model};

/// Questions, newest first.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    state: Option<ReverificationState>,
    page: PageRequest,
) -> Result<Page<Model>> {
    let select = Entity::find().apply_if(state, |select, state| select.filter(Column::State.eq(state)));
    app.read(viewer, Permission::AccuracyRead, async |tx| tx.page(select, Column::Id, Order::NewestFirst, &page).await)
        .await
}

/// Several in one statement; another tenant's is missing.
pub async fn by_ids(
    app: &App,
    viewer: &Viewer,
    ids: Vec<ReverificationId>,
) -> Result<HashMap<ReverificationId, Model>> {
    let select = Entity::find().filter(Column::Id.is_in(ids));
    let rows = app.read(viewer, Permission::AccuracyRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
