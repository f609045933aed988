//! Checking the log against the rows it commits to: what somebody changed behind the service's back shows here.

use std::collections::HashMap;

use recital_entities::{
    AuditEntryId, TenantId,
    evidence::{audit_entries, audit_leaves, audit_pending},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query},
};

use super::{
    age::aged_to,
    append::leaf,
    checkpoint::{Checkpoint, stated_origin, verifier_key},
    sequence::{newest_checkpoint, pending},
    tree::{Frontier, Hash, leaf_hash},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::{Actor, Permission, Viewer},
};

/// What is wrong with a log.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    #[error("entry {0} is not what was appended")]
    EntryChanged(AuditEntryId),
    #[error("entry {0} is gone")]
    EntryMissing(AuditEntryId),
    #[error("entry {0} was never taken into the log")]
    EntryOutsideLog(AuditEntryId),
    #[error("the log has no leaf at {0}")]
    LeafMissing(i32),
    #[error("the leaf at {0} is not its entry's")]
    LeafChanged(i32),
    #[error("the leaves do not give the root of the checkpoint of size {0}")]
    RootDiffers(i32),
    #[error("the checkpoint of size {0} is not signed by the tenant")]
    CheckpointForged(i32),
    #[error(transparent)]
    Unreadable(#[from] Error),
}

/// How many leaves are looked at in one statement.
const BATCH: u64 = 2000;

/// Recomputes the log from its entries up to the newest checkpoint. Answers how many leaves it holds.
///
/// # Errors
/// The first fault found.
pub async fn verify_log(app: &App, tenant: TenantId) -> Result<i32, LogFault> {
    let viewer = Viewer::new(tenant, Actor::Job("evidence.verify"), app.core().ids.next(app.now()));
    app.read(&viewer, Permission::AuditRead, async |tx| Ok(verify(tx).await)).await?
}

pub(super) async fn verify(tx: &TenantTx) -> Result<i32, LogFault> {
    let size = match newest_checkpoint(tx).await? {
        None => 0,
        Some(newest) => {
            let root = recompute(tx, newest.size).await?;
            if newest.root_hash != root {
                return Err(LogFault::RootDiffers(newest.size));
            }
            let key = verifier_key(stated_origin(&newest.note), &tx.keys().await?.public_key());
            let signed = Checkpoint::open(&newest.note, &key);
            if signed.is_none_or(|signed| signed.root != root || i32::try_from(signed.size) != Ok(newest.size)) {
                return Err(LogFault::CheckpointForged(newest.size));
            }
            newest.size
        }
    };
    find_outsiders(tx).await?;
    Ok(size)
}

async fn recompute(tx: &TenantTx, size: i32) -> Result<Hash, LogFault> {
    let mut frontier = Frontier::default();
    let mut next = 0;
    while next < size {
        let select = audit_leaves::Entity::find()
            .filter(audit_leaves::Column::LogIndex.between(next, size - 1))
            .order_by_asc(audit_leaves::Column::LogIndex)
            .limit(BATCH);
        let leaves = tx.all(select).await?;
        let entries = entries_of(tx, &leaves).await?;
        // After the entries: what went meanwhile had aged.
        let aged_to = aged_to(tx).await?;
        if leaves.is_empty() {
            return Err(LogFault::LeafMissing(next));
        }
        for leaf in &leaves {
            if leaf.log_index != next {
                return Err(LogFault::LeafMissing(next));
            }
            frontier.push(check(leaf, &entries, aged_to)?);
            next += 1;
        }
    }
    Ok(frontier.root())
}

pub(super) async fn entries_of(
    tx: &TenantTx,
    leaves: &[audit_leaves::Model],
) -> Result<HashMap<AuditEntryId, audit_entries::Model>> {
    let ids = leaves.iter().map(|leaf| leaf.entry_id);
    let rows = tx.all(audit_entries::Entity::find().filter(audit_entries::Column::Id.is_in(ids))).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The leaf's hash: of its entry, or where that has aged the one that is written down, which the root then vouches for.
fn check(
    row: &audit_leaves::Model,
    entries: &HashMap<AuditEntryId, audit_entries::Model>,
    aged_to: i32,
) -> Result<Hash, LogFault> {
    let Some(entry) = entries.get(&row.entry_id) else {
        let written = Hash::try_from(row.leaf_hash.as_slice()).map_err(|_| LogFault::LeafChanged(row.log_index))?;
        return if row.log_index < aged_to { Ok(written) } else { Err(LogFault::EntryMissing(row.entry_id)) };
    };
    let hash = leaf_hash(&leaf(entry)?);
    if entry.leaf_hash != hash {
        return Err(LogFault::EntryChanged(entry.id));
    }
    if row.leaf_hash == hash { Ok(hash) } else { Err(LogFault::LeafChanged(row.log_index)) }
}

/// Entries that neither the log nor its queue knows, and the other way round. One statement each, so that an entry on
/// its way from the queue into the log is in one of them.
async fn find_outsiders(tx: &TenantTx) -> Result<(), LogFault> {
    let mut leaf = Query::select();
    leaf.expr(Expr::val(1))
        .from(audit_leaves::Entity)
        .and_where(Expr::col((audit_leaves::Entity, audit_leaves::Column::TenantId)).eq(tx.tenant()))
        .and_where(
            Expr::col((audit_leaves::Entity, audit_leaves::Column::EntryId))
                .equals((audit_entries::Entity, audit_entries::Column::Id)),
        );
    let outside = audit_entries::Entity::find()
        .filter(Expr::exists(leaf).not())
        .filter(audit_entries::Column::Id.not_in_subquery(pending(tx.tenant())));
    if let Some(entry) = tx.one(outside).await? {
        return Err(LogFault::EntryOutsideLog(entry.id));
    }
    let mut known = Query::select();
    known
        .column(audit_entries::Column::Id)
        .from(audit_entries::Entity)
        .and_where(Expr::col(audit_entries::Column::TenantId).eq(tx.tenant()));
    let gone = audit_pending::Entity::find()
        .filter(audit_pending::Column::TenantId.eq(tx.tenant()))
        .filter(audit_pending::Column::EntryId.not_in_subquery(known));
    match tx.one_global(gone).await? {
        Some(pending) => Err(LogFault::EntryMissing(pending.entry_id)),
        None => Ok(()),
    }
}
