//! The register of retention as a file: `retention_policy`. Its format is described in `docs/registers.md`.

use std::collections::HashMap;

use recital_entities::DeletionMethod;
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::register::{File, Misprint, one_of, text};
use crate::retention::{self, Cleanup, CleanupError, SetPolicy};

/// What the file says. The sweep's schedule and time stay as they are where it does not name them.
#[derive(Clone, Debug, Default)]
pub(super) struct RetentionRegister {
    pub policies: Vec<SetPolicy>,
    /// Where each of them stands.
    pub places: Vec<Location>,
    pub cleanup_schedule: Option<String>,
    pub cleanup_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    retention_policy: Written,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    data_types: Vec<Spanned<Entry>>,
    cleanup_schedule: Option<Spanned<String>>,
    cleanup_time: Option<Spanned<String>>,
}

/// An entry as it is written. Everything is optional here, so that all that is missing is found at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    r#type: Option<Spanned<String>>,
    retention: Option<Spanned<String>>,
    deletion_method: Option<Spanned<String>>,
    legal_basis: Option<Spanned<String>>,
}

/// A register holds no more data types than these.
const MOST: usize = 1000;

/// Reads the register, or says everything that is wrong with it.
pub(super) fn read(yaml: &str) -> Result<RetentionRegister, Vec<Misprint>> {
    let Register { retention_policy: written } = File::Retention.read(yaml)?;
    if let Some(beyond) = written.data_types.get(MOST) {
        let message = format!("a register holds no more than {MOST} data types");
        return Err(vec![File::Retention.misprint(beyond.referenced, "TOO_MANY", message)]);
    }
    let mut misprints = Vec::new();
    let policies = read_policies(&written.data_types, &mut misprints);
    written.check_cleanup(&mut misprints);
    if !misprints.is_empty() {
        return Err(misprints);
    }
    let places = written.data_types.iter().map(|entry| entry.referenced).collect();
    let word = |word: Option<Spanned<String>>| word.map(|word| word.value);
    let (cleanup_schedule, cleanup_time) = (word(written.cleanup_schedule), word(written.cleanup_time));
    Ok(RetentionRegister { policies, places, cleanup_schedule, cleanup_time })
}

fn read_policies(entries: &[Spanned<Entry>], misprints: &mut Vec<Misprint>) -> Vec<SetPolicy> {
    let mut seen: HashMap<&str, Location> = HashMap::new();
    let mut policies = Vec::new();
    for entry in entries {
        policies.push(entry.value.policy(entry.referenced, misprints));
        let Some(data_type) = &entry.value.r#type else { continue };
        if let Some(first) = seen.get(data_type.value.as_str()) {
            let message = format!("this data type has its policy on line {}", first.line());
            misprints.push(File::Retention.misprint(data_type.referenced, "DUPLICATE_TYPE", message));
        }
        seen.entry(&data_type.value).or_insert(data_type.referenced);
    }
    policies
}

impl Written {
    /// Each of the two words by itself: the other one may be the tenant's own.
    fn check_cleanup(&self, misprints: &mut Vec<Misprint>) {
        for (key, word, refusal) in [
            ("cleanup_schedule", &self.cleanup_schedule, CleanupError::Schedule),
            ("cleanup_time", &self.cleanup_time, CleanupError::Time),
        ] {
            let Some(word) = word else { continue };
            let parsed = match refusal {
                CleanupError::Schedule => Cleanup::parse(&word.value, "02:00_UTC"),
                CleanupError::Time => Cleanup::parse("daily", &word.value),
            };
            if let Err(error) = parsed {
                let message = format!("`{key}`: {error}");
                misprints.push(File::Retention.misprint(word.referenced, "INVALID_CLEANUP", message));
            }
        }
    }
}

