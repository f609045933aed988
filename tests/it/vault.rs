//! The vault: subjects, profiles, records, tokens and the keys around them.

pub mod files;
mod formats;
mod idempotency;
mod limits;
mod profiles;
mod records;
mod sealed;
mod subjects;
mod transforms;
