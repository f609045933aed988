//! `recital schema`

use anyhow::Result;
use clap::Args;

#[derive(Args)]
pub struct Options {
    /// The operator's schema instead of the tenants'
    #[arg(long)]
    operator: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let sdl = if options.operator { recital_api::operator_sdl() } else { recital_api::sdl() };
    say!("{}", sdl.trim_end());
    Ok(())
}
