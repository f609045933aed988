//! Evidence (Articles 5(2), 24, 30): what was done, by whom, to what, with which outcome.
//!
//! Entries are appended in the change's own transaction and hold ids, words and counts, never a personal value. The
//! database refuses to change or remove one.

mod append;
mod event;
mod list;

pub use append::{append, append_refusal, leaf};
pub use event::{Audited, Event};
pub use list::{AuditFilter, list};
