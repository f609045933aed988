//! A private PostgreSQL, started from whatever binaries this machine has and shared by all test processes.
//!
//! PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`. A machine without it fails the tests; no
//! engine is skipped.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

/// Where the cluster answers.
#[derive(Clone, Debug)]
pub struct Cluster {
    home: PathBuf,
    port: u16,
}

impl Cluster {
    /// The running cluster, started if need be: in the folder that `RECITAL_TEST_POSTGRES` names, which `scripts/test`
    /// clears up, or in one of this project's that is left running for the next time.
    pub fn get() -> Result<Self> {
        let home = std::env::var_os("RECITAL_TEST_POSTGRES").map_or_else(
            || std::env::temp_dir().join(format!("recital-test-postgres-{}", digest(env!("CARGO_MANIFEST_DIR")))),
            PathBuf::from,
        );
        fs::create_dir_all(&home)?;
        let lock = File::create(home.join("lock"))?;
        lock.lock()?;
        let port_file = home.join("port");
        if let Some(port) = fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse().ok())
            && TcpStream::connect(("127.0.0.1", port)).is_ok()
        {
            return Ok(Self { home, port });
        }
        let port = free_port()?;
        start(&home, port)?;
        fs::write(&port_file, port.to_string())?;
        Ok(Self { home, port })
    }

    /// The address of `database` for `user`.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder of its log of changes.
    #[must_use]
    pub fn wal(&self) -> PathBuf {
        self.home.join("data/pg_wal")
    }

    /// A fresh database with the newest schema, owned by a role that is no superuser.
    pub async fn database(&self) -> Result<String> {
        let template = self.template().await?;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        self.admin(&[&format!("CREATE DATABASE {name} TEMPLATE {template} OWNER recital_owner")]).await?;
        Ok(name)
    }

    /// A fresh database without any schema.
    pub async fn empty_database(&self) -> Result<String> {
        self.roles().await?;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        self.admin(&[&format!("CREATE DATABASE {name} OWNER recital_owner")]).await?;
        Ok(name)
    }

    /// A copy, byte for byte.
    pub async fn copy_database(&self, name: &str, copy: &str) -> Result<()> {
        self.admin(&[&format!("CREATE DATABASE {copy} TEMPLATE {name} OWNER recital_owner")]).await
    }

    pub async fn drop_database(&self, name: &str) -> Result<()> {
        self.admin(&[&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]).await
    }

    async fn admin(&self, statements: &[&str]) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url("postgres", "postgres")).await?;
        for statement in statements {
            sqlx::raw_sql(sqlx::AssertSqlSafe((*statement).to_owned())).execute(&mut connection).await?;
        }
        connection.close().await?;
        Ok(())
    }

    async fn roles(&self) -> Result<()> {
        let make = |role: &str, rights: &str| {
            format!(
                "DO $$ BEGIN CREATE ROLE {role} {rights}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
        };
        self.admin(&[
            &make("recital_owner", "LOGIN CREATEROLE"),
            &make("recital_app", "NOLOGIN NOBYPASSRLS"),
            &make("recital_service", "LOGIN NOBYPASSRLS"),
            "GRANT recital_app TO recital_service",
        ])
        .await
    }

    /// A migrated database to copy from, made once per version of the migrations.
    async fn template(&self) -> Result<String> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migration/src");
        let mut files: Vec<PathBuf> = fs::read_dir(sources)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        files.sort();
        let text = files.iter().map(fs::read_to_string).collect::<std::io::Result<Vec<_>>>()?.concat();
        let name = format!("template_{}", digest(&text));
        let lock = File::create(self.home.join(format!("{name}.lock")))?;
        let _held = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await??;
        let mut connection = PgConnection::connect(&self.url("postgres", "postgres")).await?;
        let exists: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)")
                .bind(&name)
                .fetch_one(&mut connection)
                .await?;
        if !exists {
            self.roles().await?;
            self.admin(&[
                &format!("DROP DATABASE IF EXISTS {name}"),
                &format!("CREATE DATABASE {name} OWNER recital_owner"),
            ])
            .await?;
            recital_migration::migrate(&self.url("recital_owner", &name)).await?;
            self.admin(&[&format!("ALTER DATABASE {name} IS_TEMPLATE true")]).await?;
        }
        Ok(name)
    }
}

/// A cluster that one story has to itself, to stop and to start. Gone when dropped.
pub struct PrivateCluster {
    cluster: Cluster,
    _home: TempDir,
}

impl PrivateCluster {
    pub fn start() -> Result<Self> {
        let home = TempDir::new()?;
        let cluster = Cluster { home: home.path().to_owned(), port: free_port()? };
        start(&cluster.home, cluster.port)?;
        Ok(Self { cluster, _home: home })
    }

    #[must_use]
    pub fn cluster(&self) -> Cluster {
        self.cluster.clone()
    }

    /// Takes the database away in the middle of whatever it does.
    pub fn stop_at_once(&self) -> Result<()> {
        let data = self.cluster.home.join("data");
        run(&self.cluster.home, "pg_ctl", &["-D", text(&data)?, "-m", "immediate", "-w", "stop"])
    }

    /// Brings it back, with all that had been committed.
    pub fn start_again(&self) -> Result<()> {
        start(&self.cluster.home, self.cluster.port)
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        let _ = self.stop_at_once();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path in UTF-8")
}

/// Runs one of PostgreSQL's programs to its end.
fn run(home: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(binaries()?.join(program));
    command.args(arguments).current_dir(home).stdin(Stdio::null());
    if let Some((user, group)) = owner() {
        command.uid(user).gid(group);
    }
    let log = File::create(home.join(format!("{program}.out")))?;
    let status = command.stdout(log.try_clone()?).stderr(log).status()?;
    if !status.success() {
        bail!("{program} failed: {}", fs::read_to_string(home.join(format!("{program}.out")))?);
    }
    Ok(())
}

fn start(home: &Path, port: u16) -> Result<()> {
    if let Some((user, group)) = owner() {
        chown(home, Some(user), Some(group))?;
    }
    let data = home.join("data");
    let data_text = text(&data)?;
    if !data.join("PG_VERSION").exists() {
        run(
            home,
            "initdb",
            &["-D", data_text, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
        )?;
    }
    let options = format!(
        "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=200 -c log_min_messages=warning"
    );
    let log = home.join("server.log");
    let log = text(&log)?;
    run(home, "pg_ctl", &["-D", data_text, "-l", log, "-w", "-t", "60", "-o", &options, "start"])?;
    for _ in 0..100 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("PostgreSQL does not answer; see {log}")
}

/// The folder of `initdb` and `pg_ctl`: named by the environment, on the path, or where Debian puts it.
fn binaries() -> Result<PathBuf> {
    let named = std::env::var_os("RECITAL_TEST_PG_BIN").map(PathBuf::from);
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = named.into_iter().chain(debian.into_iter().rev()).chain(std::env::split_paths(&path));
    let complete =
        |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).exists());
    found.into_iter().find(complete).context("PostgreSQL's binaries are missing: run scripts/test, which installs them")
}

/// Whom PostgreSQL runs as when we are root.
fn owner() -> Option<(u32, u32)> {
    let root = fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    if root { find("postgres").or_else(|| find("nobody")) } else { None }
}

fn digest(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
