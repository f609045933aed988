//! Taking entries into the tenant's Merkle log, each batch under a signed checkpoint.
//!
//! Every entry leaves its id in `audit_pending` in its own transaction, so that none is ever passed over, however late
//! its transaction commits, and so that an idle service costs one look at an empty table.

use recital_entities::{
    AuditEntryId, TenantId, TenantStatus,
    access::tenants,
    evidence::{audit_checkpoints, audit_entries, audit_leaves, audit_pending, audit_subtrees},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, Query, SelectStatement},
};

use super::{
    checkpoint::Checkpoint,
    tree::{Frontier, Hash, Subtree, TILE_HEIGHT},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::{Actor, Viewer},
};

/// Bounds one transaction.
const BATCH: usize = 1000;

/// Takes in what is new, of every tenant. Answers how many entries. One tenant's trouble keeps no other waiting.
///
/// # Errors
/// UNAVAILABLE without a database.
pub async fn sequence(app: &App) -> Result<u64> {
    let mut taken = 0;
    for tenant in tenants_with_new_entries(app).await? {
        match sequence_tenant(app, tenant).await {
            Ok(entries) => taken += entries,
            // A tenant whose key is out of use waits until it is back; nothing is lost meanwhile.
            Err(error) if error.is_fault() => tracing::debug!(%tenant, ?error, "the log waits"),
            Err(error) => tracing::error!(%tenant, ?error, "the log did not take entries in"),
        }
    }
    Ok(taken)
}

/// Takes in what is new of one tenant, in the order of the entries' ids. Answers how many entries.
///
/// # Errors
/// UNAVAILABLE without a database or the tenant's key.
pub async fn sequence_tenant(app: &App, tenant: TenantId) -> Result<u64> {
    let viewer = Viewer::new(tenant, Actor::Job("evidence.sequence"), app.core().ids.next(app.now()));
    let mut taken = 0;
    loop {
        let batch = app.maintain(&viewer, take_batch).await?;
        taken += batch as u64;
        if batch < BATCH {
            return Ok(taken);
        }
    }
}

async fn tenants_with_new_entries(app: &App) -> Result<Vec<TenantId>> {
    let mut open = Query::select();
    open.column(tenants::Column::Id).from(tenants::Entity).and_where(tenants::Column::Status.ne(TenantStatus::Closed));
    let select = audit_pending::Entity::find()
        .select_only()
        .column(audit_pending::Column::TenantId)
        .distinct()
        .filter(audit_pending::Column::TenantId.in_subquery(open));
    app.platform().tuples(select).await
}

async fn take_batch(tx: &TenantTx) -> Result<usize> {
    tx.serialise("log").await?;
    let entries = new_entries(tx).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    let count = entries.len();
    let mut frontier = frontier(tx).await?;
    append_leaves(tx, &mut frontier, &entries).await?;
    insert_checkpoint(tx, &frontier).await?;
    let taken = audit_pending::Entity::delete_many()
        .filter(audit_pending::Column::TenantId.eq(tx.tenant()))
        .filter(audit_pending::Column::EntryId.is_in(entries.into_iter().map(|(id, _)| id)));
    tx.delete_global(taken).await?;
    Ok(count)
}

async fn new_entries(tx: &TenantTx) -> Result<Vec<(AuditEntryId, Vec<u8>)>> {
    use audit_entries::Column;
    let select = audit_entries::Entity::find()
        .select_only()
        .columns([Column::Id, Column::LeafHash])
        .filter(Column::Id.in_subquery(pending(tx.tenant())))
        .order_by_asc(Column::Id)
        .limit(BATCH as u64);
    tx.tuples(select).await
}

/// The ids of entries that wait.
pub(super) fn pending(tenant: TenantId) -> SelectStatement {
    let mut pending = Query::select();
    pending
        .column(audit_pending::Column::EntryId)
        .from(audit_pending::Entity)
        .and_where(Expr::col(audit_pending::Column::TenantId).eq(tenant));
    pending
}

/// The newest checkpoint; None before the first.
pub(super) async fn newest_checkpoint(tx: &TenantTx) -> Result<Option<audit_checkpoints::Model>> {
    tx.one(audit_checkpoints::Entity::find().order_by_desc(audit_checkpoints::Column::Size)).await
}

