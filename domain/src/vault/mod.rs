//! The vault (Articles 5(1)(c), 25, 32): subjects, their profiles and records, sealed under each person's own key.

mod attributes;
mod erase;
mod find;
mod find_many;
mod identifier;
mod profile;
mod register;
mod restrict;
mod subject_key;

pub use erase::{Erased, Ground, Retained, destroy_idle_keys, erase_subject};
pub use find::{SubjectRef, email_index, external_id_index, find_subject, find_subject_if_any, normalise_email};
pub use find_many::find_subjects;
pub use identifier::open_email;
pub use profile::{OpenProfile, ProfileChange, UpdateProfile, change_profile, open_profile, update};
pub use register::{RegisterSubject, register};
pub use restrict::{lift_restriction, restrict};
pub use subject_key::SubjectKey;
