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
    }
}
