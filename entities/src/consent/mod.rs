pub mod consent_confirmations;
pub mod consent_events;
pub mod consent_imports;
pub mod consents;
pub mod notices;
pub mod objections;
pub mod preference_links;
