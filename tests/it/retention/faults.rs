//! Runs that fail: what is seen of them, and how they go on.

use chrono::TimeDelta;
use recital_domain::retention;
use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{RUN, RUNS, entries, left, of, store};

const RESUME: &str = "mutation($id: ID!) { resumeRetention(input: { id: $id }) { run { id state failure
    results { dataType deleted finishedAt } } } }";
const STATES: &str = "{ retentionRuns { totalCount edges { node { id state failure finishedAt results { dataType deleted finishedAt } } } } }";

/// From now on nothing is deleted from the table, until [`heal`].
async fn break_deletes(world: &World, table: &str) {
    let sql = match world.engine {
        Engine::Sqlite => {
            format!("CREATE TRIGGER broken BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'a broken disk'); END")
        }
        Engine::Postgres => format!(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a broken disk'; END $$;
             CREATE TRIGGER broken BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION broken()"
        ),
    };
    world.database.execute(&sql).await.expect("a trigger");
    world.expect_log("an operation failed");
}

async fn heal(world: &World, table: &str) {
    let on = if world.engine == Engine::Postgres { format!(" ON {table}") } else { String::new() };
    world.database.execute(&format!("DROP TRIGGER broken{on}")).await.expect("no trigger");
}

async fn newest(world: &World) -> Value {
    world.ask(STATES, json!({})).await["retentionRuns"]["edges"][0]["node"].take()
}

both_engines! {
    async fn a_run_that_fails_says_why_and_can_be_gone_on_with(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &subject, "ip_address", old, 2).await;
        store(&world.owner, &subject, "uploaded_images", old, 3).await;
        let job = world.job("story");
        let begun = retention::begin(&world.app, &job, None, world.now()).await.expect("a run");
        retention::advance(&world.app, &job, begun.id, 2).await.expect("a batch");

        break_deletes(&world, "records").await;
        let stopped = retention::carry_on(&world.app, &job, begun.id, 2).await.expect_err("nothing can be deleted");
        assert_eq!(stopped.reason(), "INTERNAL");
        let run = newest(&world).await;
        assert_eq!((&run["state"], &run["failure"], &run["finishedAt"]), (&json!("FAILED"), &json!("INTERNAL"), &Value::Null));
        assert_eq!(of(&run["results"], "ip_address")["deleted"], 2, "what went before stays gone and counted");
        let refusal = world.owner.refused(RESUME, json!({ "id": run["id"] })).await;
        assert_eq!(refusal.code, "INTERNAL_SERVER_ERROR");
        assert!(!refusal.message.contains("disk"), "{}", refusal.message);
        assert_eq!(newest(&world).await["state"], "FAILED");
        assert_eq!(entries(&world, "retention.failed").await[0]["details"], json!({ "failure": "INTERNAL" }));

        heal(&world, "records").await;
        let auditor = world.client("AUDITOR").await;
        assert_eq!(auditor.refused(RESUME, json!({ "id": run["id"] })).await.code, "FORBIDDEN");
        let resumed = world.ask(RESUME, json!({ "id": run["id"] })).await["resumeRetention"]["run"].take();
        assert_eq!((&resumed["state"], &resumed["failure"]), (&json!("COMPLETED"), &Value::Null));
        assert_eq!(of(&resumed["results"], "ip_address")["deleted"], 2);
        assert_eq!(of(&resumed["results"], "uploaded_images")["deleted"], 3);
        assert_eq!(left(&world.owner, &subject).await, 0);
        let late = world.owner.refused(RESUME, json!({ "id": run["id"] })).await;
        assert!(late.is("CONFLICT", "ALREADY_FINISHED"), "{late:?}");
        let (_, stranger) = world.another_tenant("beta").await;
        assert_eq!(stranger.refused(RESUME, json!({ "id": run["id"] })).await.code, "NOT_FOUND");
        world.finish().await;
    }

    async fn the_next_sweep_goes_on_with_a_failed_run_and_does_its_own(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 3).await;
        break_deletes(&world, "records").await;
        assert_eq!(world.owner.refused(RUN, json!({})).await.code, "INTERNAL_SERVER_ERROR");
        world.advance(TimeDelta::days(1));
        let sweep = async || retention::sweep_tenant(&world.app, world.tenant, Uuid::nil(), world.now()).await;
        let stopped = sweep().await.expect_err("nothing can be deleted");
        assert_eq!(stopped.reason(), "INTERNAL");
        let both = world.ask(STATES, json!({})).await["retentionRuns"].take();
        assert_eq!(both["totalCount"], 2, "an old failure keeps no new run from beginning");
        assert!(both["edges"].as_array().expect("runs").iter().all(|edge| edge["node"]["state"] == "FAILED"), "{both}");

        heal(&world, "records").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::hours(25), 1).await;
        assert_eq!(sweep().await.expect("a sweep"), 4);
        let runs = world.ask(RUNS, json!({})).await["retentionRuns"].take();
        assert_eq!(runs["totalCount"], 2);
        let deleted = |run: usize| of(&runs["edges"][run]["node"]["results"], "uploaded_images")["deleted"].clone();
        assert_eq!((deleted(1), deleted(0)), (json!(3), json!(1)), "each by its own cutoff");
        world.finish().await;
    }
}
