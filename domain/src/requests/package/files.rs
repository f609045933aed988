//! The files themselves, each read chunk by chunk.

use futures::StreamExt as _;
use recital_entities::FileId;

use super::{Archive, Contents, Source};
use crate::{
    error::{Error, Result},
    subject_data::{OpenFile, next_file},
    vault::report_content,
};

pub(super) async fn write(source: &Source<'_>, contents: &Contents, archive: &mut Archive) -> Result<()> {
    let mut written = 0;
    let mut before = None;
    while let Some(file) = next(source, before).await? {
        let id = file.id;
        if let Err(error) = copy(file, archive).await {
            // Its time may have been over just now.
            let is_there = next(source, before).await?.is_some_and(|found| found.id == id);
            let field = format!("files.{id}");
            return Err(if is_there {
                report_content(source.app, source.viewer, error.on_field(field)).await
            } else {
                changed().because(error)
            });
        }
        before = Some(id);
        written += 1;
    }
    // All that data.json lists is there.
    if contents.counts.get("files").is_some_and(|listed| *listed != written) { Err(changed()) } else { Ok(()) }
}

async fn next(source: &Source<'_>, after: Option<FileId>) -> Result<Option<OpenFile>> {
    source.open(async |person| next_file(person, after).await).await
}

async fn copy(file: OpenFile, archive: &mut Archive) -> Result<()> {
    archive.begin_file(&file.path, file.size_bytes, file.stored_at)?;
    let mut content = file.content;
    while let Some(chunk) = content.next().await {
        archive.write(chunk?)?;
        archive.hand_on().await?;
    }
    Ok(())
}

fn changed() -> Error {
    Error::unavailable("DATA_CHANGED", "a file went while it was to be put into the package")
}
