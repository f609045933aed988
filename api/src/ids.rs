//! Relay's global ids: opaque to clients, `Type:uuid` inside.

use async_graphql::ID;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use recital_domain::error::{Error, Result};
use uuid::Uuid;

/// The id of a `kind` (its GraphQL type's name).
pub fn global_id(kind: &str, id: impl Into<Uuid>) -> ID {
    recital_entities::global_id(kind, id.into()).into()
}

/// The type's name and the bare id; None for what is no id of ours.
pub fn parse_id(id: &ID) -> Option<(String, Uuid)> {
    let text = decode(id)?;
    let (kind, id) = text.split_once(':')?;
    Some((kind.to_owned(), id.parse().ok()?))
}

/// The bare id of a `kind`.
///
/// # Errors
/// `NOT_FOUND` for anything else: an id that is malformed or of another type names nothing.
pub fn local_id<Id: From<Uuid>>(id: &ID, kind: &str) -> Result<Id> {
    match parse_id(id) {
        Some((found, id)) if found == kind => Ok(id.into()),
        _ => Err(Error::not_found(kind)),
    }
}

/// The cursor of a row.
pub fn encode_cursor(id: Uuid) -> String {
    encode(&format!("after:{id}"))
}

/// # Errors
/// `BAD_USER_INPUT` naming the argument.
pub fn decode_cursor(field: &str, cursor: &str) -> Result<Uuid> {
    let id = decode(cursor).and_then(|text| text.strip_prefix("after:")?.parse().ok());
    id.ok_or_else(|| Error::invalid(field, "INVALID_CURSOR", "not a cursor of this list"))
}

fn encode(text: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

fn decode(text: &str) -> Option<String> {
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
