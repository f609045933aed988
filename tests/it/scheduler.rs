//! Jobs by the clock and the work that commits leave behind, as several processes would see them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{
    app::{App, Core, Settings},
    bus::Bus,
    clock::{Clock, Ids},
    db::{Db, PageRequest},
    keys::{KeyRing, LocalKms},
    mail::{Inbox, Mailer, SmtpMailer, SmtpSettings, Tls},
    work::{self, JobBoard as _},
};
use recital_entities::{
    WorkState,
    work::{job_runs, work_items},
};
use recital_scheduler::{Board, drain_once, jobs::JOBS, run_job, tick_once};
use recital_tests::{Client, Engine, World, both_engines, on_both_engines};
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
    const REQUEST: &str =
        "mutation { requestReverification(input: { subject: { externalId: \"ada\" } }) { reverification { id } } }";
    world.ask(REQUEST, json!({})).await;
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
        let (due, lease) = (at("2026-03-02T02:00:00Z"), TimeDelta::seconds(60));
        let dead = work::claim_run(&world.app, "retention.sweep", due, "dead", lease).await.expect("asked");
        let dead = dead.expect("the first to ask has it");
        assert_eq!(tick(&world).await, JOBS.len() - 1);
        assert!(run_job(&world.app, "retention.sweep").await.is_err_and(|error| error.reason() == "JOB_RUNNING"));

        world.advance(TimeDelta::seconds(61));
        assert_eq!(tick(&world).await, 1);
        let run = &runs(&world, "retention.sweep").await[0];
        assert_eq!((run.attempts, run.tenants), (2, 1));
        let heard = work::finish_run(&world.app, &dead, 9, 9, Vec::new()).await.expect("asked");
        assert!(!heard, "who lost the lease has no say");
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
    failing_work_is_retried_then_given_up_until_an_operator_retries_it
}
