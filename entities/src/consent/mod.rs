pub mod consent_events;
pub mod consents;
pub mod notices;
pub mod objections;
