//! What should be gone and is not: records and files past their end that nothing keeps.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::vault::{files, records};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QuerySelect as _};

use super::{Perishable, due, types};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    viewer::{Permission, Viewer},
};

/// Measured at the transaction's instant, by the condition that the sweep uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Records and files.
    pub records: u64,
    /// When the first of them should have gone.
    pub since: Option<DateTime<Utc>>,
    /// Past their end too, but kept by a hold or a restriction.
    pub held: u64,
}

impl Overdue {
    /// How long the first of them has been kept past its end; zero where there is none.
    #[must_use]
    pub fn overdue_for(&self, now: DateTime<Utc>) -> TimeDelta {
        self.since.map_or(TimeDelta::zero(), |since| (now - since).max(TimeDelta::zero()))
    }
}

/// What a tenant keeps past its period now.
pub async fn read_overdue(app: &App, viewer: &Viewer) -> Result<Overdue> {
    app.read(viewer, Permission::RetentionRead, overdue).await
}

pub async fn overdue(tx: &TenantTx) -> Result<Overdue> {
    let (records, files) = (overdue_in::<records::Entity>(tx).await?, overdue_in::<files::Entity>(tx).await?);
    Ok(Overdue {
        records: records.records + files.records,
        since: records.since.into_iter().chain(files.since).min(),
        held: records.held + files.held,
    })
}

async fn overdue_in<E: Perishable>(tx: &TenantTx) -> Result<Overdue> {
    let types = types::present::<E>(tx).await?;
    let expired = E::find().filter(E::DATA_TYPE.is_in(types)).filter(due::expired::<E>(tx.now()));
    let loose = expired.clone().filter(due::loose::<E>(tx.tenant()));
    let loose = loose.select_only().column_as(E::ID.count(), "records").column_as(E::EXPIRES_AT.min(), "since");
    let (records, since) = tx.tuples::<_, (i64, Option<DateTime<Utc>>)>(loose).await?.pop().unwrap_or_default();
    let held = tx.count(expired.filter(due::kept::<E>(tx.tenant()))).await?;
    Ok(Overdue { records: records.unsigned_abs(), since, held })
}
