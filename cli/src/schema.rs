//! `recital schema`

use anyhow::Result;
use clap::Args;
use recital_domain::subject_data::data_map;

#[derive(Args)]
pub struct Options {
    /// The operator's schema instead of the tenants'
    #[arg(long)]
    operator: bool,
    /// The data map instead: every column, what it holds, how and how long
    #[arg(long, conflicts_with = "operator")]
    data_map: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let text = match options {
        Options { data_map: true, .. } => data_map(),
        Options { operator: true, .. } => recital_api::operator_sdl(),
        Options { .. } => recital_api::sdl(),
    };
    say!("{}", text.trim_end());
    Ok(())
}
