//! A ZIP archive that is handed on while it is made: nothing is ever written twice, so sizes follow their entries.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use futures::{SinkExt as _, channel::mpsc};
use zip::{
    CompressionMethod, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use crate::error::{Error, Result};

/// Handed on in pieces of about this many bytes.
const PIECE: usize = 256 * 1024;

/// A file with this size or more needs the fields of ZIP64, which have to be announced.
const LARGE: u64 = u32::MAX as u64;

pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Out>>,
    out: Out,
    pieces: mpsc::Sender<Vec<u8>>,
    made_at: DateTime<Utc>,
    is_large: bool,
}

impl Archive {
    /// `is_large` when a text in it may come to 4 GiB.
    pub fn new(pieces: mpsc::Sender<Vec<u8>>, made_at: DateTime<Utc>, is_large: bool) -> Self {
        let out = Out::default();
        Self { zip: ZipWriter::new_stream(out.clone()), out, pieces, made_at, is_large }
    }

    /// Begins a text: what is written from now on belongs to it.
    pub fn begin(&mut self, path: &str) -> Result<()> {
        let options = dated(self.made_at).large_file(self.is_large);
        self.zip.start_file(path, options).map_err(Error::internal)
    }

    /// Begins a file of `size` bytes, which stands in the archive as it is: pictures and the like cannot be made smaller.
    pub fn begin_file(&mut self, path: &str, size: u64, stored_at: DateTime<Utc>) -> Result<()> {
        let options = dated(stored_at).compression_method(CompressionMethod::Stored).large_file(size >= LARGE);
        self.zip.start_file(path, options).map_err(Error::internal)
    }

    pub fn write(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.zip.write_all(bytes.as_ref()).map_err(Error::internal)
    }

    /// Hands on what has come out, where it is enough to be worth it. To be called every few rows.
    pub async fn hand_on(&mut self) -> Result<()> {
        if self.out.len() >= PIECE { send(&mut self.pieces, &self.out).await } else { Ok(()) }
    }

    pub async fn finish(self) -> Result<()> {
        let Self { zip, out, mut pieces, .. } = self;
        zip.finish().map_err(Error::internal)?;
        send(&mut pieces, &out).await
    }
}

async fn send(pieces: &mut mpsc::Sender<Vec<u8>>, out: &Out) -> Result<()> {
    pieces.send(out.take()).await.map_err(|_| Error::internal("nobody stores the package any more"))
}

fn dated(at: DateTime<Utc>) -> SimpleFileOptions {
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or_default();
    let time = zip::DateTime::from_date_and_time(
        year,
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    SimpleFileOptions::default().last_modified_time(time.unwrap_or_default()).unix_permissions(0o600)
}

/// What has come out of the archive and was not handed on yet.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Out {
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
