//! Purposes and lawful bases (Articles 5(1)(b), 6, 9): the register that the code enforces.

mod get;

pub use get::{by_ids, by_keys, find_all, get, list};
