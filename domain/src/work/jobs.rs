//! The runs of scheduled jobs. A row `(job, scheduled_for)` is what makes a due run happen once, whoever is awake, and a
//! unique index over the unfinished ones what keeps a job from overlapping itself.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{JobRunId, Strings, work::job_runs};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
    UpdateMany,
    sea_query::{Alias, Expr, Query},
};
use uuid::Uuid;

use super::LEASE;
use crate::{
    app::App,
    db::{Order, Page, PageRequest},
    error::Result,
};

use job_runs::Column;

/// A run that took so many workers with it is closed as failed.
const MOST_ATTEMPTS: i32 = 5;

/// What a run that nobody takes over any more leaves on record.
const WORKER_LOST: &str = "all: UNAVAILABLE/WORKER_LOST";

/// A run in this worker's hands.
#[derive(Clone, Debug)]
pub struct JobRun {
    pub id: JobRunId,
    pub job: String,
    pub scheduled_for: DateTime<Utc>,
    lease: Uuid,
}

/// Wins the run of `job` due at `scheduled_for`: the first to ask has it, and so has the first to ask after the
/// winner's lease ran out. None when it is done, in another's hands, or while another run of the job is.
///
/// Another run of the job that its worker left behind is closed as failed: this one does its work.
pub async fn claim_run(app: &App, job: &str, scheduled_for: DateTime<Utc>, worker: &str) -> Result<Option<JobRun>> {
    if let Some(run) = begin(app, job, scheduled_for, worker).await? {
        return Ok(Some(run));
    }
    if let Some(run) = take_over(app, job, scheduled_for, worker).await? {
        return Ok(Some(run));
    }
    if close_abandoned(app, job, scheduled_for).await? {
        return begin(app, job, scheduled_for, worker).await;
    }
    Ok(None)
}

/// None while the database holds this run already, or an unfinished one of the same job.
async fn begin(app: &App, job: &str, scheduled_for: DateTime<Utc>, worker: &str) -> Result<Option<JobRun>> {
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
        leased_until: Set(now + LEASE),
        attempts: Set(1),
        tenants: Set(0),
        changed: Set(0),
        failures: Set(Strings::default()),
    };
    let begun = app.platform().insert_new(row).await?;
    Ok(begun.then(|| JobRun { id, job: job.to_owned(), scheduled_for, lease }))
}

async fn take_over(app: &App, job: &str, scheduled_for: DateTime<Utc>, worker: &str) -> Result<Option<JobRun>> {
    let lease = app.core().ids.next(app.now());
    let take_over = abandoned(app, job)
        .filter(Column::ScheduledFor.eq(scheduled_for))
        .filter(Column::Attempts.lt(MOST_ATTEMPTS))
        .col_expr(Column::Lease, Expr::value(lease))
        .col_expr(Column::LeasedUntil, Expr::value(app.now() + LEASE))
        .col_expr(Column::Worker, Expr::value(worker))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1));
    let taken = app.platform().update_returning(take_over).await?;
    Ok(taken.into_iter().next().map(|row| JobRun { id: row.id, job: row.job, scheduled_for, lease }))
}

async fn close_abandoned(app: &App, job: &str, scheduled_for: DateTime<Utc>) -> Result<bool> {
    let hopeless =
        Condition::any().add(Column::ScheduledFor.ne(scheduled_for)).add(Column::Attempts.gte(MOST_ATTEMPTS));
    let close = abandoned(app, job)
        .filter(hopeless)
        .col_expr(Column::FinishedAt, Expr::value(app.now()))
        .col_expr(Column::Failures, Expr::value(Strings(vec![WORKER_LOST.to_owned()])));
    let closed = app.platform().update_returning(close).await?;
    for run in &closed {
        tracing::warn!(job, run = %run.id, attempts = run.attempts, "a run whose worker died was closed as failed");
    }
    Ok(!closed.is_empty())
}

/// The unfinished run of a job, if its worker has let its lease run out.
fn abandoned(app: &App, job: &str) -> UpdateMany<job_runs::Entity> {
    job_runs::Entity::update_many()
        .filter(Column::Job.eq(job))
        .filter(Column::FinishedAt.is_null())
        .filter(Column::LeasedUntil.lt(app.now()))
}

/// Keeps the run for another [`LEASE`]. Answers false when it was lost: then stop.
pub async fn extend_run(app: &App, run: &JobRun) -> Result<bool> {
    let extend = mine(run).col_expr(Column::LeasedUntil, Expr::value(app.now() + LEASE));
    Ok(app.platform().update(extend).await? > 0)
}

/// Gives the run back unfinished, so that the next worker need not wait for the lease to run out. That is no failed try.
pub async fn release_run(app: &App, run: &JobRun) -> Result<bool> {
    let release = mine(run)
        .col_expr(Column::LeasedUntil, Expr::value(app.now() - TimeDelta::microseconds(1)))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1));
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

fn mine(run: &JobRun) -> UpdateMany<job_runs::Entity> {
    job_runs::Entity::update_many().filter(Column::Id.eq(run.id)).filter(Column::Lease.eq(run.lease))
}

/// Runs asked for one after the other at the same instant are due microseconds apart. What is due later than this is of
/// a clock that has been set back since.
fn latest(app: &App) -> DateTime<Utc> {
    app.now() + TimeDelta::minutes(1)
}

/// The newest run of a job by the time it was due.
pub async fn last_run(app: &App, job: &str) -> Result<Option<job_runs::Model>> {
    let select = job_runs::Entity::find()
        .filter(Column::Job.eq(job))
        .filter(Column::ScheduledFor.lte(latest(app)))
        .order_by_desc(Column::ScheduledFor);
    app.platform().one(select).await
}

/// The run of a job that was due at that instant.
pub async fn find_run(app: &App, job: &str, scheduled_for: DateTime<Utc>) -> Result<Option<job_runs::Model>> {
    let select = job_runs::Entity::find().filter(Column::Job.eq(job)).filter(Column::ScheduledFor.eq(scheduled_for));
    app.platform().one(select).await
}

/// How long a run took, from its start to its end; None until it ended.
#[must_use]
pub fn duration(run: &job_runs::Model) -> Option<Duration> {
    // A clock that was set back meanwhile makes it nothing.
    run.finished_at.map(|end| (end - run.started_at).to_std().unwrap_or_default())
}

/// The newest run of every job, by the job's name, in one statement.
pub async fn last_runs(app: &App) -> Result<HashMap<String, job_runs::Model>> {
    let other = Alias::new("other");
    let mut newest = Query::select();
    newest
        .expr(Expr::col((other.clone(), Column::ScheduledFor)).max())
        .from_as(job_runs::Entity, other.clone())
        .and_where(Expr::col((other.clone(), Column::Job)).equals((job_runs::Entity, Column::Job)))
        .and_where(Expr::col((other, Column::ScheduledFor)).lte(latest(app)));
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
