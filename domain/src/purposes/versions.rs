//! What a purpose said at any time.

use std::collections::HashMap;

use recital_entities::{PurposeId, purposes::purpose_versions};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::Definition;
use crate::{
    app::App,
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

/// A version, whole, with what it changed.
#[derive(Clone, Debug)]
pub struct Version {
    pub row: purpose_versions::Model,
    pub definition: Definition,
    /// The parts that read otherwise in the version before, as the API names them; none in the first.
    pub changed_fields: Vec<String>,
    /// Consents for the versions before it count no longer.
    pub requires_reconsent: bool,
}

/// The versions of several purposes, oldest first, in one statement.
pub async fn versions(
    app: &App,
    viewer: &Viewer,
    purposes: Vec<PurposeId>,
) -> Result<HashMap<PurposeId, Vec<Version>>> {
    let select = purpose_versions::Entity::find()
        .filter(purpose_versions::Column::PurposeId.is_in(purposes))
        .order_by_asc(purpose_versions::Column::Version);
    let rows = app.read(viewer, Permission::PurposeRead, async |tx| tx.all(select).await).await?;
    let mut versions: HashMap<_, Vec<Version>> = HashMap::new();
    for row in rows {
        let earlier = versions.entry(row.purpose_id).or_default();
        let version = Version::after(earlier.last(), row)?;
        earlier.push(version);
    }
    Ok(versions)
}

impl Version {
    fn after(before: Option<&Self>, row: purpose_versions::Model) -> Result<Self> {
        let definition = serde_json::from_value(row.definition.clone()).map_err(Error::internal)?;
        let changed_fields = before.map(|before| changes(&before.row, &row)).unwrap_or_default();
        let requires_reconsent = before.is_some() && row.consent_since_version == row.version;
        Ok(Self { row, definition, changed_fields, requires_reconsent })
    }
}

/// The parts of the definition that differ, and the status.
fn changes(before: &purpose_versions::Model, after: &purpose_versions::Model) -> Vec<String> {
    let parts = after.definition.as_object().into_iter().flat_map(|parts| parts.keys());
    let changed = parts.filter(|part| before.definition.get(part) != after.definition.get(part));
    let mut changed: Vec<_> = changed.cloned().collect();
    changed.sort();
    changed.extend((before.status != after.status).then(|| "status".to_owned()));
    changed
}
