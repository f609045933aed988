//! Rows for analytics, without the people in them (Articles 5(1)(c), 25; Recital 26).
//!
//! What the purpose may not collect goes. Of the rest, what points at a person becomes a keyed hash, free text goes, and
//! small numbers, flags, times and short codes stay. The hashes differ from tenant to tenant and from purpose to purpose, so that
//! outputs cannot be joined; within one purpose they still tell one person from another, which makes them pseudonyms:
//! whether the rows as a whole are anonymous depends on what the allowlist lets through.

use std::{collections::BTreeSet, net::IpAddr};

use chrono::{DateTime, NaiveDate};
use recital_entities::purposes::purposes;
use serde_json::{Map, Number, Value};
use uuid::Uuid;

use super::{
    attributes::{check_fields, object, size_of},
    minimise::{Allowlist, RemovedFields, minimise},
    store::{LARGEST_CALL, MOST_RECORDS},
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    keys::TenantKeys,
    purposes as register,
    viewer::{Permission, Viewer},
};

/// Rows to anonymise. No `Debug`: they hold personal values.
pub struct Anonymise {
    /// The purpose's key.
    pub purpose: String,
    /// JSON objects.
    pub data: Vec<Value>,
}

/// Names of fields, or their last words, whose values point at a person.
const POINTS_AT_A_PERSON: &[&str] = &[
    "account",
    "address",
    "birthday",
    "birthdate",
    "card",
    "cookie",
    "dob",
    "email",
    "fingerprint",
    "firstname",
    "fullname",
    "iban",
    "id",
    "ids",
    "imei",
    "ip",
    "lastname",
    "login",
    "mac",
    "mail",
    "mobile",
    "name",
    "nickname",
    "passport",
    "phone",
    "plate",
    "ssn",
    "street",
    "surname",
    "telephone",
    "token",
    "user",
    "username",
    "uuid",
];

/// Words longer than this are texts.
const LONGEST_CODE: usize = 64;
/// With this many digits a number is a phone, card or account number: times are written as RFC 3339.
const SHORTEST_NUMBER: usize = 9;

/// Rows without the people in them, in the order given.
pub struct Anonymised {
    pub rows: Vec<Value>,
    /// What the purpose may not collect, and free texts.
    pub removed_fields: RemovedFields,
}

///
/// # Errors
/// `NOT_FOUND` on `purpose`; `BAD_USER_INPUT` on `data` for what is no object or breaks a limit.
pub async fn anonymise(app: &App, viewer: &Viewer, input: Anonymise) -> Result<Anonymised> {
    app.write(viewer, Permission::VaultAnonymise, async |tx| {
        let purpose = register::get(tx, &input.purpose).await.map_err(|error| error.on_field("purpose"))?;
        let rows = check(input.data)?;
        let keys = tx.keys().await?;
        let hash = |value: &str| pseudonym(&keys, &purpose, value);
        let allowlist = Allowlist::of(&purpose);
        let mut removed = BTreeSet::new();
        let rows: Vec<Value> =
            rows.into_iter().map(|row| Value::Object(strip(row, &allowlist, &hash, &mut removed))).collect();
        let removed_fields: RemovedFields = removed.into_iter().collect();
        let event = Event::DataAnonymised {
            id: purpose.id,
            count: rows.len(),
            removed_fields: removed_fields.names.clone(),
            removed_field_count: removed_fields.count,
        };
        Ok(event.with(Anonymised { rows, removed_fields }))
    })
    .await
}

fn check(data: Vec<Value>) -> Result<Vec<Map<String, Value>>> {
    if data.len() > MOST_RECORDS {
        return Err(Error::invalid("data", "RECORD_COUNT", format!("at most {MOST_RECORDS} rows a call")));
    }
    let mut size = 0;
    let mut rows = Vec::with_capacity(data.len());
    for (index, row) in data.into_iter().enumerate() {
        let field = format!("data.{index}");
        let row = object(&field, row)?;
        check_fields(&field, &row)?;
        size += size_of(&row)?;
        rows.push(row);
    }
    if size > LARGEST_CALL {
        return Err(Error::invalid("data", "TOO_LARGE", format!("at most {LARGEST_CALL} bytes a call")));
    }
    Ok(rows)
}

fn pseudonym(keys: &TenantKeys, purpose: &purposes::Model, value: &str) -> String {
    let hash = keys.index(&format!("anonymise/{}", purpose.id), value);
    format!("anon_{}", hex::encode(&hash[..16]))
}

/// One row, without the person in it.
fn strip(
    row: Map<String, Value>,
    allowlist: &Allowlist,
    hash: &impl Fn(&str) -> String,
    removed: &mut BTreeSet<String>,
) -> Map<String, Value> {
    let minimised = minimise(row, allowlist);
    removed.extend(minimised.removed);
    strip_map("", minimised.kept, hash, removed)
}

