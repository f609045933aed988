//! The dry run: what a sweep would do now, by the condition that the sweep itself uses.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::vault::records;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{due, types};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    viewer::{Permission, Viewer},
};

/// What a run at `at` would do to one data type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    pub data_type: String,
    pub at: DateTime<Utc>,
    /// Would be deleted.
    pub due: u64,
    /// Past their end, but kept by a hold or a restriction.
    pub held: u64,
    /// Of those that would be deleted.
    pub oldest_created_at: Option<DateTime<Utc>>,
}

/// What a run now would do to every data type it looks at, or to the one asked for.
///
/// # Errors
/// `BAD_USER_INPUT` for an unknown data type.
pub async fn forecast(app: &App, viewer: &Viewer, data_type: Option<String>) -> Result<Vec<Forecast>> {
    app.read(viewer, Permission::RetentionRead, async |tx| {
        let at = tx.now();
        let types = types::swept(tx, data_type.as_deref(), at).await?;
        let mut due = count(tx, at, due::loose()).await?;
        let mut held = count(tx, at, due::kept()).await?;
        let forecasts = types.into_keys().map(|data_type| {
            let due = due.remove(&data_type).unwrap_or_default();
            let held = held.remove(&data_type).unwrap_or_default();
            Forecast { data_type, at, due: due.records, held: held.records, oldest_created_at: due.oldest }
        });
        Ok(forecasts.collect())
    })
    .await
}

#[derive(Default)]
struct Count {
    records: u64,
    oldest: Option<DateTime<Utc>>,
}

async fn count(tx: &TenantTx, at: DateTime<Utc>, which: Condition) -> Result<HashMap<String, Count>> {
    use records::Column;
    let select = records::Entity::find()
        .select_only()
        .column(Column::DataType)
        .column_as(Column::Id.count(), "records")
        .column_as(Column::CreatedAt.min(), "oldest")
        .filter(due::expired(at))
        .filter(which)
        .group_by(Column::DataType);
    let rows: Vec<(String, i64, Option<DateTime<Utc>>)> = tx.tuples(select).await?;
    let counts = rows
        .into_iter()
        .map(|(data_type, records, oldest)| (data_type, Count { records: records.unsigned_abs(), oldest }));
    Ok(counts.collect())
}
