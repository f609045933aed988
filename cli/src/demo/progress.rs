//! Says how far the filling is: a bar on a terminal, lines elsewhere.

use std::io::{IsTerminal as _, stderr};

use indicatif::{ProgressBar, ProgressStyle};

use super::people;

pub struct Progress {
    bar: ProgressBar,
    terminal: bool,
}

impl Progress {
    pub fn start(done: u32) -> Self {
        let bar = ProgressBar::new(people::COUNT.into());
        if let Ok(style) = ProgressStyle::with_template("Filling the demo {bar:40} {pos} of {len} subjects") {
            bar.set_style(style);
        }
        let progress = Self { bar, terminal: stderr().is_terminal() };
        progress.reached(done);
        progress
    }

    pub fn reached(&self, done: u32) {
        self.bar.set_position(done.into());
        if !self.terminal && done.is_multiple_of(100) {
            eprintln!("Filling the demo: {done} of {} subjects", people::COUNT);
        }
    }

    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
