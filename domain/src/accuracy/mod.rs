//! Accuracy (Articles 5(1)(d), 16, 18(1)(a), 19): people are asked whether what is held about them is still right.

mod policy;
mod set_policy;

pub use policy::{due_from, policy};
pub(crate) use set_policy::restamp;
pub use set_policy::{PolicyChanges, read_policy, set_policy};
