//! The alarm clock: wakes those who look after the jobs. A late or a missed ring costs nothing but time.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

/// Schedules are by the minute: a job starts at most this much late.
pub const EVERY: Duration = Duration::from_secs(10);

/// Rings until it is told to stop.
pub async fn keep(ring: Arc<Notify>, stop: CancellationToken) {
    match start(ring).await {
        Ok(mut clock) => {
            stop.cancelled().await;
            if let Err(error) = clock.shutdown().await {
                tracing::warn!(%error, "the alarm clock did not stop");
            }
        }
        Err(error) => tracing::warn!(%error, "the alarm clock did not start: jobs are looked after less often"),
    }
}

async fn start(ring: Arc<Notify>) -> Result<JobScheduler, JobSchedulerError> {
    let clock = JobScheduler::new().await?;
    let wake = Job::new_repeated_async(EVERY, move |_, _| {
        let ring = Arc::clone(&ring);
        Box::pin(async move { ring.notify_waiters() })
    })?;
    clock.add(wake).await?;
    clock.start().await?;
    Ok(clock)
}