fn strip_map(
    path: &str,
    map: Map<String, Value>,
    hash: &impl Fn(&str) -> String,
    removed: &mut BTreeSet<String>,
) -> Map<String, Value> {
    let mut kept = Map::new();
    for (name, value) in map {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if let Some(value) = strip_value(&path, value, hash, removed) {
            kept.insert(name, value);
        }
    }
    kept
}

fn strip_value(
    path: &str,
    value: Value,
    hash: &impl Fn(&str) -> String,
    removed: &mut BTreeSet<String>,
) -> Option<Value> {
    let pointing = points_at_a_person(path);
    match value {
        Value::Number(number) if pointing || is_long(&number) => Some(hash(&number.to_string()).into()),
        Value::String(text) if pointing || looks_like_an_identifier(&text) => {
            Some(hash(&text.trim().to_lowercase()).into())
        }
        Value::String(text) if is_free_text(&text) => {
            removed.insert(path.to_owned());
            None
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value),
        Value::Array(items) => {
            Some(items.into_iter().filter_map(|item| strip_value(path, item, hash, removed)).collect())
        }
        Value::Object(map) => Some(Value::Object(strip_map(path, map, hash, removed))),
    }
}

/// Whether the last word of the path's last name is telling: `userId`, `user_id` and `customer.id`, not `paid`.
fn points_at_a_person(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    let whole: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let last = last_word(name).to_lowercase();
    POINTS_AT_A_PERSON.iter().any(|word| *word == whole || *word == last)
}

fn last_word(name: &str) -> &str {
    let word = name.rsplit(['_', '-']).next().unwrap_or(name);
    let boundary = word.char_indices().rev().find(|(at, letter)| {
        letter.is_ascii_uppercase() && *at > 0 && word[..*at].ends_with(|before: char| !before.is_ascii_uppercase())
    });
    boundary.map_or(word, |(at, _)| &word[at..])
}

fn looks_like_an_identifier(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let dialled = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-/() ".contains(&byte));
    let one_word = dialled || !text.contains(char::is_whitespace);
    text.contains('@')
        || (one_word && digits >= SHORTEST_NUMBER && !is_time(text))
        || text.parse::<IpAddr>().is_ok()
        || Uuid::try_parse(text).is_ok()
}

fn is_time(text: &str) -> bool {
    text.parse::<NaiveDate>().is_ok() || DateTime::parse_from_rfc3339(text).is_ok()
}

/// A whole number of many digits; a fraction is a measurement.
fn is_long(number: &Number) -> bool {
    let digits = number.to_string();
    !number.is_f64() && digits.trim_start_matches('-').len() >= SHORTEST_NUMBER
}

