//! `recital register import`

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Subcommand};
use recital_domain::{
    access,
    app::App,
    purposes::{self, ImportRegister},
    viewer::{Actor, Viewer},
};

use crate::settings;

#[derive(Subcommand)]
pub enum Command {
    /// Bring a tenant's registers to what the files say, all or nothing
    Import(Import),
}

#[derive(Args)]
pub struct Import {
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    /// The register of purposes, as YAML
    #[arg(long, value_name = "FILE")]
    purposes: Option<PathBuf>,
    /// The retention policy, as YAML
    #[arg(long, value_name = "FILE")]
    retention: Option<PathBuf>,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(file: Option<&Path>, command: Command) -> Result<()> {
    let Command::Import(import) = command;
    let input = ImportRegister {
        purposes_yaml: read(import.purposes.as_deref())?,
        retention_yaml: read(import.retention.as_deref())?,
        dry_run: import.dry_run,
    };
    let app = settings::open(file).await?;
    let viewer = operator(&app, &import.tenant).await?;
    let imported = purposes::import(&app, &viewer, input).await?;
    for (word, names) in
        [("created", imported.created), ("revised", imported.revised), ("unchanged", imported.unchanged)]
    {
        say!("{word:<9} {}", if names.is_empty() { "-".to_owned() } else { names.join(", ") });
    }
    app.core().db.close().await;
    Ok(())
}

fn read(path: Option<&Path>) -> Result<Option<String>> {
    let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()));
    path.map(read).transpose()
}

/// The operator at work for one tenant.
///
/// # Errors
/// When there is no tenant of that slug.
pub async fn operator(app: &App, slug: &str) -> Result<Viewer> {
    let tenant = access::find_tenant_by_slug(app, slug).await?;
    let tenant = tenant.ok_or_else(|| anyhow!("there is no tenant {slug}"))?;
    Ok(Viewer::new(tenant.id, Actor::Operator, app.core().ids.next(app.now())))
}
