//! Numbers for the people who run the service, in Prometheus' text format.
//!
//! Each metric is a type that holds its labels, and a label is a [`Label`]: a word of a set that is known when the program is
//! compiled. So no id, address or other free text can become one, and the number of series is bounded.

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use recital_entities::tables;

/// A label's value.
pub trait Label: sealed::Word {}

impl<T: sealed::Word> Label for T {}

mod sealed {
    pub trait Word: Copy {
        fn word(self) -> &'static str;
    }
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident { $($word:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($word),+ }

        impl sealed::Word for $name {
            fn word(self) -> &'static str {
                match self { $(Self::$word => $text),+ }
            }
        }
    )+};
}

macro_rules! counters {
    ($($(#[doc = $doc:literal])+ $name:ident = $metric:literal { $($label:ident: $kind:ty),* $(,)? })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name { $(pub $label: $kind),* }

            impl $name {
                pub fn count(self) {
                    self.add(1);
                }

                pub fn add(self, number: u64) {
                    LazyLock::force(&RECORDER);
                    metrics::counter!($metric $(, stringify!($label) => sealed::Word::word(self.$label))*).increment(number);
                }
            }
        )+

        /// Name and help.
        const COUNTERS: &[(&str, &str)] = &[$(($metric, concat!($($doc),+))),+];
    };
}

macro_rules! durations {
    ($($(#[doc = $doc:literal])+ $name:ident = $metric:literal { $($label:ident: $kind:ty),* $(,)? })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name { $(pub $label: $kind),* }

            impl $name {
                pub fn observe(self, took: Duration) {
                    LazyLock::force(&RECORDER);
                    metrics::histogram!($metric $(, stringify!($label) => sealed::Word::word(self.$label))*).record(took);
                }
            }
        )+

        /// Name and help.
        const DURATIONS: &[(&str, &str)] = &[$(($metric, concat!($($doc),+))),+];
    };
}

labels! {
    KmsOperation { Generate = "generate", Rewrap = "rewrap", Unwrap = "unwrap" }
    /// `Disabled`: the key is out of use; `Unavailable`: the service does not answer, or not in time.
    KmsOutcome { Done = "done", Disabled = "disabled", Unavailable = "unavailable", Failed = "failed" }
}

counters! {
    /// Sealed values that did not open where they stood: changed, moved, or under another key.
    SealedValueRefusals = "recital_sealed_value_refusals_total" { table: Table }
    /// Calls of the service that wraps tenant keys.
    KmsCalls = "recital_kms_calls_total" { operation: KmsOperation, outcome: KmsOutcome }
}

durations! {
    /// How long calls of the service that wraps tenant keys took, retries included.
    KmsCallDuration = "recital_kms_call_duration_seconds" { operation: KmsOperation }
}

/// One of the schema's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table(&'static str);

impl Table {
    /// `other` for a name that is no table's.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        static NAMES: LazyLock<HashSet<String>> =
            LazyLock::new(|| tables().into_iter().map(|table| table.name).collect());
        Self(if NAMES.contains(name) { name } else { "other" })
    }
}

impl sealed::Word for Table {
    fn word(self) -> &'static str {
        self.0
    }
}

/// Seconds: from what is held in memory to what nobody waits for any more.
const BUCKETS: &[f64] = &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// None where another recorder was there before: then it, not we, keeps the numbers.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS).ok()?;
    let handle = builder.install_recorder().ok()?;
    for (name, help) in COUNTERS {
        metrics::describe_counter!(*name, help.trim());
    }
    for (name, help) in DURATIONS {
        metrics::describe_histogram!(*name, metrics::Unit::Seconds, help.trim());
    }
    Some(handle)
});

/// All numbers, as a scrape reads them.
#[must_use]
pub fn render() -> String {
    let Some(handle) = RECORDER.as_ref() else { return String::new() };
    handle.run_upkeep();
    handle.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scrape_shows_what_was_counted_under_bounded_labels() {
        SealedValueRefusals { table: Table::named("records") }.add(2);
        SealedValueRefusals { table: Table::named("ada@example.com") }.count();
        KmsCalls { operation: KmsOperation::Unwrap, outcome: KmsOutcome::Disabled }.count();
        KmsCallDuration { operation: KmsOperation::Unwrap }.observe(Duration::from_millis(30));
        let scrape = render();
        for line in [
            "# TYPE recital_sealed_value_refusals_total counter",
            "recital_sealed_value_refusals_total{table=\"records\"} 2",
            "recital_sealed_value_refusals_total{table=\"other\"} 1",
            "recital_kms_calls_total{operation=\"unwrap\",outcome=\"disabled\"} 1",
            "recital_kms_call_duration_seconds_bucket{operation=\"unwrap\",le=\"0.05\"} 1",
        ] {
            assert!(scrape.lines().any(|seen| seen == line), "{line} is not in\n{scrape}");
        }
    }

    #[test]
    fn every_metric_is_in_the_operators_manual() {
        let manual = include_str!("../../../docs/operations.md");
        for (name, _) in COUNTERS.iter().chain(DURATIONS) {
            assert!(manual.contains(name), "docs/operations.md does not name {name}");
        }
    }
}
