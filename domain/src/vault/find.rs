//! Finding a subject: by id, or by a keyed hash of what the tenant knows them by.

use std::{fmt, str::FromStr as _};

use chrono::{DateTime, Utc};
use email_address::EmailAddress;
use recital_entities::{SubjectId, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    db::TenantTx,
    error::{Error, Result},
    keys::{BlindIndex, TenantKeys},
};

/// What a tenant knows a subject by.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub enum SubjectRef {
    Id(SubjectId),
    ExternalId(String),
    Email(String),
}

/// A reference in the forms in which rows are compared with it: a row has one of them.
pub enum Sought {
    Id(SubjectId),
    ExternalId(Vec<Vec<u8>>),
    Email(Vec<Vec<u8>>),
}

impl SubjectRef {
    /// Who asks by id is answered without the tenant's keys.
    #[must_use]
    pub fn needs_keys(&self) -> bool {
        !matches!(self, Self::Id(_))
    }

    /// What to look for. `keys` may be None where no reference needs them.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` on `email`.
    pub fn sought(&self, keys: Option<&TenantKeys>) -> Result<Sought> {
        let keys = || keys.ok_or_else(|| Error::internal("a look-up without its key"));
        Ok(match self {
            Self::Id(id) => Sought::Id(*id),
            Self::ExternalId(id) => Sought::ExternalId(external_id_indexes(keys()?, id)),
            Self::Email(email) => Sought::Email(email_indexes(keys()?, &normalise_email(email)?)),
        })
    }
}

/// Shows which kind, never the value.
impl fmt::Debug for SubjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id(_) => "SubjectRef::Id",
            Self::ExternalId(_) => "SubjectRef::ExternalId",
            Self::Email(_) => "SubjectRef::Email",
        })
    }
}

/// # Errors
/// `NOT_FOUND`, whether there never was one or it is another tenant's.
pub async fn find_subject(tx: &TenantTx, reference: &SubjectRef) -> Result<subjects::Model> {
    find_subject_if_any(tx, reference).await?.ok_or_else(|| Error::not_found("subject"))
}

/// None where there is no such subject.
pub async fn find_subject_if_any(tx: &TenantTx, reference: &SubjectRef) -> Result<Option<subjects::Model>> {
    let select = subjects::Entity::find();
    let select = match reference {
        SubjectRef::Id(id) => select.filter(subjects::Column::Id.eq(*id)),
        SubjectRef::ExternalId(id) => {
            select.filter(subjects::Column::ExternalIdIndex.is_in(external_id_indexes(&*tx.keys().await?, id)))
        }
        SubjectRef::Email(email) => {
            let email = normalise_email(email)?;
            select.filter(subjects::Column::EmailIndex.is_in(email_indexes(&*tx.keys().await?, &email)))
        }
    };
    tx.one(select).await
}

const EMAIL: &str = "email";
const EXTERNAL_ID: &str = "external-id";

/// The blind indexes under which a normalised address may stand.
#[must_use]
pub fn email_indexes(keys: &TenantKeys, normalised: &str) -> Vec<Vec<u8>> {
    keys.blind_indexes(EMAIL, normalised)
}

/// The blind indexes under which an external id may stand.
#[must_use]
pub fn external_id_indexes(keys: &TenantKeys, external_id: &str) -> Vec<Vec<u8>> {
    keys.blind_indexes(EXTERNAL_ID, external_id)
}

/// The one to write now.
pub(super) fn email_index(keys: &TenantKeys, normalised: &str, now: DateTime<Utc>) -> BlindIndex {
    keys.blind_index(EMAIL, normalised, now)
}

/// The one to write now.
pub(super) fn external_id_index(keys: &TenantKeys, external_id: &str, now: DateTime<Utc>) -> BlindIndex {
    keys.blind_index(EXTERNAL_ID, external_id, now)
}

/// The one form in which an address is compared: the domain in its ASCII form (UTS #46, RFC 5891); the part before the @ in
/// Unicode's compatibility form (NFKC) and lower case. Dots and `+` tags count: what they mean is the mail server's affair.
///
/// # Errors
/// `BAD_USER_INPUT` on the field `email`.
pub fn normalise_email(email: &str) -> Result<String> {
    let refuse = || Error::invalid("email", "INVALID_EMAIL", "not an e-mail address");
    // Composed first: a letter with its accent apart is the same letter.
    let email: String = email.trim().nfc().collect();
    let address = EmailAddress::from_str(&email).map_err(|_| refuse())?;
    let domain = idna::domain_to_ascii(address.domain()).map_err(|_| refuse())?;
    if address.local_part().starts_with('"') || !domain.contains('.') || domain.len() > 253 {
        return Err(refuse());
    }
    // Lower case may undo the form: once more.
    let local: String = address.local_part().nfkc().collect::<String>().to_lowercase().nfkc().collect();
    Ok(format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_form() {
        for (written, normal) in [
            ("Ada@Example.COM", "ada@example.com"),
            ("  ada@example.com ", "ada@example.com"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
            ("ada@ＢÜＣＨＥＲ.example", "ada@xn--bcher-kva.example"),
            ("ada@straße.example", "ada@xn--strae-oqa.example"),
            ("rene\u{301}e@example.com", "ren\u{e9}e@example.com"),
            ("REN\u{c9}E@example.com", "ren\u{e9}e@example.com"),
            ("ａｄａ@example.com", "ada@example.com"),
            ("\u{212b}sa@example.com", "\u{e5}sa@example.com"),
        ] {
            assert_eq!(normalise_email(written).unwrap(), normal, "{written}");
        }
    }

    #[test]
    fn what_another_mailbox_may_be_stays_another_address() {
        for other in ["a.da@example.com", "ada+news@example.com", "ada@mail.example.com", "ada@example.org"] {
            assert_ne!(normalise_email(other).unwrap(), normalise_email("ada@example.com").unwrap(), "{other}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for written in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "a b@example.com",
            "ada@exa\r\nmple.com",
            "\"a b\"@example.com",
        ] {
            assert!(normalise_email(written).is_err(), "{written}");
        }
    }
}
