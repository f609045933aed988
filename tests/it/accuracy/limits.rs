//! How many mails go, to whom first, and how many rows are looked at for it.

use std::time::Duration;

use chrono::TimeDelta;
use recital_tests::{Engine, World, both_engines};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{REQUEST, SET_POLICY, questions, review};

async fn ask_four(world: &World) {
    for name in ["one", "two", "three", "four"] {
        let person = world.subject(name).await;
        world.ask(REQUEST, json!({ "subject": { "id": person } })).await;
    }
}

both_engines! {
    async fn the_hourly_limit_holds_at_the_moment_of_sending(world: World) {
        ask_four(&world).await;
        world.ask(SET_POLICY, json!({ "policy": { "mailsPerHour": 2 } })).await;
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 2);
        let failed = "SELECT count(*) FROM work_items WHERE state <> 'DONE' AND (attempts > 0 OR last_error <> 'MAILS_PER_HOUR')";
        assert_eq!(world.database.number(failed).await.unwrap(), 0, "waiting is no failed try");
        world.advance(TimeDelta::minutes(59));
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 2, "the hour is not over");
        world.advance(TimeDelta::minutes(62));
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 4);
        assert!(questions(&world).await.iter().all(|question| question["state"] == "SENT"));
        world.finish().await;
    }

    async fn the_operators_limit_holds_for_all_of_a_tenants_mails(world: World) {
        world.database.execute("UPDATE tenants SET mails_per_hour = 3").await.unwrap();
        for name in ["one", "two", "three", "four"] {
            world.subject(name).await;
        }
        world.advance(TimeDelta::days(366));
        assert_eq!(review(&world).await, 3);
        world.advance(TimeDelta::minutes(61));
        assert_eq!(review(&world).await, 1);
        assert_eq!(world.inbox.mails().len(), 4);
        world.finish().await;
    }

    async fn one_tenants_hundred_thousand_mails_do_not_delay_anothers_first(world: World) {
        world.expect_log("slow statement");
        let ada = world.subject("ada").await;
        world.ask(REQUEST, json!({ "subject": { "id": ada } })).await;
        let id = if world.engine == Engine::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
        let columns = "tenant_id, kind, payload, state, attempts, next_attempt_at, created_at";
        world.database.execute(&format!(
            "INSERT INTO work_items (id, {columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
             SELECT {id}, {columns} FROM work_items, n WHERE kind = 'mail.reverification'"
        )).await.unwrap();
        world.advance(TimeDelta::seconds(1));
        let (_, borealis) = world.another_tenant("borealis").await;
        let bob = world.subject_for(&borealis, "bob").await;
        borealis.ask(REQUEST, json!({ "subject": { "id": bob } })).await;

        let stop = CancellationToken::new();
        let worker = recital_scheduler::start(world.app.clone(), 4, stop.clone());
        let arrived = async {
            while !world.inbox.mails().iter().any(|mail| mail.to == "bob@example.com") {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(50), arrived).await.expect("bob's mail does not wait");
        let done = "SELECT count(*) FROM work_items WHERE state = 'DONE' AND kind = 'mail.reverification'";
        let done = world.database.number(done).await.unwrap();
        assert!(done <= 60, "a few turns and not the whole backlog: {done}");
        stop.cancel();
        worker.await.unwrap();
        world.database.execute("DELETE FROM work_items").await.unwrap();
        world.finish().await;
    }
}

/// Fifty thousand subjects, of whom thirty thousand are past their time and cannot be asked.
const CROWD: &str = "
    INSERT INTO subjects (tenant_id, id, status, locale, email, email_index, index_version, created_at, last_verified_at,
        verification_due_at, stale, being_asked)
    SELECT tenant_id, gen_random_uuid(), CASE WHEN i % 5 = 0 THEN 'RESTRICTED' ELSE 'ACTIVE' END, locale, email,
        CASE WHEN i % 5 = 1 THEN NULL ELSE decode(md5(i::text), 'hex') END, index_version, created_at, last_verified_at,
        CASE WHEN i % 5 = 3 OR (i % 5 = 4 AND i > 1000) THEN verification_due_at + interval '9 years'
             ELSE verification_due_at - interval '2 years' END,
        false, i % 5 = 2
    FROM subjects, generate_series(1, 50000) i;
    ANALYZE subjects";

/// A statement's plan is seen by what it read: the review runs as the service's own role, row-level security and all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_review_reads_the_index_of_those_it_can_ask_and_little_else() {
    let world = World::start(Engine::Postgres).await;
    world.subject("ada").await;
    world.database.execute(CROWD).await.unwrap();
    world.ask(SET_POLICY, json!({ "policy": { "mailsPerHour": 50 } })).await;
    let read_whole = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'subjects'";
    let before = world.database.number(read_whole).await.unwrap();

    let asked = recital_domain::accuracy::review_tenant(&world.app, world.tenant, uuid::Uuid::new_v4()).await.unwrap();
    assert_eq!(asked, 50);
    // A connection that ends hands in what it counted.
    world.app.core().db.close().await;
    let by_index = "SELECT coalesce(sum(idx_tup_read), 0)::bigint FROM pg_stat_user_indexes WHERE indexrelname = 'subjects_to_ask'";
    let mut entries = 0;
    for _ in 0..50 {
        entries = world.database.number(by_index).await.unwrap();
        if entries > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!((50..200).contains(&entries), "entries read: {entries}");
    let read = world.database.number(read_whole).await.unwrap() - before;
    assert!(read < 100, "no pass over the whole table: {read}");
    world.database.remove().await.unwrap();
}
