//! `recital tenant create`

use std::path::Path;

use anyhow::Result;
use clap::{Args, Subcommand};
use recital_domain::access::{self, CreateTenant};
use serde_json::json;

use crate::settings;

#[derive(Subcommand)]
pub enum Command {
    /// Make a tenant, its keys and its first owner, and print its first API key, once
    Create(Create),
}

#[derive(Args)]
pub struct Create {
    /// Lower-case letters, digits and hyphens
    #[arg(long)]
    slug: String,
    #[arg(long)]
    name: String,
    #[arg(long)]
    owner_email: String,
    /// The owner's address when it is not given
    #[arg(long)]
    owner_name: Option<String>,
    /// Who is responsible for the data (Article 4(7)); the tenant's name when it is not given
    #[arg(long)]
    controller_name: Option<String>,
    /// Where people reach the controller; the owner's address when it is not given
    #[arg(long)]
    contact_email: Option<String>,
    /// BCP 47, such as en or de-AT
    #[arg(long, default_value = "en")]
    locale: String,
    /// IANA name, such as Europe/Berlin
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(file: Option<&Path>, command: Command) -> Result<()> {
    let Command::Create(create) = command;
    let app = settings::open(file).await?;
    let json = create.json;
    let created = access::create_tenant(&app, create.into()).await?;
    let (slug, key) = (created.tenant.slug, created.api_key_secret);
    if json {
        say!("{}", json!({ "id": created.tenant.id, "slug": slug, "apiKey": key }));
    } else {
        say!("The tenant {slug} is there. Its API key is shown this once:\n\n  {key}\n");
    }
    app.core().db.close().await;
    Ok(())
}

impl From<Create> for CreateTenant {
    fn from(create: Create) -> Self {
        let owner_email = create.owner_email;
        Self {
            slug: create.slug,
            controller_name: create.controller_name.unwrap_or_else(|| create.name.clone()),
            name: create.name,
            owner_name: create.owner_name.unwrap_or_else(|| owner_email.clone()),
            contact_email: create.contact_email.unwrap_or_else(|| owner_email.clone()),
            owner_email,
            locale: create.locale,
            time_zone: create.time_zone,
        }
    }
}
