//! Working under a lease: whoever holds it says so again and again, and stops when it cannot.

use std::time::Duration;

use futures::future::BoxFuture;
use recital_domain::{error::Result, work};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

/// How a lease is kept.
#[derive(Clone, Copy)]
struct Pace {
    extend_every: Duration,
    /// Without an extension, work stops this long after the last one: before another may take over.
    held_for: Duration,
}

const PACE: Pace = Pace {
    extend_every: Duration::from_secs(8),
    held_for: Duration::from_secs(work::LEASE.num_seconds().unsigned_abs() - 5),
};

/// Does `work` while its lease can be extended. None when it could not: then the work was stopped where it stood.
///
/// A task of its own extends it, so that work that keeps its thread busy does not lose it.
pub async fn hold<T>(work: impl Future<Output = T>, extend: impl Extend) -> Option<T> {
    hold_at(PACE, work, extend).await
}

/// Asks for an extension; answers false when the lease was lost.
pub trait Extend: FnMut() -> BoxFuture<'static, Result<bool>> + Send + 'static {}

impl<F: FnMut() -> BoxFuture<'static, Result<bool>> + Send + 'static> Extend for F {}

async fn hold_at<T>(pace: Pace, work: impl Future<Output = T>, extend: impl Extend) -> Option<T> {
    let mut keeper = JoinSet::new();
    keeper.spawn(keep(pace, extend));
    tokio::select! {
        biased;
        done = work => Some(done),
        _ = keeper.join_next() => None,
    }
}

/// Ends when the lease is lost.
async fn keep(pace: Pace, mut extend: impl Extend) {
    let mut end = Instant::now() + pace.held_for;
    loop {
        let asking = async {
            sleep(pace.extend_every).await;
            (Instant::now(), extend().await)
        };
        match timeout_at(end, asking).await {
            Ok((asked, Ok(true))) => end = asked + pace.held_for,
            Ok((_, Err(error))) => tracing::warn!(?error, "a lease could not be extended"),
            Ok((_, Ok(false))) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use recital_domain::error::Error;

    use super::*;

    const PACE: Pace = Pace { extend_every: Duration::from_millis(10), held_for: Duration::from_millis(500) };

    fn answering(mut answer: impl FnMut() -> Result<bool> + Send + 'static) -> impl Extend {
        move || Box::pin(ready(answer())) as BoxFuture<'static, Result<bool>>
    }

    fn down() -> Result<bool> {
        Err(Error::unavailable("DATABASE_UNAVAILABLE", "down"))
    }

    async fn work_for(time: Duration) -> &'static str {
        sleep(time).await;
        "done"
    }

    #[tokio::test]
    async fn work_goes_on_past_its_lease_while_that_is_extended() {
        assert_eq!(hold_at(PACE, work_for(PACE.held_for * 2), answering(|| Ok(true))).await, Some("done"));
    }

    #[tokio::test]
    async fn a_database_that_comes_back_in_time_costs_nothing() {
        let mut asked = 0;
        let restarting = answering(move || {
            asked += 1;
            if asked % 3 == 0 { Ok(true) } else { down() }
        });
        assert_eq!(hold_at(PACE, work_for(PACE.held_for * 2), restarting).await, Some("done"));
    }

    #[tokio::test]
    async fn work_stops_as_soon_as_its_lease_is_known_to_be_lost() {
        let start = Instant::now();
        assert_eq!(hold_at(PACE, pending::<()>(), answering(|| Ok(false))).await, None);
        assert!(start.elapsed() < PACE.held_for);
    }

    #[tokio::test]
    async fn work_stops_before_its_lease_runs_out_where_nobody_can_be_asked() {
        assert_eq!(hold_at(PACE, pending::<()>(), answering(down)).await, None);
        let silent = || Box::pin(pending()) as BoxFuture<'static, Result<bool>>;
        assert_eq!(hold_at(PACE, pending::<()>(), silent).await, None);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_that_leaves_its_thread_no_time_keeps_its_lease() {
        let busy = async {
            tokio::task::yield_now().await;
            std::thread::sleep(PACE.held_for * 2);
            sleep(PACE.extend_every).await;
            "done"
        };
        assert_eq!(hold_at(PACE, busy, answering(|| Ok(true))).await, Some("done"));
    }
}
