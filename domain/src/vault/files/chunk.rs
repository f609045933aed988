//! A content in sealed chunks. Each is a sealed value whose place names the file, the chunk's number and whether it
//! is the last, so that chunks which are cut off, moved, repeated or taken from another file do not open.

use std::fmt;

use recital_entities::{FileId, Sealed, SubjectId, TenantId};
use zeroize::Zeroizing;

use crate::{
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

/// What a content belongs to: a row of `table`, which keeps its key.
#[derive(Clone, Copy, Debug)]
pub struct ContentOf {
    pub tenant: TenantId,
    pub subject: SubjectId,
    pub table: &'static str,
    /// The row's id, under which the file store has it too.
    pub id: FileId,
}

/// Seals and opens one content.
pub struct ContentKey {
    of: ContentOf,
    clear: ClearKey,
    key: Key,
}

impl ContentKey {
    pub fn make(of: ContentOf) -> Result<Self> {
        Ok(Self::new(of, ClearKey::new(random()?)))
    }

    fn new(of: ContentOf, clear: ClearKey) -> Self {
        Self { of, key: Key::new(VERSION, &clear), clear }
    }

    /// The form in which the row keeps it.
    pub fn wrap(&self, subject: &SubjectKey) -> Result<Sealed> {
        subject.seal(self.of.table, "content_key", &self.of.id, self.clear.as_slice())
    }

    pub fn unwrap(of: ContentOf, subject: &SubjectKey, wrapped: &Sealed) -> Result<Self> {
        let clear = subject.open(of.table, "content_key", &of.id, wrapped)?;
        Ok(Self::new(of, ClearKey::new(clear.as_slice().try_into().map_err(Error::internal)?)))
    }

    pub(super) fn of(&self) -> ContentOf {
        self.of
    }

    pub(super) fn seal(&self, chunk: ChunkName, clear: &[u8]) -> Result<Sealed> {
        self.key.seal(self.place(&chunk), clear)
    }

    pub(super) fn open(&self, chunk: ChunkName, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
        self.key.open(self.place(&chunk), sealed)
    }

    fn place<'a>(&self, chunk: &'a ChunkName) -> Place<'a> {
        let ContentOf { tenant, subject, table, .. } = self.of;
        Place { tenant, subject: Some(subject), table, column: "content", row: chunk }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key() -> ContentKey {
        key_of("files")
    }

    fn key_of(table: &'static str) -> ContentKey {
        let (tenant, subject, id) = (Uuid::from_u128(1).into(), Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        ContentKey::new(ContentOf { tenant, subject, table, id }, ClearKey::new([7; 32]))
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
        assert!(key_of("export_packages").open(chunk(3, 1, false), &sealed).is_err(), "it is another table's");
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
