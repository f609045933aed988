//! Jobs by the clock and the work that commits leave behind, as several processes would see them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use recital_domain::{
    accounts::Passwords,
    app::{App, Core, Settings},
    bus::Bus,
    clock::{Clock, Ids},
    db::{Db, PageRequest},
    keys::{KeyRing, LocalKms},
    mail::{Inbox, Mailer, SmtpMailer, SmtpSettings, Tls},
    work::{self, JobBoard as _, JobRun},
};
use recital_entities::{
    WorkState,
    work::{job_runs, work_items},
};
use recital_scheduler::{
    Board, drain_once,
    jobs::{JOBS, Schedule},
    run_job, tick_once,
};
use recital_tests::{Client, Ended, Engine, Program, World, both_engines, on_both_engines};
use serde_json::json;

/// Another process on the same database.
async fn another_process(world: &World) -> App {
    App::new(Core {
        db: Db::open(&world.database.url, 4, recital_migration::APP_ROLE).await.expect("the database opens"),
        keys: KeyRing::new(Box::new(LocalKms::open(&world.database.path("master.key")).expect("a master key"))),
        clock: Clock::manual(world.now()),
        ids: Ids::default(),
        mailer: Mailer::Inbox(Inbox::default()),
        files: world.app.core().files.clone(),
        ledger: world.app.core().ledger.clone(),
        passwords: Passwords::with_cost(64, 1).expect("a cost that Argon2 knows"),
        bus: Bus::default(),
        settings: Settings { public_url: world.url.clone() },
        work: tokio::sync::Notify::default(),
    })
}

async fn runs(world: &World, job: &str) -> Vec<job_runs::Model> {
    work::list_runs(&world.app, Some(job.to_owned()), PageRequest::default()).await.expect("runs are listed").items
}

async fn items(world: &World) -> Vec<work_items::Model> {
    work::list_items(&world.app, None, PageRequest::default()).await.expect("work is listed").items
}

