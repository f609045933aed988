//! Reading a register file: bounded, strict, and with the place of everything that is wrong.
//!
//! A file that is no YAML, or not of the shape, stops at the first fault, since what follows it cannot be told. In a
//! file of the right shape every fault is found.

use recital_entities::Period;
use sea_orm::Iterable;
use serde::de::DeserializeOwned;
use serde_saphyr::{Error as YamlError, Location, Spanned};

use super::register_period;
use crate::error::{Error, Result};

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum File {
    Purposes,
    Retention,
}

/// A fault and where it stands, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misprint {
    pub file: File,
    pub line: u64,
    pub column: u64,
    pub reason: &'static str,
    pub message: String,
}

/// The largest file, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Faults beyond these are only counted.
const SHOWN: usize = 50;

impl File {
    /// The argument it came in.
    fn field(self) -> &'static str {
        match self {
            Self::Purposes => "purposesYaml",
            Self::Retention => "retentionYaml",
        }
    }

    pub(super) fn misprint(self, at: Location, reason: &'static str, message: impl Into<String>) -> Misprint {
        Misprint { file: self, line: at.line(), column: at.column(), reason, message: message.into() }
    }

    /// Reads the file as a `T`.
    pub(super) fn read<T: DeserializeOwned>(self, yaml: &str) -> Result<T, Vec<Misprint>> {
        if yaml.len() > LARGEST {
            let message = format!("the file is larger than {LARGEST} bytes");
            return Err(vec![Misprint { file: self, line: 1, column: 1, reason: "TOO_LARGE", message }]);
        }
        serde_saphyr::from_str_with_options(yaml, options()).map_err(|error| vec![self.explain(&error)])
    }

    /// The period under `key`. Where it cannot be read, that is noted and another stands in for it.
    pub(super) fn period(
        self,
        key: &str,
        value: Option<&Spanned<String>>,
        entry: Location,
        noted: &mut Vec<Misprint>,
    ) -> Period {
        let read = value.and_then(|value| register_period::read(&value.value));
        read.unwrap_or_else(|| {
            noted.push(self.unread(key, value, entry, ("INVALID_PERIOD", register_period::EXPECTED)));
            Period::days(1)
        })
    }

    /// A value that is missing, or is there and means nothing.
    pub(super) fn unread(
        self,
        key: &str,
        value: Option<&Spanned<String>>,
        entry: Location,
        (reason, expected): (&'static str, &str),
    ) -> Misprint {
        match value {
            Some(value) => self.misprint(value.referenced, reason, format!("`{key}` {expected}")),
            None => self.misprint(entry, "MISSING_KEY", format!("the key `{key}` is missing")),
        }
    }

    /// A parser's refusal in our words, without the values it met.
    fn explain(self, error: &YamlError) -> Misprint {
        let error = error.without_snippet();
        let (reason, message) = match error {
            YamlError::SerdeUnknownField { field, expected, .. } => {
                let keys = expected.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                ("UNKNOWN_KEY", format!("`{}` is none of the keys {keys}", shortened(field)))
            }
            YamlError::SerdeMissingField { field, .. } => ("MISSING_KEY", format!("the key `{field}` is missing")),
            YamlError::DuplicateMappingKey { key, .. } => {
                let key = shortened(key.as_deref().unwrap_or_default());
                ("DUPLICATE_KEY", format!("the key `{key}` stands here twice"))
            }
            YamlError::SerdeInvalidType { expected, .. } => ("WRONG_TYPE", format!("expected {expected}")),
            YamlError::Unexpected { expected, .. } => ("WRONG_TYPE", format!("expected {expected}")),
            YamlError::InvalidScalar { ty, .. } => ("WRONG_TYPE", format!("expected {ty}")),
            YamlError::InvalidBooleanStrict { .. } => ("WRONG_TYPE", "expected true or false".to_owned()),
            YamlError::MultipleDocuments { .. } => ("MALFORMED_YAML", "a register is one document".to_owned()),
            YamlError::Eof { .. } => ("MALFORMED_YAML", "the file ends too early".to_owned()),
            YamlError::MergeKeyNotAllowed { .. } => {
                ("MALFORMED_YAML", "merge keys (`<<`) are not part of a register".to_owned())
            }
            YamlError::Budget { .. }
            | YamlError::AliasReplayLimitExceeded { .. }
            | YamlError::AliasExpansionLimitExceeded { .. }
            | YamlError::AliasReplayStackDepthExceeded { .. } => {
                ("TOO_COMPLEX", "too deeply nested, too many values or too many aliases".to_owned())
            }
            _ => {
                let message = "not well-formed YAML; look here and above for a quote, a bracket or an indentation";
                ("MALFORMED_YAML", message.to_owned())
            }
        };
        let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
        Misprint { file: self, line, column, reason, message }
    }
}

/// A register has few levels and no need of aliases beyond a handful.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            // A second one is refused as such.
            max_documents: 2,
            max_depth: 12,
            max_nodes: 100_000,
            max_events: 300_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_total_scalar_bytes: 2 * LARGEST,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 20_000,
            max_replay_stack_depth: 4,
        },
        merge_keys: serde_saphyr::MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// One refusal for all that was found, in the order it stands. Its field is the first file at fault; faults of the
/// other one are named by it.
pub(super) fn refuse(mut misprints: Vec<Misprint>) -> Result<()> {
    misprints.sort_by_key(|misprint| (misprint.file, misprint.line, misprint.column));
    let Some(first) = misprints.first() else { return Ok(()) };
    let mut lines: Vec<String> = misprints.iter().take(SHOWN).map(|misprint| misprint.line_for(first.file)).collect();
    if misprints.len() > SHOWN {
        lines.push(format!("and {} more", misprints.len() - SHOWN));
    }
    Err(Error::invalid(first.file.field(), first.reason, lines.join("; ")))
}

impl Misprint {
    fn line_for(&self, file: File) -> String {
        let place = format!("line {}, column {}: {}", self.line, self.column, self.message);
        if self.file == file { place } else { format!("{} {place}", self.file.field()) }
    }
}

/// The text of an optional value; empty where it is missing.
pub(super) fn text(value: Option<&Spanned<String>>) -> String {
    value.map(|value| value.value.clone()).unwrap_or_default()
}

/// The words of an enum as a register writes them, for messages.
pub(super) fn one_of<E: Iterable + Into<&'static str>>() -> String {
    let words = E::iter().map(|word| Into::<&str>::into(word).to_lowercase()).collect::<Vec<_>>();
    format!("must be one of {}", words.join(", "))
}

/// A key of the file is only shown in part: a slip of the pen may have made half the file one.
fn shortened(key: &str) -> String {
    key.chars().filter(|c| !c.is_control()).take(60).collect()
}
