//! The vault (Articles 5(1)(c), 25, 32): subjects, their profiles and records, sealed under each person's own key.

mod find;
mod find_many;
mod subject_key;

pub use find::{SubjectRef, email_index, external_id_index, find_subject, find_subject_if_any, normalise_email};
pub use find_many::find_subjects;
pub use subject_key::SubjectKey;
