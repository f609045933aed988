//! When a record goes: by its data type's policy, else by its purpose's own period.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::Period;

use super::{period, policy};
use crate::{db::TenantTx, error::Result};

/// The policies of all data types: one statement stamps however many records.
#[derive(Clone, Debug, Default)]
pub struct Expiries {
    /// By data type; None where the sweep leaves it alone.
    periods: HashMap<String, Option<Period>>,
}

impl Expiries {
    pub async fn load(tx: &TenantTx) -> Result<Self> {
        let policies = policy::all(tx).await?.into_iter();
        let periods = policies.map(|row| (row.data_type, policy::ends(row.deletion_method, row.retention)));
        Ok(Self { periods: periods.collect() })
    }

    /// When a record goes that was made at `created_at` for a purpose that keeps its data for `of_purpose`.
    #[must_use]
    pub fn at(&self, data_type: &str, of_purpose: Period, created_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let period = self.periods.get(data_type).copied().unwrap_or(Some(of_purpose))?;
        period::end(period, created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_type_s_policy_comes_before_the_purpose_s_period() {
        let periods = [("images".to_owned(), Some(Period::hours(24))), ("preferences".to_owned(), None)];
        let expiries = Expiries { periods: periods.into() };
        let created: DateTime<Utc> = "2026-01-31T10:00:00Z".parse().unwrap();
        for (data_type, of_purpose, expected) in [
            ("images", Period::years(7), Some("2026-02-01T10:00:00Z")),
            ("preferences", Period::years(7), None),
            ("invoices", Period::months(1), Some("2026-02-28T10:00:00Z")),
            ("invoices", Period::UntilAccountDeletion, None),
        ] {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(expiries.at(data_type, of_purpose, created), expected, "{data_type} {of_purpose}");
        }
    }
}
