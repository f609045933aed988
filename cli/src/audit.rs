//! `recital audit export` and `recital audit verify`

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use recital_domain::evidence::{self, Trust};

use crate::{register::operator, settings};

#[derive(Subcommand)]
pub enum Command {
    /// Write a tenant's whole audit log as lines of JSON, to keep elsewhere
    Export(Export),
    /// Check an exported log, without the service and without its database
    Verify(Verify),
}

#[derive(Args)]
pub struct Export {
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    /// Where to write it; standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub struct Verify {
    /// What `recital audit export` wrote
    #[arg(value_name = "FILE")]
    export: PathBuf,
    /// The log's public key, as it was when you first saw it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint kept from before: the log must still begin as it did then. May be given more than once
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// An export kept from before: each of its entries must be there, and whichever differs is named
    #[arg(long, value_name = "FILE")]
    older: Option<PathBuf>,
}

pub async fn run(file: Option<&Path>, command: Command) -> Result<()> {
    match command {
        Command::Export(options) => export(file, options).await,
        Command::Verify(options) => verify(options),
    }
}

async fn export(file: Option<&Path>, options: Export) -> Result<()> {
    let app = settings::open(file).await?;
    let viewer = operator(&app, &options.tenant).await?;
    let mut out: Box<dyn Write + Send> = match &options.out {
        Some(path) => Box::new(BufWriter::new(File::create(path).with_context(|| named(path))?)),
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    evidence::export_log(&app, &viewer, |line| writeln!(out, "{line}").map_err(anyhow::Error::from)).await?;
    out.flush()?;
    app.core().db.close().await;
    Ok(())
}

fn verify(options: Verify) -> Result<()> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| named(path));
    let checkpoints = options.checkpoint.iter().map(read).collect::<Result<Vec<_>>>()?;
    let kept_something = options.key.is_some() || options.older.is_some() || !checkpoints.is_empty();
    let older = options.older.as_ref().map(open).transpose()?;
    let trust = Trust { public_key: options.key, checkpoints };
    match evidence::verify_export(open(&options.export)?, older, &trust) {
        Ok(log) => {
            say!("{} holds together: {} entries", log.origin, log.size);
            if log.aged > 0 {
                say!("the first {} are there as hashes alone: their own period has ended", log.aged);
            }
            if !kept_something {
                say!("nothing from before was given: a log that was rewritten as a whole would look the same");
            }
            Ok(())
        }
        Err(faults) => {
            for fault in &faults {
                say!("{fault}");
            }
            bail!("{} does not hold together", options.export.display());
        }
    }
}

fn open(path: &PathBuf) -> Result<BufReader<File>> {
    Ok(BufReader::new(File::open(path).with_context(|| named(path))?))
}

fn named(path: &Path) -> String {
    format!("cannot open {}", path.display())
}
