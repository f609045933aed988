//! What is due: no clock and no database, so that every hour of the year can be tried.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};
use chrono_tz::Tz;
use croner::Cron;
use recital_domain::{retention::Cleanup, work::Served};

use crate::jobs::{Job, Schedule};

/// A run that ought to have happened by now, and the tenants it is for.
#[derive(Debug)]
pub struct Due {
    pub at: DateTime<Utc>,
    pub tenants: Vec<Served>,
}

/// The newest runs due by `now`. However long nothing ran, each job is due once: what was missed is caught up in one run.
/// A tenant takes no part in what was due before it was there, so that a first start runs nothing of the past.
#[must_use]
pub fn due_runs(job: &Job, tenants: &[Served], now: DateTime<Utc>) -> Vec<Due> {
    let mut groups: BTreeMap<DateTime<Utc>, Vec<Served>> = BTreeMap::new();
    for tenant in tenants {
        if let Some(at) = last_due(job.schedule, tenant, now).filter(|at| tenant.created_at < *at) {
            groups.entry(at).or_default().push(tenant.clone());
        }
    }
    groups.into_iter().map(|(at, tenants)| Due { at, tenants }).collect()
}

fn last_due(schedule: Schedule, tenant: &Served, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match schedule {
        Schedule::Cron(expression, zone) => {
            // croner keeps fractions of seconds.
            let now = now.trunc_subsecs(0).with_timezone(&zone);
            Some(cron(expression)?.find_previous_occurrence(&now, true).ok()?.to_utc())
        }
        Schedule::TenantsOwn => Some(own(tenant)?.last_due(now)),
    }
}

/// The next instant after `now` at which the job is due for anybody.
#[must_use]
pub fn next_due(job: &Job, tenants: &[Served], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match job.schedule {
        Schedule::Cron(expression, zone) => {
            let next: DateTime<Tz> =
                cron(expression)?.find_next_occurrence(&now.trunc_subsecs(0).with_timezone(&zone), false).ok()?;
            Some(next.to_utc())
        }
        Schedule::TenantsOwn => tenants.iter().filter_map(|tenant| Some(own(tenant)?.next_due(now))).min(),
    }
}

fn cron(expression: &str) -> Option<Cron> {
    expression.parse().ok()
}

