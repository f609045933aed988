//! Many rows go while people go on working.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chrono::TimeDelta;
use recital_domain::retention::{self, BATCH};
use recital_tests::{Engine, World};
use serde_json::json;
use uuid::Uuid;

use super::{left, store};

const ROWS: i64 = 100_000;

/// So many copies of the one record there is, a day past its end. What is sealed in them opens nowhere.
const COPIES: &str =
    "INSERT INTO records (tenant_id, id, subject_id, purpose_id, data_type, payload, created_at, expires_at)
    SELECT tenant_id, gen_random_uuid(), subject_id, purpose_id, data_type, payload, created_at, expires_at
    FROM records, generate_series(2, 100000)";

/// Notes how many rows each transaction deletes.
const COUNT_DELETIONS: &str = "CREATE TABLE deletions (tx xid8, deleted bigint);
    GRANT INSERT ON deletions TO PUBLIC;
    CREATE FUNCTION count_deletions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO deletions SELECT pg_current_xact_id(), count(*) FROM gone; RETURN NULL;
    END $$;
    CREATE TRIGGER count_deletions AFTER DELETE ON records REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION count_deletions()";

/// The order of what the log says: batches of the sweep, and calls that stored.
const LOG: &str =
    "SELECT action FROM audit_entries WHERE action IN ('retention.batch_erased', 'records.stored') ORDER BY id";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reading_and_writing_go_on_while_many_rows_go_in_batches() {
    let world = World::start(Engine::Postgres).await;
    world.expect_log("slow statement: execution time exceeded alert threshold summary=\"INSERT INTO records");
    world.import_registers().await;
    let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
    store(&world.owner, &ada, "uploaded_images", world.now() - TimeDelta::days(2), 1).await;
    world.database.execute(COPIES).await.expect("rows");
    world.database.execute("ANALYZE records").await.expect("statistics");
    world.database.execute(COUNT_DELETIONS).await.expect("a trigger");

    let over = Arc::new(AtomicBool::new(false));
    let (stored, read) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let writer = async {
        while !over.load(Ordering::SeqCst) {
            store(&world.owner, &grace, "uploaded_images", world.now(), 1).await;
            stored.fetch_add(1, Ordering::SeqCst);
        }
    };
    let reader = async {
        while !over.load(Ordering::SeqCst) {
            left(&world.owner, &grace).await;
            read.fetch_add(1, Ordering::SeqCst);
        }
    };
    let sweep = async {
        let swept = retention::sweep_tenant(&world.app, world.tenant, Uuid::nil(), world.now()).await;
        over.store(true, Ordering::SeqCst);
        swept.expect("a sweep")
    };
    let (swept, (), ()) = tokio::join!(sweep, writer, reader);
    assert_eq!(swept, ROWS.unsigned_abs());
    let stored = stored.load(Ordering::SeqCst);
    assert_eq!(
        left(&world.owner, &grace).await,
        i64::try_from(stored).expect("a count"),
        "what was stored meanwhile is there"
    );
    assert_eq!(left(&world.owner, &ada).await, 0);

    let longest = "SELECT max(deleted)::bigint FROM (SELECT sum(deleted) AS deleted FROM deletions GROUP BY tx) each";
    assert_eq!(world.database.number(longest).await.expect("a count"), i64::try_from(BATCH).expect("a count"));
    let transactions = "SELECT count(*) FROM (SELECT tx FROM deletions GROUP BY tx HAVING sum(deleted) > 0) each";
    assert_eq!(
        world.database.number(transactions).await.expect("a count"),
        ROWS / i64::try_from(BATCH).expect("a count")
    );
    let log = world.database.texts(LOG).await.expect("the log");
    let batches: Vec<_> = log.split(|action| action == "retention.batch_erased").collect();
    let between = &batches[1..batches.len() - 1];
    let written = between.iter().filter(|calls| !calls.is_empty()).count();
    assert!(written * 2 > between.len(), "calls that stored something between {written} of {} batches", between.len());
    assert!(read.load(Ordering::SeqCst) > 0, "somebody read meanwhile");
    world.database.execute("DROP TRIGGER count_deletions ON records; DROP TABLE deletions").await.expect("no trigger");
    world.ask("{ retentionStanding { overdue } }", json!({})).await;
    world.finish().await;
}
