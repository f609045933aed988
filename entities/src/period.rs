//! ISO 8601 periods of years, months, days and hours, and the two that have no end on the calendar.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;

/// How long something is kept or stays good. Text form: `P7Y`, `P30D`, `PT24H`, `INDEFINITE`,
/// `UNTIL_ACCOUNT_DELETION`. Calendar arithmetic on it is in `recital_domain::retention::period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
pub enum Period {
    Indefinite,
    UntilAccountDeletion,
    /// At least one part is not zero.
    Span {
        years: u32,
        months: u32,
        days: u32,
        hours: u32,
    },
}

/// The text is not a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodError;

impl fmt::Display for PeriodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected an ISO 8601 period such as P7Y, P12M, P30D or PT24H, or INDEFINITE, or UNTIL_ACCOUNT_DELETION",
        )
    }
}

impl std::error::Error for PeriodError {}

/// Parts above this are refused: calendar arithmetic must not leave the range of dates.
const LARGEST_PART: u32 = 100_000;

impl Period {
    pub const fn years(years: u32) -> Self {
        Self::Span { years, months: 0, days: 0, hours: 0 }
    }

    pub const fn months(months: u32) -> Self {
        Self::Span { years: 0, months, days: 0, hours: 0 }
    }

    pub const fn days(days: u32) -> Self {
        Self::Span { years: 0, months: 0, days, hours: 0 }
    }

    pub const fn hours(hours: u32) -> Self {
        Self::Span { years: 0, months: 0, days: 0, hours }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Indefinite => f.write_str("INDEFINITE"),
            Self::UntilAccountDeletion => f.write_str("UNTIL_ACCOUNT_DELETION"),
            Self::Span { years, months, days, hours } => {
                f.write_str("P")?;
                for (number, unit) in [(years, 'Y'), (months, 'M'), (days, 'D')] {
                    if number > 0 {
                        write!(f, "{number}{unit}")?;
                    }
                }
                if hours > 0 { write!(f, "T{hours}H") } else { Ok(()) }
            }
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        match text {
            "INDEFINITE" => return Ok(Self::Indefinite),
            "UNTIL_ACCOUNT_DELETION" => return Ok(Self::UntilAccountDeletion),
            _ => {}
        }
        let body = text.strip_prefix('P').ok_or(PeriodError)?;
        let (date, time) = body.split_once('T').map_or((body, None), |(date, time)| (date, Some(time)));
        let [years, months, weeks, days] = parts(date, ['Y', 'M', 'W', 'D'])?;
        let [hours] = time.map_or(Ok([0]), |time| parts(time, ['H']))?;
        let days = days + weeks * 7;
        let empty = years + months + days + hours == 0 || time == Some("");
        if empty || [years, months, days, hours].iter().any(|part| *part > LARGEST_PART) {
            return Err(PeriodError);
        }
        Ok(Self::Span { years, months, days, hours })
    }
}

/// The numbers before each unit, in the order of the units; a missing one is zero.
fn parts<const N: usize>(mut text: &str, units: [char; N]) -> Result<[u32; N], PeriodError> {
    let mut numbers = [0; N];
    for (number, unit) in numbers.iter_mut().zip(units) {
        if let Some((digits, rest)) = text.split_once(unit) {
            let plain = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            *number = if plain { digits.parse().map_err(|_| PeriodError)? } else { return Err(PeriodError) };
            text = rest;
        }
    }
    if text.is_empty() { Ok(numbers) } else { Err(PeriodError) }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_a_round_trip() {
        for text in ["P7Y", "P12M", "P30D", "PT24H", "P1Y2M3DT4H", "INDEFINITE", "UNTIL_ACCOUNT_DELETION"] {
            assert_eq!(text.parse::<Period>().map(|period| period.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("P2W".parse(), Ok(Period::days(14)));
    }

    #[test]
    fn what_is_not_a_period_is_refused() {
        for text in ["", "P", "PT", "P0D", "30D", "P-1D", "P1H", "P1DT", "P1D2Y", "P1.5Y", "P9999999Y", "P30 D", "p30d"]
        {
            assert_eq!(text.parse::<Period>(), Err(PeriodError), "{text:?}");
        }
    }
}
