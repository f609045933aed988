//! What a tenant knows a subject by: sealed, and found by keyed hash.
//!
//! An address is kept in one place alone, as the subject's identifier. The attribute `email` is that identifier: it
//! is set, changed and removed through it, and shown with it.

use recital_entities::{Sealed, SubjectId, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Map, Value};

use super::{
    SubjectKey, email_indexes, external_id_indexes,
    find::{email_index, external_id_index},
    normalise_email,
};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    keys::BlindIndex,
};

/// The attribute that is the identifier.
pub const EMAIL: &str = "email";

/// An identifier's two columns, and the version of the key that indexes it.
pub struct Identifier {
    pub sealed: Sealed,
    pub index: BlindIndex,
}

/// Keeps the address as it was written and finds it in its one normal form.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `email`; CONFLICT with `SUBJECT_EXISTS`.
pub async fn email_identifier(tx: &TenantTx, key: &SubjectKey, id: SubjectId, email: &str) -> Result<Identifier> {
    let keys = tx.keys().await?;
    let normal = normalise_email(email)?;
    let indexes = email_indexes(&keys, &normal);
    check_free(tx, id, subjects::Column::EmailIndex, &indexes).await?;
    let index = email_index(&keys, &normal, tx.now());
    Ok(Identifier { sealed: key.seal("subjects", "email", &id, email.trim().as_bytes())?, index })
}

/// # Errors
/// CONFLICT with `SUBJECT_EXISTS`.
pub async fn external_identifier(
    tx: &TenantTx,
    key: &SubjectKey,
    id: SubjectId,
    external_id: &str,
) -> Result<Identifier> {
    let keys = tx.keys().await?;
    let indexes = external_id_indexes(&keys, external_id);
    check_free(tx, id, subjects::Column::ExternalIdIndex, &indexes).await?;
    let index = external_id_index(&keys, external_id, tx.now());
    Ok(Identifier { sealed: key.seal("subjects", "external_id", &id, external_id.as_bytes())?, index })
}

/// While there are several versions of the index key, one value has several indexes and the table's unique constraint no
/// longer sees that it is taken.
async fn check_free(tx: &TenantTx, id: SubjectId, column: subjects::Column, indexes: &[Vec<u8>]) -> Result<()> {
    let [oldest, _, ..] = indexes else { return Ok(()) };
    tx.serialise(&hex::encode(oldest)).await?;
    let others = subjects::Entity::find().filter(column.is_in(indexes.to_vec())).filter(subjects::Column::Id.ne(id));
    if tx.exists(others).await? { Err(taken(column)) } else { Ok(()) }
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
    if error.is_duplicate_of("email_index") {
        taken(subjects::Column::EmailIndex)
    } else if error.is_duplicate_of("external_id_index") {
        taken(subjects::Column::ExternalIdIndex)
    } else {
        error
    }
}

fn taken(column: subjects::Column) -> Error {
    let (field, what) = match column {
        subjects::Column::EmailIndex => ("email", "e-mail address"),
        _ => ("externalId", "external id"),
    };
    Error::conflict("SUBJECT_EXISTS", format!("another subject has this {what}")).on_field(field)
}
