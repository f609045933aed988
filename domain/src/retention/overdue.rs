//! What should be gone and is not: records and files past their end that nothing keeps.

use chrono::{DateTime, Utc};
use recital_entities::vault::{files, records};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QuerySelect as _};

use super::{Perishable, due};
use crate::{db::TenantTx, error::Result};

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

pub async fn overdue(tx: &TenantTx) -> Result<Overdue> {
    let (records, files) = (overdue_in::<records::Entity>(tx).await?, overdue_in::<files::Entity>(tx).await?);
    Ok(Overdue {
        records: records.records + files.records,
        since: records.since.into_iter().chain(files.since).min(),
        held: records.held + files.held,
    })
}

async fn overdue_in<E: Perishable>(tx: &TenantTx) -> Result<Overdue> {
    let expired = E::find().filter(due::expired::<E>(tx.now()));
    let loose = expired.clone().filter(due::loose::<E>());
    let loose = loose.select_only().column_as(E::ID.count(), "records").column_as(E::EXPIRES_AT.min(), "since");
    let (records, since) = tx.tuples::<_, (i64, Option<DateTime<Utc>>)>(loose).await?.pop().unwrap_or_default();
    let held = tx.count(expired.filter(due::kept::<E>())).await?;
    Ok(Overdue { records: records.unsigned_abs(), since, held })
}