async fn tick(world: &World) -> usize {
    tick_once(&world.app).await.expect("a tick")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// An image of a day ago, kept for 24 hours.
async fn store_expired_image(world: &World, client: &Client) {
    const STORE: &str = "mutation($at: DateTime) { storeRecords(input: { records: [{
        subject: { externalId: \"ada\" }, dataType: \"uploaded_images\", purpose: \"image_to_3d_conversion\",
        payload: { file: \"a.png\" }, createdAt: $at }] }) { records { id } } }";
    client.ask(STORE, json!({ "at": world.now() - TimeDelta::hours(30) })).await;
}

const IMAGES: &str =
    "{ subject(ref: { externalId: \"ada\" }) { records(dataType: \"uploaded_images\") { totalCount } } }";

/// A mail server that nobody runs.
fn no_mail_server(core: &mut Core) {
    let settings = SmtpSettings {
        host: "127.0.0.1".into(),
        port: 1,
        tls: Tls::None,
        from: "privacy@acme.example.org".into(),
        ..SmtpSettings::default()
    };
    core.mailer = Mailer::Smtp(Arc::new(SmtpMailer::new(settings).expect("a mailer")));
}

async fn ask_for_a_mail(world: &World) {
    ask_for_a_mail_of(world, "ada").await;
}

async fn ask_for_a_mail_of(world: &World, name: &str) {
    const REQUEST: &str = "mutation($name: String!) {
        requestReverification(input: { subject: { externalId: $name } }) { reverification { id } } }";
    world.ask(REQUEST, json!({ "name": name })).await;
}

const REVIEW: &str = "accuracy.review";

async fn claim(world: &World, job: &str, due: &str) -> Option<JobRun> {
    work::claim_run(&world.app, job, at(due), "worker").await.expect("asked")
}

both_engines! {
    async fn a_first_start_runs_nothing_of_the_past(world: World) {
        assert_eq!(tick(&world).await, 0);
        world.finish().await;
    }

    async fn two_processes_make_one_run_of_what_is_due(world: World) {
        world.advance(TimeDelta::days(1));
        let other = another_process(&world).await;
        let (mine, theirs) = futures::join!(tick_once(&world.app), tick_once(&other));
        assert_eq!(mine.expect("a tick") + theirs.expect("a tick"), JOBS.len());
        for job in JOBS {
            assert_eq!(runs(&world, job.name).await.len(), 1, "{}", job.name);
        }
        other.core().db.close().await;
        world.finish().await;
    }

    async fn days_without_a_worker_are_caught_up_in_one_run(world: World) {
        world.advance(TimeDelta::days(5));
        assert_eq!(tick(&world).await, JOBS.len());
        assert_eq!(tick(&world).await, 0);
        let due: Vec<_> = runs(&world, "retention.sweep").await.iter().map(|run| run.scheduled_for).collect();
        assert_eq!(due, [at("2026-03-06T02:00:00Z")]);
        world.finish().await;
    }

    async fn a_run_whose_worker_died_is_taken_over_when_its_lease_runs_out(world: World) {
        world.advance(TimeDelta::days(1));
        let dead = claim(&world, "retention.sweep", "2026-03-02T02:00:00Z").await.expect("the first to ask has it");
        assert_eq!(tick(&world).await, JOBS.len() - 1);
        assert!(run_job(&world.app, "retention.sweep").await.is_err_and(|error| error.reason() == "JOB_RUNNING"));

        world.advance(work::LEASE + TimeDelta::seconds(1));
        assert_eq!(tick(&world).await, 1);
        let run = &runs(&world, "retention.sweep").await[0];
        assert_eq!((run.attempts, run.tenants), (2, 1));
        let heard = work::finish_run(&world.app, &dead, 9, 9, Vec::new()).await.expect("asked");
        assert!(!heard, "who lost the lease has no say");
        world.finish().await;
    }

    async fn a_slow_run_is_not_overlapped_by_the_next_one_of_its_job(world: World) {
        world.advance(TimeDelta::minutes(10));
        let slow = claim(&world, REVIEW, "2026-03-01T09:10:00Z").await.expect("free");
        for _ in 0..60 {
            world.advance(TimeDelta::seconds(20));
            assert!(work::extend_run(&world.app, &slow).await.expect("asked"), "held for as long as it takes");
        }
        assert!(claim(&world, REVIEW, "2026-03-01T09:30:00Z").await.is_none());
        tick(&world).await;
        assert_eq!(runs(&world, REVIEW).await.len(), 1);
        let other = another_process(&world).await;
        let minutes: Vec<_> = (0..20).map(|minute| at("2026-03-01T09:31:00Z") + TimeDelta::minutes(minute)).collect();
        let claims = minutes.iter().zip([&world.app, &other].into_iter().cycle());
        let claimed = join_all(claims.map(|(due, app)| work::claim_run(app, "work.prune", *due, "worker"))).await;
        assert_eq!(claimed.into_iter().filter_map(|claim| claim.expect("asked")).count(), 1, "of all that are tried at once");
        other.core().db.close().await;

        assert!(work::finish_run(&world.app, &slow, 1, 0, Vec::new()).await.expect("asked"));
        assert_eq!(tick(&world).await, 1, "what was missed meanwhile is one run");
        let due: Vec<_> = runs(&world, REVIEW).await.iter().map(|run| run.scheduled_for).collect();
        assert_eq!(due, [at("2026-03-01T09:30:00Z"), at("2026-03-01T09:10:00Z")]);
        world.finish().await;
    }

    async fn a_run_left_behind_is_closed_as_failed_once_the_schedule_has_moved_on(world: World) {
        world.advance(TimeDelta::minutes(10));
        claim(&world, REVIEW, "2026-03-01T09:10:00Z").await.expect("free");
        world.advance(TimeDelta::minutes(10));
        world.expect_log("closed as failed");
        tick(&world).await;
        let [newest, left] = &runs(&world, REVIEW).await[..] else { panic!("two runs") };
        assert_eq!((left.finished_at, left.failures.0.as_slice()), (Some(world.now()), &["all: UNAVAILABLE/WORKER_LOST".to_owned()][..]));
        assert_eq!((newest.finished_at, newest.failures.0.len()), (Some(world.now()), 0));
        world.finish().await;
    }

    async fn a_run_that_takes_every_worker_with_it_is_given_up(world: World) {
        world.expect_log("closed as failed");
        world.advance(TimeDelta::days(1));
        for workers in 1..=5 {
            let run = claim(&world, "retention.sweep", "2026-03-02T02:00:00Z").await.expect("taken over");
            assert!(work::release_run(&world.app, &run).await.expect("asked"), "a worker that stops as it should is no loss");
            claim(&world, "retention.sweep", "2026-03-02T02:00:00Z").await.expect("and begun again");
            assert_eq!(runs(&world, "retention.sweep").await[0].attempts, workers);
            world.advance(work::LEASE + TimeDelta::seconds(1));
        }
        tick(&world).await;
        let run = &runs(&world, "retention.sweep").await[0];
        assert_eq!((run.attempts, run.failures.0.as_slice()), (5, &["all: UNAVAILABLE/WORKER_LOST".to_owned()][..]));
        world.advance(TimeDelta::days(1));
        tick(&world).await;
        assert_eq!(runs(&world, "retention.sweep").await[0].failures.0.len(), 0, "the next day has its own run");
        world.finish().await;
    }

    /// Ahead by four hundred days for a while: every job is caught up once; set back, nothing is due twice, and nothing
    /// that was put off until then waits for it.
    async fn a_clock_that_jumps_ahead_and_is_set_back_makes_no_storm_and_no_standstill(world: World) {
        world.subject("ada").await;
        world.advance(TimeDelta::days(1));
        assert_eq!(tick(&world).await, JOBS.len());
        world.drain().await;
        let ahead = TimeDelta::days(400);
        world.advance(ahead);
        assert_eq!((tick(&world).await, tick(&world).await), (JOBS.len(), 0));
        assert_eq!(work::claim(&world.app, 10).await.expect("claimed").len(), 1, "ada is asked whether her data is right");
        claim(&world, "files.reap", "2027-04-06T09:50:00Z").await.expect("begun in the future");
        world.subject("grace").await;
        ask_for_a_mail_of(&world, "grace").await;

        world.advance(-ahead);
        assert_eq!(world.drain().await, 0);
        assert_eq!(work::mend(&world.app).await.expect("mended"), 3, "a lease, a wait and a run");
        world.advance(TimeDelta::milliseconds(1));
        assert_eq!((world.drain().await, world.inbox.mails().len()), (2, 2));
        assert_eq!(tick(&world).await, 0, "nothing a second time");
        world.expect_log("closed as failed");
        world.advance(TimeDelta::hours(1));
        let every_hour = |schedule: Schedule| matches!(schedule, Schedule::Cron(expression, _) if expression.split(' ').nth(1) == Some("*"));
        let hourly = JOBS.iter().filter(|job| every_hour(job.schedule)).count();
        assert_eq!(tick(&world).await, hourly, "and what is due is done as ever");
        assert_eq!(work::mend(&world.app).await.expect("mended"), 0);
        let last = work::last_runs(&world.app).await.expect("runs");
        assert!(last.values().all(|run| run.scheduled_for <= world.now()), "the last run is not one of the future");
        world.finish().await;
    }

    async fn the_newest_runs_of_a_job_stay_on_record(world: World) {
        for day in 0..105 {
            let due = at("2025-01-01T02:00:00Z") + TimeDelta::days(day);
            world.advance(due - world.now());
            let run = work::claim_run(&world.app, "work.prune", due, "worker").await.expect("asked").expect("free");
            work::finish_run(&world.app, &run, 0, 0, Vec::new()).await.expect("asked");
        }
        world.advance(TimeDelta::days(1_000));
        assert_eq!(work::prune(&world.app).await.expect("pruned"), 5);
        assert_eq!(work::prune(&world.app).await.expect("pruned"), 0);
        world.finish().await;
    }

    async fn an_item_is_kept_for_as_long_as_its_worker_says_so(world: World) {
        world.subject("ada").await;
        ask_for_a_mail(&world).await;
        let item = work::claim(&world.app, 10).await.expect("work is claimed").remove(0);
        for _ in 0..10 {
            world.advance(TimeDelta::seconds(20));
            assert!(work::extend(&world.app, &item).await.expect("asked"));
            assert_eq!(drain_once(&world.app).await.expect("drained"), 0);
        }
        world.advance(work::LEASE + TimeDelta::seconds(1));
        assert_eq!(drain_once(&world.app).await.expect("drained"), 1);
        assert!(!work::extend(&world.app, &item).await.expect("asked"), "lost: its worker stops");
        world.finish().await;
    }

    async fn the_failure_of_one_tenant_stops_no_other(world: World) {
        let (_, beta) = world.another_tenant("beta").await;
        for client in [&world.owner, &beta] {
            world.import_registers_for(client).await;
            world.subject_for(client, "ada").await;
            store_expired_image(&world, client).await;
        }
        world.drain().await;
        world.expect_log("failed");
        let broken = "UPDATE retention_policies SET retention = 'NEVERMIND'
            WHERE tenant_id = (SELECT id FROM tenants WHERE slug = 'acme')";
        world.database.execute(broken).await.expect("acme's register is broken");
        world.advance(TimeDelta::days(1));
        tick(&world).await;

        let run = &runs(&world, "retention.sweep").await[0];
        assert_eq!((run.tenants, run.failures.0.as_slice()), (2, &["acme: INTERNAL_SERVER_ERROR/INTERNAL".to_owned()][..]));
        assert_eq!(beta.ask(IMAGES, json!({})).await["subject"]["records"]["totalCount"], 0);
        let mended = "UPDATE retention_policies SET retention = (SELECT b.retention FROM retention_policies b
            WHERE b.data_type = retention_policies.data_type AND b.tenant_id <> retention_policies.tenant_id)
            WHERE retention = 'NEVERMIND'";
        world.database.execute(mended).await.expect("acme's register is mended");
        world.finish().await;
    }

    async fn each_tenant_s_sweep_runs_at_its_own_register_s_hour(world: World) {
        let (_, beta) = world.another_tenant("beta").await;
        world.import_registers_for(&beta).await;
        let later = "UPDATE tenants SET cleanup_time = '05:00_Europe/Berlin' WHERE slug = 'beta'";
        world.database.execute(later).await.expect("beta sweeps at five in Berlin");
        for (hour, swept) in [(17, vec![1]), (18, vec![1]), (19, vec![1, 1])] {
            world.advance(at("2026-03-01T09:00:00Z") + TimeDelta::hours(hour) - world.now());
            tick(&world).await;
            let tenants: Vec<_> = runs(&world, "retention.sweep").await.iter().map(|run| run.tenants).collect();
            assert_eq!(tenants, swept, "{hour} hours on");
        }
        world.finish().await;
    }

    async fn a_job_can_be_run_out_of_turn_and_leaves_its_record(world: World) {
        let board = Board(world.app.clone());
        let run = board.run("accuracy.review").await.expect("it runs");
        assert!(run.finished_at.is_some());
        assert_eq!((run.tenants, run.failures.0.len()), (1, 0));
        board.run("accuracy.review").await.expect("and runs again at the same instant");
        assert_eq!(runs(&world, "accuracy.review").await.len(), 2);
        assert!(board.run("accuracy.revue").await.is_err_and(|error| error.reason() == "NOT_FOUND"));
        let jobs = board.jobs().await.expect("the table");
        let sweep = jobs.iter().find(|job| job.name == "retention.sweep").expect("the sweep");
        assert_eq!(sweep.next_run_at, at("2026-03-02T02:00:00Z"));
        world.finish().await;
    }

    async fn work_whose_worker_died_is_done_by_another(world: World) {
        world.subject("ada").await;
        ask_for_a_mail(&world).await;
        let dead = work::claim(&world.app, 10).await.expect("work is claimed").remove(0);
        assert_eq!(drain_once(&world.app).await.expect("drained"), 0);

        world.advance(work::LEASE + TimeDelta::seconds(1));
        assert_eq!(drain_once(&world.app).await.expect("drained"), 1);
        assert_eq!(world.inbox.mails().len(), 1);
        assert!(!work::finish(&world.app, &dead, &Ok(())).await.expect("asked"), "who lost the lease has no say");
        assert_eq!(items(&world).await[0].attempts, 2);
        world.finish().await;
    }
}

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");

/// An operator's shell: the jobs, what was given up, and another try for it.
async fn dead_work_is_seen_and_retried_from_the_command_line(engine: Engine) {
    let world = World::start(engine).await;
    world.catch_up();
    for name in ["ada", "grace", "joan"] {
        world.subject(name).await;
        ask_for_a_mail_of(&world, name).await;
    }
    Board(world.app.clone()).run("work.prune").await.expect("it runs");
    let give_up = "UPDATE work_items SET state = 'DEAD', attempts = 10, next_attempt_at = NULL,
        last_error = 'UNAVAILABLE/MAIL_NOT_SENT'";
    world.database.execute(give_up).await.expect("given up");
    let settings = world.environment();
    let recital = async |arguments: &[&str]| {
        Program::start(BINARY, world.database.folder.path(), arguments, &settings).end().await
    };
    let parsed = |ended: &Ended| -> serde_json::Value {
        serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{} {}", ended.out, ended.err))
    };

    let jobs = parsed(&recital(&["jobs", "--json"]).await);
    let job = jobs.as_array().expect("jobs").iter().find(|job| job["name"] == "work.prune").expect("it is listed");
    assert_eq!((&job["timeZone"], &job["timeLimitSeconds"]), (&json!("UTC"), &json!(3600)));
    let run = &job["lastRun"];
    assert_eq!(
        (&run["worker"], &run["failures"], &run["durationSeconds"]),
        (&json!("asked for"), &json!([]), &json!(0.0))
    );
    let listed = recital(&["jobs"]).await.out;
    for words in
        ["work.prune  (30 3 * * *, UTC, at most 1 h)", ", took 0.0 s, by asked for", "0 failure(s)", "last run  never"]
    {
        assert!(listed.contains(words), "{words} is not in\n{listed}");
    }

    let dead = parsed(&recital(&["jobs", "dead", "--json"]).await);
    let item = dead[0].clone();
    assert_eq!(dead.as_array().map(Vec::len), Some(3));
    assert_eq!(
        (&item["kind"], &item["tenant"], &item["attempts"]),
        (&json!("mail.reverification"), &json!("acme"), &json!(10))
    );
    let id = item["id"].as_str().expect("an id");
    let line = format!("{id}  mail.reverification  acme  10 tries  UNAVAILABLE/MAIL_NOT_SENT\n");
    assert!(recital(&["jobs", "dead"]).await.out.starts_with(&line));

    assert_eq!(recital(&["jobs", "retry", id]).await.out, "1 item(s) will be tried again\n");
    let again = recital(&["jobs", "retry", id]).await;
    assert_eq!((again.code, again.err.contains("only an item that was given up")), (Some(1), true), "{}", again.err);
    assert_eq!(recital(&["jobs", "retry"]).await.code, Some(2), "nothing is retried by mistake");
    assert_eq!(parsed(&recital(&["jobs", "retry", "--all", "--json"]).await), json!({ "retried": 2 }));
    assert_eq!(parsed(&recital(&["jobs", "dead", "--json"]).await), json!([]));
    let log =
        world.database.texts("SELECT action || ' ' || outcome || ' ' || actor FROM operator_entries ORDER BY id").await;
    let entry = |outcome: &str| format!("work.retried {outcome} command line");
    assert_eq!(log.expect("the operator's log"), [entry("SUCCESS"), entry("FAILED"), entry("SUCCESS")]);
    world.advance(TimeDelta::minutes(5));
    world.finish().await;
}

/// What failed waits longer each time, is given up after ten tries, and has ten more when an operator says so.
async fn failing_work_is_retried_then_given_up_until_an_operator_retries_it(engine: Engine) {
    let world = World::start_with(engine, no_mail_server).await;
    world.expect_log("work failed");
    world.subject("ada").await;
    ask_for_a_mail(&world).await;
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert_eq!(drain_once(&world.app).await.expect("drained"), 1);
        let next = items(&world).await[0].next_attempt_at.expect("another try");
        waits.push((next - world.now()).num_seconds());
        world.advance(next - world.now() - TimeDelta::milliseconds(1));
        assert_eq!(drain_once(&world.app).await.expect("drained"), 0, "not before its time");
        world.advance(TimeDelta::milliseconds(1));
    }
    for (tries, wait) in waits.iter().enumerate() {
        let expected = 5 << tries;
        assert!((expected * 3 / 4 - 1..=expected * 5 / 4).contains(wait), "{waits:?}");
    }
    let alive = items(&world).await.remove(0);
    assert!(work::retry(&world.app, alive.id).await.is_err_and(|error| error.reason() == "NOT_DEAD"));
    drain_once(&world.app).await.expect("drained");
    let dead = items(&world).await.remove(0);
    assert_eq!((dead.state, dead.attempts), (WorkState::Dead, 10));
    assert!(dead.last_error.is_some_and(|error| error.starts_with("UNAVAILABLE/")));

    let retried = work::retry(&world.app, dead.id).await.expect("retried");
    assert_eq!((retried.state, retried.attempts), (WorkState::Ready, 0));
    world.database.execute("DELETE FROM work_items").await.expect("cleared");
    world.finish().await;
}

on_both_engines! {
    dead_work_is_seen_and_retried_from_the_command_line
    failing_work_is_retried_then_given_up_until_an_operator_retries_it
}
