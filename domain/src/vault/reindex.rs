//! Bringing subjects' blind indexes under the newest index key, and destroying the index keys before it.
//!
//! From a rotation on every process looks with all versions; the newest is written with, and rows are brought over, once
//! none can be left that does not know it. So a subject is found at every moment, and an address is never taken twice.

use chrono::{DateTime, Utc};
use recital_entities::{
    SecretKind,
    vault::{subjects, tenant_secrets},
};
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{
    SubjectKey,
    find::{email_index, external_id_index},
    normalise_email, open_email_with, open_external_id_with,
    rewrap::{chosen, report},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    keys::TenantKeys,
    viewer::{Permission, Viewer},
};

use subjects::Column;

/// Rows of one transaction, locked while it lasts.
const BATCH: u64 = 200;

/// Subjects that an index key before `version` indexes.
pub fn indexed_before(version: i32) -> Select<subjects::Entity> {
    let indexed = Condition::any().add(Column::EmailIndex.is_not_null()).add(Column::ExternalIdIndex.is_not_null());
    subjects::Entity::find().filter(Column::IndexVersion.lt(version)).filter(indexed)
}

/// The newest version of the tenant's index key, and when it was made.
pub async fn newest_index_key(tx: &TenantTx) -> Result<(i32, DateTime<Utc>)> {
    let select = tenant_secrets::Entity::find().filter(tenant_secrets::Column::Kind.eq(SecretKind::Index));
    let row = tx.get("index key", select.order_by_desc(tenant_secrets::Column::Version)).await?;
    Ok((row.version, row.created_at))
}

/// Answers how many subjects were brought over.
pub(super) async fn reindex(app: &App, viewer: &Viewer) -> Result<u64> {
    app.core().keys.forget(viewer.tenant()).await;
    let began_at = app.now();
    let (newest, made_at) = app.read(viewer, Permission::VaultRotateKey, async |tx| newest_index_key(tx).await).await?;
    let settles_after = app.core().keys.settles_after();
    if newest == 1 || began_at < made_at + settles_after {
        return Ok(0);
    }
    let (mut count, mut after) = (0, Some(Uuid::nil()));
    while let Some(row) = after {
        let batch = app.maintain(viewer, async |tx| reindex_batch(tx, newest, row).await).await?;
        count += batch.count;
        after = batch.last;
        report(app, viewer, batch.refused).await?;
    }
    // Whoever wrote with an older version as late as could be has long committed.
    if began_at >= made_at + settles_after * 2 {
        app.maintain(viewer, async |tx| destroy_older(tx, newest).await).await?;
        app.core().keys.forget(viewer.tenant()).await;
    }
    Ok(count)
}

struct Batch {
    count: u64,
    refused: Vec<Error>,
    last: Option<Uuid>,
}

async fn reindex_batch(tx: &TenantTx, newest: i32, after: Uuid) -> Result<Batch> {
    let select = indexed_before(newest).filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(BATCH);
    let rows = tx.all(select.lock_exclusive()).await?;
    let last = rows.last().map(|row| row.id.0);
    let keys = tx.keys().await?;
    if keys.index_version(tx.now()) != newest {
        return Err(Error::internal("an index key that is not settled"));
    }
    let subject_keys = SubjectKey::of_all(tx, rows.iter().map(|row| row.id)).await?;
    let (mut fresh, mut refused) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let Some(key) = subject_keys.get(&row.id) else { continue };
        match Fresh::of(tx, &keys, key, &row) {
            Ok(indexes) => fresh.push(indexes),
            Err(error) => refused.push(error),
        }
    }
    let count = if fresh.is_empty() { 0 } else { write(tx, newest, fresh).await? };
    Ok(Batch { count, refused, last })
}

/// One subject's indexes under the newest key.
struct Fresh {
    id: Uuid,
    email: Option<Vec<u8>>,
    external_id: Option<Vec<u8>>,
}

impl Fresh {
    fn of(tx: &TenantTx, keys: &TenantKeys, key: &SubjectKey, row: &subjects::Model) -> Result<Self> {
        let email = open_email_with(key, row)?.map(|email| normalise_email(&email)).transpose()?;
        let external_id = open_external_id_with(key, row)?;
        Ok(Self {
            id: row.id.0,
            email: email.map(|email| email_index(keys, &email, tx.now()).hash),
            external_id: external_id.map(|id| external_id_index(keys, &id, tx.now()).hash),
        })
    }
}

async fn write(tx: &TenantTx, newest: i32, fresh: Vec<Fresh>) -> Result<u64> {
    let emails = fresh.iter().map(|row| (row.id, row.email.clone()));
    let external_ids = fresh.iter().map(|row| (row.id, row.external_id.clone()));
    let update = subjects::Entity::update_many()
        .filter(Column::Id.is_in(fresh.iter().map(|row| row.id)))
        .col_expr(Column::IndexVersion, Expr::value(newest))
        .col_expr(Column::EmailIndex, chosen(Column::Id, Column::EmailIndex, emails))
        .col_expr(Column::ExternalIdIndex, chosen(Column::Id, Column::ExternalIdIndex, external_ids));
    tx.update_all(update).await
}

async fn destroy_older(tx: &TenantTx, newest: i32) -> Result<()> {
    if tx.exists(indexed_before(newest)).await? {
        return Ok(());
    }
    let older = tenant_secrets::Entity::delete_many()
        .filter(tenant_secrets::Column::Kind.eq(SecretKind::Index))
        .filter(tenant_secrets::Column::Version.lt(newest));
    tx.delete(older).await?;
    Ok(())
}
