//! Numbers for the people who run the service, in Prometheus' text format.
//!
//! Each metric is a type that holds its labels, and a label is a [`Label`]: a word of a set that is known when the program is
//! compiled. So no id, address or other free text can become one, and the number of series is bounded. Events are counted
//! where they happen; what stands in the database is measured for a scrape ([`measure`](super::measure)).

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use recital_entities::{ConsentMethod, DecisionReason, IncidentSeverity, SubjectRequestType, tables};

use crate::work::KINDS;

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
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($word),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$word),+];
        }

        impl sealed::Word for $name {
            fn word(self) -> &'static str {
                match self { $(Self::$word => $text),+ }
            }
        }
    )+};
}

/// Words that the schema knows.
macro_rules! known_words {
    ($($name:ty),+) => {$(
        impl sealed::Word for $name {
            fn word(self) -> &'static str {
                self.into()
            }
        }
    )+};
}

known_words!(ConsentMethod, DecisionReason, IncidentSeverity, SubjectRequestType);

/// `type` is a label like any other.
macro_rules! name_of {
    (r#type) => {
        "type"
    };
    ($label:ident) => {
        stringify!($label)
    };
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
                    metrics::counter!($metric $(, name_of!($label) => sealed::Word::word(self.$label))*).increment(number);
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
                    metrics::histogram!($metric $(, name_of!($label) => sealed::Word::word(self.$label))*).record(took);
                }
            }
        )+

        /// Name and help.
        const DURATIONS: &[(&str, &str)] = &[$(($metric, concat!($($doc),+))),+];
    };
}

macro_rules! gauges {
    ($($(#[doc = $doc:literal])+ $name:ident = $metric:literal { $($label:ident: $kind:ty),* $(,)? })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $name { $(pub $label: $kind),* }

            impl $name {
                pub fn set(self, number: u64) {
                    LazyLock::force(&RECORDER);
                    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                    metrics::gauge!($metric $(, name_of!($label) => sealed::Word::word(self.$label))*).set(number as f64);
                }
            }
        )+

        /// Name and help.
        const GAUGES: &[(&str, &str)] = &[$(($metric, concat!($($doc),+))),+];
    };
}

labels! {
    KmsOperation { Generate = "generate", Rewrap = "rewrap", Unwrap = "unwrap" }
    /// `Disabled`: the key is out of use; `Unavailable`: the service does not answer, or not in time.
    KmsOutcome { Done = "done", Disabled = "disabled", Unavailable = "unavailable", Failed = "failed" }
    /// `Refused`: the address does not take it, and never will; `Later`: it is tried again.
    MailOutcome { Sent = "sent", Refused = "refused", Later = "later" }
    /// `Gone`: the endpoint wants no more.
    WebhookOutcome { Accepted = "accepted", Gone = "gone", Failed = "failed" }
    /// `Dead`: that was the last try; `Lost`: another worker has it now.
    WorkOutcome { Done = "done", Waits = "waits", Failed = "failed", Dead = "dead", Lost = "lost" }
    /// `Waiting`: due now or later; `UnderWay`: a worker has it; `Dead`: given up.
    WorkStanding { Waiting = "waiting", UnderWay = "under_way", Dead = "dead" }
    /// `Partly`: some tenants failed; `Lost`: another worker has it now.
    RunOutcome { Done = "done", Partly = "partly", Lost = "lost" }
    /// `Reported`: somebody entered a breach; `ValueRefused`: a sealed value did not open where it stood.
    IncidentType { Reported = "reported", ValueRefused = "value_refused" }
    GraphqlOutcome { Answered = "answered", Failed = "failed" }
    GraphqlApi { Tenant = "tenant", Operator = "operator" }
    ConnectionUse { Used = "used", Idle = "idle" }
}

counters! {
    /// Sealed values that did not open where they stood: changed, moved, or under another key.
    SealedValueRefusals = "recital_sealed_value_refusals_total" { table: Table }
    /// Calls of the service that wraps tenant keys.
    KmsCalls = "recital_kms_calls_total" { operation: KmsOperation, outcome: KmsOutcome }
    /// Requests of data subjects that were opened.
    GdprRequests = "gdpr_requests_total" { r#type: SubjectRequestType }
    /// Security incidents: breaches that were reported, and values that were found changed or moved.
    SecurityIncidents = "security_incidents_total" { r#type: IncidentType, severity: IncidentSeverity }
    /// Processing decisions, by their reason.
    Decisions = "recital_decisions_total" { reason: DecisionReason }
    /// Acts on consents that left an entry in the audit log, as it names them.
    ConsentEvents = "recital_consent_events_total" { action: Known }
    /// Mails that were handed to the mail server, by its answer.
    Mails = "recital_mails_total" { outcome: MailOutcome }
    /// Deliveries to webhook endpoints, by their answer.
    Webhooks = "recital_webhooks_total" { outcome: WebhookOutcome }
    /// Tries at work that follows commits.
    WorkTries = "recital_work_tries_total" { kind: Kind, outcome: WorkOutcome }
    /// Runs of jobs that ended.
    JobRuns = "recital_job_runs_total" { job: Known, outcome: RunOutcome }
    /// GraphQL operations, by the field at their root.
    GraphqlOperations = "recital_graphql_operations_total" { api: GraphqlApi, field: Known, outcome: GraphqlOutcome }
}

durations! {
    /// How long calls of the service that wraps tenant keys took, retries included.
    KmsCallDuration = "recital_kms_call_duration_seconds" { operation: KmsOperation }
    /// How long endpoints took to answer a delivery.
    WebhookDuration = "recital_webhook_duration_seconds" {}
    /// How long tries at work took.
    WorkDuration = "recital_work_duration_seconds" { kind: Kind }
    /// How long runs of jobs took.
    JobRunDuration = "recital_job_run_duration_seconds" { job: Known }
    /// How long GraphQL operations took, by the field at their root.
    GraphqlDuration = "recital_graphql_duration_seconds" { api: GraphqlApi, field: Known }
}

gauges! {
    /// Work items that are not done.
    WorkItems = "recital_work_items" { kind: Kind, state: WorkStanding }
    /// For how long the longest-waiting item has been due.
    WorkOldest = "recital_work_oldest_seconds" { kind: Kind }
    /// Workers that are alive.
    Workers = "recital_workers" {}
    /// When the last run of a job was due that has ended, in seconds since 1970.
    JobLastRun = "recital_job_last_run_timestamp_seconds" { job: Known }
    /// Tenants that failed in the last run of a job.
    JobFailures = "recital_job_last_run_failures" { job: Known }
    /// Open requests of data subjects that are past their deadline.
    RequestsOverdue = "recital_requests_overdue" { r#type: SubjectRequestType }
    /// Connections of this process to the database.
    DatabaseConnections = "recital_database_connections" { state: ConnectionUse }
    /// The most connections that this process opens.
    DatabaseConnectionsMost = "recital_database_connections_most" {}
    /// Records and files of all tenants past their period that nothing keeps, as last measured.
    RetentionViolations = "recital_retention_violations" {}
    /// How long the first of them has been kept too long.
    RetentionOldestViolation = "recital_retention_oldest_violation_seconds" {}
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

/// A word of another table that the program is compiled with: a job, an action of the audit log, a field of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known(pub &'static str);

impl sealed::Word for Known {
    fn word(self) -> &'static str {
        self.0
    }
}

/// A kind of work, as the queue names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind(&'static str);

/// What is counted under a kind that this release does not know.
const OTHER: &str = "other";

impl Kind {
    /// `other` for a kind that this release does not know.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(KINDS.iter().find(|kind| **kind == name).copied().unwrap_or(OTHER))
    }

    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().chain(&[OTHER]).map(|kind| Self(kind))
    }
}

impl sealed::Word for Kind {
    fn word(self) -> &'static str {
        self.0
    }
}

impl sealed::Word for Table {
    fn word(self) -> &'static str {
        self.0
    }
}

