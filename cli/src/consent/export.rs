//! `recital consent export`: page by page, so that any number of events fits in memory.

use std::{
    fs::File,
    io::{BufWriter, Write, stdout},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::Args;
use recital_domain::consent::{self, ExportRow};

use super::Format;
use crate::{register::operator, settings};

#[derive(Args)]
pub struct Options {
    /// The tenant's slug
    #[arg(long)]
    tenant: String,
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,
    /// Where to write; standard output without it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub async fn run(file: Option<&Path>, options: Options) -> Result<()> {
    let app = settings::open(file).await?;
    let viewer = operator(&app, &options.tenant).await?;
    let mut out = Out::to(options.format, writer(options.output.as_deref())?);
    let mut after = None;
    loop {
        let page = consent::export_page(&app, &viewer, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for row in &page {
            out.write(row)?;
        }
    }
    out.finish()?;
    app.core().db.close().await;
    Ok(())
}

fn writer(path: Option<&Path>) -> Result<Box<dyn Write>> {
    Ok(match path {
        Some(path) => Box::new(File::create(path).with_context(|| format!("{} cannot be written", path.display()))?),
        None => Box::new(stdout()),
    })
}

enum Out {
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    Ndjson(BufWriter<Box<dyn Write>>),
}

impl Out {
    fn to(format: Format, writer: Box<dyn Write>) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(writer))),
            Format::Ndjson => Self::Ndjson(BufWriter::new(writer)),
        }
    }

    fn write(&mut self, row: &ExportRow) -> Result<()> {
        match self {
            Self::Csv(out) => out.serialize(row)?,
            Self::Ndjson(out) => {
                serde_json::to_writer(&mut *out, row)?;
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Csv(mut out) => out.flush()?,
            Self::Ndjson(mut out) => out.flush()?,
        }
        Ok(())
    }
}
