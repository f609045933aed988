//! What the service keeps of its own work has periods too. A tenant sets them as it does all others: by a policy, in its
//! register or by `setRetentionPolicy`, for one of these data types.

use chrono::{DateTime, Utc};
use recital_entities::{DeletionMethod, Period, TenantId, retention::legal_holds};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    sea_query::{Query, SelectStatement},
};

use super::{period, policy};
use crate::{db::TenantTx, error::Result};

/// A kind of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own {
    /// What a policy or a hold names it by.
    pub data_type: &'static str,
    /// Where no policy says.
    default: Period,
    /// However short the policy.
    at_least: Option<Period>,
}

/// From when they were made. Whoever takes the service over may shorten the policy, but cannot hide a year.
pub const AUDIT_LOGS: Own =
    Own { data_type: "audit_logs", default: Period::years(7), at_least: Some(Period::years(1)) };
/// What people and the tenant wrote in requests, from when they were closed.
pub const SUBJECT_REQUESTS: Own = Own { data_type: "subject_requests", default: Period::years(3), at_least: None };
/// Questions whether data is right, from when they were asked.
pub const VERIFICATIONS: Own = Own { data_type: "verifications", default: Period::years(3), at_least: None };
/// What sweeps did, from when they were done.
pub const RETENTION_RUNS: Own = Own { data_type: "retention_runs", default: Period::years(3), at_least: None };

pub(super) const ALL: [Own; 4] = [AUDIT_LOGS, SUBJECT_REQUESTS, VERIFICATIONS, RETENTION_RUNS];

/// The period, and the instant before which what began then is past it. None where a policy says that it does not end, or
/// a hold keeps it.
pub async fn own_cutoff(tx: &TenantTx, own: Own) -> Result<Option<(Period, DateTime<Utc>)>> {
    use legal_holds::Column;
    let hold = legal_holds::Entity::find().filter(Column::ReleasedAt.is_null()).filter(Column::SubjectId.is_null());
    if tx.exists(hold.filter(Column::DataType.eq(own.data_type))).await? {
        return Ok(None);
    }
    let period = match policy::find(tx, own.data_type).await? {
        None => own.default,
        Some(policy) if policy.deletion_method == DeletionMethod::Automatic => policy.retention,
        Some(_) => return Ok(None),
    };
    let cutoffs =
        [Some(period), own.at_least].into_iter().flatten().filter_map(|period| period::cutoff(period, tx.now()));
    Ok(cutoffs.min().map(|cutoff| (period, cutoff)))
}

/// The subjects that a hold names: what is about them stays.
#[must_use]
pub fn held_subjects(tenant: TenantId) -> SelectStatement {
    use legal_holds::Column::{ReleasedAt, SubjectId, TenantId};
    let mut held = Query::select();
    held.column(SubjectId)
        .from(legal_holds::Entity)
        .and_where(TenantId.eq(tenant))
        .and_where(ReleasedAt.is_null())
        .and_where(SubjectId.is_not_null());
    held
}
