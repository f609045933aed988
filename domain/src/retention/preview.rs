//! The dry run: what a sweep would do now, by the condition that the sweep itself uses.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::vault::{files, records};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QuerySelect as _, sea_query::SimpleExpr};

use super::{
    Perishable, due,
    kept::{self, Kept},
    types,
};
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
    /// Records and files that would be deleted.
    pub due: u64,
    /// Past their end, but kept by a hold or a restriction.
    pub held: u64,
    /// What keeps those.
    pub kept: Kept,
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
        let types: Vec<String> = types::swept(tx, data_type.as_deref(), at).await?.into_keys().collect();
        let (mut due, mut held) = (Counts::new(), Counts::new());
        count::<records::Entity>(tx, &types, at, &mut due, &mut held).await?;
        count::<files::Entity>(tx, &types, at, &mut due, &mut held).await?;
        let mut kept = kept::kept(tx, &types, at).await?;
        let forecasts = types.into_iter().map(|data_type| {
            let due = due.remove(&data_type).unwrap_or_default();
            let held = held.remove(&data_type).unwrap_or_default().records;
            let kept = kept.remove(&data_type).unwrap_or_default();
            Forecast { data_type, at, due: due.records, held, kept, oldest_created_at: due.oldest }
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

/// By data type.
type Counts = HashMap<String, Count>;

async fn count<E: Perishable>(
    tx: &TenantTx,
    types: &[String],
    at: DateTime<Utc>,
    due: &mut Counts,
    held: &mut Counts,
) -> Result<()> {
    count_those::<E>(tx, types, due::expired::<E>(at), due::loose::<E>(tx.tenant()), due).await?;
    count_those::<E>(tx, types, due::expired::<E>(at), due::kept::<E>(tx.tenant()), held).await
}

async fn count_those<E: Perishable>(
    tx: &TenantTx,
    types: &[String],
    expired: SimpleExpr,
    which: Condition,
    counts: &mut Counts,
) -> Result<()> {
    let select = E::find()
        .select_only()
        .column(E::DATA_TYPE)
        .column_as(E::ID.count(), "records")
        .column_as(E::CREATED_AT.min(), "oldest")
        .filter(E::DATA_TYPE.is_in(types))
        .filter(expired)
        .filter(which)
        .group_by(E::DATA_TYPE);
    for (data_type, records, oldest) in tx.tuples::<_, (String, i64, Option<DateTime<Utc>>)>(select).await? {
        let count = counts.entry(data_type).or_default();
        count.records += records.unsigned_abs();
        count.oldest = count.oldest.into_iter().chain(oldest).min();
    }
    Ok(())
}