/// Seconds: from what is held in memory to what nobody waits for any more.
const BUCKETS: &[f64] = &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Seconds, for what goes on in the background.
const LONG_BUCKETS: &[f64] = &[0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0];

/// None where another recorder was there before: then it, not we, keeps the numbers.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let long = |name: &str| Matcher::Full(name.to_owned());
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
        .and_then(|builder| builder.set_buckets_for_metric(long("recital_job_run_duration_seconds"), LONG_BUCKETS))
        .and_then(|builder| builder.set_buckets_for_metric(long("recital_work_duration_seconds"), LONG_BUCKETS))
        .ok()?;
    let handle = builder.install_recorder().ok()?;
    for (name, help) in COUNTERS {
        metrics::describe_counter!(*name, help.trim());
    }
    for (name, help) in GAUGES {
        metrics::describe_gauge!(*name, help.trim());
    }
    for (name, help) in DURATIONS {
        metrics::describe_histogram!(*name, metrics::Unit::Seconds, help.trim());
    }
    Some(handle)
});

/// The names of all metrics. Of a duration there are `_bucket`, `_sum` and `_count`.
pub fn names() -> impl Iterator<Item = &'static str> {
    COUNTERS.iter().chain(GAUGES).chain(DURATIONS).map(|(name, _)| *name)
}

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
    fn a_kind_of_work_that_is_not_known_is_another() {
        assert_eq!(Kind::named("mail.request").0, "mail.request");
        assert_eq!(Kind::named("ada@example.com").0, OTHER);
    }

    #[test]
    fn every_metric_is_in_the_operators_manual() {
        let manual = include_str!("../../../docs/operations.md");
        for name in names() {
            assert!(manual.contains(name), "docs/operations.md does not name {name}");
        }
    }
}
