//! Jobs, work and health.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::{
    access as room,
    db::Engine,
    work::{self, JobBoard, ScheduledJob},
};
use recital_entities::{
    JobRunId, WorkItemId, WorkState,
    work::{job_runs, work_items},
};

use super::schema::operator;
use crate::{
    auth::app,
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::{global_id, local_id},
};

/// Something that is done by the clock.
#[derive(SimpleObject)]
struct Job {
    name: String,
    /// A cron expression, or where the schedule stands.
    schedule: String,
    time_zone: String,
    /// A run that takes longer is stopped; what it has done stays.
    time_limit_seconds: i32,
    next_run_at: DateTime<Utc>,
    last_run: Option<JobRun>,
}

/// One run of a job.
pub struct JobRun(job_runs::Model);

#[Object]
impl JobRun {
    pub async fn id(&self) -> ID {
        global_id("JobRun", self.0.id.0)
    }

    async fn job(&self) -> &str {
        &self.0.job
    }

    async fn scheduled_for(&self) -> DateTime<Utc> {
        self.0.scheduled_for
    }

    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }

    /// From its start to its end, whoever had it in between.
    async fn duration_seconds(&self) -> Option<f64> {
        work::duration(&self.0).map(|duration| duration.as_secs_f64())
    }

    /// How many workers began it; more than one: the others died or let it go.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    async fn worker(&self) -> &str {
        &self.0.worker
    }

    /// How many it worked for.
    async fn tenants(&self) -> i32 {
        self.0.tenants
    }

    /// How many rows it changed.
    async fn changed(&self) -> i32 {
        self.0.changed
    }

    /// Tenant and reason, where it failed.
    async fn failures(&self) -> &[String] {
        &self.0.failures.0
    }
}

/// Something to be done after a commit.
pub struct WorkItem(work_items::Model);

#[Object]
impl WorkItem {
    pub async fn id(&self) -> ID {
        global_id("WorkItem", self.0.id.0)
    }

    /// Whose it is, as an `OperatorTenant`'s id.
    async fn tenant_id(&self) -> ID {
        global_id("OperatorTenant", self.0.tenant_id.0)
    }

    async fn kind(&self) -> &str {
        &self.0.kind
    }

    async fn state(&self) -> WorkState {
        self.0.state
    }

    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    async fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_attempt_at
    }

    /// Code and reason of the last failure.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// Whether the parts the service depends on answer.
#[derive(SimpleObject)]
struct Health {
    version: String,
    /// `postgres` or `sqlite`.
    database: &'static str,
    /// The newest migration that ran.
    migrations: String,
    kms: bool,
    smtp: bool,
    /// How many are alive.
    workers: i32,
}

impl From<room::Health> for Health {
    fn from(health: room::Health) -> Self {
        let database = match health.database {
            Engine::Postgres => "postgres",
            Engine::Sqlite => "sqlite",
        };
        Self {
            version: health.version.to_owned(),
            database,
            migrations: health.migration,
            kms: health.kms,
            smtp: health.smtp,
            workers: i32::try_from(health.workers).unwrap_or(i32::MAX),
        }
    }
}

fn board<'a>(ctx: &'a Context<'_>) -> &'a dyn JobBoard {
    &**ctx.data_unchecked::<Arc<dyn JobBoard>>()
}

pub async fn job_run(ctx: &Context<'_>, id: JobRunId) -> ApiResult<Option<JobRun>> {
    Ok(work::find_run_by_id(app(ctx), id).await?.map(JobRun))
}

pub async fn work_item(ctx: &Context<'_>, id: WorkItemId) -> ApiResult<Option<WorkItem>> {
    Ok(work::find_item(app(ctx), id).await?.map(WorkItem))
}

#[derive(Default)]
pub struct JobQuery;

#[Object]
impl JobQuery {
    /// Every job of the scheduler's table.
    async fn jobs(&self, ctx: &Context<'_>) -> ApiResult<Vec<Job>> {
        operator(ctx)?;
        let mut last = work::last_runs(app(ctx)).await?;
        let jobs = board(ctx).jobs().await?;
        let job = |job: ScheduledJob| Job {
            last_run: last.remove(job.name).map(JobRun),
            name: job.name.to_owned(),
            schedule: job.schedule,
            time_zone: job.time_zone,
            time_limit_seconds: i32::try_from(job.time_limit.as_secs()).unwrap_or(i32::MAX),
            next_run_at: job.next_run_at,
        };
        Ok(jobs.into_iter().map(job).collect())
    }

    /// Runs, newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn job_runs(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        job: Option<String>,
    ) -> ApiResult<Connection<JobRun>> {
        operator(ctx)?;
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(work::list_runs(app(ctx), job, page).await?, |row| row.id.0, JobRun))
    }

    /// Work items, newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn work_items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        state: Option<WorkState>,
    ) -> ApiResult<Connection<WorkItem>> {
        operator(ctx)?;
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(work::list_items(app(ctx), state, page).await?, |row| row.id.0, WorkItem))
    }

    /// Asked at the moment.
    async fn health(&self, ctx: &Context<'_>) -> ApiResult<Health> {
        Ok(room::health(app(ctx), operator(ctx)?).await?.into())
    }
}

#[derive(InputObject)]
struct RetryWorkInput {
    id: ID,
}

#[derive(SimpleObject)]
struct RetryWorkPayload {
    work_item: WorkItem,
}

#[derive(SimpleObject)]
struct RetryAllWorkPayload {
    /// How many items were given up until now.
    retried: i32,
}

#[derive(InputObject)]
struct RunJobInput {
    name: String,
}

#[derive(SimpleObject)]
struct RunJobPayload {
    run: JobRun,
}

#[derive(Default)]
pub struct JobMutation;

#[Object]
impl JobMutation {
    /// Gives an item that was given up another ten tries.
    async fn retry_work(&self, ctx: &Context<'_>, input: RetryWorkInput) -> ApiResult<RetryWorkPayload> {
        let id = local_id(&input.id, "WorkItem")?;
        Ok(RetryWorkPayload { work_item: WorkItem(room::retry_work(app(ctx), operator(ctx)?, id).await?) })
    }

    /// Gives all that was given up another ten tries.
    async fn retry_all_work(&self, ctx: &Context<'_>) -> ApiResult<RetryAllWorkPayload> {
        let retried = room::retry_all_work(app(ctx), operator(ctx)?).await?;
        Ok(RetryAllWorkPayload { retried: i32::try_from(retried).unwrap_or(i32::MAX) })
    }

    /// Runs a job out of turn, to its end.
    async fn run_job(&self, ctx: &Context<'_>, input: RunJobInput) -> ApiResult<RunJobPayload> {
        Ok(RunJobPayload { run: JobRun(room::run_job(app(ctx), operator(ctx)?, board(ctx), &input.name).await?) })
    }
}
