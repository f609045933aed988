//! `recital schema`

use anyhow::Result;

pub fn run() -> Result<()> {
    print!("{}", recital_api::sdl());
    Ok(())
}
