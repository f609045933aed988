//! What a profile or a payload may look like, checked before anything is sealed.
//!
//! Names of fields stand in clear in answers and in the audit log, so a name must look like one: 1 to 64 of `A-Z`,
//! `a-z`, `0-9`, `_`, `.` and `-`. A refusal names the path down to the last sound name, never what was wrong with it.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

pub const MOST_ATTRIBUTES: usize = 100;
pub const LARGEST_PROFILE: usize = 64 * 1024;
const LONGEST_NAME: usize = 64;
const DEEPEST: usize = 8;
const LONGEST_LOCALE: usize = 35;
const LONGEST_EXTERNAL_ID: usize = 255;

/// A JSON object, as `attributes` must be.
///
/// # Errors
/// `BAD_USER_INPUT` with `NOT_AN_OBJECT`.
pub fn object(field: &str, value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(Error::invalid(field, "NOT_AN_OBJECT", "expected a JSON object")),
    }
}

/// Checks a whole profile.
///
/// # Errors
/// `BAD_USER_INPUT` with `TOO_MANY_ATTRIBUTES`, `TOO_LARGE`, `INVALID_FIELD_NAME` or `TOO_DEEP`.
pub fn check_profile(field: &str, attributes: &Map<String, Value>) -> Result<()> {
    if attributes.len() > MOST_ATTRIBUTES {
        let message = format!("a profile holds at most {MOST_ATTRIBUTES} attributes, this one {}", attributes.len());
        return Err(Error::invalid(field, "TOO_MANY_ATTRIBUTES", message));
    }
    check_fields(field, attributes)?;
    check_size(field, attributes, LARGEST_PROFILE)
}

/// Answers how large `value` is as JSON.
///
/// # Errors
/// `BAD_USER_INPUT` with `TOO_LARGE`.
pub fn check_size(field: &str, value: &Map<String, Value>, largest: usize) -> Result<()> {
    let size = size_of(value)?;
    if size > largest {
        let message = format!("at most {largest} bytes as JSON, this is {size}");
        return Err(Error::invalid(field, "TOO_LARGE", message));
    }
    Ok(())
}

/// Bytes as JSON.
pub fn size_of(value: &Map<String, Value>) -> Result<usize> {
    Ok(serde_json::to_vec(value).map_err(Error::internal)?.len())
}

/// Checks names and depth, all the way down.
///
/// # Errors
/// `BAD_USER_INPUT` with `INVALID_FIELD_NAME` or `TOO_DEEP`.
pub fn check_fields(field: &str, map: &Map<String, Value>) -> Result<()> {
    check_map(field, map, 1)
}

fn check_map(path: &str, map: &Map<String, Value>, depth: usize) -> Result<()> {
    if depth > DEEPEST {
        return Err(Error::invalid(path, "TOO_DEEP", format!("values nest at most {DEEPEST} deep")));
    }
    for (name, value) in map {
        if !is_name(name) {
            let message = format!("a field's name is 1 to {LONGEST_NAME} of A-Z, a-z, 0-9, '_', '.' and '-'");
            return Err(Error::invalid(path, "INVALID_FIELD_NAME", message));
        }
        check_value(&format!("{path}.{name}"), value, depth + 1)?;
    }
    Ok(())
}

fn check_value(path: &str, value: &Value, depth: usize) -> Result<()> {
    match value {
        Value::Object(map) => check_map(path, map, depth),
        Value::Array(_) if depth > DEEPEST => {
            Err(Error::invalid(path, "TOO_DEEP", format!("values nest at most {DEEPEST} deep")))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_value(path, item, depth + 1)),
        _ => Ok(()),
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain)
}

/// The path of an attribute: names joined by dots.
///
/// # Errors
/// `BAD_USER_INPUT` with `INVALID_PATH`.
pub fn check_path(field: &str, path: &str) -> Result<()> {
    let names: Vec<&str> = path.split('.').collect();
    if names.len() <= DEEPEST && names.into_iter().all(is_name) {
        return Ok(());
    }
    let message =
        format!("1 to {DEEPEST} names joined by dots, each 1 to {LONGEST_NAME} of A-Z, a-z, 0-9, '_' and '-'");
    Err(Error::invalid(field, "INVALID_PATH", message))
}

