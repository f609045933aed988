//! `recital operator token`

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;
use recital_domain::access;

use crate::settings;

#[derive(Subcommand)]
pub enum Command {
    /// Make a token for the operator's API, and print it, once
    Token {
        /// Who or what will carry it
        #[arg(long)]
        name: String,
    },
}

pub async fn run(file: Option<&Path>, command: Command) -> Result<()> {
    let Command::Token { name } = command;
    let app = settings::open(file).await?;
    let token = access::create_operator_token(&app, &name).await?;
    say!("{token}");
    app.core().db.close().await;
    Ok(())
}
