//! Telling every process what a transaction changed: PostgreSQL's LISTEN and NOTIFY, at commit, with ids only.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio_util::sync::CancellationToken;

use super::Db;
use crate::error::{Error, Result};

pub(super) const CHANNEL: &str = "recital_changes";

const PAUSE: Duration = Duration::from_secs(1);

/// What committed transactions of all processes send, on a connection of its own.
pub(crate) struct Notices {
    listener: PgListener,
    closed: CancellationToken,
}

impl Db {
    /// Listens from now on. None on SQLite, where one process is all there is.
    pub(crate) async fn listen(&self) -> Result<Option<Notices>> {
        let Some(options) = &self.listen_with else { return Ok(None) };
        let listener = connect(options).await.map_err(|error| {
            Error::unavailable("DATABASE_UNAVAILABLE", "the database does not answer; try again").because(error)
        })?;
        Ok(Some(Notices { listener, closed: self.closed.clone() }))
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgListener, sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

impl Notices {
    /// The next payload; None once the database is closed. A lost connection is made again: what was sent meanwhile is
    /// lost to live subscribers, never to those who read.
    pub(crate) async fn next(&mut self) -> Option<String> {
        loop {
            let received = tokio::select! {
                () = self.closed.cancelled() => return None,
                received = self.listener.try_recv() => received,
            };
            match received {
                Ok(Some(notice)) => return Some(notice.payload().to_owned()),
                Ok(None) => tracing::warn!("the connection that carries changes was lost and is made again"),
                Err(error) => {
                    tracing::warn!(%error, "the connection that carries changes cannot be made");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
