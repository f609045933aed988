//! Accuracy (Articles 5(1)(d), 16, 18(1)(a), 19): people are asked whether what is held about them is still right.

mod policy;

pub use policy::{due_from, policy};
