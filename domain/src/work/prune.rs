//! Book-keeping that has served its purpose goes: done work, finished runs, answers kept for repeated calls.

use chrono::TimeDelta;
use recital_entities::{
    WorkState,
    access::idempotency_keys,
    work::{job_runs, work_items},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::Served;
use crate::{
    app::App,
    error::Result,
    viewer::{Actor, Viewer},
};

/// Long enough to look into what went wrong last month.
const KEPT: TimeDelta = TimeDelta::days(90);

/// A client that repeats a call later than this gets a second effect.
const ANSWERS_KEPT: TimeDelta = TimeDelta::days(2);

/// Deletes done and cancelled work items and finished runs that are past their time. Dead items stay until an operator retries them.
pub async fn prune(app: &App) -> Result<u64> {
    let cutoff = app.now() - KEPT;
    let items = work_items::Entity::delete_many()
        .filter(work_items::Column::State.is_in([WorkState::Done, WorkState::Cancelled]))
        .filter(work_items::Column::FinishedAt.lt(cutoff));
    let runs = job_runs::Entity::delete_many().filter(job_runs::Column::StartedAt.lt(cutoff));
    Ok(app.platform().delete(items).await? + app.platform().delete(runs).await?)
}

/// Deletes a tenant's answers to calls that nobody repeats any more.
pub async fn prune_answers(app: &App, tenant: &Served, run: Uuid) -> Result<u64> {
    let viewer = Viewer::new(tenant.id, Actor::Job("work.prune"), run);
    let old = idempotency_keys::Entity::delete_many()
        .filter(idempotency_keys::Column::CreatedAt.lt(app.now() - ANSWERS_KEPT));
    app.maintain(&viewer, async |tx| tx.delete(old).await).await
}
