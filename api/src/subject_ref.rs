//! How clients name a subject.

use async_graphql::{ID, OneofObject};
use recital_domain::{error::Result, vault};
use recital_entities::SubjectId;
use uuid::Uuid;

use crate::{ids::local_id, scalars::EmailAddress};

/// Exactly one of the three; email and externalId are looked up by keyed hash, never in clear.
#[derive(OneofObject)]
pub enum SubjectRef {
    Id(ID),
    ExternalId(String),
    Email(EmailAddress),
}

impl SubjectRef {
    /// # Errors
    /// `NOT_FOUND` for an id that is no subject's.
    pub fn parse(self) -> Result<vault::SubjectRef> {
        Ok(match self {
            Self::Id(id) => vault::SubjectRef::Id(local_id(&id, "Subject")?),
            Self::ExternalId(external_id) => vault::SubjectRef::ExternalId(external_id),
            Self::Email(email) => vault::SubjectRef::Email(email.0),
        })
    }

    /// Like [`Self::parse`] where nobody by that reference is an answer: what is no subject's id names nobody.
    pub fn parse_or_nobody(self) -> vault::SubjectRef {
        self.parse().unwrap_or(vault::SubjectRef::Id(SubjectId(Uuid::nil())))
    }
}
