//! Measuring what stands in the database, for a scrape.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use recital_entities::{SubjectRequestType, WorkState};
use sea_orm::Iterable as _;
use tokio::sync::Mutex;

use super::metrics::{
    ConnectionUse, DatabaseConnections, DatabaseConnectionsMost, JobFailures, JobLastRun, Kind, Known, RequestsOverdue,
    WorkItems, WorkOldest, WorkStanding, Workers,
};
use crate::{
    app::App,
    error::Result,
    requests, retention,
    viewer::{Actor, Viewer},
    work::{self, JobBoard},
};

/// Scrapes come every few seconds, and a look goes through every tenant.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Remembers when it last looked.
#[derive(Default)]
pub struct Measure(Mutex<Option<Instant>>);

impl Measure {
    /// Sets the gauges anew, unless that was done a moment ago.
    ///
    /// # Errors
    /// UNAVAILABLE without a database: the gauges stay as they are.
    pub async fn take(&self, app: &App, board: &dyn JobBoard) -> Result<()> {
        connections(app);
        let mut last = self.0.lock().await;
        if last.is_some_and(|last| last.elapsed() < LOOK_EVERY) {
            return Ok(());
        }
        queue(app).await?;
        jobs(app, board).await?;
        overdue(app).await?;
        retention::publish(app).await?;
        *last = Some(Instant::now());
        Ok(())
    }
}

fn connections(app: &App) {
    let pool = app.core().db.connections();
    DatabaseConnections { state: ConnectionUse::Used }.set(pool.used);
    DatabaseConnections { state: ConnectionUse::Idle }.set(pool.idle);
    DatabaseConnectionsMost {}.set(pool.most);
}

async fn queue(app: &App) -> Result<()> {
    let mut counts: HashMap<(Kind, WorkStanding), u64> = HashMap::new();
    let mut oldest: HashMap<Kind, u64> = HashMap::new();
    for group in work::unfinished_work(app).await? {
        let kind = Kind::named(&group.kind);
        let standing = match group.state {
            WorkState::Leased => WorkStanding::UnderWay,
            WorkState::Dead => WorkStanding::Dead,
            WorkState::Ready | WorkState::Done | WorkState::Cancelled => WorkStanding::Waiting,
        };
        *counts.entry((kind, standing)).or_default() += group.count;
        let waited =
            group.due_since.map_or(0, |since| (app.now() - since).num_seconds().try_into().unwrap_or_default());
        let oldest = oldest.entry(kind).or_default();
        *oldest = waited.max(*oldest);
    }
    for kind in Kind::all() {
        for state in WorkStanding::ALL {
            WorkItems { kind, state: *state }.set(counts.remove(&(kind, *state)).unwrap_or_default());
        }
        WorkOldest { kind }.set(oldest.remove(&kind).unwrap_or_default());
    }
    Ok(())
}

async fn jobs(app: &App, board: &dyn JobBoard) -> Result<()> {
    Workers {}.set(work::live_workers(app).await?);
    let mut last = work::last_runs(app).await?;
    for job in board.jobs().await? {
        let Some(run) = last.remove(job.name) else { continue };
        let name = Known(job.name);
        if run.finished_at.is_some() {
            JobLastRun { job: name }.set(run.scheduled_for.timestamp().try_into().unwrap_or_default());
            JobFailures { job: name }.set(run.failures.0.len() as u64);
        }
    }
    Ok(())
}

async fn overdue(app: &App) -> Result<()> {
    let mut sums: HashMap<SubjectRequestType, u64> = HashMap::new();
    for tenant in work::served_tenants(app).await? {
        let viewer = Viewer::new(tenant.id, Actor::Job("telemetry.measure"), app.core().ids.next(app.now()));
        for (r#type, count) in requests::overdue(app, &viewer).await? {
            *sums.entry(r#type).or_default() += count;
        }
    }
    for r#type in SubjectRequestType::iter() {
        RequestsOverdue { r#type }.set(sums.remove(&r#type).unwrap_or_default());
    }
    Ok(())
}