/// The shape of a language tag (BCP 47): `en`, `de-AT`, `zh-Hans-CN`.
///
/// # Errors
/// `BAD_USER_INPUT` with `INVALID_LOCALE`.
pub fn check_locale(locale: &str) -> Result<()> {
    let mut subtags = locale.split('-');
    let language = subtags.next().unwrap_or_default();
    let sound = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        && locale.len() <= LONGEST_LOCALE;
    if sound {
        return Ok(());
    }
    Err(Error::invalid("locale", "INVALID_LOCALE", "expected a language tag (BCP 47) such as en or de-AT"))
}

/// # Errors
/// `BAD_USER_INPUT` with `INVALID_EXTERNAL_ID`.
pub fn check_external_id(id: &str) -> Result<()> {
    let sound =
        (1..=LONGEST_EXTERNAL_ID).contains(&id.chars().count()) && id.trim() == id && !id.chars().any(char::is_control);
    if sound {
        return Ok(());
    }
    let message = format!("1 to {LONGEST_EXTERNAL_ID} characters, no control characters, no space at either end");
    Err(Error::invalid("externalId", "INVALID_EXTERNAL_ID", message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(value: Value) -> Option<(&'static str, String)> {
        let refused = object("attributes", value).and_then(|map| check_profile("attributes", &map));
        refused.err().map(|error| (error.reason(), error.field().unwrap_or_default().to_owned()))
    }

    #[test]
    fn a_plain_profile_is_accepted() {
        for value in [
            json!({}),
            json!({ "name": "Ada", "phone.home": "+43 1", "visits": 3, "member": true, "note": null }),
            json!({ "address": { "city": "Vienna", "lines": ["a", "b"] } }),
            json!({ "a": { "a": { "a": { "a": { "a": { "a": { "a": { "a": 1 } } } } } } } }),
        ] {
            assert_eq!(refusal(value.clone()), None, "{value}");
        }
    }

    #[test]
    fn each_limit_has_its_own_refusal() {
        let many: Map<_, _> = (0..=MOST_ATTRIBUTES).map(|n| (format!("a{n}"), json!(n))).collect();
        for (value, reason, field) in [
            (json!([]), "NOT_AN_OBJECT", "attributes"),
            (json!("text"), "NOT_AN_OBJECT", "attributes"),
            (Value::Object(many), "TOO_MANY_ATTRIBUTES", "attributes"),
            (json!({ "": 1 }), "INVALID_FIELD_NAME", "attributes"),
            (json!({ "ada@example.com": 1 }), "INVALID_FIELD_NAME", "attributes"),
            (json!({ "n".repeat(65): 1 }), "INVALID_FIELD_NAME", "attributes"),
            (json!({ "address": [{ "the city": 1 }] }), "INVALID_FIELD_NAME", "attributes.address"),
            (json!({ "note": "n".repeat(LARGEST_PROFILE) }), "TOO_LARGE", "attributes"),
            (
                json!({ "a": { "a": { "a": { "a": { "a": { "a": { "a": { "a": { "a": 1 } } } } } } } } }),
                "TOO_DEEP",
                "attributes.a.a.a.a.a.a.a.a",
            ),
            (json!({ "a": [[[[[[[[1]]]]]]]] }), "TOO_DEEP", "attributes.a"),
        ] {
            assert_eq!(refusal(value), Some((reason, field.to_owned())));
        }
    }

    #[test]
    fn a_path_is_made_of_names() {
        for path in ["a", "address.city", "a.b.c.d.e.f.g.h", "x-1_Y"] {
            assert!(check_path("path", path).is_ok(), "{path}");
        }
        for path in ["", ".", "a.", "a..b", "a b", "a/b", "a.b.c.d.e.f.g.h.i", &"n".repeat(65)] {
            assert!(check_path("path", path).is_err(), "{path}");
        }
    }

    #[test]
    fn locales_have_the_shape_of_a_language_tag() {
        for locale in ["en", "de-AT", "zh-Hans-CN", "sl-rozaj-biske", "gsw"] {
            assert!(check_locale(locale).is_ok(), "{locale}");
        }
        for locale in ["", "e", "english-language", "de_AT", "de-", "1e", "en-ädel", &"en-a".repeat(10)] {
            assert!(check_locale(locale).is_err(), "{locale}");
        }
    }

    #[test]
    fn external_ids_are_short_and_printable() {
        for id in ["1", "user-42", "ключ", &"x".repeat(255)] {
            assert!(check_external_id(id).is_ok(), "{id}");
        }
        for id in ["", " ", " a", "a\n", "a\u{0}b", &"x".repeat(256)] {
            assert!(check_external_id(id).is_err(), "{id}");
        }
    }
}
