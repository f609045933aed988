//! The data types that the registers know, each with how long it is kept and what for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use recital_entities::{DeletionMethod, Period, PurposeStatus, purposes::purposes, retention::retention_policies};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::{
    app::App,
    error::Result,
    retention::{self, period},
    viewer::{Permission, Viewer},
};

/// A kind of data.
#[derive(Clone, Debug, PartialEq)]
pub struct DataType {
    pub key: String,
    /// Its policy's; where it has none, the longest of its purposes.
    pub retention: Period,
    pub deletion_method: DeletionMethod,
    /// Those in use that collect it, oldest first.
    pub purposes: Vec<purposes::Model>,
}

/// Every data type that a purpose in use collects or a policy names, by its key.
pub async fn data_types(app: &App, viewer: &Viewer) -> Result<Vec<DataType>> {
    app.read(viewer, Permission::PurposeRead, async |tx| {
        let active = purposes::Entity::find()
            .filter(purposes::Column::Status.eq(PurposeStatus::Active))
            .order_by_asc(purposes::Column::Id);
        Ok(join(tx.all(active).await?, retention::policies(tx).await?, tx.now()))
    })
    .await
}

fn join(purposes: Vec<purposes::Model>, policies: Vec<retention_policies::Model>, now: DateTime<Utc>) -> Vec<DataType> {
    let mut collected: BTreeMap<String, Vec<purposes::Model>> = BTreeMap::new();
    for purpose in purposes {
        for data_type in &purpose.data_collected.0 {
            collected.entry(data_type.clone()).or_default().push(purpose.clone());
        }
    }
    let mut policies: BTreeMap<String, _> =
        policies.into_iter().map(|policy| (policy.data_type.clone(), policy)).collect();
    for data_type in policies.keys() {
        collected.entry(data_type.clone()).or_default();
    }
    let joined = collected.into_iter().map(|(key, purposes)| {
        let policy = policies.remove(&key).map(|policy| (policy.retention, policy.deletion_method));
        let (retention, deletion_method) =
            policy.unwrap_or_else(|| (longest(&purposes, now), DeletionMethod::Automatic));
        DataType { key, retention, deletion_method, purposes }
    });
    joined.collect()
}

/// By the calendar: which of a month and 30 days is longer depends on the day.
fn longest(purposes: &[purposes::Model], now: DateTime<Utc>) -> Period {
    let periods = purposes.iter().map(|purpose| purpose.retention);
    periods.max_by_key(|retention| length(*retention, now)).unwrap_or(Period::Indefinite)
}

/// Sorts by length: what ends on the calendar, what ends with the account, what does not end.
fn length(retention: Period, now: DateTime<Utc>) -> (u8, Option<DateTime<Utc>>) {
    match retention {
        Period::Span { .. } => (0, period::end(retention, now)),
        Period::UntilAccountDeletion => (1, None),
        Period::Indefinite => (2, None),
    }
}

/// Whether it is longer however the months fall: from 1 February, the shortest, and from 1 July.
pub(super) fn is_longer(period: Period, other: Period) -> bool {
    let counted_from = |month| DateTime::from_timestamp(month, 0).unwrap_or_default();
    [FEBRUARY, JULY].map(counted_from).into_iter().all(|start| length(period, start) > length(other, start))
}

/// 2026-02-01 and 2026-07-01, in seconds since 1970.
const FEBRUARY: i64 = 1_769_904_000;
const JULY: i64 = 1_782_864_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_sort_by_length() {
        let now = "2026-02-01T00:00:00Z".parse().unwrap();
        let sorted = ["PT24H", "P28D", "P30D", "P2M", "P365D", "P7Y", "UNTIL_ACCOUNT_DELETION", "INDEFINITE"];
        for pair in sorted.windows(2) {
            let [shorter, longer] = [0, 1].map(|at| length(pair[at].parse().unwrap(), now));
            assert!(shorter < longer, "{pair:?}");
        }
        assert_eq!(length(Period::months(1), now), length(Period::days(28), now), "February");
        for (period, other, longer) in [
            (Period::days(30), Period::months(1), false),
            (Period::months(1), Period::days(30), false),
            (Period::days(32), Period::months(1), true),
            (Period::Indefinite, Period::UntilAccountDeletion, true),
        ] {
            assert_eq!(is_longer(period, other), longer, "{period} {other}");
        }
    }
}
