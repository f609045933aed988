//! What an outsider needs to check the log: its newest checkpoint, the proof that an entry is in it, and the proof that
//! it still begins as it once did.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    AuditEntryId,
    evidence::{audit_checkpoints, audit_entries, audit_leaves},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use tlog_tiles::{TileHashReader, prove_record, prove_tree, tree_hash};

use super::{
    age::aged_to,
    append::leaf,
    checkpoint::{stated_origin, verifier_key},
    sequence::newest_checkpoint,
    tiles::prove,
    tree::Hash,
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
    /// How many entries at the log's beginning are there as hashes alone: their own period has ended.
    pub aged: i32,
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

/// Shows that the log of `old_size` entries is how the log of `new_size` entries begins (RFC 6962, 2.1.2).
#[derive(Clone, Debug)]
pub struct ConsistencyProof {
    pub old_size: i32,
    pub old_root: Hash,
    pub new_size: i32,
    pub new_root: Hash,
    pub hashes: Vec<Hash>,
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
/// `NOT_FOUND` for an entry that is not there; CONFLICT with `ENTRY_AGED` for one whose own period has ended.
pub async fn proof(app: &App, viewer: &Viewer, entry: AuditEntryId) -> Result<Option<EntryProof>> {
    app.read(viewer, Permission::AuditRead, async |tx| {
        let place = tx.one(audit_leaves::Entity::find().filter(audit_leaves::Column::EntryId.eq(entry))).await?;
        let entry = tx.one(audit_entries::Entity::find().filter(audit_entries::Column::Id.eq(entry))).await?;
        let (entry, place) = match (entry, place) {
            (Some(entry), Some(place)) => (entry, place),
            (Some(_), None) => return Ok(None),
            (None, Some(place)) => return Err(aged(place.log_index)),
            (None, None) => return Err(Error::not_found("AuditEntry")),
        };
        let Some(newest) = newest_checkpoint(tx).await? else { return Ok(None) };
        let (size, index) = (unsigned(newest.size)?, unsigned(place.log_index)?);
        let hashes = prove(tx, tree(&newest)?, |tiles| prove_record(size, index, tiles)).await?;
        let hashes = hashes.into_iter().map(|hash| hash.0).collect();
        let checkpoint = with_key(tx, newest).await?;
        let (log_index, leaf_hash) = (place.log_index, place.leaf_hash);
        Ok(Some(EntryProof { log_index, leaf_hash, leaf: leaf(&entry)?, hashes, checkpoint }))
    })
    .await
}

fn aged(log_index: i32) -> Error {
    let message = format!(
        "this entry's own period has ended: what stood in it is gone, and its hash is leaf {log_index} of the log's tiles"
    );
    Error::conflict("ENTRY_AGED", message)
}

/// Where entries stand in the log; those it has not taken in are missing.
pub async fn places(app: &App, viewer: &Viewer, entries: Vec<AuditEntryId>) -> Result<HashMap<AuditEntryId, i32>> {
    let select = audit_leaves::Entity::find().filter(audit_leaves::Column::EntryId.is_in(entries));
    let rows = app.read(viewer, Permission::AuditRead, async |tx| tx.all(select).await).await?;
    Ok(rows.into_iter().map(|row| (row.entry_id, row.log_index)).collect())
}

/// How the log of `old_size` entries leads to that of `new_size`, or to the newest checkpoint.
///
/// # Errors
/// `BAD_USER_INPUT` with `BEYOND_THE_LOG` or `NOT_A_PREFIX` naming the field.
pub async fn consistency(app: &App, viewer: &Viewer, old_size: i32, new_size: Option<i32>) -> Result<ConsistencyProof> {
    app.read(viewer, Permission::AuditRead, async |tx| {
        let newest = newest_checkpoint(tx).await?;
        let log_size = newest.as_ref().map_or(0, |newest| newest.size);
        let new_size = new_size.unwrap_or(log_size);
        let Some(newest) = newest.filter(|newest| (1..=newest.size).contains(&new_size)) else {
            let message = format!("the log has {log_size} entries");
            return Err(Error::invalid("to", "BEYOND_THE_LOG", message));
        };
        if !(1..=new_size).contains(&old_size) {
            let message = format!("expected a size from 1 to {new_size}");
            return Err(Error::invalid("from", "NOT_A_PREFIX", message));
        }
        let (old, new) = (unsigned(old_size)?, unsigned(new_size)?);
        let proof = |tiles: &TileHashReader| {
            Ok((tree_hash(old, tiles)?.0, tree_hash(new, tiles)?.0, prove_tree(new, old, tiles)?))
        };
        let (old_root, new_root, hashes) = prove(tx, tree(&newest)?, proof).await?;
        let hashes = hashes.into_iter().map(|hash| hash.0).collect();
        Ok(ConsistencyProof { old_size, old_root, new_size, new_root, hashes })
    })
    .await
}

fn tree(checkpoint: &audit_checkpoints::Model) -> Result<(u64, Hash)> {
    let root = Hash::try_from(checkpoint.root_hash.as_slice()).map_err(Error::internal)?;
    Ok((unsigned(checkpoint.size)?, root))
}

fn unsigned(number: i32) -> Result<u64> {
    u64::try_from(number).map_err(Error::internal)
}

async fn with_key(tx: &TenantTx, row: audit_checkpoints::Model) -> Result<SignedCheckpoint> {
    let origin = stated_origin(&row.note).to_owned();
    let verifier_key = verifier_key(&origin, &tx.keys().await?.public_key());
    let audit_checkpoints::Model { size, root_hash, note, at, .. } = row;
    Ok(SignedCheckpoint { origin, size, root_hash, note, verifier_key, at, aged: aged_to(tx).await? })
}
