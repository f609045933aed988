//! Performs work items: a few side by side, each to its end or to the end of its lease.

use std::time::Duration;

use recital_domain::{
    app::App,
    error::{Error, Result},
    work::{self, Claimed, Turns},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::runner::guarded;

/// Work enqueued by another process is seen within this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// An item must be over before its lease is, or two workers would have it.
const LIMIT: Duration = Duration::from_secs(work::LEASE.num_seconds().unsigned_abs() - 10);

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
        let items = work::claim(app, 100).await?;
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
    let outcome = attempt(&app, &item).await;
    if let Err(error) = &outcome {
        tracing::warn!(?error, item = %item.id, kind = item.kind, attempt = item.attempt, "work failed");
    }
    match work::finish(&app, &item, &outcome).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(item = %item.id, "the lease on a work item was lost"),
        Err(error) => tracing::warn!(?error, item = %item.id, "how work went was not recorded"),
    }
}

async fn attempt(app: &App, item: &Claimed) -> Result<()> {
    // Each try so far took its worker with it.
    if item.attempt > work::last_try(&item.kind) {
        return Err(Error::unavailable("WORKER_LOST", "no worker outlived this item"));
    }
    let work = tokio::time::timeout(LIMIT, guarded(Box::pin(work::perform(app, item))));
    work.await.unwrap_or_else(|_| Err(Error::unavailable("TIME_LIMIT", "this work takes too long")))
}
