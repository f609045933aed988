//! `recital keys status`, `recital keys rotate-master`

use std::path::Path;

use anyhow::{Result, bail};
use clap::Subcommand;
use recital_domain::{
    access::{TenantKeyState, find_tenant_by_slug},
    app::App,
    config::Keys,
    keys::{MasterKeyFile, rotate_master},
    start,
    viewer::{Actor, Viewer},
    work,
};
use recital_entities::TenantId;
use serde_json::json;

use crate::settings;

#[derive(Subcommand)]
pub enum Command {
    /// Say which keys protect tenants' data, how old they are and how far a rotation is
    Status {
        /// One tenant's slug; all that are served without it
        #[arg(long)]
        tenant: Option<String>,
        /// Print one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Put a new master key in the local provider's file, wrap every tenant's key with it, and drop the old one
    ///
    /// Running services pick the new file up by themselves. Killed half-way, it goes on where it stopped when it is run again.
    RotateMaster,
}

pub async fn run(file: Option<&Path>, command: Command) -> Result<()> {
    match command {
        Command::Status { tenant, json } => status(file, tenant.as_deref(), json).await,
        Command::RotateMaster => rotate(file).await,
    }
}

async fn status(file: Option<&Path>, slug: Option<&str>, json: bool) -> Result<()> {
    let app = settings::open(file).await?;
    let mut states = Vec::new();
    for (id, slug) in tenants(&app, slug).await? {
        let viewer = Viewer::new(id, Actor::Operator, app.core().ids.next(app.now()));
        states.push((slug, TenantKeyState::of(&app, &viewer).await?));
    }
    if json {
        let tenants: Vec<_> = states.iter().map(|(slug, state)| as_json(slug, state)).collect();
        say!("{}", json!({ "provider": app.core().keys.provider(), "tenants": tenants }));
    } else {
        say!("provider {}", app.core().keys.provider());
        for (slug, state) in &states {
            describe(&app, slug, state)?;
        }
    }
    app.core().db.close().await;
    Ok(())
}

async fn tenants(app: &App, slug: Option<&str>) -> Result<Vec<(TenantId, String)>> {
    let Some(slug) = slug else {
        return Ok(work::served_tenants(app).await?.into_iter().map(|tenant| (tenant.id, tenant.slug)).collect());
    };
    match find_tenant_by_slug(app, slug).await? {
        Some(tenant) => Ok(vec![(tenant.id, tenant.slug)]),
        None => bail!("there is no tenant {slug}"),
    }
}

fn as_json(slug: &str, state: &TenantKeyState) -> serde_json::Value {
    let versions: Vec<_> = state
        .versions
        .iter()
        .map(|row| json!({ "version": row.version, "wrappedBy": row.kms_key, "createdAt": row.created_at, "destroyedAt": row.retired_at }))
        .collect();
    json!({
        "tenant": slug, "provider": state.provider, "currentVersion": state.current_version, "versions": versions,
        "rewrapPending": state.rewrap_pending, "indexPending": state.index_pending,
    })
}

fn describe(app: &App, slug: &str, state: &TenantKeyState) -> Result<()> {
    say!("\n{slug}");
    for row in &state.versions {
        let fate = match row.retired_at {
            Some(at) => format!("destroyed on {}", at.format("%F")),
            None => format!("{} days old, wrapped by {}", (app.now() - row.created_at).num_days(), row.kms_key),
        };
        say!("  version {}  {fate}", row.version);
    }
    say!("  to be rewrapped {}, to be indexed anew {}", state.rewrap_pending, state.index_pending);
    Ok(())
}

async fn rotate(file: Option<&Path>) -> Result<()> {
    let config = settings::load(file)?;
    let Keys::Local { master_key_file } = &config.keys else {
        bail!("keys.provider is not `local`: AWS KMS rotates its keys itself");
    };
    settings::check_schema(secrecy::ExposeSecret::expose_secret(&config.database.url)).await?;
    let app = start::open(&config).await?;
    let done = rotate_master(&app, &MasterKeyFile::open(master_key_file)?).await?;
    say!(
        "master key {} wraps the keys of every tenant; {} were wrapped anew. Back the file up.",
        done.version,
        done.tenants
    );
    app.core().db.close().await;
    Ok(())
}
