//! Consent and the processing decision.
