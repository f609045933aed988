//! Telling every process what a transaction changed: PostgreSQL's LISTEN and NOTIFY, at commit, with ids only.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio_util::sync::CancellationToken;

use super::Db;
use crate::error::{Error, Result};

pub(super) const CHANNEL: &str = "recital_changes";

/// How long one attempt at a connection may take. It also bounds the pauses in it, and with them how long a database that
/// is back is not listened to.
const CONNECT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(250);

/// What committed transactions of all processes send, on a connection of its own.
pub(crate) struct Notices {
    options: PgConnectOptions,
    listener: PgListener,
    closed: CancellationToken,
}

/// What is heard.
pub(crate) enum Notice {
    Payload(String),
    /// The connection was lost and has been made again: what was sent meanwhile was not heard.
    Gap,
}

impl Db {
    /// Listens from now on. None on SQLite, where one process is all there is.
    pub(crate) async fn listen(&self) -> Result<Option<Notices>> {
        let Some(options) = &self.listen_with else { return Ok(None) };
        let listener = connect(options).await.map_err(|error| {
            Error::unavailable("DATABASE_UNAVAILABLE", "the database does not answer; try again").because(error)
        })?;
        Ok(Some(Notices { options: options.clone(), listener, closed: self.closed.clone() }))
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgListener, sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    // We make it again ourselves: the listener knows some ways to lose a connection and not others.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

impl Notices {
    /// What comes next; None once the database is closed.
    pub(crate) async fn next(&mut self) -> Option<Notice> {
        let closed = self.closed.clone();
        closed.run_until_cancelled(self.hear()).await
    }

    async fn hear(&mut self) -> Notice {
        if let Ok(Some(notice)) = self.listener.try_recv().await {
            return Notice::Payload(notice.payload().to_owned());
        }
        tracing::warn!("the connection that carries changes was lost");
        loop {
            match connect(&self.options).await {
                Ok(listener) => {
                    self.listener = listener;
                    return Notice::Gap;
                }
                Err(error) => tracing::warn!(%error, "the connection that carries changes cannot be made"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
