//! What keeps data past its end, by name: the dry run and the run say which holds keep how much.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use recital_entities::{
    LegalHoldId,
    retention::legal_holds,
    vault::{files, records},
};
use sea_orm::{ColumnTrait as _, JoinType, QueryFilter as _, QuerySelect as _, QueryTrait, Select};

use super::{Perishable, due};
use crate::{db::TenantTx, error::Result};

/// What keeps records and files of one data type that are past their end. What several keep counts under each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub by_hold: BTreeMap<LegalHoldId, u64>,
    /// By restrictions of processing.
    pub restricted: u64,
}

/// By data type; a type of which nothing is kept is missing.
pub(super) async fn kept(tx: &TenantTx, types: &[String], at: DateTime<Utc>) -> Result<HashMap<String, Kept>> {
    let mut kept = HashMap::new();
    add::<records::Entity>(tx, types, at, &mut kept).await?;
    add::<files::Entity>(tx, types, at, &mut kept).await?;
    Ok(kept)
}

#[expect(clippy::disallowed_methods, reason = "what is joined is joined by the tenant too: `due::covered`")]
async fn add<E: Perishable>(
    tx: &TenantTx,
    types: &[String],
    at: DateTime<Utc>,
    kept: &mut HashMap<String, Kept>,
) -> Result<()> {
    for covered in due::covered::<E>() {
        let mut select = counted::<E>(types, at).column(legal_holds::Column::Id).group_by(legal_holds::Column::Id);
        QueryTrait::query(&mut select).join(JoinType::InnerJoin, legal_holds::Entity, covered);
        for (data_type, count, hold) in tx.tuples::<_, (String, i64, LegalHoldId)>(select).await? {
            *kept.entry(data_type).or_default().by_hold.entry(hold).or_default() += count.unsigned_abs();
        }
    }
    let restricted = counted::<E>(types, at).filter(due::restricted::<E>(tx.tenant()));
    for (data_type, count) in tx.tuples::<_, (String, i64)>(restricted).await? {
        kept.entry(data_type).or_default().restricted += count.unsigned_abs();
    }
    Ok(())
}

fn counted<E: Perishable>(types: &[String], at: DateTime<Utc>) -> Select<E> {
    E::find()
        .select_only()
        .column(E::DATA_TYPE)
        .column_as(E::ID.count(), "rows_kept")
        .filter(E::DATA_TYPE.is_in(types))
        .filter(due::expired::<E>(at))
        .group_by(E::DATA_TYPE)
}
