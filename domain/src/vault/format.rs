//! The formats an attribute can have: what a value must look like, and the one form it is kept in. No I/O.
//!
//! Refusals name the path, a reason and what would be right, never the value.

use chrono::NaiveDate;
use jsonschema::{PatternOptions, Validator};
use phonenumber::{Mode, PhoneNumber, country};
use recital_entities::{AttributeFormatType as Type, vault::attribute_formats::Model};
use serde_json::Value;

use super::normalise_email;
use crate::error::{Error, Result};

/// A declared format, ready to be held against values.
pub enum Format {
    Email,
    Phone(Option<country::Id>),
    Date,
    Country,
    /// Bounds in characters.
    Text {
        min: usize,
        max: Option<usize>,
    },
    Integer,
    Number,
    Boolean,
    Json(Box<Validator>),
}

const LONGEST_TEXT: i32 = 65_536;
const LARGEST_SCHEMA: usize = 16 * 1024;
/// E.164 has 15 digits; people write brackets, hyphens and spaces between them.
const LONGEST_PHONE: usize = 40;
/// What a pattern of a schema may compile to.
const LARGEST_PATTERN: usize = 256 * 1024;
/// A schema stands alone: nothing is fetched, and nothing goes round in circles or doubles at every step.
const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

impl Format {
    /// # Errors
    /// `BAD_USER_INPUT` naming the part of the declaration that is at fault.
    pub fn of(row: &Model) -> Result<Self> {
        unused(row)?;
        Ok(match row.format {
            Type::Email => Self::Email,
            Type::Phone => Self::Phone(row.region.as_deref().map(region).transpose()?),
            Type::Date => Self::Date,
            Type::Country => Self::Country,
            Type::Text => {
                let (min, max) = bounds(row)?;
                Self::Text { min, max }
            }
            Type::Integer => Self::Integer,
            Type::Number => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Json => Self::Json(Box::new(validator(row.json_schema.as_ref())?)),
        })
    }

    /// The value in the form it is kept in. Of a list each element has the format, except under JSON, whose schema says
    /// what a list is.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` on `path`.
    pub fn apply(&self, path: &str, value: Value) -> Result<Value> {
        match (self, value) {
            (Self::Json(schema), value) => conforming(path, schema, value),
            (_, Value::Array(items)) => items.into_iter().map(|item| self.apply(path, item)).collect(),
            (Self::Integer, value) if value.is_i64() || value.is_u64() => Ok(value),
            (Self::Number, value) if value.is_number() => Ok(value),
            (Self::Boolean, value) if value.is_boolean() => Ok(value),
            (Self::Integer, _) => Err(Error::invalid(path, "NOT_AN_INTEGER", "a number without a fraction")),
            (Self::Number, _) => Err(Error::invalid(path, "NOT_A_NUMBER", "a number")),
            (Self::Boolean, _) => Err(Error::invalid(path, "NOT_A_BOOLEAN", "true or false")),
            (_, Value::String(text)) => self.apply_to_text(path, text).map(Value::String),
            _ => Err(Error::invalid(path, "NOT_A_TEXT", "a text")),
        }
    }

    fn apply_to_text(&self, path: &str, text: String) -> Result<String> {
        match self {
            Self::Phone(region) => phone(*region, &text).ok_or_else(|| {
                let right = "a phone number with its country code, such as +43 1 5880";
                Error::invalid(path, "INVALID_PHONE", right)
            }),
            Self::Date => date(&text).ok_or_else(|| Error::invalid(path, "INVALID_DATE", "a date as YYYY-MM-DD")),
            Self::Country => alpha2(text.trim())
                .map(str::to_owned)
                .ok_or_else(|| Error::invalid(path, "INVALID_COUNTRY", "a country by its ISO 3166-1 code, such as AT")),
            Self::Text { min, max } => within(path, text, *min, *max),
            _ => match normalise_email(&text) {
                Ok(_) => Ok(text.trim().to_owned()),
                Err(_) => Err(Error::invalid(path, "INVALID_EMAIL", "an e-mail address")),
            },
        }
    }
}

