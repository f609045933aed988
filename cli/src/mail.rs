//! `recital mail preview`

use std::path::Path;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use recital_domain::mail;

use crate::{register::operator, settings};

#[derive(Subcommand)]
pub enum Command {
    /// Print a mail as its reader would get it, filled with examples
    Preview(Preview),
}

#[derive(Args)]
pub struct Preview {
    /// Which mail, such as reverification; a wrong name lists them all
    template: String,
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    /// BCP 47; the tenant's own language when it is not given
    #[arg(long)]
    locale: Option<String>,
    /// Which part: `--part html > mail.html` opens in a browser
    #[arg(long, value_enum, default_value = "text")]
    part: Part,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Subject,
    Text,
    Html,
}

pub async fn preview(file: Option<&Path>, preview: Preview) -> Result<()> {
    let app = settings::open(file).await?;
    let viewer = operator(&app, &preview.tenant).await?;
    let mail = mail::preview(&app, &viewer, &preview.template, preview.locale.as_deref()).await?;
    say!(
        "{}",
        match preview.part {
            Part::Subject => mail.subject,
            Part::Text => mail.text,
            Part::Html => mail.html,
        }
    );
    app.core().db.close().await;
    Ok(())
}
