//! What a tenant uses: counts, never contents.

use chrono::{DateTime, NaiveTime, Utc};
use recital_entities::{
    TenantId, WorkState,
    evidence::audit_entries,
    vault::{files, records, subjects, tenant_keys},
    work::work_items,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, Func},
};

use super::Operator;
use crate::{app::App, db::TenantTx, error::Result};

/// Measured at the moment. Days begin at midnight UTC.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Erased ones not counted.
    pub subjects: u64,
    pub records: u64,
    /// Of sealed record payloads, and of files in clear.
    pub stored_bytes: i64,
    /// Requests of today that changed or opened something, and so left evidence.
    pub requests_today: i64,
    /// Mails handed over today.
    pub mails_today: u64,
}

pub async fn usage(app: &App, operator: &Operator, tenant: TenantId) -> Result<Usage> {
    let midnight = app.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    app.look(&operator.viewer(tenant), async |tx| {
        let erased = subjects::Column::ErasedAt.is_null();
        Ok(Usage {
            subjects: tx.count(subjects::Entity::find().filter(erased)).await?,
            records: tx.count(records::Entity::find()).await?,
            stored_bytes: stored_bytes(tx).await?,
            requests_today: requests_since(tx, midnight).await?,
            mails_today: mails_since(tx, midnight).await?,
        })
    })
    .await
}

/// The version of the tenant's newest key; zero once it is closed.
pub async fn key_version(app: &App, operator: &Operator, tenant: TenantId) -> Result<i32> {
    let newest = tenant_keys::Entity::find().order_by_desc(tenant_keys::Column::Version);
    let newest = app.look(&operator.viewer(tenant), async |tx| tx.one(newest).await).await?;
    Ok(newest.map_or(0, |key| key.version))
}

async fn stored_bytes(tx: &TenantTx) -> Result<i64> {
    let length = Func::cust("length").arg(Expr::col(records::Column::Payload));
    let select = records::Entity::find().select_only().expr(Expr::expr(length).sum());
    let mut sums: Vec<Option<i64>> = tx.tuples(select).await?;
    // The sum of bigints is a numeric on PostgreSQL.
    let files = Expr::col(files::Column::SizeBytes).sum().cast_as("bigint");
    sums.extend(tx.tuples::<_, Option<i64>>(files::Entity::find().select_only().expr(files)).await?);
    Ok(sums.into_iter().flatten().sum())
}

async fn requests_since(tx: &TenantTx, since: DateTime<Utc>) -> Result<i64> {
    let select = audit_entries::Entity::find()
        .select_only()
        .expr(Expr::col(audit_entries::Column::CorrelationId).count_distinct())
        .filter(audit_entries::Column::At.gte(since))
        .filter(audit_entries::Column::Actor.not_like("job:%"));
    let counts: Vec<i64> = tx.tuples(select).await?;
    Ok(counts.into_iter().sum())
}

async fn mails_since(tx: &TenantTx, since: DateTime<Utc>) -> Result<u64> {
    let select = work_items::Entity::find()
        .filter(work_items::Column::TenantId.eq(tx.tenant()))
        .filter(work_items::Column::Kind.starts_with("mail."))
        .filter(work_items::Column::State.eq(WorkState::Done))
        .filter(work_items::Column::FinishedAt.gte(since));
    tx.count_global(select).await
}
