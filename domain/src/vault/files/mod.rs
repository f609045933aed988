//! Files about a person (Articles 5(1)(c) and (e), 25, 32): of any size, in bounded memory, sealed under a key of their own that
//! the subject's key seals.
//!
//! The database holds what is known of a file; the file store holds its content, as sealed chunks. A file that goes loses
//! its row, and with it its key, in one transaction; the chunks, which nothing opens any more, follow from the work queue.
//! An upload leaves its id in `uploads` before its first chunk, so that whatever interrupts it, what it left is found.

mod chunk;
mod content;
mod delete;
mod discard;
mod download;
mod file_store;
mod list;
mod reap;
mod upload;

pub use chunk::{ContentKey, ContentOf};
pub use content::{ClearContent, Content, read_content, store_content};
pub use delete::delete_file;
pub use discard::{discard, discard_later};
pub use download::{Download, check_content, content_of_file, download, open_file, report_content};
pub use file_store::FileStore;
pub use list::{Described, describe, describe_files, files_by_ids, holds_of_files, list_files};
pub use reap::{abandon_upload, begin_upload, end_upload, reap_uploads};
pub use upload::{StoredFile, UploadFile, upload};
