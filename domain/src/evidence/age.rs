//! Letting go of audit entries whose own period has ended (Article 5(1)(e)): the body goes, the leaf's hash stays, so
//! that tiles, proofs and exports still verify.
//!
//! Bodies go from the log's beginning on and only as far as every entry is old, so that nobody can pick one out. On
//! PostgreSQL the service itself may delete no entry: a function of the database does it, which reads the tenant's policy and
//! the clock for itself. On SQLite a trigger refuses whatever is younger than a year or not at the log's declared aged beginning.

use chrono::{DateTime, Utc};
use recital_entities::{
    Period,
    evidence::{audit_ages, audit_entries, audit_leaves},
};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::Event;
use crate::{
    app::App,
    db::{Engine, TenantTx},
    error::{Error, Result},
    retention::{AUDIT_LOGS, own_cutoff},
    viewer::{Actor, Permission, Viewer},
    work::Served,
};

/// Entries in one transaction.
const BATCH: i32 = 5_000;

/// Lets go of the bodies of one tenant's entries that are past their period. Answers how many.
pub async fn age_tenant(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant.id, Actor::Job("evidence.age"), run);
    let mut aged = 0;
    while let Some((retention, cutoff)) = app.read(&viewer, Permission::RetentionRun, due).await? {
        let went = app
            .write(&viewer, Permission::RetentionRun, async |tx| {
                tx.serialise("log/age").await?;
                let went = age(tx, cutoff, BATCH).await?;
                let aged_to = aged_to(tx).await?;
                let cutoff = cutoff.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
                Ok(Event::AuditEntriesAged { id: tx.tenant(), count: went, aged_to, cutoff, retention }.with(went))
            })
            .await?;
        aged += u64::from(went);
        if went == 0 {
            break;
        }
    }
    Ok(aged)
}

/// How many entries at the log's beginning are there as hashes alone.
pub async fn aged_to(tx: &TenantTx) -> Result<i32> {
    Ok(tx.one(audit_ages::Entity::find()).await?.map_or(0, |age| age.aged_to))
}

/// The period, and one period before now; None while nothing is due: the oldest body is younger, or a hold keeps the log.
async fn due(tx: &TenantTx) -> Result<Option<(Period, DateTime<Utc>)>> {
    let Some((retention, cutoff)) = own_cutoff(tx, AUDIT_LOGS).await? else { return Ok(None) };
    let next = audit_leaves::Entity::find().filter(audit_leaves::Column::LogIndex.eq(aged_to(tx).await?));
    let Some(next) = tx.one(next).await? else { return Ok(None) };
    let oldest = audit_entries::Entity::find().filter(audit_entries::Column::Id.eq(next.entry_id));
    let due = tx.one(oldest).await?.is_some_and(|oldest| oldest.at < cutoff);
    Ok(due.then_some((retention, cutoff)))
}

async fn age(tx: &TenantTx, cutoff: DateTime<Utc>, most: i32) -> Result<u32> {
    let aged = match tx.db().engine() {
        Engine::Postgres => tx.age_audit_entries(cutoff, most).await?,
        Engine::Sqlite => age_in_sqlite(tx, cutoff, most).await?,
    };
    u32::try_from(aged).map_err(Error::internal)
}

/// What PostgreSQL's `age_audit_entries` does.
async fn age_in_sqlite(tx: &TenantTx, cutoff: DateTime<Utc>, most: i32) -> Result<i32> {
    use audit_leaves::Column;
    let first = aged_to(tx).await?;
    let next = audit_leaves::Entity::find()
        .filter(Column::LogIndex.gte(first))
        .order_by_asc(Column::LogIndex)
        .limit(u64::from(most.unsigned_abs()));
    let next = tx.all(next).await?;
    let entries = super::verify::entries_of(tx, &next).await?;
    let old = next.iter().map_while(|leaf| entries.get(&leaf.entry_id).filter(|entry| entry.at < cutoff));
    let old: Vec<_> = old.map(|entry| entry.id).collect();
    let count = i32::try_from(old.len()).map_err(Error::internal)?;
    // First, or the trigger refuses.
    let ages = audit_ages::Model { tenant_id: tx.tenant(), aged_to: first + count };
    tx.put(ages.into_active_model().reset_all()).await?;
    tx.delete(audit_entries::Entity::delete_many().filter(audit_entries::Column::Id.is_in(old))).await?;
    Ok(count)
}
