//! After a clock was set back: what it wrote while it was ahead lies in the future, and nobody would come back to it.

use chrono::TimeDelta;
use recital_entities::{
    WorkState,
    work::{job_runs, work_items},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use super::{LEASE, retry::LONGEST_WAIT};
use crate::{app::App, error::Result};

/// Processes' clocks may differ by a little.
const FARTHEST_LEASE: TimeDelta = TimeDelta::seconds(LEASE.num_seconds() * 10);

/// Ends the leases and the waits that are longer than any can be. Answers how many.
pub async fn mend(app: &App) -> Result<u64> {
    let now = app.now();
    let just_past = now - TimeDelta::microseconds(1);
    let leased = work_items::Entity::update_many()
        .filter(work_items::Column::State.eq(WorkState::Leased))
        .filter(work_items::Column::LeasedUntil.gt(now + FARTHEST_LEASE))
        .col_expr(work_items::Column::LeasedUntil, Expr::value(just_past));
    let waiting = work_items::Entity::update_many()
        .filter(work_items::Column::State.eq(WorkState::Ready))
        .filter(work_items::Column::NextAttemptAt.gt(now + LONGEST_WAIT))
        .col_expr(work_items::Column::NextAttemptAt, Expr::value(now));
    let runs = job_runs::Entity::update_many()
        .filter(job_runs::Column::FinishedAt.is_null())
        .filter(job_runs::Column::LeasedUntil.gt(now + FARTHEST_LEASE))
        .col_expr(job_runs::Column::LeasedUntil, Expr::value(just_past));
    let platform = app.platform();
    Ok(platform.update(leased).await? + platform.update(waiting).await? + platform.update(runs).await?)
}
