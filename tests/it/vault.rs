//! The vault: subjects, profiles, records, tokens and the keys around them.

mod idempotency;
mod profiles;
mod records;
mod sealed;
mod subjects;
mod transforms;
