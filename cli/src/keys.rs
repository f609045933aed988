//! `recital keys status`

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;
use recital_domain::access::TenantKeyState;

use crate::{register::operator, settings};

#[derive(Subcommand)]
pub enum Command {
    /// Say which key protects a tenant's data and how far a rotation is
    Status {
        /// The tenant's slug
        #[arg(long)]
        tenant: String,
    },
}

pub async fn status(file: Option<&Path>, slug: &str) -> Result<()> {
    let app = settings::open(file).await?;
    let viewer = operator(&app, slug).await?;
    let state = TenantKeyState::of(&app, &viewer).await?;
    say!("provider        {}", state.provider);
    say!("version         {}, since {}", state.current_version, state.rotated_at.format("%F %T UTC"));
    say!("to be rewrapped {}", state.rewrap_pending);
    app.core().db.close().await;
    Ok(())
}
