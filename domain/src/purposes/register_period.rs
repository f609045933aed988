//! Periods as registers write them: `30_days`, `24_hours`, `7_years`, `12_months`, `until_account_deletion`,
//! `indefinite`. What these words cannot say, such as a year and a half, is written as in the API: `P1Y6M`.

use recital_entities::Period;

/// The words there are, for messages.
pub(super) const EXPECTED: &str = "must be a period such as 24_hours, 30_days, 12_months, 7_years, P1Y6M, \
     until_account_deletion or indefinite";

/// Reads a register's period.
pub(super) fn read(text: &str) -> Option<Period> {
    match text {
        "indefinite" => Some(Period::Indefinite),
        "until_account_deletion" => Some(Period::UntilAccountDeletion),
        _ => text.parse().ok().or_else(|| read_words(text)),
    }
}

/// `30_days`, by way of its ISO 8601 form, which holds the bounds.
fn read_words(text: &str) -> Option<Period> {
    let (number, unit) = text.split_once('_')?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let iso = match unit.strip_suffix('s').unwrap_or(unit) {
        "year" => format!("P{number}Y"),
        "month" => format!("P{number}M"),
        "day" => format!("P{number}D"),
        "hour" => format!("PT{number}H"),
        _ => return None,
    };
    iso.parse().ok()
}

/// Writes a period so that [`read`] reads the same.
pub(super) fn write(period: Period) -> String {
    let (number, unit) = match period {
        Period::Indefinite => return "indefinite".to_owned(),
        Period::UntilAccountDeletion => return "until_account_deletion".to_owned(),
        Period::Span { years, months: 0, days: 0, hours: 0 } => (years, "year"),
        Period::Span { years: 0, months, days: 0, hours: 0 } => (months, "month"),
        Period::Span { years: 0, months: 0, days, hours: 0 } => (days, "day"),
        Period::Span { years: 0, months: 0, days: 0, hours } => (hours, "hour"),
        Period::Span { .. } => return period.to_string(),
    };
    format!("{number}_{unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_word_of_a_register_is_a_period() {
        for (text, period) in [
            ("30_days", Period::days(30)),
            ("365_days", Period::days(365)),
            ("24_hours", Period::hours(24)),
            ("7_years", Period::years(7)),
            ("12_months", Period::months(12)),
            ("1_day", Period::days(1)),
            ("1_days", Period::days(1)),
            ("1_month", Period::months(1)),
            ("1_year", Period::years(1)),
            ("1_hour", Period::hours(1)),
            ("until_account_deletion", Period::UntilAccountDeletion),
            ("indefinite", Period::Indefinite),
            ("P1Y6M", Period::Span { years: 1, months: 6, days: 0, hours: 0 }),
        ] {
            assert_eq!(read(text), Some(period), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "_",
            "30",
            "days",
            "_days",
            "30days",
            "30 days",
            "30_Days",
            "30_dayss",
            "30_weeks",
            "0_days",
            "-1_days",
            "+1_days",
            "1.5_years",
            "1_2_days",
            "9999999_days",
            "100001_days",
            "forever",
            "30_D",
            "1Y_year",
            "1Y2_months",
            "٣_days",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(years in 0..3_u32, months in 0..30_u32, days in 0..400_u32, hours in 0..50_u32) {
            prop_assume!(years + months + days + hours > 0);
            let period = Period::Span { years, months, days, hours };
            prop_assert_eq!(read(&write(period)), Some(period));
        }

        #[test]
        fn a_single_unit_is_written_in_words(number in 1..100_000_u32) {
            prop_assert!(write(Period::days(number)).contains("_day"));
        }
    }
}
