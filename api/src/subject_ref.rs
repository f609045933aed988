//! How clients name a subject.

use async_graphql::{ID, OneofObject};
use recital_domain::{error::Result, vault};

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
    /// `NOT_FOUND` for an id that names no subject.
    pub fn parse(self) -> Result<vault::SubjectRef> {
        Ok(match self {
            Self::Id(id) => vault::SubjectRef::Id(local_id(&id, "Subject")?),
            Self::ExternalId(id) => vault::SubjectRef::ExternalId(id),
            Self::Email(email) => vault::SubjectRef::Email(email.0),
        })
    }
}
