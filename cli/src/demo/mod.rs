//! `recital demo`: the whole product on made-up data, from one command and with nothing to set up.

mod folder;
mod greeting;
mod history;
mod people;
mod progress;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result};
use clap::Args;
use recital_api::HttpOptions;
use recital_domain::{
    app::App,
    config::{Audit, Config, Database, Environment, FileStoreKind, Files, Keys, Limits, Log, LogFormat, Mail},
    keys::Holding,
    start, telemetry,
};
use secrecy::SecretString;

use crate::server::{Listeners, Server, stop_on_signal};
use folder::Folder;
use greeting::Greeting;

#[derive(Args)]
pub struct Options {
    /// Where the demo keeps its data
    #[arg(long, default_value = ".recital", value_name = "DIR")]
    data_dir: PathBuf,
    /// Use this PostgreSQL database instead of a SQLite file
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Where the API listens; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where the operator's API listens; the port after the API's when it is not given
    #[arg(long, value_name = "ADDRESS")]
    operator_listen: Option<SocketAddr>,
    /// Print one line of JSON instead of prose
    #[arg(long)]
    json: bool,
}

pub async fn run(options: Options) -> Result<()> {
    telemetry::start(Log { format: LogFormat::Text, level: tracing::Level::WARN });
    let stop = stop_on_signal()?;
    let folder = Folder::open(&options.data_dir)?;
    let operator = options.operator_listen.unwrap_or_else(|| next_port(options.listen));
    let listeners = Listeners::bind(options.listen, operator).await?;
    let config = config(&options, &folder, listeners.api.local_addr()?, operator);
    recital_migration::migrate(config.database.owner()).await.context("the database cannot be set up")?;
    let app = start::open(&config).await?;
    let filled = tokio::select! {
        credentials = history::fill(&config, &app, &folder) => Some(credentials?),
        () = stop.cancelled() => None,
    };
    let Some(credentials) = filled else { return Ok(()) };
    let greeting = Greeting::new(&config.public_url, listeners.operator.local_addr()?, credentials);
    let server = Server {
        app: app.clone(),
        listeners: Some(listeners),
        numbers: None,
        work_at_once: Some(config.limits.work_at_once),
        http: HttpOptions { development: true, public_log: true, ..HttpOptions::default() },
        shutdown: config.limits.shutdown,
    };
    let running = tokio::spawn(server.run(stop));
    greeting.print(options.json)?;
    review(&app).await;
    running.await?
}

/// The mails that are due go out now rather than with the next run of the job.
async fn review(app: &App) {
    if let Err(error) = recital_scheduler::run_job(app, "accuracy.review").await {
        tracing::info!(?error, "nothing was reviewed");
    }
}

fn next_port(address: SocketAddr) -> SocketAddr {
    let port = if address.port() == 0 { 0 } else { address.port().saturating_add(1) };
    SocketAddr::new(address.ip(), port)
}

fn config(options: &Options, folder: &Folder, listen: SocketAddr, operator_listen: SocketAddr) -> Config {
    let url = options.database_url.clone().unwrap_or_else(|| folder.database_url());
    Config {
        environment: Environment::Development,
        listen,
        operator_listen,
        worker_listen: None,
        public_url: format!("http://{listen}"),
        database: Database {
            url: SecretString::from(url),
            owner_url: None,
            max_connections: 8,
            app_role: recital_migration::APP_ROLE.to_owned(),
        },
        keys: Keys::Local { master_key_file: folder.path("master.key") },
        holding: Holding::default(),
        mail: Mail::Inbox { folder: Some(folder.path("inbox")) },
        audit: Audit { public_log: true },
        files: Files { store: FileStoreKind::Folder(folder.path("files")), largest: 1 << 30 },
        erasures: None,
        bounce_secret: None,
        trusted_proxies: Vec::new(),
        log: Log { format: LogFormat::Text, level: tracing::Level::WARN },
        limits: Limits { shutdown: Duration::from_secs(3), work_at_once: 4 },
    }
}
