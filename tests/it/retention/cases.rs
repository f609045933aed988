//! Fixed cases: calendars that are easy to get wrong, and what happens while a run is on.

use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{evidence::Event, retention, vault, viewer::Permission};
use recital_entities::RetentionRunId;
use recital_scheduler::tick_once;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{RUNS, at, entries, left, of, restrict, set, store};

/// Sweeps what had ended at that instant. Answers how many images went.
async fn sweep_at(world: &World, cutoff: DateTime<Utc>) -> i64 {
    let job = world.job("retention.sweep");
    let run = retention::begin(&world.app, &job, None, cutoff).await.expect("a run");
    retention::carry_on(&world.app, &job, run.id, retention::BATCH).await.expect("a sweep");
    deleted(world, 0).await
}

/// How many images the newest run but `back` deleted so far.
async fn deleted(world: &World, back: usize) -> i64 {
    let runs = world.ask(RUNS, json!({})).await["retentionRuns"].take();
    of(&runs["edges"][back]["node"]["results"], "uploaded_images")["deleted"].as_i64().expect("a count")
}

/// A run of which one batch of two is done.
async fn half_done(world: &World) -> RetentionRunId {
    let job = world.job("retention.sweep");
    let run = retention::begin(&world.app, &job, None, world.now()).await.expect("a run");
    let first = retention::advance(&world.app, &job, run.id, 2).await.expect("a batch");
    assert_eq!((first.deleted, first.finished), (2, false));
    run.id
}

async fn to_its_end(world: &World, run: RetentionRunId) {
    retention::carry_on(&world.app, &world.job("retention.sweep"), run, 2).await.expect("the rest");
}

