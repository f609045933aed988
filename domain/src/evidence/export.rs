//! A tenant's whole log as lines of JSON, for whoever keeps it elsewhere: the newest checkpoint, then every leaf in order.

use recital_entities::evidence::audit_leaves;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::{append::leaf, proof::checkpoint, verify::entries_of};
use crate::{
    app::App,
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

/// What the first line says the file is.
pub const FORMAT: &str = "recital-audit-log/1";

/// How many leaves are read in one transaction.
const BATCH: u64 = 2000;

/// The first line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogHead {
    pub format: String,
    /// C2SP signed-note, over as many leaves as lines follow.
    pub checkpoint: String,
    /// The verifier key of C2SP signed-note.
    pub public_key: String,
}

/// Every other line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    pub index: u64,
    /// Lower-case hexadecimal.
    pub leaf_hash: String,
    /// What was hashed: canonical JSON (RFC 8785). None when the entry's own retention period has ended.
    pub leaf: Option<String>,
}

/// Hands every line to `write`: first the head, then the leaves. What is appended meanwhile is left out.
///
/// # Errors
/// `NOT_FOUND` while the log is empty; FORBIDDEN; what `write` answers.
pub async fn export_log<E: From<Error>>(
    app: &App,
    viewer: &Viewer,
    mut write: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let newest = checkpoint(app, viewer).await?.ok_or_else(|| Error::not_found("checkpoint"))?;
    let head = LogHead { format: FORMAT.to_owned(), checkpoint: newest.note, public_key: newest.verifier_key };
    write(&json(&head)?)?;
    let mut next = 0;
    while next < newest.size {
        for line in lines(app, viewer, next, newest.size).await? {
            write(&json(&line)?)?;
            next += 1;
        }
    }
    Ok(())
}

async fn lines(app: &App, viewer: &Viewer, first: i32, size: i32) -> Result<Vec<LogLine>> {
    app.read(viewer, Permission::AuditRead, async |tx| {
        let select = audit_leaves::Entity::find()
            .filter(audit_leaves::Column::LogIndex.between(first, size - 1))
            .order_by_asc(audit_leaves::Column::LogIndex)
            .limit(BATCH);
        let leaves = tx.all(select).await?;
        if leaves.is_empty() {
            return Err(Error::internal("the log lacks a leaf"));
        }
        let entries = entries_of(tx, &leaves).await?;
        let line = |row: &audit_leaves::Model| {
            let body = entries.get(&row.entry_id).map(leaf).transpose()?;
            Ok(LogLine {
                index: u64::try_from(row.log_index).map_err(Error::internal)?,
                leaf_hash: hex::encode(&row.leaf_hash),
                leaf: body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            })
        };
        leaves.iter().map(line).collect()
    })
    .await
}

fn json(line: &impl Serialize) -> Result<String> {
    serde_json::to_string(line).map_err(Error::internal)
}
