//! Book-keeping that has served its purpose goes: done work, finished runs, answers kept for repeated calls.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    Period, WorkState,
    access::{idempotency_keys, operator_entries},
    work::{job_runs, work_items},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::Served;
use crate::{
    app::App,
    error::Result,
    retention::period,
    viewer::{Actor, Viewer},
};

use job_runs::Column;

/// Long enough to look into what went wrong last month.
const KEPT: TimeDelta = TimeDelta::days(90);

/// The newest runs of each job stay, however old: whoever looks wants to see the last ones, and after a clock that was
/// ahead for a while is set back, a run must not be due a second time.
const RUNS_KEPT: u64 = 100;

/// What operators did, for as long as a tenant's own log is kept by default.
const OPERATORS_LOG_KEPT: Period = Period::years(7);

/// A client that repeats a call later than this gets a second effect.
const ANSWERS_KEPT: TimeDelta = TimeDelta::days(2);

/// Deletes done and cancelled work items, finished runs and entries of the operators' log that are past their time. Dead
/// items stay until an operator retries them.
pub async fn prune(app: &App) -> Result<u64> {
    let cutoff = app.now() - KEPT;
    let items = work_items::Entity::delete_many()
        .filter(work_items::Column::State.is_in([WorkState::Done, WorkState::Cancelled]))
        .filter(work_items::Column::FinishedAt.lt(cutoff));
    Ok(app.platform().delete(items).await? + prune_runs(app, cutoff).await? + prune_operators_log(app).await?)
}

async fn prune_operators_log(app: &App) -> Result<u64> {
    let Some(cutoff) = period::cutoff(OPERATORS_LOG_KEPT, app.now()) else { return Ok(0) };
    let old = operator_entries::Column::At.lt(cutoff);
    app.platform().delete(operator_entries::Entity::delete_many().filter(old)).await
}

async fn prune_runs(app: &App, cutoff: DateTime<Utc>) -> Result<u64> {
    let runs = || job_runs::Entity::find().select_only();
    let mut pruned = 0;
    for job in app.platform().tuples::<_, String>(runs().column(Column::Job).distinct()).await? {
        let oldest_kept = runs()
            .column(Column::StartedAt)
            .filter(Column::Job.eq(&*job))
            .order_by_desc(Column::StartedAt)
            .limit(1)
            .offset(RUNS_KEPT - 1);
        let Some(kept) = app.platform().tuples::<_, DateTime<Utc>>(oldest_kept).await?.pop() else { continue };
        let old = Column::Job.eq(job).and(Column::StartedAt.lt(Ord::min(cutoff, kept)));
        pruned += app.platform().delete(job_runs::Entity::delete_many().filter(old)).await?;
    }
    Ok(pruned)
}

/// Deletes a tenant's answers to calls that nobody repeats any more.
pub async fn prune_answers(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant.id, Actor::Job("work.prune"), run);
    let old = idempotency_keys::Entity::delete_many()
        .filter(idempotency_keys::Column::CreatedAt.lt(app.now() - ANSWERS_KEPT));
    app.maintain(&viewer, async |tx| tx.delete(old).await).await
}
