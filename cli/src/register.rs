//! `recital register import` and `recital register lint`

mod lint;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Subcommand};
use recital_domain::{
    access,
    app::App,
    purposes::{self, ImportRegister, RegisterFile},
    viewer::{Actor, Viewer},
};

use crate::settings;

#[derive(Subcommand)]
pub enum Command {
    /// Bring a tenant's registers to what the files say, all or nothing
    Import(Import),
    /// Look register files over, without a tenant: what is wrong, and what is doubtful, with the article it rests on
    Lint(lint::Lint),
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
    match command {
        Command::Import(command) => import(file, command).await,
        Command::Lint(command) => lint::run(&command),
    }
}

async fn import(file: Option<&Path>, import: Import) -> Result<()> {
    let input = ImportRegister {
        purposes_yaml: import.purposes.as_deref().map(read).transpose()?,
        retention_yaml: import.retention.as_deref().map(read).transpose()?,
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
    for finding in &imported.findings {
        let file = if finding.file == RegisterFile::Purposes { &import.purposes } else { &import.retention };
        let file = file.as_deref().unwrap_or(Path::new("register"));
        eprintln!("{}:{}", file.display(), lint::in_words(finding));
    }
    app.core().db.close().await;
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
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
