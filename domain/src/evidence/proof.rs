//! What an outsider needs to check the log: its newest checkpoint, and the proof that an entry is in it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    AuditEntryId,
    evidence::{audit_checkpoints, audit_entries, audit_leaves},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{
    append::leaf,
    checkpoint::verifier_key,
    sequence::newest_checkpoint,
    tree::{Hash, inclusion_proof},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

/// A checkpoint with the key that verifies it.
#[derive(Clone, Debug)]
pub struct SignedCheckpoint {
    pub origin: String,
    pub size: i32,
    pub root_hash: Vec<u8>,
    /// C2SP signed-note.
    pub note: String,
    /// The verifier key of C2SP signed-note.
    pub verifier_key: String,
    pub at: DateTime<Utc>,
}

/// Shows that an entry is a leaf of the checkpoint's tree.
#[derive(Clone, Debug)]
pub struct EntryProof {
    pub log_index: i32,
    pub leaf_hash: Vec<u8>,
    /// The bytes that were hashed.
    pub leaf: Vec<u8>,
    /// From the leaf's sibling to the root's child.
    pub hashes: Vec<Hash>,
    pub checkpoint: SignedCheckpoint,
}

/// The newest; None before the log took the first entry in.
pub async fn checkpoint(app: &App, viewer: &Viewer) -> Result<Option<SignedCheckpoint>> {
    app.read(viewer, Permission::AuditRead, async |tx| match newest_checkpoint(tx).await? {
        Some(newest) => Ok(Some(with_key(tx, newest).await?)),
        None => Ok(None),
    })
    .await
}

/// None while the log has not taken the entry in.
///
/// # Errors
/// `NOT_FOUND` for an entry that is not there.
pub async fn proof(app: &App, viewer: &Viewer, entry: AuditEntryId) -> Result<Option<EntryProof>> {
    app.read(viewer, Permission::AuditRead, async |tx| {
        let entry = audit_entries::Entity::find().filter(audit_entries::Column::Id.eq(entry));
        let entry = tx.get("AuditEntry", entry).await?;
        let place = audit_leaves::Entity::find().filter(audit_leaves::Column::EntryId.eq(entry.id));
        let (Some(place), Some(newest)) = (tx.one(place).await?, newest_checkpoint(tx).await?) else {
            return Ok(None);
        };
        let leaves = leaves(tx, newest.size).await?;
        let index = usize::try_from(place.log_index).map_err(Error::internal)?;
        let Some(hashes) = inclusion_proof(&leaves, index) else { return Ok(None) };
        let checkpoint = with_key(tx, newest).await?;
        let (log_index, leaf_hash) = (place.log_index, place.leaf_hash);
        Ok(Some(EntryProof { log_index, leaf_hash, leaf: leaf(&entry)?, hashes, checkpoint }))
    })
    .await
}

/// Where entries stand in the log; those it has not taken in are missing.
pub async fn places(app: &App, viewer: &Viewer, entries: Vec<AuditEntryId>) -> Result<HashMap<AuditEntryId, i32>> {
    let select = audit_leaves::Entity::find().filter(audit_leaves::Column::EntryId.is_in(entries));
    let rows = app.read(viewer, Permission::AuditRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.entry_id, row.log_index)).collect())
}

async fn leaves(tx: &TenantTx, size: i32) -> Result<Vec<Hash>> {
    let select = audit_leaves::Entity::find()
        .select_only()
        .column(audit_leaves::Column::LeafHash)
        .filter(audit_leaves::Column::LogIndex.lt(size))
        .order_by_asc(audit_leaves::Column::LogIndex);
    let hashes: Vec<Vec<u8>> = tx.tuples(select).await?;
    hashes.into_iter().map(|hash| Hash::try_from(hash).map_err(|_| Error::internal("a malformed leaf"))).collect()
}

async fn with_key(tx: &TenantTx, row: audit_checkpoints::Model) -> Result<SignedCheckpoint> {
    let origin = row.note.lines().next().unwrap_or_default().to_owned();
    let verifier_key = verifier_key(&origin, &tx.keys().await?.public_key());
    let audit_checkpoints::Model { size, root_hash, note, at, .. } = row;
    Ok(SignedCheckpoint { origin, size, root_hash, note, verifier_key, at })
}