/// In E.164; none for a number that nobody can have, and for one with an extension, which E.164 has no room for.
fn phone(region: Option<country::Id>, text: &str) -> Option<String> {
    if text.len() > LONGEST_PHONE {
        return None;
    }
    let number = phonenumber::parse(region, text.trim()).ok()?;
    let dialled = PhoneNumber::is_valid(&number) && number.extension().is_none();
    dialled.then(|| number.format().mode(Mode::E164).to_string())
}

/// RFC 3339 `full-date`.
fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let date: NaiveDate = text.parse().ok()?;
    // Not `2024-2-29`, and no year of five digits.
    (text.len() == 10 && date.to_string() == text).then(|| text.to_owned())
}

/// ISO 3166-1 alpha-2, from alpha-2 or alpha-3 in any case.
fn alpha2(text: &str) -> Option<&'static str> {
    let code = text.to_ascii_uppercase();
    let country = rust_iso3166::from_alpha2(&code).or_else(|| rust_iso3166::from_alpha3(&code))?;
    Some(country.alpha2)
}

fn within(path: &str, text: String, min: usize, max: Option<usize>) -> Result<String> {
    let length = text.chars().count();
    if length < min {
        return Err(Error::invalid(path, "TOO_SHORT", format!("at least {min} characters")));
    }
    match max {
        Some(max) if length > max => Err(Error::invalid(path, "TOO_LONG", format!("at most {max} characters"))),
        _ => Ok(text),
    }
}

fn conforming(path: &str, schema: &Validator, value: Value) -> Result<Value> {
    let refusal = schema.validate(&value).err().map(|error| {
        let right =
            format!("`{}` of its JSON Schema does not hold at `{}`", error.kind().keyword(), error.instance_path());
        Error::invalid(path, "SCHEMA_MISMATCH", right)
    });
    refusal.map_or(Ok(value), Err)
}

/// A part of the declaration that its format has no use for is a misunderstanding.
fn unused(row: &Model) -> Result<()> {
    let parts = [
        ("minLength", row.min_length.is_some(), Type::Text),
        ("maxLength", row.max_length.is_some(), Type::Text),
        ("region", row.region.is_some(), Type::Phone),
        ("schema", row.json_schema.is_some(), Type::Json),
    ];
    match parts.into_iter().find(|(_, given, of)| *given && row.format != *of) {
        Some((part, _, of)) => Err(Error::invalid(part, "NOT_USED", format!("`{part}` belongs to {of} alone"))),
        None => Ok(()),
    }
}

fn bounds(row: &Model) -> Result<(usize, Option<usize>)> {
    let bound = |field: &str, bound: i32, least: i32| {
        let message = format!("{least} to {LONGEST_TEXT} characters");
        let sound = (least..=LONGEST_TEXT).contains(&bound).then(|| usize::try_from(bound).ok()).flatten();
        sound.ok_or_else(|| Error::invalid(field, "OUT_OF_RANGE", message))
    };
    let min = row.min_length.unwrap_or(0);
    let max = row.max_length.map(|max| bound("maxLength", max, min.max(1))).transpose()?;
    Ok((bound("minLength", min, 0)?, max))
}

fn region(code: &str) -> Result<country::Id> {
    code.parse().map_err(|_| Error::invalid("region", "INVALID_COUNTRY", "a country by its ISO 3166-1 alpha-2 code"))
}

fn validator(schema: Option<&Value>) -> Result<Validator> {
    let refuse = |reason, right: &str| Err(Error::invalid("schema", reason, right));
    let Some(schema) = schema else { return refuse("REQUIRED", "JSON needs a schema to be held to") };
    if !schema.is_object() {
        return refuse("NOT_AN_OBJECT", "a JSON Schema as an object");
    }
    if schema.to_string().len() > LARGEST_SCHEMA {
        return refuse("TOO_LARGE", &format!("at most {LARGEST_SCHEMA} bytes as JSON"));
    }
    if has_reference(schema) {
        return refuse("REFERENCE_NOT_ALLOWED", "write out what `$ref` points at: a schema stands alone");
    }
    // This engine's time is linear in the text, whatever the pattern.
    let patterns = PatternOptions::regex().size_limit(LARGEST_PATTERN);
    let built = jsonschema::options().offline().with_pattern_options(patterns).build(schema);
    built.or_else(|_| refuse("INVALID_SCHEMA", "a JSON Schema, without look-around or back-references in its patterns"))
}

