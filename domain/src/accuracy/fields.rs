//! A profile as the fields of a form, and a filled-in form as changes to a profile. No I/O.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Number, Value};

use crate::error::{Error, Result};

/// One value of a profile, as a person sees it. No `Debug`: it is personal.
#[derive(Clone, PartialEq)]
pub struct Field {
    /// The keys that lead to it, joined by `/`, which no key contains.
    pub path: String,
    pub kind: FieldKind,
    pub value: String,
}

/// How a field is filled in. A corrected value keeps its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    /// Text of several lines.
    Lines,
    Date,
    Number,
    /// `true` or `false`.
    YesOrNo,
    /// Shown, but not corrected here: the address, which the link was sent to, and lists.
    Fixed,
}

const LONGEST_VALUE: usize = 2_000;
/// What vault shows the address as.
const EMAIL: &str = "email";

/// Everything in a profile, nested values by their path: names and addresses first, as people look for them, and the
/// rest in the order of its keys.
#[must_use]
pub fn fields(attributes: &Map<String, Value>) -> Vec<Field> {
    let mut fields = Vec::new();
    collect(attributes, "", &mut fields);
    fields.sort_by_cached_key(|field| (field.path.split('/').map(rank).collect::<Vec<_>>(), field.path.clone()));
    fields
}

const FIRST: [&str; 16] = [
    "name",
    "fullname",
    "givenname",
    "firstname",
    "familyname",
    "lastname",
    EMAIL,
    "phone",
    "address",
    "street",
    "postalcode",
    "zip",
    "city",
    "country",
    "dateofbirth",
    "birthdate",
];

fn rank(key: &str) -> usize {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    FIRST.iter().position(|first| plain.eq_ignore_ascii_case(first)).unwrap_or(FIRST.len())
}

fn collect(values: &Map<String, Value>, parent: &str, fields: &mut Vec<Field>) {
    for (key, value) in values {
        let path = if parent.is_empty() { key.clone() } else { format!("{parent}/{key}") };
        match value {
            Value::Null => {}
            Value::Object(nested) => collect(nested, &path, fields),
            _ => fields.push(Field { kind: kind(&path, value), value: shown(value), path }),
        }
    }
}

