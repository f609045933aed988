//! What a run does, and what its dry run says of it.

use chrono::TimeDelta;
use recital_domain::{
    evidence::Event,
    retention::{self, Cleanup},
    vault,
    viewer::Permission,
};
use recital_tests::both_engines;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PREVIEW, RELEASE, RUN, RUNS, at, entries, hold, left, of, store};

both_engines! {
    async fn the_dry_run_says_what_the_run_does(world: World) {
        world.import_registers().await;
        let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &ada, "uploaded_images", old, 3).await;
        store(&world.owner, &ada, "uploaded_images", old - TimeDelta::days(1), 1).await;
        store(&world.owner, &ada, "uploaded_images", world.now(), 2).await;
        store(&world.owner, &grace, "uploaded_images", old, 2).await;
        store(&world.owner, &grace, "ip_address", old, 4).await;
        store(&world.owner, &ada, "ip_address", old, 1).await;
        store(&world.owner, &ada, "security_events", old, 1).await;
        hold(&world.owner, json!({ "subject": { "externalId": "grace" }, "dataType": "uploaded_images" })).await;
        hold(&world.owner, json!({ "subject": { "externalId": "ada" }, "dataType": "ip_address" })).await;

        let preview = world.ask(PREVIEW, json!({})).await["retentionPreview"].take();
        let images = of(&preview, "uploaded_images");
        assert_eq!((images["due"].as_i64(), images["held"].as_i64()), (Some(4), Some(2)));
        assert_eq!(images["oldestCreatedAt"].as_str().map(at), Some(old - TimeDelta::days(1)));
        let addresses = of(&preview, "ip_address");
        assert_eq!((addresses["due"].as_i64(), addresses["held"].as_i64()), (Some(4), Some(1)));

        let run = world.ask(RUN, json!({})).await["runRetention"]["run"].take();
        assert_eq!(run["state"], "COMPLETED");
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), preview.as_array().expect("forecasts").len());
        for result in results {
            let forecast = of(&preview, result["dataType"].as_str().expect("a data type"));
            assert_eq!((&result["deleted"], &result["held"]), (&forecast["due"], &forecast["held"]), "{result}");
        }
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (4, 2));

        let again = world.ask(PREVIEW, json!({})).await["retentionPreview"].take();
        assert!(again.as_array().expect("forecasts").iter().all(|forecast| forecast["due"] == 0), "{again}");
        world.finish().await;
    }

    async fn each_data_type_that_was_swept_leaves_one_entry(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &subject, "uploaded_images", old, 2).await;
        store(&world.owner, &subject, "ip_address", old, 1).await;
        world.ask(RUN, json!({})).await;
        let swept = entries(&world, "retention.swept").await;
        let details: Vec<&Value> = swept.iter().map(|entry| &entry["details"]).collect();
        let entry = |data_type: &str, deleted: i32| json!({
            "data_type": data_type, "deleted": deleted, "held": 0, "cutoff": "2026-02-28T09:00:00Z",
            "retention": "PT24H", "legal_basis": "no_longer_necessary",
        });
        assert_eq!(details, [&entry("ip_address", 1), &entry("uploaded_images", 2)]);
        let finished = entries(&world, "retention.finished").await;
        assert_eq!(finished[0]["details"], json!({ "deleted": 3, "held": 0, "keys_destroyed": 0 }));
        world.finish().await;
    }

    async fn one_data_type_is_swept_alone(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &subject, "uploaded_images", old, 1).await;
        store(&world.owner, &subject, "ip_address", old, 1).await;
        let run = world.ask(RUN, json!({ "type": "ip_address" })).await["runRetention"]["run"].take();
        assert_eq!(run["results"].as_array().map(Vec::len), Some(1));
        assert_eq!(of(&run["results"], "ip_address")["deleted"], 1);
        assert_eq!(left(&world.owner, &subject).await, 1);
        for operation in [RUN, PREVIEW] {
            let refusal = world.owner.refused(operation, json!({ "type": "ip_adress" })).await;
            assert!(refusal.is("BAD_USER_INPUT", "UNKNOWN_DATA_TYPE"), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some("dataType"));
        }
        world.finish().await;
    }

    async fn the_daily_sweep_happens_once_at_its_hour(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::hours(8), 2).await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::hours(4), 1).await;
        let cleanup = Cleanup::parse("daily", "02:00_UTC").expect("the register's words");
        let due = cleanup.next_due(world.now());
        assert_eq!(due, at("2026-03-02T02:00:00Z"));
        world.advance(due - world.now());
        // Those of 01:00 are past their end at 02:00, that of 05:00 is not.
        let sweep = async || retention::sweep_tenant(&world.app, world.tenant, Uuid::nil(), due).await.expect("a sweep");
        assert_eq!(sweep().await, 2);
        assert_eq!(left(&world.owner, &subject).await, 1);
        world.advance(TimeDelta::hours(10));
        assert_eq!(sweep().await, 0);
        assert_eq!(left(&world.owner, &subject).await, 1);
        let runs = world.ask(RUNS, json!({})).await["retentionRuns"].take();
        assert_eq!(runs["totalCount"], 1);
        assert_eq!(entries(&world, "retention.started").await[0]["actor"], "job:retention.sweep");
        world.finish().await;
    }

    async fn an_interrupted_run_is_finished_by_the_next_sweep(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &subject, "ip_address", old, 1).await;
        store(&world.owner, &subject, "uploaded_images", old, 4).await;
        let job = world.job("retention.sweep");
        let run = retention::begin(&world.app, &job, None, world.now()).await.expect("a run");
        let first = retention::advance(&world.app, &job, run.id, 3).await.expect("a batch");
        assert_eq!((first.deleted, first.finished), (3, false));
        assert_eq!(left(&world.owner, &subject).await, 2);
        let seen = world.ask(RUNS, json!({})).await["retentionRuns"]["edges"][0]["node"].take();
        assert_eq!(seen["state"], "RUNNING");
        assert_eq!(of(&seen["results"], "uploaded_images")["deleted"], 2);

        world.advance(TimeDelta::hours(1));
        let swept = retention::sweep_tenant(&world.app, world.tenant, Uuid::nil(), run.cutoff_at).await;
        assert_eq!(swept.expect("a sweep"), 2);
        let runs = world.ask(RUNS, json!({})).await["retentionRuns"].take();
        assert_eq!(runs["totalCount"], 1, "no second run was begun");
        let seen = &runs["edges"][0]["node"];
        assert_eq!(seen["state"], "COMPLETED");
        assert_eq!(of(&seen["results"], "uploaded_images")["deleted"], 4);
        let batches = entries(&world, "retention.batch_erased").await;
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0]["details"], json!({ "data_type": "uploaded_images", "deleted": 2 }));
        let swept = entries(&world, "retention.swept").await;
        assert_eq!(swept.iter().map(|entry| &entry["details"]["deleted"]).collect::<Vec<_>>(), [1, 4]);
        let late = retention::advance(&world.app, &job, run.id, 3).await.expect_err("a finished run is not swept");
        assert_eq!(late.reason(), "ALREADY_FINISHED");
        world.finish().await;
    }

    async fn a_run_too_long_for_one_call_goes_on_in_the_background(world: World) {
        world.import_registers().await;
        world.drain().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 45).await;
        let owner = world.job("story");
        let run = retention::begin(&world.app, &owner, None, world.now()).await.expect("a run");
        retention::carry_on(&world.app, &owner, run.id, 2).await.expect("a part");
        assert_eq!(left(&world.owner, &subject).await, 5);
        assert_eq!(world.drain().await, 1);
        assert_eq!(left(&world.owner, &subject).await, 0);
        let seen = world.ask(RUNS, json!({})).await["retentionRuns"]["edges"][0]["node"].take();
        assert_eq!(seen["state"], "COMPLETED");
        assert_eq!(of(&seen["results"], "uploaded_images")["deleted"], 45);
        world.finish().await;
    }

    async fn an_erased_subject_s_key_goes_with_the_last_record_the_law_kept(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let created = at("2019-03-02T09:00:00Z");
        store(&world.owner, &subject, "security_events", created, 1).await;
        world.app.write(&world.job("story"), Permission::RequestHandle, async |tx| {
            let found = vault::find_subject(tx, &vault::SubjectRef::ExternalId("ada".into())).await?;
            let erased = vault::erase_subject(tx, &found).await?;
            assert!(!erased.key_destroyed, "the record still needs it");
            Ok(Event::SubjectErased { id: found.id, request: None, key_destroyed: false }.with(()))
        }).await.expect("an erasure");
        world.ask(RUN, json!({})).await;
        world.advance(TimeDelta::days(1));
        world.ask(RUN, json!({})).await;
        let finished = entries(&world, "retention.finished").await;
        let destroyed: Vec<_> = finished.iter().map(|entry| &entry["details"]["keys_destroyed"]).collect();
        assert_eq!(destroyed, [0, 1]);
        world.finish().await;
    }

    async fn two_runs_at_once_count_no_record_twice(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 50).await;
        let (one, other) = tokio::join!(world.ask(RUN, json!({})), world.ask(RUN, json!({})));
        let deleted = |answer: &Value| of(&answer["runRetention"]["run"]["results"], "uploaded_images")["deleted"].as_i64();
        assert_eq!(deleted(&one).zip(deleted(&other)).map(|(one, other)| one + other), Some(50));
        world.finish().await;
    }

    async fn another_tenant_s_data_is_neither_swept_nor_seen(world: World) {
        world.import_registers().await;
        let (_, other) = world.another_tenant("beta").await;
        world.import_registers_for(&other).await;
        let (ours, theirs) = (world.subject("ada").await, world.subject_for(&other, "ada").await);
        let old = world.now() - TimeDelta::days(3);
        store(&world.owner, &ours, "uploaded_images", old, 1).await;
        store(&other, &theirs, "uploaded_images", old, 1).await;
        hold(&other, json!({ "dataType": "uploaded_images" })).await;
        let ours_held = hold(&world.owner, json!({ "dataType": "ip_address" })).await;

        let run = world.ask(RUN, json!({})).await["runRetention"]["run"].take();
        assert_eq!(of(&run["results"], "uploaded_images")["deleted"], 1, "their hold does not hold ours");
        assert_eq!((left(&world.owner, &ours).await, left(&other, &theirs).await), (0, 1));
        assert_eq!(other.ask(RUNS, json!({})).await["retentionRuns"]["totalCount"], 0);
        let stranger = other.refused(RELEASE, json!({ "id": ours_held })).await;
        assert!(stranger.is("NOT_FOUND", "NOT_FOUND"), "{stranger:?}");
        let mine = world.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": run["id"] })).await;
        assert_eq!(mine["node"]["id"], run["id"]);
        let node = other.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": run["id"] })).await;
        assert_eq!(node["node"], Value::Null);
        world.finish().await;
    }
}
