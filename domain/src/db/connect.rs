//! Opening the database.

use std::{str::FromStr as _, time::Duration};

use sea_orm::{
    AccessMode, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode,
    SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions, TransactionTrait as _,
};
use sqlx::{
    ConnectOptions as _, Connection as _,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// For production: the database itself holds the tenant wall.
    Postgres,
    /// For trying out, tests and small installations: one writer, and no wall inside the database.
    Sqlite,
}

/// The open database. Private to the wall: callers get a [`TenantTx`](super::TenantTx) or a
/// [`Platform`](super::Platform).
pub struct Db {
    engine: Engine,
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// How to reach what other processes commit; None where there are none.
    pub(super) listen_with: Option<PgConnectOptions>,
    pub(super) closed: CancellationToken,
}

/// Of this process to the database.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    pub used: u64,
    pub idle: u64,
    /// No more are opened.
    pub most: u64,
}

const ACQUIRE: Duration = Duration::from_secs(5);
const BUSY: Duration = Duration::from_secs(10);

/// Bounds what one statement may take; long work goes in batches.
const STATEMENT_LIMIT: &str = "SET LOCAL statement_timeout = '20s'";

impl Db {
    /// Opens `url` (`postgres://…` or `sqlite://…`) with at most `connections` to PostgreSQL.
    ///
    /// On PostgreSQL the service works as the unprivileged role. A login that could pass row-level security is
    /// made to take `app_role`; where it cannot, opening fails.
    ///
    /// # Errors
    /// UNAVAILABLE when the database cannot be reached; internal when the login is too powerful.
    pub async fn open(url: &str, connections: u32, app_role: &str) -> Result<Self> {
        if url.starts_with("postgres") {
            open_postgres(url, connections, app_role).await
        } else {
            open_sqlite(url).await
        }
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Answers once the database does.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }

    /// How the connections of this process stand.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let (size, idle, most) = match self.engine {
            Engine::Postgres => {
                let pool = self.write.get_postgres_connection_pool();
                (pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
            Engine::Sqlite => {
                let pools = [&self.write, &self.read].map(DatabaseConnection::get_sqlite_connection_pool);
                (
                    pools.iter().map(|pool| pool.size()).sum(),
                    pools.iter().map(|pool| pool.num_idle()).sum(),
                    pools.iter().map(|pool| pool.options().get_max_connections()).sum(),
                )
            }
        };
        Connections { used: u64::from(size).saturating_sub(idle as u64), idle: idle as u64, most: most.into() }
    }

    pub async fn close(&self) {
        self.closed.cancel();
        for connection in [&self.write, &self.read] {
            if let Err(error) = connection.close_by_ref().await {
                tracing::warn!(%error, "closing the database");
            }
        }
    }

    pub(super) async fn begin(&self, access: AccessMode) -> Result<DatabaseTransaction> {
        let (connection, mode) = match access {
            AccessMode::ReadOnly => (&self.read, SqliteTransactionMode::Deferred),
            AccessMode::ReadWrite => (&self.write, SqliteTransactionMode::Immediate),
        };
        let options = match self.engine {
            Engine::Postgres => TransactionOptions { access_mode: Some(access), ..Default::default() },
            Engine::Sqlite => TransactionOptions { sqlite_transaction_mode: Some(mode), ..Default::default() },
        };
        Ok(connection.begin_with_options(options).await?)
    }

    /// Names the tenant for the transaction alone: a session's setting would leak through a pooler.
    pub(super) async fn name_tenant(&self, tx: &DatabaseTransaction, tenant: uuid::Uuid) -> Result<()> {
        if self.engine == Engine::Postgres {
            tx.execute_unprepared(&format!("{STATEMENT_LIMIT}; SELECT set_config('app.tenant_id', '{tenant}', true)"))
                .await?;
        }
        Ok(())
    }

    /// For the global tables, one statement at a time.
    pub(super) fn global(&self, access: AccessMode) -> &DatabaseConnection {
        match access {
            AccessMode::ReadOnly => &self.read,
            AccessMode::ReadWrite => &self.write,
        }
    }
}

async fn open_postgres(url: &str, connections: u32, app_role: &str) -> Result<Db> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| Error::invalid("database.url", "BAD_URL", "not a PostgreSQL address").because(error))?
        .application_name("recital")
        .disable_statement_logging();
    let options = if is_privileged(&options).await.map_err(unreachable)? {
        options.options([("role", app_role)])
    } else {
        options
    };
    if is_privileged(&options).await.map_err(unreachable)? {
        return Err(Error::refused(
            "PRIVILEGED_ROLE",
            "the database login can pass row-level security: log in as the role that the migration set up",
        ));
    }
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_with(options.clone())
        .await
        .map_err(unreachable)?;
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    Ok(Db {
        engine: Engine::Postgres,
        write: connection.clone(),
        read: connection,
        listen_with: Some(options),
        closed: CancellationToken::new(),
    })
}

/// Whether this login is superuser, may bypass row-level security, or owns a table.
async fn is_privileged(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = options.connect().await?;
    let answer = sqlx::query_scalar::<_, bool>(
        "SELECT r.rolsuper OR r.rolbypassrls
             OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relname = 'subjects')
         FROM pg_roles r WHERE r.rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(answer)
}

async fn open_sqlite(url: &str) -> Result<Db> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| Error::invalid("database.url", "BAD_URL", "not a SQLite address").because(error))?
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // What is deleted is overwritten: erased is erased in the file too.
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(BUSY)
        .connect_with(options.clone())
        .await
        .map_err(unreachable)?;
    let read = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.pragma("query_only", "ON"))
        .await
        .map_err(unreachable)?;
    Ok(Db {
        engine: Engine::Sqlite,
        write: SqlxSqliteConnector::from_sqlx_sqlite_pool(write),
        read: SqlxSqliteConnector::from_sqlx_sqlite_pool(read),
        listen_with: None,
        closed: CancellationToken::new(),
    })
}

fn unreachable(cause: sqlx::Error) -> Error {
    Error::unavailable("DATABASE_UNAVAILABLE", "the database cannot be opened").because(cause)
}
