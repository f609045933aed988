//! `recital serve`, `recital api`, `recital worker`

use std::path::Path;

use anyhow::Result;
use recital_api::HttpOptions;
use recital_domain::{
    config::{Config, Environment, Keys},
    db::Engine,
    start, telemetry,
};
use secrecy::ExposeSecret as _;

use crate::{
    server::{Listeners, Server, bind, stop_on_signal},
    settings,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Halves {
    Both,
    Api,
    Worker,
}

pub async fn run(file: Option<&Path>, halves: Halves) -> Result<()> {
    let config = settings::load(file)?;
    telemetry::start(config.log);
    let stop = stop_on_signal()?;
    settings::check_schema(config.database.url.expose_secret()).await?;
    let server = server(&config, halves).await?;
    let api = server.listeners.as_ref().and_then(|listeners| listeners.api.local_addr().ok());
    tracing::info!(public_url = config.public_url, listen = api.map(tracing::field::display), "ready");
    server.run(stop).await?;
    tracing::info!("stopped");
    Ok(())
}

async fn server(config: &Config, halves: Halves) -> Result<Server> {
    let listeners = match halves {
        Halves::Worker => None,
        Halves::Both | Halves::Api => Some(Listeners::bind(config.listen, config.operator_listen).await?),
    };
    let numbers = match config.worker_listen.filter(|_| halves == Halves::Worker) {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    if let Keys::Local { master_key_file } = &config.keys
        && !master_key_file.exists()
    {
        tracing::warn!("making a new master key: back it up, without it nothing can be read again");
    }
    let app = start::open(config).await?;
    if app.core().db.engine() == Engine::Sqlite {
        tracing::warn!("SQLite has no wall between tenants inside the database: PostgreSQL is for production");
    }
    Ok(Server {
        app,
        listeners,
        numbers,
        work_at_once: (halves != Halves::Api).then_some(config.limits.work_at_once),
        http: HttpOptions {
            development: config.environment == Environment::Development,
            public_log: config.audit.public_log,
            bounce_secret: config.bounce_secret.clone(),
            trusted_proxies: config.trusted_proxies.as_slice().into(),
        },
        shutdown: config.limits.shutdown,
    })
}
