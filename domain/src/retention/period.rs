//! Calendar arithmetic on periods, in UTC: a month is a month and a year is twelve of them, whatever their days.
//!
//! Where the month is too short, the last day of it counts: 31 January + 1 month is the last of February. Results stay
//! within the years 1 to 9999, in which both engines compare instants rightly.

use chrono::{DateTime, Days, Months, TimeDelta, Utc};
use recital_entities::Period;

/// 9999-12-31T23:59:59.999999Z.
pub(crate) const LATEST: DateTime<Utc> = instant(253_402_300_799_999_999);
/// 0001-01-01T00:00:00Z.
const EARLIEST: DateTime<Utc> = instant(-62_135_596_800_000_000);

const fn instant(micros: i64) -> DateTime<Utc> {
    match DateTime::from_timestamp_micros(micros) {
        Some(instant) => instant,
        None => DateTime::<Utc>::MAX_UTC,
    }
}

/// When a period that began at `from` is over. None for a period without an end on the calendar.
#[must_use]
pub fn end(period: Period, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let span = Parts::of(period)?;
    let end = from
        .checked_add_months(span.months)
        .and_then(|instant| instant.checked_add_days(span.days))
        .and_then(|instant| instant.checked_add_signed(span.hours));
    Some(end.unwrap_or(LATEST).clamp(EARLIEST, LATEST))
}

/// What reports name as the cutoff: the instant one period before `now`. None for a period without an end on the
/// calendar. What is due is decided by [`end`] alone.
#[must_use]
pub fn cutoff(period: Period, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let span = Parts::of(period)?;
    let cutoff = now
        .checked_sub_signed(span.hours)
        .and_then(|instant| instant.checked_sub_days(span.days))
        .and_then(|instant| instant.checked_sub_months(span.months));
    Some(cutoff.unwrap_or(EARLIEST).clamp(EARLIEST, LATEST))
}

struct Parts {
    months: Months,
    days: Days,
    hours: TimeDelta,
}

impl Parts {
    fn of(period: Period) -> Option<Self> {
        match period {
            Period::Indefinite | Period::UntilAccountDeletion => None,
            Period::Span { years, months, days, hours } => Some(Self {
                months: Months::new(years.saturating_mul(12).saturating_add(months)),
                days: Days::new(days.into()),
                hours: TimeDelta::hours(hours.into()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_a_month_and_a_year_is_twelve() {
        for (from, period, expected) in [
            ("2026-01-31T10:00:00Z", "P1M", "2026-02-28T10:00:00Z"),
            ("2028-01-31T10:00:00Z", "P1M", "2028-02-29T10:00:00Z"),
            ("2028-02-29T00:00:00Z", "P12M", "2029-02-28T00:00:00Z"),
            ("2028-02-29T00:00:00Z", "P1Y", "2029-02-28T00:00:00Z"),
            ("2028-02-29T00:00:00Z", "P4Y", "2032-02-29T00:00:00Z"),
            ("2026-03-31T00:00:00Z", "P3M", "2026-06-30T00:00:00Z"),
            ("2026-01-31T00:00:00Z", "P1M1D", "2026-03-01T00:00:00Z"),
            ("2026-02-27T12:30:00Z", "P30D", "2026-03-29T12:30:00Z"),
            ("2026-03-28T12:00:00Z", "PT24H", "2026-03-29T12:00:00Z"),
            ("2019-12-31T23:59:59.999999Z", "P7Y", "2026-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(end(period.parse().unwrap(), at(from)), Some(at(expected)), "{from} + {period}");
        }
    }

    #[test]
    fn a_cutoff_is_one_period_back() {
        for (now, period, expected) in [
            ("2026-03-31T02:00:00Z", "P1M", "2026-02-28T02:00:00Z"),
            ("2028-02-29T02:00:00Z", "P7Y", "2021-02-28T02:00:00Z"),
            ("2026-03-31T02:00:00Z", "P30D", "2026-03-01T02:00:00Z"),
            ("2026-03-31T02:00:00Z", "PT24H", "2026-03-30T02:00:00Z"),
        ] {
            assert_eq!(cutoff(period.parse().unwrap(), at(now)), Some(at(expected)), "{now} - {period}");
        }
    }

    #[test]
    fn what_has_no_end_on_the_calendar_never_ends() {
        for period in [Period::Indefinite, Period::UntilAccountDeletion] {
            assert_eq!(
                (end(period, at("2026-01-01T00:00:00Z")), cutoff(period, at("2026-01-01T00:00:00Z"))),
                (None, None)
            );
        }
    }

    #[test]
    fn the_far_ends_of_the_calendar_hold() {
        let largest = "P100000Y100000M100000DT100000H".parse().unwrap();
        assert_eq!(end(largest, LATEST), Some(LATEST));
        assert_eq!(cutoff(largest, EARLIEST), Some(EARLIEST));
        assert_eq!(LATEST, at("9999-12-31T23:59:59.999999Z"));
        assert_eq!(EARLIEST, at("0001-01-01T00:00:00Z"));
    }

    fn periods() -> impl Strategy<Value = Period> {
        let parts = (0..200_u32, 0..60_u32, 0..800_u32, 0..2000_u32);
        let spans = parts.prop_map(|(years, months, days, hours)| Period::Span { years, months, days, hours });
        spans.prop_filter("not empty", |period| *period != Period::hours(0))
    }

    fn instants() -> impl Strategy<Value = DateTime<Utc>> {
        (0..4_000_000_000_i64).prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
    }

    proptest! {
        #[test]
        fn what_begins_on_a_later_day_at_the_same_hour_never_ends_earlier(period in periods(), from in instants(), days in 0..5000_i64) {
            prop_assert!(end(period, from + TimeDelta::days(days)) >= end(period, from));
        }

        #[test]
        fn an_end_is_later_than_its_beginning(period in periods(), from in instants()) {
            prop_assert!(end(period, from) > Some(from));
        }

        #[test]
        fn a_longer_period_never_ends_earlier(period in periods(), from in instants(), more in 1..400_u32) {
            let Period::Span { years, months, days, hours } = period else { unreachable!() };
            let longer = Period::Span { years, months, days: days + more, hours };
            prop_assert!(end(longer, from) > end(period, from));
        }

        #[test]
        fn what_was_made_at_the_cutoff_is_over_now(period in periods(), now in instants()) {
            prop_assert!(end(period, cutoff(period, now).unwrap()) <= Some(now));
        }
    }
}