fn has_reference(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => REFERENCES.iter().any(|name| map.contains_key(*name)) || map.values().any(has_reference),
        Value::Array(items) => items.iter().any(has_reference),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn row(format: Type) -> Model {
        Model {
            tenant_id: recital_entities::TenantId(uuid::Uuid::nil()),
            path: "a".into(),
            format,
            min_length: None,
            max_length: None,
            region: None,
            json_schema: None,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            updated_by: "story".into(),
        }
    }

    fn text(min_length: Option<i32>, max_length: Option<i32>) -> Model {
        Model { min_length, max_length, ..row(Type::Text) }
    }

    fn phone_of(region: &str) -> Model {
        Model { region: Some(region.into()), ..row(Type::Phone) }
    }

    fn json_of(schema: Value) -> Model {
        Model { json_schema: Some(schema), ..row(Type::Json) }
    }

    #[test]
    fn a_sound_value_is_kept_in_one_form() {
        let lines = json!({ "type": "array", "maxItems": 2, "items": { "type": "string", "pattern": "^[a-z]+$" } });
        for (format, value, kept) in [
            (row(Type::Email), json!(" Ada@Example.com "), json!("Ada@Example.com")),
            (row(Type::Phone), json!("+43 (1) 5880-0"), json!("+43158800")),
            (row(Type::Phone), json!("+1 202 456 1111"), json!("+12024561111")),
            (phone_of("AT"), json!("0664 1234567"), json!("+436641234567")),
            (phone_of("AT"), json!("+1 202 456 1111"), json!("+12024561111")),
            (row(Type::Date), json!("2024-02-29"), json!("2024-02-29")),
            (row(Type::Country), json!("at"), json!("AT")),
            (row(Type::Country), json!("AUT"), json!("AT")),
            (text(Some(2), Some(3)), json!("äöü"), json!("äöü")),
            (text(None, None), json!(""), json!("")),
            (row(Type::Integer), json!(-3), json!(-3)),
            (row(Type::Number), json!(1.5), json!(1.5)),
            (row(Type::Boolean), json!(false), json!(false)),
            (row(Type::Country), json!(["at", "DEU"]), json!(["AT", "DE"])),
            (json_of(lines), json!(["a", "b"]), json!(["a", "b"])),
        ] {
            let format = Format::of(&format).unwrap();
            assert_eq!(format.apply("a", value.clone()).unwrap(), kept, "{value}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_path_and_reason_and_not_repeated() {
        let schema = json!({ "type": "object", "required": ["zip"], "properties": { "zip": { "maxLength": 4 } } });
        for (format, value, reason) in [
            (row(Type::Email), json!("Lovelace"), "INVALID_EMAIL"),
            (row(Type::Email), json!(7), "NOT_A_TEXT"),
            (row(Type::Phone), json!("0664 1234567"), "INVALID_PHONE"),
            (row(Type::Phone), json!("+43 1"), "INVALID_PHONE"),
            (row(Type::Phone), json!("+43 1 5880 ext. 12"), "INVALID_PHONE"),
            (row(Type::Phone), json!("+".repeat(1000)), "INVALID_PHONE"),
            (row(Type::Date), json!("29.02.2024"), "INVALID_DATE"),
            (row(Type::Date), json!("2023-02-29"), "INVALID_DATE"),
            (row(Type::Date), json!("2024-2-29"), "INVALID_DATE"),
            (row(Type::Date), json!("+12024-02-29"), "INVALID_DATE"),
            (row(Type::Country), json!("XX"), "INVALID_COUNTRY"),
            (row(Type::Country), json!("Lovelace"), "INVALID_COUNTRY"),
            (text(Some(2), None), json!("ä"), "TOO_SHORT"),
            (text(None, Some(2)), json!("Lovelace"), "TOO_LONG"),
            (text(None, None), json!({ "a": "Lovelace" }), "NOT_A_TEXT"),
            (row(Type::Integer), json!(1.5), "NOT_AN_INTEGER"),
            (row(Type::Integer), json!("1"), "NOT_AN_INTEGER"),
            (row(Type::Number), json!("1"), "NOT_A_NUMBER"),
            (row(Type::Boolean), json!("true"), "NOT_A_BOOLEAN"),
            (row(Type::Country), json!(["AT", "Lovelace"]), "INVALID_COUNTRY"),
            (json_of(schema.clone()), json!({ "zip": "Lovelace" }), "SCHEMA_MISMATCH"),
            (json_of(schema), json!({}), "SCHEMA_MISMATCH"),
        ] {
            let refusal = Format::of(&format).unwrap().apply("attributes.a", value.clone()).unwrap_err();
            assert_eq!((refusal.field(), refusal.reason()), (Some("attributes.a"), reason), "{value}");
            assert!(!refusal.message().contains("Lovelace"), "{}", refusal.message());
        }
    }

    #[test]
    fn a_mismatch_says_which_rule_does_not_hold_and_where() {
        let schema = json!({ "properties": { "lines": { "items": { "maxLength": 2 } } } });
        let format = Format::of(&json_of(schema)).unwrap();
        let refusal = format.apply("a", json!({ "lines": ["ok", "long"] })).unwrap_err();
        assert_eq!(refusal.message(), "`maxLength` of its JSON Schema does not hold at `/lines/1`");
    }

    #[test]
    fn a_declaration_is_held_to_its_own_rules() {
        let deep = json!({ "properties": { "a": { "items": { "$ref": "#/properties/a" } } } });
        let wide = json!({ "description": "d".repeat(LARGEST_SCHEMA) });
        for (declared, field, reason) in [
            (Model { max_length: Some(3), ..row(Type::Date) }, "maxLength", "NOT_USED"),
            (Model { region: Some("AT".into()), ..row(Type::Text) }, "region", "NOT_USED"),
            (Model { json_schema: Some(json!({})), ..row(Type::Text) }, "schema", "NOT_USED"),
            (phone_of("Austria"), "region", "INVALID_COUNTRY"),
            (text(Some(-1), None), "minLength", "OUT_OF_RANGE"),
            (text(None, Some(0)), "maxLength", "OUT_OF_RANGE"),
            (text(None, Some(65_537)), "maxLength", "OUT_OF_RANGE"),
            (text(Some(3), Some(2)), "maxLength", "OUT_OF_RANGE"),
            (row(Type::Json), "schema", "REQUIRED"),
            (json_of(json!(true)), "schema", "NOT_AN_OBJECT"),
            (json_of(wide), "schema", "TOO_LARGE"),
            (json_of(deep), "schema", "REFERENCE_NOT_ALLOWED"),
            (json_of(json!({ "$ref": "https://example.org/schema" })), "schema", "REFERENCE_NOT_ALLOWED"),
            (json_of(json!({ "type": "nonsense" })), "schema", "INVALID_SCHEMA"),
            (json_of(json!({ "pattern": "(" })), "schema", "INVALID_SCHEMA"),
            (json_of(json!({ "pattern": "(a)\\1" })), "schema", "INVALID_SCHEMA"),
            (json_of(json!({ "pattern": "(((a{100}){100}){100}){100}" })), "schema", "INVALID_SCHEMA"),
        ] {
            let refusal = Format::of(&declared).err().unwrap_or_else(|| panic!("{declared:?}"));
            assert_eq!((refusal.field(), refusal.reason()), (Some(field), reason), "{declared:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_refused_or_kept_in_a_form_that_stays(text in ".{0,50}") {
            for format in [row(Type::Email), row(Type::Phone), phone_of("AT"), row(Type::Date), row(Type::Country)] {
                let format = Format::of(&format).unwrap();
                if let Ok(kept) = format.apply("a", json!(text)) {
                    prop_assert_eq!(format.apply("a", kept.clone()).unwrap(), kept);
                }
            }
        }
    }
}
