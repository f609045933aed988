//! Evidence (Articles 5(2), 24, 30, 33): what was done, by whom, to what, with which outcome.
//!
//! Entries are appended in the change's own transaction and hold ids, words and counts, never a personal value. The
//! database refuses to change or remove one, and within seconds each is a leaf of the tenant's Merkle log, whose signed
//! checkpoints an outsider can keep: whoever changes a row behind the service's back cannot make the log verify again.

mod append;
mod checkpoint;
mod event;
mod list;
mod sequence;
pub mod tree;
mod verify;

pub use append::{append, append_refusal, leaf};
pub use checkpoint::{Checkpoint, verifier_key};
pub use event::{Audited, Event};
pub use list::{AuditFilter, list};
pub use sequence::{sequence, sequence_tenant};
pub use verify::{LogFault, verify_log};
