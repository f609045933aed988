//! The log: one line per event, as JSON or text, with request ids and nothing personal in it.
//!
//! Only Recital's own crates are heard below warnings: what libraries say there may quote statements, addresses or
//! bodies. Numbers are in [`metrics`].

mod events;
mod measure;
pub mod metrics;

pub(crate) use events::count;
pub use measure::Measure;

use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

use crate::config::{Log, LogFormat};

/// Sends the log to standard error from now on. The first call counts.
pub fn start(log: Log) {
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter(log.level)).with_writer(std::io::stderr).with_ansi(false);
    let started = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
        LogFormat::Text => builder.finish().try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}

fn filter(level: tracing::Level) -> EnvFilter {
    EnvFilter::new(format!("warn,recital={}", level.as_str().to_lowercase()))
}
