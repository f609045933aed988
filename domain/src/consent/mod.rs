//! Consent and the processing decision (Articles 5(1)(a)-(b), 6, 7, 9, 18, 21).
//!
//! Promised here: what was decided is kept as events that nobody changes; where consent stands is derived from them in
//! the same transaction; withdrawing is as easy as giving and holds from the commit on (Article 7(3)); and a decision
//! is always made on committed rows, never on a cache.

mod decide;
mod object;
mod rule;

pub use decide::{Decision, decide, decide_all};
pub use object::{lift_objection, object};
