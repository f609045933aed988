//! Values as people read them, in their language and their tenant's time zone.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::{Information, Source};
use crate::words::Words;

/// The fields of a value with the path to each. A list, and what is no object, is one field.
pub(super) fn flatten<'a>(value: &'a Value, separator: &str) -> Vec<(String, &'a Value)> {
    let Value::Object(members) = value else { return vec![("value".to_owned(), value)] };
    let mut fields = Vec::with_capacity(members.len());
    for (key, value) in members {
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                let within = flatten(value, separator).into_iter();
                fields.extend(within.map(|(path, value)| (format!("{key}{separator}{path}"), value)));
            }
            _ => fields.push((key.clone(), value)),
        }
    }
    fields
}

/// A field with its name.
pub(super) struct Field {
    pub label: String,
    pub text: String,
}

pub(super) struct Show<'a> {
    words: &'a Words,
    zone: Tz,
    /// Names of purposes by their keys.
    purposes: HashMap<&'a str, &'a str>,
}

/// Fields of ours that hold a code.
const CODES: &[&str] = &["by", "method", "outcome", "rejectionReason", "state", "status", "type"];

/// Whether a field of ours holds an instant or a date.
fn is_time(key: &str) -> bool {
    key.ends_with("At") || matches!(key, "at" | "dueOn" | "erasedAfter" | "extendedTo")
}

/// Letters of a text on the page; longer ones are there in full in `data.json`.
const LONGEST: usize = 2_000;
/// Fields of one card on the page.
const MOST_FIELDS: usize = 100;

impl<'a> Show<'a> {
    pub fn new(source: &'a Source<'_>, information: &'a Information) -> Self {
        let purposes = information.processing.iter().map(|row| (row.purpose.key.as_str(), row.purpose.name.as_str()));
        Self { words: &source.words, zone: information.zone(), purposes: purposes.collect() }
    }

    pub fn words(&self) -> &Words {
        self.words
    }

    /// The name of a field of ours.
    pub fn label(&self, key: &str) -> String {
        self.words.find(&format!("package-field-{key}")).unwrap_or_else(|| self.words.label(key))
    }

    /// A section's, or a room's own where it has no translation yet.
    pub fn title(&self, section: &str) -> String {
        self.words.find(&format!("package-section-{section}")).unwrap_or_else(|| self.words.label(section))
    }

    /// A value of a field of ours: codes become words, instants local time. What somebody wrote stays as it is.
    pub fn value(&self, key: &str, value: &Value) -> String {
        let text = match (key, value) {
            ("sizeBytes", Value::Number(bytes)) => size(bytes.as_u64().unwrap_or_default()),
            ("action" | "dataType" | "what", Value::String(code)) => self.words.label(code),
            ("purpose", Value::String(purpose)) => {
                self.purposes.get(purpose.as_str()).map_or_else(|| purpose.clone(), |&name| name.to_owned())
            }
            (key, Value::String(code)) if CODES.contains(&key) => self.code(code),
            (key, Value::String(time)) if is_time(key) => self.time(time),
            (_, Value::Array(items)) => self.list(items),
            (_, other) => self.plain(other),
        };
        self.cut(text)
    }

    fn code(&self, code: &str) -> String {
        self.words.find(&format!("package-value-{code}")).unwrap_or_else(|| code.to_owned())
    }

    fn time(&self, time: &str) -> String {
        match (time.parse::<DateTime<Utc>>(), time.parse::<NaiveDate>()) {
            (Ok(at), _) => self.instant(at),
            (_, Ok(date)) => self.words.date(date),
            _ => time.to_owned(),
        }
    }

    fn list(&self, items: &[Value]) -> String {
        let is_simple = items.iter().all(|item| !item.is_object() && !item.is_array());
        let shown: Vec<String> = items.iter().map(|item| self.item(item)).collect();
        shown.join(if is_simple { ", " } else { "\n" })
    }

    fn item(&self, item: &Value) -> String {
        let Value::Object(members) = item else { return self.value("", item) };
        let members = members.iter().filter(|(_, value)| !value.is_null());
        members.map(|(key, value)| self.value(key, value)).collect::<Vec<_>>().join(" · ")
    }

    pub fn instant(&self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        format!("{}, {}", self.words.date(local.date_naive()), local.format("%H:%M"))
    }

    /// What a person or their software wrote, as it stands.
    fn plain(&self, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::Bool(yes) => self.words.text(if *yes { "package-yes" } else { "package-no" }),
            Value::String(text) => text.clone(),
            Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
                items.iter().map(|item| self.plain(item)).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }

    fn cut(&self, text: String) -> String {
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}… {}", &text[..end], self.words.text("package-cut")),
            None => text,
        }
    }

    /// What a person or their software wrote, field by field.
    pub fn written(&self, value: &Value) -> Vec<Field> {
        let fields = flatten(value, "/");
        let rest = fields.len().saturating_sub(MOST_FIELDS);
        let shown = fields.into_iter().filter(|(_, value)| !value.is_null()).take(MOST_FIELDS);
        let mut shown: Vec<Field> = shown
            .map(|(path, value)| Field { label: self.words.label(&path), text: self.cut(self.plain(value)) })
            .collect();
        if rest > 0 {
            shown.push(Field { label: "…".to_owned(), text: self.words.text("package-cut") });
        }
        shown
    }

    /// Fields of ours that say something.
    pub fn fields<'k>(&self, row: &Value, keys: impl IntoIterator<Item = &'k str>) -> Vec<Field> {
        let told = keys.into_iter().filter(|key| !row[*key].is_null());
        let field = |key: &str| match &row[key] {
            inner @ Value::Object(_) => {
                let inner = self.written(inner).into_iter().map(|field| format!("{}: {}", field.label, field.text));
                Field { label: self.label(key), text: inner.collect::<Vec<_>>().join("\n") }
            }
            value => Field { label: self.label(key), text: self.value(key, value) },
        };
        told.map(field).collect()
    }
}

/// Bytes in decimal units.
fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_flattened_to_what_stands_in_it() {
        let value = json!({ "a": 1, "b": { "c": { "d": null }, "e": {} }, "f": [{ "g": 1 }] });
        let found: Vec<_> = flatten(&value, ".").into_iter().map(|(path, value)| (path, value.clone())).collect();
        let expected = [("a", json!(1)), ("b.c.d", json!(null)), ("b.e", json!({})), ("f", json!([{ "g": 1 }]))];
        assert_eq!(found, expected.map(|(path, value)| (path.to_owned(), value)));
        assert_eq!(flatten(&json!("x"), ".")[0].0, "value");
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, told) in
            [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (1_550_000, "1.5 MB"), (2_147_483_648, "2.1 GB")]
        {
            assert_eq!(size(bytes), told);
        }
    }
}
