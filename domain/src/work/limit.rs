//! How long one try at an item may take. Its lease is no limit: that is extended for as long as its worker lives.

use std::time::Duration;

use super::Work;

impl Work {
    /// After this time a try is stopped and counts as failed.
    #[must_use]
    pub fn limit(&self) -> Duration {
        match self {
            // A mail server has at most 90 seconds, an endpoint fifteen.
            Self::ReverificationMail { .. }
            | Self::ConfirmationMail { .. }
            | Self::ExpiryMail { .. }
            | Self::AccountMail { .. }
            | Self::PasswordChangedMail { .. }
            | Self::RequestMail { .. }
            | Self::CentreAsk { .. }
            | Self::RequestReminder { .. }
            | Self::WebhookDisabledMail(_)
            | Self::LiftRestriction { .. }
            | Self::WebhookDelivery(_) => Duration::from_mins(2),
            Self::Restamp { .. }
            | Self::Sweep { .. }
            | Self::RestampVerification { .. }
            | Self::DiscardFiles { .. }
            | Self::RecordErasures
            | Self::RewrapKeys => Duration::from_hours(1),
            // A package holds all of a person's files.
            Self::FulfilRequest { .. } => Duration::from_hours(6),
        }
    }
}
