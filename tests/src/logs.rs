//! What was logged while a story ran.

use std::sync::{LazyLock, Mutex, Once, PoisonError};

use tracing::{Level, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*, registry::LookupSpan};

static LINES: LazyLock<Mutex<Vec<(Level, String)>>> = LazyLock::new(Mutex::default);
static START: Once = Once::new();

struct Memory;

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        use std::fmt::Write as _;
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Memory {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut text = Text(event.metadata().target().to_owned());
        event.record(&mut text);
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push((*event.metadata().level(), text.0));
    }

    fn on_new_span(&self, span: &tracing::span::Attributes<'_>, _: &tracing::span::Id, _: Context<'_, S>) {
        let mut text = Text(span.metadata().target().to_owned());
        span.record(&mut text);
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push((*span.metadata().level(), text.0));
    }
}

/// Starts listening; once per process is enough.
pub fn capture() {
    START.call_once(|| {
        let ours = tracing_subscriber::filter::Targets::new()
            .with_target("recital", Level::TRACE)
            .with_target("recital_api", Level::TRACE)
            .with_target("recital_domain", Level::TRACE)
            .with_target("recital_scheduler", Level::TRACE)
            .with_default(Level::WARN);
        tracing_subscriber::registry().with(Memory.with_filter(ours)).init();
    });
}

/// Every line so far, with its level.
pub(crate) fn lines() -> Vec<(Level, String)> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
