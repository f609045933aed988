//! Looking questions up.

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

/// None where this tenant has no such question.
pub async fn find_by_id(app: &App, viewer: &Viewer, id: ReverificationId) -> Result<Option<Model>> {
    app.read(viewer, Permission::AccuracyRead, async |tx| tx.one(Entity::find().filter(Column::Id.eq(id))).await).await
}
