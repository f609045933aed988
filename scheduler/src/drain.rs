//! Performs work items: a few side by side, each to its end or until its lease is lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use recital_domain::{
    app::App,
    error::{Code, Error, Result},
    telemetry::metrics::{Kind, WorkDuration, WorkOutcome, WorkTries},
    work::{self, Claimed, Turns},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{lease, runner::guarded};

/// Work enqueued by another process is seen within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// While the database is away, how an item went is kept in mind and offered again, so often.
const RECORD_TRIES: usize = 20;

/// For work that this release does not know.
const SHORT: Duration = Duration::from_mins(2);

/// Performs items as they come, at most `at_once` side by side, until it is told to stop; then lets those under way end.
pub async fn drain(app: App, at_once: usize, stop: CancellationToken) {
    let mut under_way = JoinSet::new();
    let mut turns = Turns::default();
    while !stop.is_cancelled() {
        let woken = app.core().work.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let free = at_once.saturating_sub(under_way.len());
        match turns.claim(&app, free as u64).await {
            Ok(items) => {
                for item in items {
                    under_way.spawn(carry_out(app.clone(), item));
                }
            }
            Err(error) => tracing::warn!(?error, "work cannot be claimed"),
        }
        let full = under_way.len() >= at_once;
        tokio::select! {
            Some(_) = under_way.join_next() => {}
            () = woken, if !full => {}
            () = tokio::time::sleep(LOOK_EVERY), if !full => {}
            () = stop.cancelled() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Performs all that is due now, one after the other. Answers how many items that were.
pub async fn drain_once(app: &App) -> Result<usize> {
    let mut performed = 0;
    loop {
        let items = work::claim(app, 10).await?;
        if items.is_empty() {
            return Ok(performed);
        }
        performed += items.len();
        for item in items {
            carry_out(app.clone(), item).await;
        }
    }
}

async fn carry_out(app: App, item: Claimed) {
    let item = Arc::new(item);
    let extend = {
        let (app, item) = (app.clone(), Arc::clone(&item));
        move || -> BoxFuture<'static, Result<bool>> {
            let (app, item) = (app.clone(), Arc::clone(&item));
            Box::pin(async move { work::extend(&app, &item).await })
        }
    };
    let kind = Kind::named(&item.kind);
    let work = async {
        let begun = Instant::now();
        let outcome = attempt(&app, &item).await;
        WorkDuration { kind }.observe(begun.elapsed());
        if let Err(error) = &outcome {
            tracing::warn!(?error, item = %item.id, kind = item.kind, attempt = item.attempt, "work failed");
        }
        record(&app, &item, &outcome).await.then(|| counted(&item, &outcome))
    };
    let outcome = lease::hold(work, extend).await.flatten().unwrap_or(WorkOutcome::Lost);
    if outcome == WorkOutcome::Lost {
        tracing::warn!(item = %item.id, kind = item.kind, "the lease on a work item was lost");
    }
    WorkTries { kind, outcome }.count();
}

fn counted(item: &Claimed, outcome: &Result<()>) -> WorkOutcome {
    match outcome {
        Ok(()) => WorkOutcome::Done,
        Err(error) if error.code() == Code::RateLimited => WorkOutcome::Waits,
        Err(_) if item.attempt >= work::last_try(&item.kind) => WorkOutcome::Dead,
        Err(_) => WorkOutcome::Failed,
    }
}

/// Answers false when the lease was lost, or nobody could be told.
async fn record(app: &App, item: &Claimed, outcome: &Result<()>) -> bool {
    for _ in 0..RECORD_TRIES {
        match work::finish(app, item, outcome).await {
            Ok(kept) => return kept,
            Err(error) => tracing::warn!(?error, item = %item.id, "how work went was not recorded"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}

async fn attempt(app: &App, item: &Claimed) -> Result<()> {
    // Each try so far took its worker with it.
    if item.attempt > work::last_try(&item.kind) {
        return Err(Error::unavailable("WORKER_LOST", "no worker outlived this item"));
    }
    let limit = item.work().map_or(SHORT, |work| work.limit());
    let work = tokio::time::timeout(limit, guarded(Box::pin(work::perform(app, item))));
    work.await.unwrap_or_else(|_| Err(Error::unavailable("TIME_LIMIT", "this work takes too long")))
}
