//! The privacy centre (Articles 12(2) and 25): a tenant's own place where people learn what is held about them and
//! exercise their rights, without writing to anybody.
//!
//! Promised here: it is there only when the tenant has switched it on, and then looks the same to whoever knows its
//! address; nobody learns there whether somebody else is known. What a person does there goes through the rooms that
//! own it, as that person: consents are recorded by `consent`, requests opened by `requests`.

mod ask;
mod enter;
mod look_up;
mod own;
mod settings;

pub use ask::{Ask, ask, objectionable_purposes};
pub use enter::{Centre, enter, find_open};
pub use look_up::forget_asks;
pub(crate) use look_up::look_up;
pub use own::{Held, OwnData, own_data};
pub use settings::{CentreChanges, CentreSettings, read_settings, set_settings};
