//! What should be gone and is not: records past their end that nothing keeps.

use chrono::{DateTime, Utc};
use recital_entities::vault::records;
use sea_orm::{EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::due;
use crate::{db::TenantTx, error::Result};

/// Measured at the transaction's instant, by the condition that the sweep uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    pub records: u64,
    /// When the first of them should have gone.
    pub since: Option<DateTime<Utc>>,
    /// Past their end too, but kept by a hold or a restriction.
    pub held: u64,
}

pub async fn overdue(tx: &TenantTx) -> Result<Overdue> {
    let expired = records::Entity::find().filter(due::expired(tx.now()));
    let loose = expired.clone().filter(due::loose());
    let first = tx.one(loose.clone().order_by_asc(records::Column::ExpiresAt)).await?;
    Ok(Overdue {
        records: tx.count(loose).await?,
        since: first.and_then(|record| record.expires_at),
        held: tx.count(expired.filter(due::kept())).await?,
    })
}
