//! The package that a person gets: one ZIP with a page to read and print, the same as JSON and as tables, and the files.
//! All of Article 15(1)(a) to (h) and 15(2) for access; for portability what they provided, in a structured and
//! machine-readable form (Article 20(1)).
//!
//! It is made in turns and never stands in memory: rows are read by key a batch at a time, each batch in a transaction of
//! its own, and what comes out of the archive goes on, sealed, to the file store. What is stored after the build has begun
//! is left out. A request that is no longer to be carried out, or a person who is erased meanwhile, ends the build at the
//! next batch.

mod archive;
mod contents;
mod data;
mod document;
mod files;
mod page;
mod show;
mod source;
mod tables;

use std::collections::BTreeMap;

use futures::{StreamExt as _, channel::mpsc};

pub(super) use source::{Source, right_of};

use self::{archive::Archive, contents::Contents, document::Information};
use crate::{
    error::Result,
    vault::{Content, ContentKey, store_content},
};

/// Its media type.
pub(super) const FORMAT: &str = "application/zip";

/// Pieces of the archive that wait for the file store.
const AHEAD: usize = 1;

/// Builds the package into the file store, sealed under `key`.
///
/// # Errors
/// CONFLICT with `NOT_IN_PROGRESS` or `SUBJECT_ERASED` when it is not wanted any more; UNAVAILABLE with `DATA_CHANGED`
/// when a file went meanwhile, and with `FILE_STORE_UNAVAILABLE`.
pub(super) async fn write(source: &Source<'_>, key: &ContentKey) -> Result<Content> {
    let (pieces, stored) = mpsc::channel(AHEAD);
    let store = store_content(&source.app.core().files, key, u64::MAX, stored.map(Ok::<Vec<u8>, _>));
    // Both come to their end: a store that fails stops what fills it, and what fails to fill it has stored nothing whole.
    let (filled, content) = futures::join!(fill(source, pieces), store);
    let content = content?;
    filled?;
    Ok(content)
}

async fn fill(source: &Source<'_>, pieces: mpsc::Sender<Vec<u8>>) -> Result<()> {
    let information = Information::of(source).await?;
    let mut archive = Archive::new(pieces, source.begun_at, information.is_large());
    page::write_readme(source, &information, &mut archive)?;
    let contents = data::write(source, &information, &mut archive).await?;
    tables::write(source, &contents, &mut archive).await?;
    files::write(source, &contents, &mut archive).await?;
    page::write(source, &information, &contents, &mut archive).await?;
    archive.finish().await
}

/// The columns of a section in the order in which people read them. A section that is not named has those of its first
/// row.
const COLUMNS: &[(&str, &[&str])] = &[
    ("profileHistory", &["at", "version", "changedFields", "by"]),
    (
        "files",
        &["name", "mediaType", "sizeBytes", "dataType", "purpose", "storedAt", "erasedAfter", "path", "sha256", "id"],
    ),
    ("tokens", &["purpose", "value", "storedAt"]),
    (
        "consents",
        &["purpose", "state", "givenAt", "withdrawnAt", "expiresAt", "method", "policyVersion", "purposeVersion"],
    ),
    ("consentHistory", &["at", "purpose", "state", "method", "policyVersion", "by", "reason"]),
    ("account", &["createdAt", "passwordChangedAt"]),
    ("signIns", &["signedInAt", "method", "agent", "lastSeenAt"]),
    ("objections", &["purpose", "objectedAt", "liftedAt"]),
    ("restrictions", &["restrictedAt", "liftedAt"]),
    ("reverifications", &["state", "requestedAt", "sentAt", "answeredAt", "correctedFields"]),
    (
        "requests",
        &[
            "id",
            "type",
            "regime",
            "state",
            "receivedAt",
            "dueOn",
            "extendedTo",
            "extensionReason",
            "purpose",
            "corrections",
            "note",
            "identityVerifiedAt",
            "identityEvidence",
            "rejectionReason",
            "rejectionExplanation",
            "closedAt",
            "timeline",
        ],
    ),
    ("legalHolds", &["dataType", "placedAt", "releasedAt"]),
    ("auditTrail", &["at", "action", "outcome", "by"]),
];

fn columns(section: &str, first: Option<&serde_json::Value>) -> Vec<String> {
    match (COLUMNS.iter().find(|(name, _)| *name == section), first.and_then(serde_json::Value::as_object)) {
        (Some((_, columns)), _) => columns.iter().map(|&column| column.to_owned()).collect(),
        (None, Some(row)) => row.keys().cloned().collect(),
        (None, None) => Vec::new(),
    }
}

/// Sections by name.
type Sections<T> = BTreeMap<&'static str, T>;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::subject_data::{self, Scope};

    const SCHEMA: &str = include_str!("../../../../docs/schemas/access-package.schema.json");

    #[test]
    fn every_section_is_in_the_published_schema_with_its_columns() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let published = &schema["properties"]["data"]["properties"];
        let sections: BTreeSet<_> =
            subject_data::sections(Scope::Everything).map(|(name, _)| name.to_owned()).collect();
        assert_eq!(sections, published.as_object().unwrap().keys().cloned().collect());
        for (section, columns) in COLUMNS {
            let properties = published[section]["items"]["properties"].as_object().unwrap();
            let columns: BTreeSet<_> = columns.iter().map(|&column| column.to_owned()).collect();
            assert_eq!(columns, properties.keys().cloned().collect(), "{section}");
        }
    }
}
