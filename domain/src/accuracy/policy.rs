//! How often data is verified, and when that is next due. Calendar arithmetic: twelve months after 29 February is
//! 28 February.

use chrono::{DateTime, Utc};
use recital_entities::{Period, Strings, UnansweredAction, accuracy::accuracy_policies::Model};
use sea_orm::EntityTrait as _;

use crate::{
    db::TenantTx,
    error::{Error, Result},
    retention::period,
};

/// What the tenant set, or the defaults: verified every twelve months, reminded after 7 and 21 days, links good for
/// 30 days, 500 mails an hour, and who does not answer is marked stale.
pub async fn policy(tx: &TenantTx) -> Result<Model> {
    let set = tx.one(recital_entities::accuracy::accuracy_policies::Entity::find()).await?;
    Ok(set.unwrap_or_else(|| Model {
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
pub fn due_from(policy: &Model, last_verified: DateTime<Utc>) -> DateTime<Utc> {
    end(policy.revalidate_after, last_verified)
}

/// When the link of a mail that is queued now stops working.
pub(super) fn link_expiry(policy: &Model, queued: DateTime<Utc>) -> DateTime<Utc> {
    end(policy.link_valid_for, queued)
}

/// When the next reminder goes after `reminders` have gone; none after the last, and none once the link is dead.
pub(super) fn next_reminder(
    policy: &Model,
    sent_at: DateTime<Utc>,
    reminders: i32,
    expires_at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let after = policy.remind_after.0.get(usize::try_from(reminders).ok()?)?.parse().ok()?;
    Some(end(after, sent_at)).filter(|at| *at < expires_at)
}

/// The end of a period. A policy's periods are spans of the calendar; another would never end.
fn end(period: Period, from: DateTime<Utc>) -> DateTime<Utc> {
    period::end(period, from).unwrap_or(period::LATEST)
}

const MOST_REMINDERS: usize = 10;
const MOST_MAILS_PER_HOUR: i32 = 100_000;

/// Whether a policy makes sense: spans of the calendar, reminders in order and before the link dies, and links that
/// die before the next verification is due.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field.
pub(super) fn validate(policy: &Model) -> Result<()> {
    let start = DateTime::<Utc>::UNIX_EPOCH;
    let due = span_end("revalidateAfter", policy.revalidate_after)?;
    let link = span_end("linkValidFor", policy.link_valid_for)?;
    if link >= due {
        return Err(Error::invalid("linkValidFor", "TOO_LONG", "a link must expire before data is due again"));
    }
    if policy.remind_after.0.len() > MOST_REMINDERS {
        return Err(Error::invalid("remindAfter", "TOO_MANY", format!("at most {MOST_REMINDERS} reminders")));
    }
    let mut last = start;
    for (index, period) in policy.remind_after.0.iter().enumerate() {
        let field = format!("remindAfter.{index}");
        let period = period.parse().map_err(|error| not_a_span(&field).because(error))?;
        let at = span_end(&field, period)?;
        if at <= last {
            return Err(Error::invalid(field, "NOT_ASCENDING", "each reminder goes later than the one before it"));
        }
        if at >= link {
            return Err(Error::invalid(field, "AFTER_LINK_EXPIRY", "a reminder goes before its link expires"));
        }
        last = at;
    }
    if !(1..=MOST_MAILS_PER_HOUR).contains(&policy.mails_per_hour) {
        let message = format!("from 1 to {MOST_MAILS_PER_HOUR} mails an hour");
        return Err(Error::invalid("mailsPerHour", "OUT_OF_RANGE", message));
    }
    Ok(())
}

/// Where a span ends that begins with the epoch: enough to compare two of them.
fn span_end(field: &str, period: Period) -> Result<DateTime<Utc>> {
    match period {
        Period::Span { .. } => Ok(end(period, DateTime::<Utc>::UNIX_EPOCH)),
        Period::Indefinite | Period::UntilAccountDeletion => Err(not_a_span(field)),
    }
}

fn not_a_span(field: &str) -> Error {
    Error::invalid(field, "NOT_A_SPAN", "give a span of time such as P12M, P30D or PT24H")
}

#[cfg(test)]
mod tests {
    use recital_entities::TenantId;

    use super::*;

    fn defaults() -> Model {
        Model {
            tenant_id: TenantId(uuid::Uuid::nil()),
            revalidate_after: Period::months(12),
            remind_after: Strings(vec!["P7D".to_owned(), "P21D".to_owned()]),
            link_valid_for: Period::days(30),
            when_unanswered: UnansweredAction::MarkStale,
            mails_per_hour: 500,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn data_is_due_by_the_calendar() {
        for (period, verified, due) in [
            ("P12M", "2026-11-21T09:00:00Z", "2027-11-21T09:00:00Z"),
            ("P12M", "2028-02-29T09:00:00Z", "2029-02-28T09:00:00Z"),
            ("P1M", "2027-01-31T23:59:59Z", "2027-02-28T23:59:59Z"),
            ("P30D", "2026-03-28T01:30:00Z", "2026-04-27T01:30:00Z"),
            ("PT24H", "2026-12-31T12:00:00Z", "2027-01-01T12:00:00Z"),
            ("P1Y6M10D", "2026-11-21T00:00:00Z", "2028-05-31T00:00:00Z"),
        ] {
            let policy = Model { revalidate_after: period.parse().unwrap(), ..defaults() };
            assert_eq!(due_from(&policy, at(verified)), at(due), "{period} from {verified}");
        }
    }

    #[test]
    fn reminders_go_in_order_until_the_link_dies() {
        let sent = at("2026-11-21T09:00:00Z");
        let expires = at("2026-12-10T09:00:00Z");
        assert_eq!(next_reminder(&defaults(), sent, 0, expires), Some(at("2026-11-28T09:00:00Z")));
        assert_eq!(next_reminder(&defaults(), sent, 1, expires), None, "21 days on the link is dead");
        assert_eq!(next_reminder(&defaults(), sent, 1, at("2027-01-01T00:00:00Z")), Some(at("2026-12-12T09:00:00Z")));
        assert_eq!(next_reminder(&defaults(), sent, 2, at("2027-01-01T00:00:00Z")), None, "two is all there are");
    }

    #[test]
    fn a_policy_that_makes_no_sense_is_refused_by_field() {
        assert!(validate(&defaults()).is_ok());
        let reminders = |periods: &[&str]| Strings(periods.iter().map(|&period| period.to_owned()).collect());
        for (policy, field, reason) in [
            (Model { revalidate_after: Period::Indefinite, ..defaults() }, "revalidateAfter", "NOT_A_SPAN"),
            (Model { link_valid_for: Period::UntilAccountDeletion, ..defaults() }, "linkValidFor", "NOT_A_SPAN"),
            (Model { link_valid_for: Period::months(12), ..defaults() }, "linkValidFor", "TOO_LONG"),
            (Model { remind_after: reminders(&["P7D", "P7D"]), ..defaults() }, "remindAfter.1", "NOT_ASCENDING"),
            (Model { remind_after: reminders(&["P30D"]), ..defaults() }, "remindAfter.0", "AFTER_LINK_EXPIRY"),
            (Model { remind_after: reminders(&["INDEFINITE"]), ..defaults() }, "remindAfter.0", "NOT_A_SPAN"),
            (Model { remind_after: reminders(&["P1D"; 11]), ..defaults() }, "remindAfter", "TOO_MANY"),
            (Model { mails_per_hour: 0, ..defaults() }, "mailsPerHour", "OUT_OF_RANGE"),
        ] {
            let refusal = validate(&policy).unwrap_err();
            assert_eq!((refusal.field(), refusal.reason()), (Some(field), reason));
        }
    }
}
