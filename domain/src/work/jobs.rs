//! The runs of scheduled jobs. A row `(job, scheduled_for)` is what makes a due run happen once, whoever is awake.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{JobRunId, Strings, work::job_runs};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
    sea_query::{Alias, Expr, Query},
};
use uuid::Uuid;

use crate::{
    app::App,
    db::{Order, Page, PageRequest},
    error::Result,
};

use job_runs::Column;

/// A run in this worker's hands.
#[derive(Clone, Debug)]
pub struct JobRun {
    pub id: JobRunId,
    pub job: String,
    pub scheduled_for: DateTime<Utc>,
    lease: Uuid,
}

/// Wins the run of `job` due at `scheduled_for`: the first to ask has it, and so has the first to ask after the
/// winner's lease ran out. None when it is done or in another's hands.
pub async fn claim_run(
    app: &App,
    job: &str,
    scheduled_for: DateTime<Utc>,
    worker: &str,
    lease_for: TimeDelta,
) -> Result<Option<JobRun>> {
    let now = app.now();
    let id: JobRunId = app.core().ids.next(now).into();
    let lease = app.core().ids.next(now);
    let row = job_runs::ActiveModel {
        id: Set(id),
        job: Set(job.to_owned()),
        scheduled_for: Set(scheduled_for),
        started_at: Set(now),
        finished_at: Set(None),
        worker: Set(worker.to_owned()),
        lease: Set(lease),
        leased_until: Set(now + lease_for),
        attempts: Set(1),
        tenants: Set(0),
        changed: Set(0),
        failures: Set(Strings::default()),
    };
    if app.platform().insert_new(row).await? {
        return Ok(Some(JobRun { id, job: job.to_owned(), scheduled_for, lease }));
    }
    let take_over = job_runs::Entity::update_many()
        .filter(Column::Job.eq(job))
        .filter(Column::ScheduledFor.eq(scheduled_for))
        .filter(Column::FinishedAt.is_null())
        .filter(Column::LeasedUntil.lt(now))
        .col_expr(Column::Lease, Expr::value(lease))
        .col_expr(Column::LeasedUntil, Expr::value(now + lease_for))
        .col_expr(Column::Worker, Expr::value(worker))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1));
    let taken = app.platform().update_returning(take_over).await?;
    Ok(taken.into_iter().next().map(|row| JobRun { id: row.id, job: row.job, scheduled_for, lease }))
}

/// Keeps the run for another `lease_for`. Answers false when it was lost: then stop.
pub async fn extend_run(app: &App, run: &JobRun, lease_for: TimeDelta) -> Result<bool> {
    let extend = mine(run).col_expr(Column::LeasedUntil, Expr::value(app.now() + lease_for));
    Ok(app.platform().update(extend).await? > 0)
}

/// Gives the run back unfinished, so that the next worker need not wait for the lease to run out.
pub async fn release_run(app: &App, run: &JobRun) -> Result<bool> {
    let release = mine(run).col_expr(Column::LeasedUntil, Expr::value(app.now() - TimeDelta::microseconds(1)));
    Ok(app.platform().update(release).await? > 0)
}

/// Records how the run ended: tenants seen, rows changed, and which tenants failed (`slug: CODE/REASON`).
pub async fn finish_run(app: &App, run: &JobRun, tenants: i32, changed: i32, failures: Vec<String>) -> Result<bool> {
    let finish = mine(run)
        .col_expr(Column::FinishedAt, Expr::value(app.now()))
        .col_expr(Column::Tenants, Expr::value(tenants))
        .col_expr(Column::Changed, Expr::value(changed))
        .col_expr(Column::Failures, Expr::value(Strings(failures)));
    Ok(app.platform().update(finish).await? > 0)
}

fn mine(run: &JobRun) -> sea_orm::UpdateMany<job_runs::Entity> {
    job_runs::Entity::update_many().filter(Column::Id.eq(run.id)).filter(Column::Lease.eq(run.lease))
}

/// The newest run of a job by the time it was due.
pub async fn last_run(app: &App, job: &str) -> Result<Option<job_runs::Model>> {
    let select = job_runs::Entity::find().filter(Column::Job.eq(job)).order_by_desc(Column::ScheduledFor);
    app.platform().one(select).await
}

/// The run of a job that was due at that instant.
pub async fn find_run(app: &App, job: &str, scheduled_for: DateTime<Utc>) -> Result<Option<job_runs::Model>> {
    let select = job_runs::Entity::find().filter(Column::Job.eq(job)).filter(Column::ScheduledFor.eq(scheduled_for));
    app.platform().one(select).await
}

/// Whether a worker has a run of this job in its hands.
pub async fn is_running(app: &App, job: &str) -> Result<bool> {
    let select = job_runs::Entity::find()
        .filter(Column::Job.eq(job))
        .filter(Column::FinishedAt.is_null())
        .filter(Column::LeasedUntil.gte(app.now()));
    Ok(app.platform().one(select).await?.is_some())
}

/// The newest run of every job, by the job's name, in one statement.
pub async fn last_runs(app: &App) -> Result<HashMap<String, job_runs::Model>> {
    let other = Alias::new("other");
    let mut newest = Query::select();
    newest
        .expr(Expr::col((other.clone(), Column::ScheduledFor)).max())
        .from_as(job_runs::Entity, other.clone())
        .and_where(Expr::col((other, Column::Job)).equals((job_runs::Entity, Column::Job)));
    let select = job_runs::Entity::find().filter(Column::ScheduledFor.in_subquery(newest));
    let runs = app.platform().all(select).await?;
    Ok(runs.into_iter().map(|run| (run.job.clone(), run)).collect())
}

pub async fn find_run_by_id(app: &App, id: JobRunId) -> Result<Option<job_runs::Model>> {
    app.platform().one(job_runs::Entity::find_by_id(id)).await
}

/// Runs, newest first.
pub async fn list_runs(app: &App, job: Option<String>, page: PageRequest) -> Result<Page<job_runs::Model>> {
    let select = job_runs::Entity::find().apply_if(job, |select, job| select.filter(Column::Job.eq(job)));
    app.platform().page(select, Column::Id, Order::NewestFirst, &page).await
}
