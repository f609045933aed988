//! What a purpose said at any time.

use std::collections::HashMap;

use recital_entities::{PurposeId, purposes::purpose_versions};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::{
    app::App,
    error::Result,
    viewer::{Permission, Viewer},
};

/// The versions of several purposes, oldest first, in one statement.
pub async fn versions(
    app: &App,
    viewer: &Viewer,
    purposes: Vec<PurposeId>,
) -> Result<HashMap<PurposeId, Vec<purpose_versions::Model>>> {
    let select = purpose_versions::Entity::find()
        .filter(purpose_versions::Column::PurposeId.is_in(purposes))
        .order_by_asc(purpose_versions::Column::Version);
    let rows = app.read(viewer, Permission::PurposeRead, async |tx| tx.all(select).await).await?;
    let mut versions: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        versions.entry(row.purpose_id).or_default().push(row);
    }
    Ok(versions)
}
