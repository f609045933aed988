//! A content on its way into the file store, and out of it again.

use std::{ops::Range, sync::Arc};

use aws_lc_rs::digest::{Context, SHA256};
use futures::{
    Stream,
    stream::{self, BoxStream, FuturesUnordered, StreamExt as _, TryStreamExt as _},
};
use zeroize::Zeroizing;

use super::{
    chunk::{self, ChunkName, ContentKey},
    file_store::FileStore,
};
use crate::error::{Error, Result};

/// A content in clear, chunk by chunk. Ends with an error, before the first byte that is not authentic, where it was changed.
pub type ClearContent = BoxStream<'static, Result<Zeroizing<Vec<u8>>>>;

/// What was stored.
pub struct Content {
    pub size: u64,
    pub sha256: Vec<u8>,
}

/// Chunks on their way to the file store at once: with this and its own, an upload takes about 12 MiB of memory.
const IN_FLIGHT: usize = 3;
/// Chunks that are fetched while earlier ones are read.
const AHEAD: usize = 2;

/// Seals what arrives, chunk by chunk, into the file store.
///
/// # Errors
/// `BAD_USER_INPUT` with `FILE_TOO_LARGE` beyond `largest` bytes; UNAVAILABLE with `FILE_STORE_UNAVAILABLE`; whatever
/// `body` fails with.
pub async fn store_content<B: AsRef<[u8]>>(
    files: &FileStore,
    key: &ContentKey,
    largest: u64,
    body: impl Stream<Item = Result<B>>,
) -> Result<Content> {
    let (mut digest, mut size, mut number) = (Context::new(&SHA256), 0_u64, 0);
    let mut chunk = Vec::with_capacity(chunk::SIZE);
    let mut in_flight = FuturesUnordered::new();
    let put = |number, is_last, clear: &[u8]| {
        let name = ChunkName { file: key.of().id, number, is_last };
        key.seal(name, clear).map(|sealed| files.put(key.of().tenant, name, sealed))
    };
    let mut body = std::pin::pin!(body);
    let read = async {
        while let Some(bytes) = body.try_next().await? {
            let mut bytes = bytes.as_ref();
            digest.update(bytes);
            size = size.saturating_add(bytes.len() as u64);
            if size > largest {
                return Err(too_large(largest));
            }
            while !bytes.is_empty() {
                // A full chunk waits until there is more: only then it is not the last.
                if chunk.len() == chunk::SIZE {
                    in_flight.push(put(number, false, &chunk)?);
                    number += 1;
                    chunk.clear();
                    if in_flight.len() > IN_FLIGHT {
                        in_flight.next().await.transpose()?;
                    }
                }
                let (now, later) = bytes.split_at(bytes.len().min(chunk::SIZE - chunk.len()));
                chunk.extend_from_slice(now);
                bytes = later;
            }
        }
        in_flight.push(put(number, true, &chunk)?);
        Ok(())
    };
    let read: Result<()> = read.await;
    // What is on its way arrives before a failed upload is taken away, or it would come after.
    let arrived: Vec<Result<()>> = in_flight.collect().await;
    read?;
    arrived.into_iter().collect::<Result<()>>()?;
    Ok(Content { size, sha256: digest.finish().as_ref().to_vec() })
}

pub(super) fn too_large(largest: u64) -> Error {
    Error::invalid("body", "FILE_TOO_LARGE", format!("a file has at most {largest} bytes"))
}

/// The bytes `range` of a content of `size` bytes.
pub fn read_content(files: &FileStore, key: ContentKey, size: u64, range: Range<u64>) -> ClearContent {
    let (files, key, chunks) = (files.clone(), Arc::new(key), chunk::count(size));
    let numbers = range.start / chunk::SIZE as u64..=range.end.saturating_sub(1) / chunk::SIZE as u64;
    let read = move |number| {
        let (files, key, range) = (files.clone(), Arc::clone(&key), range.clone());
        let name = ChunkName { file: key.of().id, number, is_last: number + 1 == chunks };
        async move {
            let mut clear = key.open(name, &files.get(key.of().tenant, name).await?)?;
            let begins = number * chunk::SIZE as u64;
            let within = |at: u64| usize::try_from(at.saturating_sub(begins)).unwrap_or(usize::MAX).min(clear.len());
            let (from, to) = (within(range.start), within(range.end));
            clear.truncate(to);
            clear.drain(..from);
            Ok(clear)
        }
    };
    stream::iter(numbers).map(read).buffered(AHEAD).boxed()
}
