//! How often data is verified, and when that is next due. Calendar arithmetic: twelve months after 29 February is
//! 28 February.

use chrono::{DateTime, Days, Months, TimeDelta, Utc};
use recital_entities::{Period, Strings, UnansweredAction, accuracy::accuracy_policies};
use sea_orm::EntityTrait as _;

use crate::{db::TenantTx, error::Result};

/// What the tenant set, or the defaults: verified every twelve months, reminded after 7 and 21 days, links good for
/// 30 days, 500 mails an hour, and who does not answer is marked stale.
pub async fn policy(tx: &TenantTx) -> Result<accuracy_policies::Model> {
    let set = tx.one(accuracy_policies::Entity::find()).await?;
    Ok(set.unwrap_or_else(|| accuracy_policies::Model {
        tenant_id: tx.tenant(),
        revalidate_after: Period::months(12),
        remind_after: Strings(vec!["P7D".to_owned(), "P21D".to_owned()]),
        link_valid_for: Period::days(30),
        when_unanswered: UnansweredAction::MarkStale,
        mails_per_hour: 500,
        updated_at: tx.now(),
    }))
}

/// When data that was verified at that instant is due to be verified again.
#[must_use]
pub fn due_from(policy: &accuracy_policies::Model, last_verified: DateTime<Utc>) -> DateTime<Utc> {
    end(policy.revalidate_after, last_verified)
}

/// The end of a period. A policy's periods are spans of the calendar; one beyond the range of dates never ends.
fn end(period: Period, from: DateTime<Utc>) -> DateTime<Utc> {
    let Period::Span { years, months, days, hours } = period else {
        return DateTime::<Utc>::MAX_UTC;
    };
    from.checked_add_months(Months::new(years * 12 + months))
        .and_then(|at| at.checked_add_days(Days::new(days.into())))
        .and_then(|at| at.checked_add_signed(TimeDelta::hours(hours.into())))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