both_engines! {
    async fn nothing_goes_a_microsecond_early_whatever_the_calendar(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        for (period, created, end) in [
            ("P1M", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"),
            ("P1M", "2024-01-31T10:00:00Z", "2024-02-29T10:00:00Z"),
            ("P12M", "2024-02-29T10:00:00Z", "2025-02-28T10:00:00Z"),
            ("P1Y", "2024-02-29T23:59:59.999999Z", "2025-02-28T23:59:59.999999Z"),
            // Berlin's clocks went back on 26 October 2025, New York's forward on 9 March 2025.
            ("P30D", "2025-10-10T12:00:00Z", "2025-11-09T12:00:00Z"),
            ("P30D", "2025-02-20T02:30:00-05:00", "2025-03-22T02:30:00-05:00"),
            ("PT24H", "2025-10-25T12:00:00+02:00", "2025-10-26T11:00:00+01:00"),
        ] {
            set(&world.owner, "uploaded_images", period, "AUTOMATIC").await;
            world.drain().await;
            let stored = store(&world.owner, &subject, "uploaded_images", at(created), 1).await;
            assert_eq!(stored[0]["expiresAt"].as_str().map(at), Some(at(end)), "{created} + {period}");
            assert_eq!(sweep_at(&world, at(end) - TimeDelta::microseconds(1)).await, 0, "{created} + {period}");
            assert_eq!(sweep_at(&world, at(end)).await, 1, "{created} + {period}");
        }
        world.finish().await;
    }

    async fn a_policy_shortened_during_a_run_takes_the_rest_with_the_next_one(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        set(&world.owner, "uploaded_images", "P30D", "AUTOMATIC").await;
        world.drain().await;
        let now = world.now();
        store(&world.owner, &subject, "uploaded_images", now - TimeDelta::days(31), 4).await;
        store(&world.owner, &subject, "uploaded_images", now - TimeDelta::days(20), 3).await;
        store(&world.owner, &subject, "uploaded_images", now - TimeDelta::days(5), 2).await;
        let run = half_done(&world).await;
        set(&world.owner, "uploaded_images", "P10D", "AUTOMATIC").await;
        world.drain().await;
        to_its_end(&world, run).await;
        let first = deleted(&world, 0).await;
        let second = sweep_at(&world, now).await;
        assert_eq!(first + second, 7, "each counted once: {first} and {second}");
        assert_eq!(left(&world.owner, &subject).await, 2);
        world.finish().await;
    }

    async fn a_policy_lengthened_during_a_run_spares_what_was_not_due(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(2), 4).await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::hours(23), 3).await;
        let run = half_done(&world).await;
        set(&world.owner, "uploaded_images", "P30D", "AUTOMATIC").await;
        world.drain().await;
        world.advance(TimeDelta::days(2));
        to_its_end(&world, run).await;
        assert_eq!(deleted(&world, 0).await, 4, "a longer period revives nothing");
        assert_eq!(sweep_at(&world, world.now()).await, 0);
        assert_eq!(left(&world.owner, &subject).await, 3);
        world.finish().await;
    }

    async fn a_subject_erased_during_a_run_is_counted_once_and_leaves_nothing(world: World) {
        world.import_registers().await;
        let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &ada, "uploaded_images", old - TimeDelta::hours(1), 4).await;
        store(&world.owner, &grace, "uploaded_images", old, 3).await;
        let run = half_done(&world).await;
        let erased = world.app.write(&world.job("story"), Permission::RequestHandle, async |tx| {
            let found = vault::find_subject(tx, &vault::SubjectRef::ExternalId("ada".into())).await?;
            let erased = vault::erase_subject(tx, &found).await?;
            let event = Event::SubjectErased { id: found.id, request: None, key_destroyed: erased.key_destroyed };
            Ok(event.with(erased))
        }).await.expect("an erasure");
        assert!(erased.key_destroyed);
        assert_eq!(erased.erased["records"], 2, "the run had taken two");
        to_its_end(&world, run).await;
        assert_eq!(deleted(&world, 0).await, 5, "two of hers before, and three of another's");
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (0, 0));
        let finished = entries(&world, "retention.finished").await;
        assert_eq!(finished[0]["details"]["keys_destroyed"], 0, "the erasure had destroyed it");
        world.finish().await;
    }

    async fn a_subject_restricted_during_a_run_is_left_alone_from_then_on(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 5).await;
        let run = half_done(&world).await;
        restrict(&world, "ada").await;
        to_its_end(&world, run).await;
        assert_eq!(deleted(&world, 0).await, 2);
        assert_eq!(left(&world.owner, &subject).await, 3);
        world.finish().await;
    }

    async fn a_clock_moved_back_takes_nothing_early_and_nothing_twice(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 4).await;
        let due = at("2026-03-02T02:00:00Z");
        world.advance(due - world.now());
        tick_once(&world.app).await.expect("a tick");
        assert_eq!((deleted(&world, 0).await, left(&world.owner, &subject).await), (4, 0));
        let runs = async || world.ask(RUNS, json!({})).await["retentionRuns"]["totalCount"].take();
        assert_eq!(runs().await, 1);

        store(&world.owner, &subject, "uploaded_images", due - TimeDelta::hours(30), 3).await;
        let run = half_done(&world).await;
        world.advance(TimeDelta::hours(-20));
        to_its_end(&world, run).await;
        assert_eq!(left(&world.owner, &subject).await, 0, "what was past its end when the run began goes with it");
        let fresh = store(&world.owner, &subject, "uploaded_images", world.now(), 1).await;
        assert_eq!(fresh[0]["expiresAt"].as_str().map(at), Some(world.now() + TimeDelta::days(1)));
        tick_once(&world.app).await.expect("a tick");
        retention::sweep_tenant(&world.app, world.tenant, Uuid::nil(), due).await.expect("a sweep");
        assert_eq!(runs().await, 2, "that night's sweep has been");
        // The clock comes to the same hour again.
        world.advance(due - world.now());
        tick_once(&world.app).await.expect("a tick");
        assert_eq!((runs().await, left(&world.owner, &subject).await), (Value::from(2), 1), "nothing goes early");
        world.advance(TimeDelta::days(1));
        tick_once(&world.app).await.expect("a tick");
        assert_eq!((runs().await, left(&world.owner, &subject).await), (Value::from(3), 0));
        world.finish().await;
    }
}
