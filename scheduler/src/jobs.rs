//! The table of jobs. A job is a reconciler: it takes no input, may run twice, and may be killed at any moment.

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures::future::BoxFuture;
use recital_domain::{
    access, accounts, accuracy,
    app::App,
    centre, consent,
    error::Result,
    evidence, requests, retention, vault,
    work::{self, Served},
};
use uuid::Uuid;

/// Something that is done by the clock.
pub struct Job {
    /// `room.verb`.
    pub name: &'static str,
    pub schedule: Schedule,
    /// A run that takes longer is stopped; what it has committed stays.
    pub limit: Duration,
    pub act: Act,
}

/// When a job is due.
#[derive(Clone, Copy, Debug)]
pub enum Schedule {
    /// A cron expression (minute, hour, day of month, month, day of week), read in a time zone.
    Cron(&'static str, Tz),
    /// By each tenant's own retention register.
    TenantsOwn,
}

/// What a job does; each answers how many rows it changed.
#[derive(Clone, Copy)]
pub enum Act {
    EachTenant(for<'a> fn(&'a App, Turn<'a>) -> BoxFuture<'a, Result<u64>>),
    Once(for<'a> fn(&'a App) -> BoxFuture<'a, Result<u64>>),
}

/// One tenant's turn in a run.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    pub tenant: &'a Served,
    /// The run's id, and the correlation id of its audit entries.
    pub run: Uuid,
    pub due_at: DateTime<Utc>,
}

const HOUR: Duration = Duration::from_hours(1);

/// Every job there is.
pub const JOBS: &[Job] = &[
    Job {
        name: "retention.sweep",
        schedule: Schedule::TenantsOwn,
        limit: HOUR.saturating_mul(12),
        act: Act::EachTenant(|app, turn| Box::pin(retention::sweep_tenant(app, turn.tenant.id, turn.run, turn.due_at))),
    },
    Job {
        name: "retention.watch",
        schedule: Schedule::Cron("25 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(retention::watch_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "accuracy.review",
        schedule: Schedule::Cron("*/10 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(accuracy::review_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "consent.expire",
        schedule: Schedule::Cron("*/10 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(consent::expire_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "keys.rewrap",
        schedule: Schedule::Cron("5 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(vault::rewrap_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "requests.remind",
        schedule: Schedule::Cron("15 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(requests::remind_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "erasures.replay",
        schedule: Schedule::Cron("25 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(requests::replay_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "accounts.prune",
        schedule: Schedule::Cron("35 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(accounts::prune_tenant(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "files.reap",
        schedule: Schedule::Cron("50 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(vault::reap_uploads(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "requests.forget",
        schedule: Schedule::Cron("20 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(requests::forget_packages(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "centre.forget",
        schedule: Schedule::Cron("25 * * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(centre::forget_asks(app, turn.tenant.id, turn.run))),
    },
    Job {
        name: "requests.forget_words",
        schedule: Schedule::Cron("22 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(requests::forget_words(app, turn.tenant, turn.run))),
    },
    Job {
        name: "accuracy.forget",
        schedule: Schedule::Cron("25 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(accuracy::forget_questions(app, turn.tenant, turn.run))),
    },
    Job {
        name: "retention.forget",
        schedule: Schedule::Cron("35 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(retention::forget_runs(app, turn.tenant, turn.run))),
    },
    Job {
        name: "evidence.age",
        schedule: Schedule::Cron("0 4 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(evidence::age_tenant(app, turn.tenant, turn.run))),
    },
    Job {
        name: "tenant.close",
        schedule: Schedule::Cron("10 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::Once(|app| Box::pin(access::close_due_tenants(app))),
    },
    Job {
        name: "webhooks.prune",
        schedule: Schedule::Cron("50 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(access::prune_deliveries(app, turn.tenant, turn.run))),
    },
    Job {
        name: "work.prune",
        schedule: Schedule::Cron("30 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::Once(|app| Box::pin(work::prune(app))),
    },
    Job {
        name: "work.prune_answers",
        schedule: Schedule::Cron("40 3 * * *", Tz::UTC),
        limit: HOUR,
        act: Act::EachTenant(|app, turn| Box::pin(work::prune_answers(app, turn.tenant, turn.run))),
    },
];

/// The job of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Job> {
    JOBS.iter().find(|job| job.name == name)
}
