//! Watching over the sweep: ends that are missing, and what is kept too long.

use chrono::TimeDelta;
use recital_domain::retention;
use recital_scheduler::run_job;
use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{RUN, at, entries, hold, of, set, store};
use crate::operator::operator;

const STANDING: &str = "{ retentionStanding { overdue overdueSince held } }";

async fn watch(world: &World) -> u64 {
    retention::watch_tenant(&world.app, world.tenant, Uuid::nil()).await.expect("a watch")
}

/// What a scrape shows of that metric.
async fn gauge(world: &World, name: &str) -> Option<f64> {
    let operator = operator(world).await;
    let scrape = reqwest::get(operator.url().replace("/operator", "/metrics")).await.expect("a scrape");
    let scrape = scrape.text().await.expect("text");
    let line = scrape.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    Some(line.parse().expect("a number"))
}

async fn without_end(world: &World) -> i64 {
    world.database.number("SELECT count(*) FROM records WHERE expires_at IS NULL").await.expect("a count")
}

both_engines! {
    async fn what_lost_its_end_gets_it_back_and_what_has_none_is_left(world: World) {
        world.import_registers().await;
        world.drain().await;
        let subject = world.subject("ada").await;
        set(&world.owner, "browser_info", "UNTIL_ACCOUNT_DELETION", "ON_REQUEST").await;
        world.drain().await;
        store(&world.owner, &subject, "uploaded_images", world.now(), 3).await;
        store(&world.owner, &subject, "ip_address", world.now(), 2).await;
        let kept = store(&world.owner, &subject, "security_events", world.now(), 1).await;
        assert_eq!(watch(&world).await, 0);
        let before = ends(&world).await;
        world.database.execute("UPDATE records SET expires_at = NULL").await.expect("ends are gone");
        assert_eq!(watch(&world).await, before.len() as u64, "{kept:?}");
        assert_eq!(ends(&world).await, before);
        let repaired = entries(&world, "retention.repaired").await;
        let counts: Vec<_> = repaired.iter().map(|entry| (&entry["details"]["data_type"], &entry["details"]["count"])).collect();
        assert_eq!(counts, [(&json!("ip_address"), &json!(2)), (&json!("security_events"), &json!(1)), (&json!("uploaded_images"), &json!(3))]);
        assert_eq!(watch(&world).await, 0, "once is enough");
        set(&world.owner, "ip_address", "UNTIL_ACCOUNT_DELETION", "ON_REQUEST").await;
        world.drain().await;
        assert_eq!((watch(&world).await, without_end(&world).await), (0, 2), "what shall have no end is given none");
        world.finish().await;
    }

    async fn what_was_stored_by_the_old_period_while_it_changed_is_found(world: World) {
        world.import_registers().await;
        world.drain().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now(), 2).await;
        set(&world.owner, "uploaded_images", "PT1H", "AUTOMATIC").await;
        world.drain().await;
        let right = ends(&world).await;
        // A call that read the policy before it changed, and committed after all had been stamped anew.
        let late = "UPDATE records SET expires_at = REPLACE(CAST(expires_at AS text), '2026-03-01', '2026-03-02')";
        let late = if world.engine == Engine::Postgres { late.replace("REPLACE", "(REPLACE") + ")::timestamptz" } else { late.into() };
        world.database.execute(&late).await.expect("wrong ends");
        assert_ne!(ends(&world).await, right);
        world.advance(TimeDelta::minutes(30));
        watch(&world).await;
        assert_eq!(world.drain().await, 0, "such a call may still be on its way");
        world.advance(TimeDelta::minutes(40));
        watch(&world).await;
        world.drain().await;
        assert_eq!(ends(&world).await, right);
        watch(&world).await;
        assert_eq!(world.drain().await, 0, "all is gone through once");
        world.finish().await;
    }

    async fn stamping_anew_whose_work_was_lost_is_queued_again(world: World) {
        world.import_registers().await;
        world.drain().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now(), 2).await;
        set(&world.owner, "uploaded_images", "P30D", "AUTOMATIC").await;
        watch(&world).await;
        assert_eq!(world.database.number("SELECT count(*) FROM work_items WHERE state = 'READY'").await.expect("a count"), 1);
        world.database.execute("DELETE FROM work_items").await.expect("work is lost");
        watch(&world).await;
        assert!(world.drain().await > 0);
        assert_eq!(entries(&world, "retention.restamps_queued").await[0]["details"], json!({ "data_types": ["uploaded_images"] }));
        let stamped = world.ask("{ retentionPolicies { dataType restamp { stamped } } }", json!({})).await;
        assert_eq!(of(&stamped["retentionPolicies"], "uploaded_images")["restamp"]["stamped"], 2);
        world.finish().await;
    }

    async fn what_is_kept_too_long_is_counted_by_the_sweep_s_own_condition(world: World) {
        world.import_registers().await;
        world.drain().await;
        let (_, other) = world.another_tenant("beta").await;
        world.import_registers_for(&other).await;
        let (ada, theirs) = (world.subject("ada").await, world.subject_for(&other, "ada").await);
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &ada, "uploaded_images", old, 3).await;
        store(&world.owner, &ada, "ip_address", old + TimeDelta::days(1), 2).await;
        store(&other, &theirs, "uploaded_images", old, 4).await;
        hold(&world.owner, json!({ "dataType": "uploaded_images" })).await;
        let standing = world.ask(STANDING, json!({})).await["retentionStanding"].take();
        assert_eq!((&standing["overdue"], &standing["held"]), (&json!(2), &json!(3)), "{standing}");
        assert_eq!(standing["overdueSince"].as_str().map(at), Some(old + TimeDelta::days(2)));

        run_job(&world.app, "retention.watch").await.expect("a watch over all tenants");
        assert_eq!(gauge(&world, "recital_retention_violations").await, Some(6.0), "of all tenants");
        assert_eq!(gauge(&world, "recital_retention_oldest_violation_seconds").await, Some(2.0 * 86_400.0));
        world.ask(RUN, json!({})).await;
        other.ask(RUN, json!({})).await;
        run_job(&world.app, "retention.watch").await.expect("a watch over all tenants");
        assert_eq!(gauge(&world, "recital_retention_violations").await, Some(0.0));
        assert_eq!(gauge(&world, "recital_retention_oldest_violation_seconds").await, Some(0.0));
        let standing = world.ask(STANDING, json!({})).await["retentionStanding"].take();
        assert_eq!((&standing["overdue"], &standing["overdueSince"], &standing["held"]), (&json!(0), &Value::Null, &json!(3)));
        world.drain().await;
        world.finish().await;
    }
}

/// Every record's end, in the order of the records.
async fn ends(world: &World) -> Vec<String> {
    world.database.texts("SELECT CAST(expires_at AS text) FROM records ORDER BY id").await.expect("ends")
}
