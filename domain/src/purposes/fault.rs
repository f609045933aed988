//! What is wrong with a definition, part by part.

use std::collections::HashSet;

use crate::error::Error;

/// A part of a definition. Its text form is the name in the API; registers write it in `snake_case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
pub enum Part {
    Key,
    Name,
    Description,
    LawfulBasis,
    DataCollected,
    Fields,
    Retention,
    StorageLocation,
    LegitimateInterestAssessment,
    SpecialCategory,
    SpecialCategoryCondition,
    Recipients,
    TransferSafeguards,
    ConsentValidFor,
    ConsentExpiryNotice,
}

/// Why a definition cannot be accepted. The message goes on from the part's name: "must not be empty".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub part: Part,
    /// Which of the part's entries, counted from 0.
    pub entry: Option<usize>,
    pub reason: &'static str,
    pub message: String,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let part: &str = fault.part.into();
        let field = fault.entry.map_or_else(|| part.to_owned(), |entry| format!("{part}.{entry}"));
        Self::invalid(field, fault.reason, format!("`{part}` {}", fault.message))
    }
}

const LONGEST_LIST: usize = 200;

/// Gathers what is wrong.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub fn all(self) -> Vec<Fault> {
        self.0
    }

    pub fn add(&mut self, part: Part, reason: &'static str, message: impl Into<String>) {
        self.0.push(Fault { part, entry: None, reason, message: message.into() });
    }

    pub fn text(&mut self, part: Part, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.add(part, "EMPTY", "must not be empty");
        } else if text.chars().count() > longest {
            self.add(part, "TOO_LONG", format!("must not be longer than {longest} characters"));
        } else if text.contains(|c: char| c.is_control() && c != '\n') {
            self.add(part, "CONTROL_CHARACTER", "must not hold control characters");
        }
    }

    pub fn list(&mut self, part: Part, entries: &[String], fault: impl Fn(&str) -> Option<String>) {
        if entries.len() > LONGEST_LIST {
            self.add(part, "TOO_MANY", format!("must not have more than {LONGEST_LIST} entries"));
        }
        let mut seen = HashSet::new();
        for (entry, text) in entries.iter().enumerate() {
            let found = fault(text).map(|message| ("INVALID_ENTRY", message));
            let twice = || (!seen.insert(text)).then(|| ("DUPLICATE_ENTRY", "must not have an entry twice".to_owned()));
            if let Some((reason, message)) = found.or_else(twice) {
                self.0.push(Fault { part, entry: Some(entry), reason, message });
            }
        }
    }
}
