//! The vault: subjects, profiles, records, tokens and the keys around them.

pub mod files;
mod formats;
mod idempotency;
mod independent;
mod limits;
mod profiles;
mod records;
mod refusals;
mod rotation;
mod sealed;
mod subjects;
mod transforms;
