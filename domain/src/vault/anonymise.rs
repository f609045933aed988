//! Rows for analytics, without the people in them (Articles 5(1)(c), 25; Recital 26).
//!
//! What the purpose may not collect goes. Of the rest, what points at a person becomes a keyed hash, free text goes, and
//! numbers, flags and short codes stay. The hashes differ from tenant to tenant and from purpose to purpose, so that
//! outputs cannot be joined; within one purpose they still tell one person from another, which makes them pseudonyms:
//! whether the rows as a whole are anonymous depends on what the allowlist lets through.

use std::{collections::BTreeSet, net::IpAddr};

use recital_entities::purposes::purposes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    attributes::{check_fields, object, size_of},
    minimise::{Allowlist, minimise},
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
/// A code of digits this long is a phone, card or account number.
const SHORTEST_NUMBER: usize = 9;

/// The rows in the order given, one for each.
///
/// # Errors
/// `NOT_FOUND` on `purpose`; `BAD_USER_INPUT` on `data` for what is no object or breaks a limit.
pub async fn anonymise(app: &App, viewer: &Viewer, input: Anonymise) -> Result<Vec<Value>> {
    app.write(viewer, Permission::VaultAnonymise, async |tx| {
        let purpose = register::get(tx, &input.purpose).await.map_err(|error| error.on_field("purpose"))?;
        let rows = check(input.data)?;
        let keys = tx.keys().await?;
        let hash = |value: &str| pseudonym(&keys, &purpose, value);
        let allowlist = Allowlist::of(&purpose);
        let mut removed = BTreeSet::new();
        let rows: Vec<Value> =
            rows.into_iter().map(|row| Value::Object(strip(row, &allowlist, &hash, &mut removed))).collect();
        let removed_fields = removed.into_iter().collect();
        Ok(Event::DataAnonymised { id: purpose.id, count: rows.len(), removed_fields }.with(rows))
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
        Value::Number(number) if pointing => Some(hash(&number.to_string()).into()),
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
    let dialled =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b' ' | b'/' | b'(' | b')'));
    text.contains('@')
        || (dialled && digits >= SHORTEST_NUMBER)
        || text.parse::<IpAddr>().is_ok()
        || Uuid::try_parse(text).is_ok()
}

fn is_free_text(text: &str) -> bool {
    text.chars().any(char::is_whitespace) || text.chars().count() > LONGEST_CODE
}

#[cfg(test)]
mod tests {
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
}
