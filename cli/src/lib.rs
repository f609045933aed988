//! The command line: one file per command. Rules live in the rooms; here they are called and their answers put into words.

/// Prints a line; where nobody reads any more, the command ends.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        writeln!(std::io::stdout(), $($text)*)?;
    }};
}

mod audit;
mod config;
mod consent;
mod demo;
mod jobs;
mod keys;
mod mail;
mod migrate;
mod operator;
mod register;
mod restore_check;
mod schema;
mod serve;
mod server;
mod settings;
mod tenant;

use std::{io::ErrorKind, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use recital_domain::error::Error;

/// Privacy backend for many tenants: consent, retention, accuracy, subject requests and the evidence of it all.
#[derive(Parser)]
#[command(name = "recital", version, arg_required_else_help = true)]
struct CommandLine {
    /// The settings file; recital.toml where there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show Recital at work on made-up data, with nothing to set up
    Demo(demo::Options),
    /// Run the API and the worker
    Serve,
    /// Run the API alone
    Api,
    /// Run the worker alone
    Worker,
    /// Bring the database to the newest schema
    Migrate,
    /// Make tenants
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// Bring in a tenant's registers
    #[command(subcommand)]
    Register(register::Command),
    /// Bring in and take out consents
    #[command(subcommand)]
    Consent(consent::Command),
    /// Look at the settings
    #[command(subcommand)]
    Config(config::Command),
    /// Print a GraphQL schema, or the data map
    Schema(schema::Options),
    /// Let people run the service through the operator's API
    #[command(subcommand)]
    Operator(operator::Command),
    /// List the jobs with their last and next run, and look after work that was given up
    Jobs(jobs::Options),
    /// After a backup was restored: erase again whoever was erased since it was made
    RestoreCheck(restore_check::Options),
    /// Look at mails
    #[command(subcommand)]
    Mail(mail::Command),
    /// Look at the keys, and rotate the master key
    #[command(subcommand)]
    Keys(keys::Command),
    /// Take a tenant's audit log with you, and check one
    #[command(subcommand)]
    Audit(audit::Command),
}

/// Reads the arguments, does what they say, and answers how it went: 0, 1 for a failure, 2 for wrong arguments.
#[must_use]
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to work with");
    match runtime.and_then(|runtime| runtime.block_on(obey(line))) {
        Ok(()) => ExitCode::SUCCESS,
        // Like `recital jobs | head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("recital: {}", in_words(&error));
            ExitCode::FAILURE
        }
    }
}

async fn obey(line: CommandLine) -> Result<()> {
    let file = line.config.as_deref();
    match line.command {
        Command::Demo(options) => demo::run(options).await,
        Command::Serve => serve::run(file, serve::Halves::Both).await,
        Command::Api => serve::run(file, serve::Halves::Api).await,
        Command::Worker => serve::run(file, serve::Halves::Worker).await,
        Command::Migrate => migrate::run(file).await,
        Command::Tenant(command) => tenant::run(file, command).await,
        Command::Register(command) => register::run(file, command).await,
        Command::Consent(command) => consent::run(file, command).await,
        Command::Config(config::Command::Check) => config::check(file),
        Command::Schema(options) => schema::run(&options),
        Command::Operator(command) => operator::run(file, command).await,
        Command::Jobs(options) => jobs::run(file, options).await,
        Command::RestoreCheck(options) => restore_check::run(file, options).await,
        Command::Audit(command) => audit::run(file, command).await,
        Command::Mail(mail::Command::Preview(preview)) => mail::preview(file, preview).await,
        Command::Keys(command) => keys::run(file, command).await,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// What went wrong and why, with the field where an input is at fault.
fn in_words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain() {
        if !words.is_empty() {
            words.push_str(": ");
        }
        if let Some(field) = cause.downcast_ref::<Error>().and_then(Error::field) {
            words.push_str(field);
            words.push_str(": ");
        }
        words.push_str(&cause.to_string());
    }
    words
}