/// The register was checked when it was imported.
fn own(tenant: &Served) -> Option<Cleanup> {
    Cleanup::parse(&tenant.cleanup_schedule, &tenant.cleanup_time).ok()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use chrono::{NaiveDate, TimeDelta};
    use uuid::Uuid;

    use super::*;
    use crate::jobs::{Act, JOBS};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn job(schedule: Schedule) -> Job {
        Job { name: "test.run", schedule, limit: Duration::ZERO, act: Act::Once(|_| Box::pin(async { Ok(0) })) }
    }

    fn tenant(created_at: &str, cleanup_time: &str) -> Served {
        Served {
            id: Uuid::nil().into(),
            slug: cleanup_time.to_owned(),
            cleanup_schedule: "daily".into(),
            cleanup_time: cleanup_time.into(),
            created_at: at(created_at),
        }
    }

    #[test]
    fn every_schedule_of_the_table_can_be_read() {
        for job in JOBS {
            let tenants = [tenant("2026-01-01T00:00:00Z", "02:00_UTC")];
            assert!(next_due(job, &tenants, at("2026-03-01T12:00:00Z")).is_some(), "{}", job.name);
        }
    }

    #[test]
    fn days_without_a_worker_are_caught_up_in_one_run() {
        let runs = due_runs(
            &job(Schedule::Cron("0 2 * * *", Tz::UTC)),
            &[tenant("2026-01-01T00:00:00Z", "02:00_UTC")],
            at("2026-01-09T17:00:00.123Z"),
        );
        assert_eq!(runs.iter().map(|due| due.at).collect::<Vec<_>>(), [at("2026-01-09T02:00:00Z")]);
    }

    #[test]
    fn a_first_start_runs_nothing_of_the_past() {
        let job = job(Schedule::Cron("0 2 * * *", Tz::UTC));
        let tenants = [tenant("2026-01-09T16:00:00Z", "02:00_UTC")];
        assert!(due_runs(&job, &tenants, at("2026-01-09T17:00:00Z")).is_empty());
        assert_eq!(due_runs(&job, &tenants, at("2026-01-10T02:00:00Z")).len(), 1);
    }

    #[test]
    fn tenants_with_the_same_hour_share_a_run() {
        let created = "2026-01-01T00:00:00Z";
        let tenants = [tenant(created, "02:00_UTC"), tenant(created, "11:00_Asia/Tokyo"), tenant(created, "05:00_UTC")];
        let runs = due_runs(&job(Schedule::TenantsOwn), &tenants, at("2026-03-10T06:00:00Z"));
        let sizes: Vec<_> = runs.iter().map(|due| (due.at, due.tenants.len())).collect();
        assert_eq!(sizes, [(at("2026-03-10T02:00:00Z"), 2), (at("2026-03-10T05:00:00Z"), 1)]);
    }

    /// Every instant at which a job was due, asked for every ten minutes of the days around a change of clocks.
    fn due_around(expression: &'static str, zone: Tz, from: &str, days: i32) -> Vec<DateTime<Utc>> {
        let job = job(Schedule::Cron(expression, zone));
        let tenants = [tenant("2020-01-01T00:00:00Z", "02:00_UTC")];
        let minutes = (0..days * 144).map(|step| at(from) + TimeDelta::minutes(10) * step);
        let due: BTreeSet<_> = minutes.flat_map(|now| due_runs(&job, &tenants, now)).map(|due| due.at).collect();
        due.into_iter().collect()
    }

    /// A time that comes twice counts the first time; one that the clocks jump over counts where they land.
    #[test]
    fn a_day_has_one_run_also_where_the_clocks_change() {
        for (expression, zone, change) in [
            // 02:30 does not exist on 29 March, and comes twice on 25 October.
            ("30 2 * * *", Tz::Europe__Berlin, "2026-03-29"),
            ("30 2 * * *", Tz::Europe__Berlin, "2026-10-25"),
            ("30 2 * * *", Tz::America__New_York, "2026-03-08"),
            ("30 1 * * *", Tz::America__New_York, "2026-11-01"),
            // Half an hour alone.
            ("15 2 * * *", Tz::Australia__Lord_Howe, "2026-10-04"),
            ("45 1 * * *", Tz::Australia__Lord_Howe, "2026-04-05"),
        ] {
            let change: NaiveDate = change.parse().unwrap();
            let from = format!("{}T00:00:00Z", change - TimeDelta::days(3));
            let due = due_around(expression, zone, &from, 6);
            for day in (-1..=1).map(|days| change + TimeDelta::days(days)) {
                let runs = due.iter().filter(|at| at.with_timezone(&zone).date_naive() == day).count();
                assert_eq!(runs, 1, "{expression} {zone} on {day}: {due:?}");
            }
        }
    }

    #[test]
    fn what_is_due_by_the_hour_is_due_every_hour_whatever_the_clocks_say() {
        for from in ["2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z"] {
            let due = due_around("5 * * * *", Tz::Europe__Berlin, from, 3);
            assert!(due.windows(2).all(|pair| pair[1] - pair[0] == TimeDelta::hours(1)), "{due:?}");
        }
    }

    #[test]
    fn a_time_zone_s_hour_moves_with_its_clocks() {
        let job = job(Schedule::Cron("0 3 * * *", Tz::Europe__Berlin));
        for (now, next) in
            [("2026-03-27T12:00:00Z", "2026-03-28T02:00:00Z"), ("2026-03-29T12:00:00Z", "2026-03-30T01:00:00Z")]
        {
            assert_eq!(next_due(&job, &[], at(now)), Some(at(next)), "{now}");
        }
    }
}