impl Entry {
    fn policy(&self, at: Location, misprints: &mut Vec<Misprint>) -> SetPolicy {
        let before = misprints.len();
        let policy = SetPolicy {
            data_type: text(self.r#type.as_ref()),
            retention: File::Retention.period("retention", self.retention.as_ref(), at, misprints),
            deletion_method: self.deletion_method(at, misprints),
            legal_basis: text(self.legal_basis.as_ref()),
        };
        for (key, value) in [("type", &self.r#type), ("legal_basis", &self.legal_basis)] {
            if value.is_none() {
                misprints.push(File::Retention.unread(key, None, at, ("MISSING_KEY", "")));
            }
        }
        // The rule takes the policy as a whole: it is asked once the whole could be read.
        if misprints.len() == before
            && let Err(refusal) = retention::check_policy(&policy)
        {
            let place = match refusal.field() {
                Some("dataType") => &self.r#type,
                Some("retention") => &self.retention,
                _ => &self.legal_basis,
            };
            let place = place.as_ref().map_or(at, |value| value.referenced);
            misprints.push(File::Retention.misprint(place, refusal.reason(), refusal.message()));
        }
        policy
    }

    fn deletion_method(&self, at: Location, misprints: &mut Vec<Misprint>) -> DeletionMethod {
        let method = self.deletion_method.as_ref();
        method.and_then(|method| method.value.parse().ok()).unwrap_or_else(|| {
            let expected = one_of::<DeletionMethod>();
            let misprint =
                File::Retention.unread("deletion_method", method, at, ("UNKNOWN_DELETION_METHOD", &expected));
            misprints.push(misprint);
            DeletionMethod::Automatic
        })
    }
}

#[cfg(test)]
mod tests {
    use recital_entities::Period;

    use super::*;

    const EXAMPLE: &str = include_str!("../../../docs/examples/retention_policy.yaml");

    fn misprints(yaml: &str) -> Vec<(u64, u64, &'static str)> {
        let found = read(yaml).err().unwrap_or_default();
        found.into_iter().map(|misprint| (misprint.line, misprint.column, misprint.reason)).collect()
    }

    #[test]
    fn the_example_reads_as_it_says() {
        let register = read(EXAMPLE).unwrap();
        let periods: Vec<_> = register.policies.iter().map(|policy| policy.retention).collect();
        let expected =
            [Period::days(30), Period::hours(24), Period::UntilAccountDeletion, Period::years(7), Period::Indefinite];
        assert_eq!(periods, expected);
        assert_eq!(register.policies[2].deletion_method, DeletionMethod::OnRequest);
        let cleanup = (register.cleanup_schedule.as_deref(), register.cleanup_time.as_deref());
        assert_eq!(cleanup, (Some("daily"), Some("02:00_UTC")));
    }

    #[test]
    fn every_fault_has_its_place() {
        let sound = "retention_policy:\n  data_types:\n    - type: chats\n      retention: 30_days\n      \
                     deletion_method: automatic\n      legal_basis: no_longer_necessary\n  cleanup_schedule: daily\n  \
                     cleanup_time: 02:00_UTC\n";
        assert_eq!(misprints(sound), []);
        for (from, to, line, column, reason) in [
            ("type: chats", "type: Chat Log", 3, 13, "INVALID_DATA_TYPE"),
            ("type: chats\n      ", "", 3, 7, "MISSING_KEY"),
            ("30_days", "30days", 4, 18, "INVALID_PERIOD"),
            ("30_days", "indefinite", 4, 18, "PERIOD_WITHOUT_END"),
            ("automatic", "by_hand", 5, 24, "UNKNOWN_DELETION_METHOD"),
            ("no_longer_necessary", "\" \"", 6, 20, "INVALID_LEGAL_BASIS"),
            ("legal_basis", "ground", 6, 7, "UNKNOWN_KEY"),
            ("daily", "hourly", 7, 21, "INVALID_CLEANUP"),
            ("02:00_UTC", "02:00", 8, 17, "INVALID_CLEANUP"),
            ("02:00_UTC", "25:00_UTC", 8, 17, "INVALID_CLEANUP"),
            ("02:00_UTC", "02:00_Mars/Olympus", 8, 17, "INVALID_CLEANUP"),
            ("retention_policy:", "retention_policies:", 1, 1, "UNKNOWN_KEY"),
        ] {
            assert!(sound.contains(from), "{from}");
            assert_eq!(misprints(&sound.replace(from, to)), [(line, column, reason)], "{from} → {to}");
        }
    }

    #[test]
    fn a_data_type_that_stands_twice_is_refused_where_it_stands_again() {
        let entry =
            "    - {type: chats, retention: 1_day, deletion_method: automatic, legal_basis: no_longer_necessary}\n";
        let twice = format!("retention_policy:\n  data_types:\n{entry}{entry}");
        assert_eq!(misprints(&twice), [(4, 14, "DUPLICATE_TYPE")]);
    }
}