/// Anything that may be words of a person or about one: a code has no spaces and no letters beyond ASCII, is not long,
/// and is not written as names are.
fn is_free_text(text: &str) -> bool {
    let as_names_are = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|first| first.is_ascii_uppercase())
            && letters.next().is_some_and(|second| second.is_ascii_lowercase())
    };
    text.chars().any(|letter| letter.is_whitespace() || !letter.is_ascii())
        || text.chars().count() > LONGEST_CODE
        || text.split(|letter: char| !letter.is_ascii_alphabetic()).any(as_names_are)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn stripped(row: Value, fields: Option<&[&str]>) -> (Value, Vec<String>) {
        let Value::Object(row) = row else { unreachable!() };
        let fields = fields.map(|fields| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>());
        let mut removed = BTreeSet::new();
        let hash = |value: &str| format!("#{value}");
        let kept = strip(row, &Allowlist::new(fields.as_deref()), &hash, &mut removed);
        (Value::Object(kept), removed.into_iter().collect())
    }

    #[test]
    fn what_points_at_a_person_is_hashed_and_free_text_goes() {
        for (row, kept, removed) in [
            (
                json!({ "response_time": 1.5, "ok": true, "none": null }),
                json!({ "response_time": 1.5, "ok": true, "none": null }),
                vec![],
            ),
            (
                json!({ "error_code": "E42", "at": "2026-03-01T09:00:00Z" }),
                json!({ "error_code": "E42", "at": "2026-03-01T09:00:00Z" }),
                vec![],
            ),
            (json!({ "email": "Ada@Example.com" }), json!({ "email": "#ada@example.com" }), vec![]),
            (json!({ "who": "ada@example.com" }), json!({ "who": "#ada@example.com" }), vec![]),
            (
                json!({ "userId": 7, "user_id": 7, "id": "7" }),
                json!({ "userId": "#7", "user_id": "#7", "id": "#7" }),
                vec![],
            ),
            (json!({ "paid": "yes", "grid": 3 }), json!({ "paid": "yes", "grid": 3 }), vec![]),
            (
                json!({ "clientIP": "x", "host": "2001:db8::1" }),
                json!({ "clientIP": "#x", "host": "#2001:db8::1" }),
                vec![],
            ),
            (
                json!({ "n": "+43 660 1234567", "d": "2026-03-01" }),
                json!({ "n": "#+43 660 1234567", "d": "2026-03-01" }),
                vec![],
            ),
            (
                json!({ "comment": "two words", "a": { "b": "x".repeat(65) } }),
                json!({ "a": {} }),
                vec!["a.b", "comment"],
            ),
            (
                json!({ "a": "Lovelace", "b": "Ada-Lovelace", "c": "ключ", "d": "Kraków", "e": "AT", "f": "v1.2", "g": "iOS" }),
                json!({ "e": "AT", "f": "v1.2", "g": "iOS" }),
                vec!["a", "b", "c", "d"],
            ),
            (
                json!({ "a": "4111-1111-1111-1111", "b": "AT611904300234573201", "c": 4_111_111_111_111_111_u64, "d": 99_999_999, "e": 0.123_456_789_012 }),
                json!({ "a": "#4111-1111-1111-1111", "b": "#at611904300234573201", "c": "#4111111111111111", "d": 99_999_999, "e": 0.123_456_789_012 }),
                vec![],
            ),
            (
                json!({ "tags": ["a", "b c", "d@example.com"] }),
                json!({ "tags": ["a", "#d@example.com"] }),
                vec!["tags"],
            ),
            (json!({ "first_name": "Ada", "name": "Ada" }), json!({ "first_name": "#ada", "name": "#ada" }), vec![]),
        ] {
            let answer = stripped(row.clone(), None);
            assert_eq!(answer, (kept, removed.into_iter().map(str::to_owned).collect()), "{row}");
        }
    }

    #[test]
    fn no_field_outside_the_allowlist_stays() {
        let row = json!({ "response_time": 3, "user_id": 7, "secret": { "code": "x" } });
        let answer = stripped(row, Some(&["response_time"]));
        assert_eq!(answer, (json!({ "response_time": 3 }), vec!["secret".to_owned(), "user_id".to_owned()]));
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z]{1,8}",
            "[A-Z][a-z]{1,8}",
            "[A-Z]{2}",
            "[a-z]{1,5} [a-z]{1,5}",
            "[a-z]{1,5}@[a-z]{1,5}\\.example",
            "[0-9]{7,16}",
            "\\PC{0,80}",
        ]
    }

    fn any_row() -> impl Strategy<Value = Map<String, Value>> {
        let leaf = prop_oneof![
            any_text().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(3, 20, 4, |inner| {
            let name = prop_oneof!["[a-d]", Just("user_id".to_owned()), Just("email".to_owned())];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        });
        prop::collection::btree_map("[a-d]", value, 0..4).prop_map(|map| map.into_iter().collect())
    }

    /// Every text and number that is left, with its path.
    fn values(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(name, value)| values(&format!("{path}.{name}"), value, found)),
            Value::Array(items) => items.iter().for_each(|item| values(path, item, found)),
            Value::String(text) => found.push((path.trim_start_matches('.').to_owned(), text.clone())),
            Value::Number(number) => found.push((path.trim_start_matches('.').to_owned(), number.to_string())),
            _ => {}
        }
    }

    fn outcome(row: Map<String, Value>, allowlist: &Allowlist, secret: &[u8]) -> Vec<(String, String)> {
        use aws_lc_rs::hmac;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let hash = |value: &str| format!("anon_{}", hex::encode(&hmac::sign(&key, value.as_bytes()).as_ref()[..16]));
        let mut found = Vec::new();
        values("", &Value::Object(strip(row, allowlist, &hash, &mut BTreeSet::new())), &mut found);
        found
    }

    proptest! {
        #[test]
        fn what_is_left_is_allowed_tells_nobody_and_joins_with_nothing(
            row in any_row(), fields in prop::collection::vec("[a-d](\\.[a-d]){0,2}", 0..6),
        ) {
            let allowlist = Allowlist::new(Some(&fields));
            let one = outcome(row.clone(), &allowlist, b"one");
            let other = outcome(row, &allowlist, b"other");
            for ((path, text), (_, elsewhere)) in one.iter().zip(&other) {
                prop_assert!(fields.iter().any(|field| path == field || path.starts_with(&format!("{field}."))), "{path}");
                if text.starts_with("anon_") {
                    prop_assert_ne!(text, elsewhere, "{} joins", path);
                } else {
                    let digits = text.bytes().filter(u8::is_ascii_digit).count();
                    prop_assert!(digits < 9 && text.is_ascii() && text.len() <= 64, "{path}: {text}");
                    prop_assert!(!text.contains(['@', ' ']), "{path}: {text}");
                }
            }
        }
    }
}
