//! Links to people's own pages, and the signal their browsers send.

use async_graphql::{InputObject, SimpleObject};
use chrono::{DateTime, Utc};

use super::Consent;
use crate::subject_ref::SubjectRef;

#[derive(InputObject)]
pub struct CreatePreferenceLinkInput {
    pub subject: SubjectRef,
    /// 1 to 365.
    #[graphql(default = 30)]
    pub valid_for_days: u32,
}

/// `url` is shown once.
#[derive(SimpleObject)]
pub struct CreatePreferenceLinkPayload {
    /// Whoever has it is the person: hand it to nobody else.
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(InputObject)]
pub struct RecordOptOutSignalInput {
    pub subject: SubjectRef,
}

/// What the signal reached.
#[derive(SimpleObject)]
pub struct RecordOptOutSignalPayload {
    /// Where the consents stand that it is about.
    pub consents: Vec<Consent>,
    /// The keys of all purposes that sell or share and that it reaches, those that were objected to among them.
    pub purposes: Vec<String>,
}