async fn frontier(tx: &TenantTx) -> Result<Frontier> {
    let Some(newest) = newest_checkpoint(tx).await? else { return Ok(Frontier::default()) };
    let size = u64::try_from(newest.size).map_err(Error::internal)?;
    Frontier::from_bytes(size, &newest.frontier).ok_or_else(|| Error::internal("the log's right edge is malformed"))
}

async fn append_leaves(tx: &TenantTx, frontier: &mut Frontier, entries: &[(AuditEntryId, Vec<u8>)]) -> Result<()> {
    complete_subtrees(tx, frontier.size()).await?;
    let (mut leaves, mut completed) = (Vec::with_capacity(entries.len()), Vec::new());
    for (entry_id, leaf_hash) in entries {
        leaves.push(audit_leaves::ActiveModel {
            tenant_id: Set(tx.tenant()),
            log_index: Set(i32::try_from(frontier.size()).map_err(Error::internal)?),
            entry_id: Set(*entry_id),
            leaf_hash: Set(leaf_hash.clone()),
        });
        completed.extend(frontier.push(Hash::try_from(leaf_hash.as_slice()).map_err(Error::internal)?));
    }
    tx.insert_all(leaves).await?;
    insert_subtrees(tx, completed).await
}

async fn insert_subtrees(tx: &TenantTx, completed: Vec<Subtree>) -> Result<()> {
    let row = |subtree: Subtree| {
        Ok(audit_subtrees::ActiveModel {
            tenant_id: Set(tx.tenant()),
            level: Set(i32::try_from(subtree.level).map_err(Error::internal)?),
            position: Set(i32::try_from(subtree.position).map_err(Error::internal)?),
            root_hash: Set(subtree.root.to_vec()),
        })
    };
    tx.insert_all(completed.into_iter().map(row).collect::<Result<_>>()?).await
}

/// Adds the subtrees of a log that began before there were any. Once a tenant's log has them, this is one look at an
/// index.
async fn complete_subtrees(tx: &TenantTx, size: u64) -> Result<()> {
    use audit_subtrees::Column;
    let last = audit_subtrees::Entity::find().filter(Column::Level.eq(1)).order_by_desc(Column::Position);
    let there = match tx.one(last).await? {
        Some(last) => u64::try_from(last.position).map_err(Error::internal)? + 1,
        None => 0,
    };
    if there == size >> TILE_HEIGHT {
        return Ok(());
    }
    let (mut frontier, mut missing) = (Frontier::default(), Vec::new());
    while frontier.size() < size {
        for leaf in leaf_hashes(tx, frontier.size(), size).await? {
            missing.extend(frontier.push(leaf));
        }
    }
    insert_subtrees(tx, missing).await
}

/// Some of the leaves from `first` on, in order, at least one.
async fn leaf_hashes(tx: &TenantTx, first: u64, size: u64) -> Result<Vec<Hash>> {
    use audit_leaves::Column;
    let (first, size) = (i32::try_from(first).map_err(Error::internal)?, i32::try_from(size).map_err(Error::internal)?);
    let select = audit_leaves::Entity::find()
        .select_only()
        .column(Column::LeafHash)
        .filter(Column::LogIndex.between(first, size - 1))
        .order_by_asc(Column::LogIndex)
        .limit(BATCH as u64);
    let hashes: Vec<Vec<u8>> = tx.tuples(select).await?;
    if hashes.is_empty() {
        return Err(Error::internal("the log lacks a leaf"));
    }
    hashes.into_iter().map(|hash| Hash::try_from(hash).map_err(|_| Error::internal("a malformed leaf"))).collect()
}

async fn insert_checkpoint(tx: &TenantTx, frontier: &Frontier) -> Result<()> {
    let checkpoint = Checkpoint { origin: origin(tx).await?, size: frontier.size(), root: frontier.root() };
    tx.insert_all(vec![audit_checkpoints::ActiveModel {
        tenant_id: Set(tx.tenant()),
        size: Set(i32::try_from(frontier.size()).map_err(Error::internal)?),
        root_hash: Set(frontier.root().to_vec()),
        frontier: Set(frontier.to_bytes()),
        note: Set(checkpoint.sign(&*tx.keys().await?)),
        at: Set(tx.now()),
    }])
    .await
}

/// Names the log: this service's host and the tenant.
async fn origin(tx: &TenantTx) -> Result<String> {
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    let slug = tenant.ok_or_else(|| Error::not_found("tenant"))?.slug;
    let host = tx.core().settings.public_url.split("://").last().unwrap_or_default();
    Ok(format!("{}/log/{slug}", host.trim_end_matches('/')))
}
