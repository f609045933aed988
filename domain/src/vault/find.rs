//! Finding a subject: by id, or by a keyed hash of what the tenant knows them by.

use std::{fmt, str::FromStr as _};

use email_address::EmailAddress;
use recital_entities::{SubjectId, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::Serialize;

use crate::{
    db::TenantTx,
    error::{Error, Result},
    keys::TenantKeys,
};

/// What a tenant knows a subject by.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub enum SubjectRef {
    Id(SubjectId),
    ExternalId(String),
    Email(String),
}

/// A reference in the form in which rows are compared with it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Sought {
    Id(SubjectId),
    ExternalId(Vec<u8>),
    Email(Vec<u8>),
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
        let index = |kind, value: &str| {
            keys.map(|keys| keys.index(kind, value)).ok_or_else(|| Error::internal("a look-up without its key"))
        };
        Ok(match self {
            Self::Id(id) => Sought::Id(*id),
            Self::ExternalId(id) => Sought::ExternalId(index("external-id", id)?),
            Self::Email(email) => Sought::Email(index("email", &normalise_email(email)?)?),
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
            select.filter(subjects::Column::ExternalIdIndex.eq(external_id_index(tx, id).await?))
        }
        SubjectRef::Email(email) => {
            select.filter(subjects::Column::EmailIndex.eq(email_index(tx, &normalise_email(email)?).await?))
        }
    };
    tx.one(select).await
}

/// The blind index of a normalised address.
pub async fn email_index(tx: &TenantTx, normalised: &str) -> Result<Vec<u8>> {
    Ok(tx.keys().await?.index("email", normalised))
}

/// The blind index of an external id.
pub async fn external_id_index(tx: &TenantTx, external_id: &str) -> Result<Vec<u8>> {
    Ok(tx.keys().await?.index("external-id", external_id))
}

/// The one form in which an address is compared: lower case, the domain in its ASCII form (IDNA, RFC 5891).
///
/// # Errors
/// `BAD_USER_INPUT` on the field `email`.
pub fn normalise_email(email: &str) -> Result<String> {
    let refuse = || Error::invalid("email", "INVALID_EMAIL", "not an e-mail address");
    let address = EmailAddress::from_str(email.trim()).map_err(|_| refuse())?;
    let domain = idna::domain_to_ascii(address.domain()).map_err(|_| refuse())?;
    if address.local_part().starts_with('"') || !domain.contains('.') || domain.len() > 253 {
        return Err(refuse());
    }
    Ok(format!("{}@{domain}", address.local_part().to_lowercase()))
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
        ] {
            assert_eq!(normalise_email(written).unwrap(), normal, "{written}");
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
