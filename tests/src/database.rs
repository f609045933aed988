//! One story's own database, on either engine, with the eyes of an administrator.

use std::path::PathBuf;

use anyhow::Result;
use recital_domain::db::Engine;
use recital_entities::{Class, Scope, tables};
use sqlx::{AnyConnection, Connection as _, Row as _};
use tempfile::TempDir;

use crate::postgres::Cluster;

/// A table that nobody else can write to.
pub struct Held(AnyConnection);

impl Held {
    pub async fn release(mut self) {
        sqlx::raw_sql("COMMIT").execute(&mut self.0).await.expect("a commit");
    }
}

/// A migrated database of its own. Gone when dropped with [`Database::remove`].
pub struct Database {
    pub engine: Engine,
    /// What the service logs in with: a role that owns nothing.
    pub url: String,
    /// What an administrator logs in with.
    pub admin_url: String,
    cluster: Option<(Cluster, String)>,
    pub folder: TempDir,
}

impl Database {
    pub async fn create(engine: Engine) -> Result<Self> {
        match engine {
            Engine::Sqlite => {
                let folder = TempDir::new()?;
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("recital.db").display());
                recital_migration::migrate(&url).await?;
                Ok(Self { engine, admin_url: url.clone(), url, cluster: None, folder })
            }
            Engine::Postgres => Self::create_in(tokio::task::spawn_blocking(Cluster::get).await??).await,
        }
    }

    /// The same on a PostgreSQL of the story's own.
    pub async fn create_in(cluster: Cluster) -> Result<Self> {
        let name = cluster.database().await?;
        let url = cluster.url("recital_service", &name);
        let admin_url = cluster.url("postgres", &name);
        let folder = TempDir::new()?;
        Ok(Self { engine: Engine::Postgres, url, admin_url, cluster: Some((cluster, name)), folder })
    }

    /// A database without any schema: the address its owner migrates it with.
    pub async fn empty(engine: Engine) -> Result<Self> {
        let folder = TempDir::new()?;
        match engine {
            Engine::Sqlite => {
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("recital.db").display());
                Ok(Self { engine, admin_url: url.clone(), url, cluster: None, folder })
            }
            Engine::Postgres => {
                let cluster = tokio::task::spawn_blocking(Cluster::get).await??;
                let name = cluster.empty_database().await?;
                let url = cluster.url("recital_owner", &name);
                let admin_url = cluster.url("postgres", &name);
                Ok(Self { engine, url, admin_url, cluster: Some((cluster, name)), folder })
            }
        }
    }

    /// A file of this story's own.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn admin(&self) -> Result<AnyConnection> {
        sqlx::any::install_default_drivers();
        Ok(AnyConnection::connect(&self.admin_url).await?)
    }

    /// Does what only an administrator can, past every wall. Answers how many rows changed.
    pub async fn execute(&self, sql: &str) -> Result<u64> {
        let mut connection = self.admin().await?;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
        Ok(done.rows_affected())
    }

    /// Keeps everybody else from writing to a table until it is released.
    pub async fn hold(&self, table: &str) -> Held {
        let mut connection = self.admin().await.expect("a connection");
        let sql = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE".to_owned(),
            Engine::Postgres => format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE"),
        };
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("a lock");
        Held(connection)
    }

    /// One number, seen past every wall.
    pub async fn number(&self, sql: &str) -> Result<i64> {
        let mut connection = self.admin().await?;
        let row = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await?;
        Ok(row.try_get::<i64, _>(0).or_else(|_| row.try_get::<i32, _>(0).map(i64::from))?)
    }

    /// The first column of every row, seen past every wall.
    pub async fn texts(&self, sql: &str) -> Result<Vec<String>> {
        let mut connection = self.admin().await?;
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// One number, as the service's own login sees it (PostgreSQL).
    pub async fn number_as_service(&self, sql: &str) -> Result<i64> {
        let mut connection = sqlx::PgConnection::connect(&self.url).await?;
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await?)
    }

    /// What the service's own login may do (PostgreSQL).
    pub async fn execute_as_service(&self, sql: &str) -> Result<u64> {
        let mut connection = sqlx::PgConnection::connect(&self.url).await?;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
        Ok(done.rows_affected())
    }

    /// Everything the database holds, as bytes in which a stranger would search: the file and its log on SQLite, every
    /// row of every table on PostgreSQL with binary columns decoded.
    pub async fn dump(&self) -> Result<Vec<u8>> {
        match self.engine {
            Engine::Sqlite => {
                let mut bytes = Vec::new();
                for name in ["recital.db", "recital.db-wal"] {
                    bytes.extend(std::fs::read(self.path(name)).unwrap_or_default());
                }
                Ok(bytes)
            }
            Engine::Postgres => self.dump_rows().await,
        }
    }

    async fn dump_rows(&self) -> Result<Vec<u8>> {
        let mut connection = sqlx::PgConnection::connect(&self.admin_url).await?;
        let mut bytes = Vec::new();
        for table in tables() {
            let sql = format!("SELECT t::text AS row FROM {} t", table.name);
            for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await? {
                let text: String = row.try_get("row")?;
                for binary in text.split("\\x").skip(1) {
                    let digits: Vec<u8> = binary.bytes().take_while(u8::is_ascii_hexdigit).collect();
                    bytes.extend(
                        digits
                            .chunks_exact(2)
                            .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()),
                    );
                }
                bytes.extend(text.into_bytes());
            }
        }
        Ok(bytes)
    }

    /// Where PostgreSQL's log of changes stands now. SQLite's is a file beside the database.
    pub async fn wal_position(&self) -> Result<Option<String>> {
        match self.engine {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => Ok(self.texts("SELECT pg_walfile_name(pg_current_wal_lsn())").await?.pop()),
        }
    }

    /// The files of PostgreSQL's log of changes from that position on, all that is known written out. Those that were
    /// set aside for later use are among them: they hold what was written before.
    pub async fn wal(&self, since: Option<&str>) -> Result<Vec<PathBuf>> {
        let Some((cluster, _)) = &self.cluster else { return Ok(Vec::new()) };
        self.texts("SELECT pg_switch_wal()::text").await?;
        let mut segments = Vec::new();
        for entry in std::fs::read_dir(cluster.wal())? {
            let entry = entry?;
            if Some(&*entry.file_name().to_string_lossy()) >= since && entry.path().is_file() {
                segments.push(entry.path());
            }
        }
        anyhow::ensure!(!segments.is_empty(), "the log of changes is not where it is looked for");
        Ok(segments)
    }

    /// Every row of a tenant but its log and what keys are used for, as text: to see that nothing changed.
    pub async fn dump_of_tenant(&self, slug: &str) -> Result<Vec<String>> {
        const MOVING: &[&str] = &["audit_entries", "audit_leaves", "audit_checkpoints", "api_keys"];
        let mut rows = Vec::new();
        for table in tables().iter().filter(|table| table.scope == Scope::Tenant && !MOVING.contains(&&*table.name)) {
            let quote = |(column, _): &(String, Class)| match self.engine {
                Engine::Sqlite => format!("coalesce(quote(\"{column}\"), '')"),
                Engine::Postgres => format!("coalesce(\"{column}\"::text, '')"),
            };
            let columns: Vec<String> = table.columns.iter().map(quote).collect();
            let sql = format!(
                "SELECT '{0}|' || {1} FROM {0} WHERE tenant_id = (SELECT id FROM tenants WHERE slug = '{slug}')",
                table.name,
                columns.join(" || '|' || ")
            );
            rows.extend(self.texts(&sql).await?);
        }
        rows.sort();
        Ok(rows)
    }

    /// Puts all of it aside as it is now. Nobody may be connected.
    pub async fn back_up(&self) -> Result<()> {
        match &self.cluster {
            None => {
                for name in ["recital.db", "recital.db-wal"] {
                    if self.path(name).exists() {
                        std::fs::copy(self.path(name), self.path(&format!("backup-of-{name}")))?;
                    }
                }
                Ok(())
            }
            Some((cluster, name)) => cluster.copy_database(name, &format!("{name}_backup")).await,
        }
    }

    /// Puts back what [`Self::back_up`] put aside, in place of what is there.
    pub async fn restore(&self) -> Result<()> {
        match &self.cluster {
            None => {
                for name in ["recital.db", "recital.db-wal", "recital.db-shm"] {
                    let (there, aside) = (self.path(name), self.path(&format!("backup-of-{name}")));
                    if there.exists() {
                        std::fs::remove_file(&there)?;
                    }
                    if aside.exists() {
                        std::fs::copy(aside, there)?;
                    }
                }
                Ok(())
            }
            Some((cluster, name)) => {
                cluster.drop_database(name).await?;
                cluster.copy_database(&format!("{name}_backup"), name).await?;
                cluster.drop_database(&format!("{name}_backup")).await
            }
        }
    }

    /// Drops it.
    pub async fn remove(self) -> Result<()> {
        if let Some((cluster, name)) = self.cluster {
            cluster.drop_database(&name).await?;
        }
        Ok(())
    }
}