fn kind(path: &str, value: &Value) -> FieldKind {
    match value {
        _ if path == EMAIL => FieldKind::Fixed,
        Value::String(text) if text.parse::<NaiveDate>().is_ok() => FieldKind::Date,
        Value::String(text) if text.contains('\n') => FieldKind::Lines,
        Value::String(_) => FieldKind::Text,
        Value::Number(_) => FieldKind::Number,
        Value::Bool(_) => FieldKind::YesOrNo,
        Value::Null | Value::Array(_) | Value::Object(_) => FieldKind::Fixed,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// What a form changes: the top-level attributes that differ, whole, and null for those that go. What the form does not
/// name stays.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field's path, with `NOT_A_NUMBER`, `NOT_A_DATE`, `NOT_YES_OR_NO` or `TOO_LONG`.
pub(super) fn changes(attributes: &Map<String, Value>, form: &BTreeMap<String, String>) -> Result<Map<String, Value>> {
    let mut changed = Map::new();
    for field in fields(attributes) {
        let Some(entered) = form.get(&field.path).map(|entered| tidy(entered)) else { continue };
        if field.kind == FieldKind::Fixed || entered == tidy(&field.value) {
            continue;
        }
        let value = parse(&field, &entered)?;
        let (top, rest) = field.path.split_once('/').unwrap_or((&field.path, ""));
        let before = changed.get(top).or_else(|| attributes.get(top)).cloned().unwrap_or_default();
        changed.insert(top.to_owned(), if rest.is_empty() { value } else { replaced(before, rest, value) });
    }
    Ok(changed)
}

/// Browsers send line ends as CR LF.
fn tidy(entered: &str) -> String {
    entered.replace("\r\n", "\n").trim().to_owned()
}

fn parse(field: &Field, entered: &str) -> Result<Value> {
    let refuse = |reason| Err(Error::invalid(&field.path, reason, "this value cannot be saved"));
    if entered.chars().count() > LONGEST_VALUE {
        return refuse("TOO_LONG");
    }
    if entered.is_empty() {
        return Ok(Value::Null);
    }
    match field.kind {
        FieldKind::Number => entered.parse::<Number>().map(Value::Number).or_else(|_| refuse("NOT_A_NUMBER")),
        FieldKind::Date if entered.parse::<NaiveDate>().is_err() => refuse("NOT_A_DATE"),
        FieldKind::YesOrNo => entered.parse().map(Value::Bool).or_else(|_| refuse("NOT_YES_OR_NO")),
        FieldKind::Text | FieldKind::Lines | FieldKind::Date | FieldKind::Fixed => Ok(Value::from(entered)),
    }
}

/// The value with what stands at the path inside it replaced, or removed for null.
fn replaced(mut whole: Value, path: &str, value: Value) -> Value {
    let (key, rest) = path.split_once('/').unwrap_or((path, ""));
    if let Value::Object(values) = &mut whole {
        let before = values.remove(key).unwrap_or_default();
        let after = if rest.is_empty() { value } else { replaced(before, rest, value) };
        if !after.is_null() {
            values.insert(key.to_owned(), after);
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile() -> Map<String, Value> {
        let profile = json!({
            "name": "Ada", "email": "ada@example.com", "age": 36, "height": 1.7, "newsletter": true,
            "born": "1990-12-10", "note": "one\ntwo", "tags": ["a", "b"], "gone": null,
            "address": { "city": "London", "geo": { "zone": 3 } },
        });
        profile.as_object().unwrap().clone()
    }

    fn form(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_value_is_shown_by_its_path_and_kind() {
        let shown: Vec<_> = fields(&profile()).into_iter().map(|f| (f.path, f.kind, f.value)).collect();
        let expected = [
            ("name", FieldKind::Text, "Ada"),
            ("email", FieldKind::Fixed, "ada@example.com"),
            ("address/city", FieldKind::Text, "London"),
            ("address/geo/zone", FieldKind::Number, "3"),
            ("age", FieldKind::Number, "36"),
            ("born", FieldKind::Date, "1990-12-10"),
            ("height", FieldKind::Number, "1.7"),
            ("newsletter", FieldKind::YesOrNo, "true"),
            ("note", FieldKind::Lines, "one\ntwo"),
            ("tags", FieldKind::Fixed, "a, b"),
        ];
        assert_eq!(shown, expected.map(|(path, kind, value)| (path.to_owned(), kind, value.to_owned())));
    }

    #[test]
    fn a_form_changes_what_differs_and_keeps_its_kind() {
        for (entries, expected) in [
            (&[("name", "Ada"), ("age", "36")][..], json!({})),
            (&[("name", " Ada Example ")], json!({ "name": "Ada Example" })),
            (&[("age", "37")], json!({ "age": 37 })),
            (&[("newsletter", "false")], json!({ "newsletter": false })),
            (&[("name", "")], json!({ "name": null })),
            (&[("note", "one\r\ntwo")], json!({})),
            (&[("note", "one\r\nthree")], json!({ "note": "one\nthree" })),
            (&[("address/city", "Paris")], json!({ "address": { "city": "Paris", "geo": { "zone": 3 } } })),
            (&[("address/city", ""), ("address/geo/zone", "4")], json!({ "address": { "geo": { "zone": 4 } } })),
            (&[("email", "eve@example.com"), ("tags", "c"), ("unheard", "of")], json!({})),
        ] {
            assert_eq!(Value::Object(changes(&profile(), &form(entries)).unwrap()), expected, "{entries:?}");
        }
    }

    #[test]
    fn what_cannot_be_saved_is_refused_by_field() {
        let long = "x".repeat(2_001);
        for (path, entered, reason) in [
            ("age", "old", "NOT_A_NUMBER"),
            ("age", "NaN", "NOT_A_NUMBER"),
            ("born", "10.12.1990", "NOT_A_DATE"),
            ("born", "1990-02-30", "NOT_A_DATE"),
            ("newsletter", "perhaps", "NOT_YES_OR_NO"),
            ("name", &long, "TOO_LONG"),
        ] {
            let refusal = changes(&profile(), &form(&[(path, entered)])).unwrap_err();
            assert_eq!((refusal.field(), refusal.reason()), (Some(path), reason), "{entered}");
        }
    }
}
