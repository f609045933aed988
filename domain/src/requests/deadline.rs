//! When a request must be answered.
//!
//! GDPR Article 12(3): one calendar month from receipt, and two months more, once, where the request's complexity asks
//! for it and the person is told within the first month. CCPA 1798.130(a)(2)(A): 45 calendar days from receipt, and 45
//! more, once, told within the first 45. Time that verifying the identity takes does not stop either clock.
//!
//! Days are those of the tenant's own time zone: receipt is the local date of the instant, and the deadline is the end
//! of the local day. A month ends on the same day of the month, or on the month's last day where it has no such day.
//! A deadline on a Sunday or a holiday stays where it is, which is never later than the law's own.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use recital_entities::Regime;

/// The day on which a request came in.
#[must_use]
pub fn received_on(received_at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    received_at.with_timezone(&zone).date_naive()
}

/// The last day on which the answer is in time.
#[must_use]
pub fn due_on(regime: Regime, received_on: NaiveDate) -> NaiveDate {
    match regime {
        Regime::Gdpr => months_after(received_on, 1),
        Regime::Ccpa => days_after(received_on, 45),
    }
}

/// The last day on which the answer is in time after the one extension. Counted from receipt, not from the first
/// deadline: 31 January gives 30 April.
#[must_use]
pub fn extended_to(regime: Regime, received_on: NaiveDate) -> NaiveDate {
    match regime {
        Regime::Gdpr => months_after(received_on, 3),
        Regime::Ccpa => days_after(received_on, 90),
    }
}

/// Whether the deadline has passed without an answer.
#[must_use]
pub fn is_overdue(due_on: NaiveDate, extended_to: Option<NaiveDate>, today: NaiveDate) -> bool {
    today > extended_to.unwrap_or(due_on)
}

fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

fn days_after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// Days before a deadline on which those who answer are reminded.
const NOTICES: [i64; 4] = [1, 3, 7, 14];

/// The first of them, in days.
pub const LONGEST_NOTICE: u64 = 14;

/// Which reminder of a deadline is due: the days of its notice, or -1 once the deadline has passed.
#[must_use]
pub fn reminder(due_on: NaiveDate, today: NaiveDate) -> Option<i32> {
    let left = (due_on - today).num_days();
    if left < 0 {
        return Some(-1);
    }
    NOTICES.into_iter().find(|notice| left <= *notice).and_then(|notice| notice.try_into().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_request_is_due_one_calendar_month_or_45_days_after_receipt() {
        for (regime, received, due, extended) in [
            (Regime::Gdpr, "2026-03-05", "2026-04-05", "2026-06-05"),
            (Regime::Gdpr, "2026-01-31", "2026-02-28", "2026-04-30"),
            (Regime::Gdpr, "2028-01-31", "2028-02-29", "2028-04-30"),
            (Regime::Gdpr, "2027-11-30", "2027-12-30", "2028-02-29"),
            (Regime::Gdpr, "2026-11-30", "2026-12-30", "2027-02-28"),
            (Regime::Gdpr, "2028-02-29", "2028-03-29", "2028-05-29"),
            (Regime::Gdpr, "2026-02-28", "2026-03-28", "2026-05-28"),
            (Regime::Gdpr, "2026-08-31", "2026-09-30", "2026-11-30"),
            (Regime::Gdpr, "2026-12-15", "2027-01-15", "2027-03-15"),
            (Regime::Gdpr, "2026-12-31", "2027-01-31", "2027-03-31"),
            (Regime::Gdpr, "2100-01-31", "2100-02-28", "2100-04-30"),
            (Regime::Ccpa, "2026-01-31", "2026-03-17", "2026-05-01"),
            (Regime::Ccpa, "2028-01-31", "2028-03-16", "2028-04-30"),
            (Regime::Ccpa, "2026-12-01", "2027-01-15", "2027-03-01"),
        ] {
            assert_eq!(due_on(regime, day(received)), day(due), "{regime} {received}");
            assert_eq!(extended_to(regime, day(received)), day(extended), "{regime} {received} extended");
        }
    }

    #[test]
    fn receipt_is_the_local_day_of_the_tenant() {
        for (received_at, zone, local) in [
            ("2026-01-31T22:59:59Z", Tz::Europe__Berlin, "2026-01-31"),
            ("2026-01-31T23:00:00Z", Tz::Europe__Berlin, "2026-02-01"),
            // Summer time: midnight in Berlin is 22:00 UTC; it begins on 29 March and ends on 25 October.
            ("2026-03-28T23:30:00Z", Tz::Europe__Berlin, "2026-03-29"),
            ("2026-03-29T21:59:59Z", Tz::Europe__Berlin, "2026-03-29"),
            ("2026-03-29T22:00:00Z", Tz::Europe__Berlin, "2026-03-30"),
            ("2026-10-24T22:00:00Z", Tz::Europe__Berlin, "2026-10-25"),
            ("2026-10-25T22:30:00Z", Tz::Europe__Berlin, "2026-10-25"),
            ("2027-01-01T07:59:59Z", Tz::America__Los_Angeles, "2026-12-31"),
            ("2026-12-31T11:00:00Z", Tz::Pacific__Auckland, "2027-01-01"),
            ("2026-02-28T23:59:59Z", Tz::UTC, "2026-02-28"),
        ] {
            let received_at: DateTime<Utc> = received_at.parse().unwrap();
            assert_eq!(received_on(received_at, zone), day(local), "{received_at} in {zone}");
        }
    }

    #[test]
    fn reminders_come_14_7_3_and_1_days_before_and_once_it_has_passed() {
        for (left, due) in [
            (15, None),
            (14, Some(14)),
            (8, Some(14)),
            (7, Some(7)),
            (4, Some(7)),
            (3, Some(3)),
            (2, Some(3)),
            (1, Some(1)),
            (0, Some(1)),
            (-1, Some(-1)),
            (-400, Some(-1)),
        ] {
            let today = day("2028-03-14");
            assert_eq!(reminder(today + chrono::TimeDelta::days(left), today), due, "{left} days left");
        }
    }

    #[test]
    fn a_request_is_overdue_from_the_day_after_its_deadline() {
        let due = day("2026-02-28");
        assert!(!is_overdue(due, None, day("2026-02-28")));
        assert!(is_overdue(due, None, day("2026-03-01")));
        assert!(!is_overdue(due, Some(day("2026-04-30")), day("2026-04-30")));
        assert!(is_overdue(due, Some(day("2026-04-30")), day("2026-05-01")));
    }
}
