//! `recital consent import`: batch by batch. Stopped at any point, the same command goes on where the last batch ended.

use std::{
    fs::{self, OpenOptions},
    io::{IsTerminal as _, Write as _, stderr},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use recital_domain::{
    consent::{self, ImportBatch, Reject},
    error::Error,
};

use super::{
    Format,
    read::{Source, hash},
};
use crate::{register::operator, settings};

#[derive(Args)]
pub struct Options {
    /// One decision a line, as CSV with a header or as NDJSON
    file: PathBuf,
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    /// How the file is written; without it, its name says so (.csv, .ndjson, .jsonl)
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Lines of one transaction
    #[arg(long, value_name = "LINES", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    batch: u32,
    /// Stop once more lines than this were rejected; the batch in which that happens is not imported
    #[arg(long, value_name = "LINES", default_value_t = 1_000)]
    max_errors: u64,
    /// Where rejected lines are told; FILE.rejects.ndjson without it
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

impl Options {
    fn format(&self) -> Result<Format> {
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match (self.format, ending) {
            (Some(format), _) => Ok(format),
            (None, "csv") => Ok(Format::Csv),
            (None, "ndjson" | "jsonl") => Ok(Format::Ndjson),
            _ => bail!("say how {} is written: --format csv or --format ndjson", self.file.display()),
        }
    }
}

pub async fn run(file: Option<&Path>, options: Options) -> Result<()> {
    let format = options.format()?;
    let app = settings::open(file).await?;
    let viewer = operator(&app, &options.tenant).await?;
    let (hash, length) = hash(&options.file)?;
    let begun = consent::import_progress(&app, &viewer, &hash).await?;
    if let Some(finished_at) = begun.as_ref().and_then(|begun| begun.finished_at) {
        say!("This file was imported on {finished_at}: nothing is left to do.");
        return Ok(());
    }
    let (line, bytes, mut rejected) =
        begun.map_or((0, 0, 0), |begun| (begun.line, begun.bytes.unsigned_abs(), begun.rejected));
    let rejects = Rejects::open(&options, line.unsigned_abs())?;
    let bar = Bar::new(length, bytes);
    let mut source = Source::open(&options.file, format, line.unsigned_abs(), bytes)?;
    let mut after = line;
    loop {
        let lines = source.read(options.batch as usize)?;
        let batch = ImportBatch {
            file: hash.clone(),
            after,
            line: i64::try_from(lines.line)?,
            bytes: i64::try_from(lines.bytes)?,
            rows: lines.rows,
            unread: lines.unread,
            is_last: lines.is_last,
        };
        let keep = |found: &[Reject]| {
            let most = i64::try_from(options.max_errors).unwrap_or(i64::MAX);
            if rejected + i64::try_from(found.len()).unwrap_or(i64::MAX) > most {
                let message = format!("more than {most} lines were rejected: see {}", rejects.path.display());
                rejects.tell(found).map_err(Error::internal)?;
                return Err(Error::conflict("TOO_MANY_ERRORS", message));
            }
            rejects.tell(found).map_err(Error::internal)
        };
        let done = consent::import_batch(&app, &viewer, batch, keep).await.with_context(|| {
            format!("stopped after line {after}; what was imported so far stays, and the same command goes on there")
        })?;
        (after, rejected) = (done.line, done.rejected);
        bar.reached(done.bytes.unsigned_abs(), done.line);
        if done.finished_at.is_some() {
            bar.end();
            say!("{} accepted, {} rejected", done.accepted, done.rejected);
            if done.rejected > 0 {
                say!("rejected lines are told in {}", rejects.path.display());
            }
            app.core().db.close().await;
            return Ok(());
        }
    }
}

/// The file that says which lines were rejected, one JSON object each. It is written before a batch commits; what a
/// batch that did not commit left there goes when the import is taken up again.
struct Rejects {
    path: PathBuf,
}

impl Rejects {
    fn open(options: &Options, done: u64) -> Result<Self> {
        let beside = || PathBuf::from(format!("{}.rejects.ndjson", options.file.display()));
        let path = options.rejects.clone().unwrap_or_else(beside);
        if let Ok(text) = fs::read_to_string(&path) {
            let line = |told: &str| serde_json::from_str::<serde_json::Value>(told).ok()?["line"].as_u64();
            let kept = text.lines().filter(|told| line(told).is_some_and(|line| line <= done));
            let kept: String = kept.map(|told| format!("{told}\n")).collect();
            fs::write(&path, kept).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(Self { path })
    }

    fn tell(&self, found: &[Reject]) -> std::io::Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        for reject in found {
            serde_json::to_writer(&mut text, reject)?;
            text.push(b'\n');
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        file.write_all(&text)?;
        file.sync_data()
    }
}

/// Says how far the import is: a bar on a terminal, lines elsewhere.
struct Bar {
    bar: ProgressBar,
    is_terminal: bool,
}

impl Bar {
    fn new(length: u64, done: u64) -> Self {
        let bar = ProgressBar::new(length).with_position(done);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}% {bytes}/{total_bytes} {msg} {eta}") {
            bar.set_style(style);
        }
        Self { bar, is_terminal: stderr().is_terminal() }
    }

    fn reached(&self, bytes: u64, line: i64) {
        self.bar.set_position(bytes);
        self.bar.set_message(format!("line {line}"));
        if !self.is_terminal {
            eprintln!("imported up to line {line}");
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
