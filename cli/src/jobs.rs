//! `recital jobs`, `recital jobs dead`, `recital jobs retry`

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
    time::Duration,
};

use anyhow::{Result, bail};
use chrono::{DateTime, SubsecRound as _, Utc};
use clap::{Args, Subcommand};
use recital_domain::{
    access::{self, Operator},
    app::App,
    work::{self, JobBoard as _, ScheduledJob},
};
use recital_entities::{
    TenantId,
    work::{job_runs, work_items},
};
use recital_scheduler::Board;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::settings;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print JSON, one line
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// List the work that was given up after its last try
    Dead {
        /// Print JSON, one line
        #[arg(long)]
        json: bool,
    },
    /// Give work that was given up all its tries again
    Retry(Retry),
}

#[derive(Args)]
struct Retry {
    /// One item, as `recital jobs dead` lists it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<Uuid>,
    /// All that was given up
    #[arg(long)]
    all: bool,
    /// Print JSON, one line
    #[arg(long)]
    json: bool,
}

pub async fn run(file: Option<&Path>, options: Options) -> Result<()> {
    let app = settings::open(file).await?;
    match options.command {
        None => list(&app, options.json).await?,
        Some(Command::Dead { json }) => dead(&app, json).await?,
        Some(Command::Retry(retry)) => try_again(&app, retry).await?,
    }
    app.core().db.close().await;
    Ok(())
}

async fn list(app: &App, json: bool) -> Result<()> {
    let jobs = Board(app.clone()).jobs().await?;
    let last = work::last_runs(app).await?;
    if json {
        let jobs: Vec<Value> = jobs.iter().map(|job| as_json(job, last.get(job.name))).collect();
        say!("{}", Value::from(jobs));
        return Ok(());
    }
    for job in &jobs {
        let limit = in_words(job.time_limit);
        say!("{}  ({}, {}, at most {limit})", job.name, job.schedule, job.time_zone);
        say!("  next run  {}", instant(job.next_run_at));
        match last.get(job.name) {
            None => say!("  last run  never"),
            Some(run) => describe(run)?,
        }
    }
    Ok(())
}

fn describe(run: &job_runs::Model) -> Result<()> {
    let how = match work::duration(run) {
        Some(duration) => format!("took {}", in_words(duration)),
        None => "not finished".to_owned(),
    };
    say!("  last run  {}, {how}, by {}", instant(run.scheduled_for), run.worker);
    say!("            {} tenant(s), {} row(s), {} failure(s)", run.tenants, run.changed, run.failures.0.len());
    for failure in &run.failures.0 {
        say!("  failed    {failure}");
    }
    Ok(())
}

fn as_json(job: &ScheduledJob, last: Option<&job_runs::Model>) -> Value {
    let run = last.map(|run| {
        json!({
            "id": run.id, "scheduledFor": run.scheduled_for, "startedAt": run.started_at, "finishedAt": run.finished_at,
            "durationSeconds": work::duration(run).map(|duration| duration.as_secs_f64()),
            "worker": run.worker, "attempts": run.attempts, "tenants": run.tenants, "changed": run.changed,
            "failures": run.failures.0,
        })
    });
    json!({
        "name": job.name, "schedule": job.schedule, "timeZone": job.time_zone,
        "timeLimitSeconds": job.time_limit.as_secs(), "nextRunAt": job.next_run_at, "lastRun": run,
    })
}

async fn dead(app: &App, json: bool) -> Result<()> {
    let items = work::dead_items(app).await?;
    let tenants: BTreeSet<TenantId> = items.iter().map(|item| item.tenant_id).collect();
    let tenants =
        access::tenants_by_ids(app, &Operator::at_the_command_line(app), tenants.into_iter().collect()).await?;
    let slugs: HashMap<TenantId, String> = tenants.into_iter().map(|tenant| (tenant.id, tenant.slug)).collect();
    let slug = |item: &work_items::Model| slugs.get(&item.tenant_id).map_or("", String::as_str);
    if json {
        let row = |item: &work_items::Model| {
            json!({
                "id": item.id, "kind": item.kind, "tenant": slug(item), "attempts": item.attempts,
                "error": item.last_error, "createdAt": item.created_at,
            })
        };
        say!("{}", items.iter().map(row).collect::<Value>());
        return Ok(());
    }
    for item in &items {
        let error = item.last_error.as_deref().unwrap_or_default();
        say!("{}  {}  {}  {} tries  {error}", item.id, item.kind, slug(item), item.attempts);
    }
    Ok(())
}

async fn try_again(app: &App, retry: Retry) -> Result<()> {
    let operator = Operator::at_the_command_line(app);
    let retried = match retry.id {
        Some(id) => {
            access::retry_work(app, &operator, id.into()).await?;
            1
        }
        None if retry.all => access::retry_all_work(app, &operator).await?,
        None => bail!("name an item, or --all"),
    };
    if retry.json {
        say!("{}", json!({ "retried": retried }));
    } else {
        say!("{retried} item(s) will be tried again");
    }
    Ok(())
}

fn instant(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(0).format("%F %T UTC").to_string()
}

/// `12 h`, `3 min`, `4.2 s`
fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3_600 => format!("{} min", time.as_secs() / 60),
        hours => format!("{} h", hours / 3_600),
    }
}
