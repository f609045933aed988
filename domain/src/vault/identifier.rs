//! What a tenant knows a subject by: sealed, and found by keyed hash.
//!
//! An address is kept in one place alone, as the subject's identifier. The attribute `email` is that identifier: it
//! is set, changed and removed through it, and shown with it.

use recital_entities::{Sealed, SubjectId, vault::subjects};
use serde_json::{Map, Value};

use super::{SubjectKey, email_index, external_id_index, normalise_email};
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

/// The attribute that is the identifier.
pub const EMAIL: &str = "email";

/// An identifier's two columns.
pub struct Identifier {
    pub sealed: Sealed,
    pub index: Vec<u8>,
}

impl Identifier {
    pub fn into_columns(self) -> (Option<Sealed>, Option<Vec<u8>>) {
        (Some(self.sealed), Some(self.index))
    }
}

/// Keeps the address as it was written and finds it in its one normal form.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `email`.
pub async fn email_identifier(tx: &TenantTx, key: &SubjectKey, id: SubjectId, email: &str) -> Result<Identifier> {
    let index = email_index(tx, &normalise_email(email)?).await?;
    Ok(Identifier { sealed: key.seal("subjects", "email", &id, email.trim().as_bytes())?, index })
}

pub async fn external_identifier(
    tx: &TenantTx,
    key: &SubjectKey,
    id: SubjectId,
    external_id: &str,
) -> Result<Identifier> {
    let index = external_id_index(tx, external_id).await?;
    Ok(Identifier { sealed: key.seal("subjects", "external_id", &id, external_id.as_bytes())?, index })
}

/// The subject's address as it was written; none when there is none, or none any more.
pub async fn open_email(tx: &TenantTx, subject: &subjects::Model) -> Result<Option<String>> {
    if subject.email.is_none() {
        return Ok(None);
    }
    open_email_with(&SubjectKey::of(tx, subject.id).await?, subject)
}

pub fn open_email_with(key: &SubjectKey, subject: &subjects::Model) -> Result<Option<String>> {
    subject.email.as_ref().map(|sealed| open_text(key, EMAIL, subject.id, sealed)).transpose()
}

pub fn open_external_id_with(key: &SubjectKey, subject: &subjects::Model) -> Result<Option<String>> {
    subject.external_id.as_ref().map(|sealed| open_text(key, "external_id", subject.id, sealed)).transpose()
}

fn open_text(key: &SubjectKey, column: &'static str, id: SubjectId, sealed: &Sealed) -> Result<String> {
    let clear = key.open("subjects", column, &id, sealed)?;
    String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed identifier is not UTF-8"))
}

/// Takes `email` out of attributes or changes to them. The outer none: it was not there; the inner: it was null.
///
/// # Errors
/// `BAD_USER_INPUT` on `email` within `field` when it is no text.
#[expect(clippy::option_option, reason = "absent and null are two things, as in a JSON merge patch")]
pub fn take_email(field: &str, attributes: &mut Map<String, Value>) -> Result<Option<Option<String>>> {
    match attributes.remove(EMAIL) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(Value::String(email)) => Ok(Some(Some(email))),
        Some(_) => Err(Error::invalid(format!("{field}.{EMAIL}"), "INVALID_EMAIL", "not an e-mail address")),
    }
}

/// What a taken identifier answers, naming the field.
pub fn explain_taken(error: Error) -> Error {
    let exists = |field: &str, what: &str| {
        Error::conflict("SUBJECT_EXISTS", format!("another subject has this {what}")).on_field(field)
    };
    if error.is_duplicate_of("email_index") {
        exists("email", "e-mail address")
    } else if error.is_duplicate_of("external_id_index") {
        exists("externalId", "external id")
    } else {
        error
    }
}
