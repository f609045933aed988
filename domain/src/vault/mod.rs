//! The vault (Articles 5(1)(c), 25, 32): subjects, their profiles and records, sealed under each person's own key.

mod allowed;
mod anonymise;
mod attributes;
mod erase;
mod files;
mod find;
mod find_many;
mod format;
mod formats;
mod identifier;
mod ledger;
mod list;
mod minimise;
mod profile;
mod quota;
mod register;
mod reindex;
mod restrict;
mod reveal;
mod rewrap;
mod rotate_key;
mod store;
mod subject_key;
mod tokenise;

pub use anonymise::{Anonymise, Anonymised, anonymise};
pub use erase::{Erased, Ground, Retained, destroy_idle_keys, erase_subject};
pub use files::{
    ClearContent, Content, ContentKey, ContentOf, Described, Download, FileStore, StoredFile, UploadFile,
    abandon_upload, begin_upload, check_content, content_of_file, delete_file, describe, describe_files, discard,
    discard_later, download, end_upload, files_by_ids, holds_of_files, list_files, open_file, read_content,
    reap_uploads, report_content, store_content, upload,
};
pub use find::{
    Sought, SubjectRef, email_indexes, external_id_indexes, find_subject, find_subject_if_any, normalise_email,
};
pub use find_many::find_subjects;
pub use formats::{SetFormat, list_formats, remove_format, set_format};
pub use identifier::{open_email, open_email_with, open_external_id_with};
pub use ledger::{ErasureLedger, LEDGER_UNAVAILABLE, record_erasures, was_closed};
pub(crate) use ledger::{enter_closing, ledger_entry, note_entries, record_again};
pub use list::{
    RecordFilter, SubjectFilter, find, holds_of_records, list_records, list_subjects, profile_versions, records_by_ids,
    subjects_by_ids,
};
pub use minimise::{Allowlist, Minimised, RemovedFields, minimise};
pub use profile::{OpenProfile, ProfileChange, UpdateProfile, change_profile, check_changes, open_profile, update};
pub use register::{RegisterSubject, register};
pub(crate) use register::{add_subject, check_registration};
pub use reindex::{indexed_before, newest_index_key};
pub use restrict::{lift_restriction, restrict, were_restricted};
pub use reveal::{Reveal, Revealed, open_payloads, reveal_external_ids, reveal_payloads, reveal_profiles};
pub use rewrap::{rewrap, rewrap_tenant};
pub use rotate_key::rotate_key;
pub use store::{NewRecord, StoreRecords, Stored, store_records};
pub use subject_key::SubjectKey;
pub use tokenise::{Tokenise, detokenise, tokenise};
