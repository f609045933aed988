//! A file's content in sealed chunks. Each is a sealed value whose place names the file, the chunk's number and whether it
//! is the last, so that chunks which are cut off, moved, repeated or taken from another file do not open.

use std::fmt;

use recital_entities::{FileId, Sealed, SubjectId, TenantId, vault::files};
use zeroize::Zeroizing;

use crate::{
    db::TenantTx,
    error::{Error, Result},
    keys::{ClearKey, Key, Place, random},
    vault::SubjectKey,
};

/// Bytes in clear of every chunk but the last, which has fewer or as many.
pub(super) const SIZE: usize = 1024 * 1024;

/// File keys have one version: a file is never sealed anew.
const VERSION: i32 = 1;

/// How many chunks a content of `size` bytes has. An empty one has one, or its being empty could not be told from its
/// being gone.
pub(super) fn count(size: u64) -> u64 {
    size.div_ceil(SIZE as u64).max(1)
}

/// Which chunk of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChunkName {
    pub file: FileId,
    pub number: u64,
    pub is_last: bool,
}

impl fmt::Display for ChunkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.file, self.number, if self.is_last { "last" } else { "more" })
    }
}

/// Seals and opens one file's content.
pub(super) struct ContentKey {
    tenant: TenantId,
    subject: SubjectId,
    clear: ClearKey,
    key: Key,
}

impl ContentKey {
    pub fn make(tenant: TenantId, subject: SubjectId) -> Result<Self> {
        Ok(Self::new(tenant, subject, ClearKey::new(random()?)))
    }

    fn new(tenant: TenantId, subject: SubjectId, clear: ClearKey) -> Self {
        Self { tenant, subject, key: Key::new(VERSION, &clear), clear }
    }

    /// The form in which the row keeps it.
    pub fn wrap(&self, subject: &SubjectKey, file: FileId) -> Result<Sealed> {
        subject.seal("files", "content_key", &file, self.clear.as_slice())
    }

    pub fn unwrap(tx: &TenantTx, subject: &SubjectKey, file: &files::Model) -> Result<Self> {
        let clear = subject.open("files", "content_key", &file.id, &file.content_key)?;
        let clear = ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?);
        Ok(Self::new(tx.tenant(), file.subject_id, clear))
    }

    pub fn seal(&self, chunk: ChunkName, clear: &[u8]) -> Result<Sealed> {
        self.key.seal(self.place(&chunk), clear)
    }

    pub fn open(&self, chunk: ChunkName, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
        self.key.open(self.place(&chunk), sealed)
    }

    fn place<'a>(&self, chunk: &'a ChunkName) -> Place<'a> {
        Place { tenant: self.tenant, subject: Some(self.subject), table: "files", column: "content", row: chunk }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key() -> ContentKey {
        ContentKey::new(Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), ClearKey::new([7; 32]))
    }

    fn chunk(file: u128, number: u64, is_last: bool) -> ChunkName {
        ChunkName { file: Uuid::from_u128(file).into(), number, is_last }
    }

    #[test]
    fn a_chunk_opens_only_as_what_it_is() {
        let sealed = key().seal(chunk(3, 1, false), b"scan").unwrap();
        assert_eq!(key().open(chunk(3, 1, false), &sealed).unwrap().as_slice(), b"scan");
        for (mistaken, what) in [
            (chunk(3, 1, true), "the content is cut off after it"),
            (chunk(3, 0, false), "it changed places"),
            (chunk(4, 1, false), "it is another file's"),
        ] {
            assert!(key().open(mistaken, &sealed).is_err(), "{what}");
        }
        let mut flipped = sealed.clone();
        if let Some(byte) = flipped.0.last_mut() {
            *byte ^= 1;
        }
        assert!(key().open(chunk(3, 1, false), &flipped).is_err());
    }

    #[test]
    fn every_size_has_its_chunks() {
        let size = SIZE as u64;
        for (bytes, chunks) in [(0, 1), (1, 1), (size - 1, 1), (size, 1), (size + 1, 2), (3 * size, 3)] {
            assert_eq!(count(bytes), chunks, "{bytes}");
        }
    }
}
