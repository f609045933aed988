//! How long data is kept, what keeps it longer, and the sweep.

use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{
    evidence::Event,
    retention::{self, Cleanup},
    vault,
    viewer::Permission,
};
use recital_entities::SubjectId;
use recital_tests::{Client, World, both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

const RUN: &str = "mutation($type: String) { runRetention(input: { dataType: $type }) { run {
    id state startedAt finishedAt results { dataType retention cutoff deleted held legalBasis } } } }";
const PREVIEW: &str =
    "query($type: String) { retentionPreview(dataType: $type) { dataType at due held oldestCreatedAt } }";
const RUNS: &str = "{ retentionRuns { totalCount edges { node { id state results { dataType deleted held } } } } }";
const SET: &str = "mutation($input: RetentionPolicyInput!) { setRetentionPolicy(input: $input) {
    policy { id dataType retention deletionMethod legalBasis } } }";
const HOLD: &str = "mutation($input: PlaceLegalHoldInput!) { placeLegalHold(input: $input) {
    hold { id dataType placedBy placedAt releasedAt } } }";
const RELEASE: &str = "mutation($id: ID!) { releaseLegalHold(input: { id: $id, reason: \"The lawsuit is over\" }) {
    hold { id releasedAt } } }";

/// Stores records of one subject for the purpose that collects the type. Answers id and end of each.
async fn store(client: &Client, subject: &str, data_type: &str, created_at: DateTime<Utc>, count: usize) -> Vec<Value> {
    const STORE: &str = "mutation($records: [PersonalRecordInput!]!) {
        storeRecords(input: { records: $records }) { records { id expiresAt } } }";
    let purpose = match data_type {
        "uploaded_images" | "generated_models" | "ip_address" => "image_to_3d_conversion",
        _ => "legal_compliance",
    };
    let record = json!({
        "subject": { "id": subject }, "dataType": data_type, "purpose": purpose,
        "payload": { "note": "Lovelace" }, "createdAt": created_at,
    });
    let stored = client.ask(STORE, json!({ "records": vec![record; count] })).await;
    stored["storeRecords"]["records"].as_array().expect("records").clone()
}

/// How many records of that subject there are.
async fn left(client: &Client, subject: &str) -> i64 {
    const COUNT: &str = "query($id: ID!) { subject(ref: { id: $id }) { records { totalCount } } }";
    let answer = client.ask(COUNT, json!({ "id": subject })).await;
    answer["subject"]["records"]["totalCount"].as_i64().expect("a count")
}

async fn set(client: &Client, data_type: &str, retention: &str, method: &str) {
    let input = json!({
        "dataType": data_type, "retention": retention, "deletionMethod": method, "legalBasis": "no_longer_necessary",
    });
    client.ask(SET, json!({ "input": input })).await;
}

async fn hold(client: &Client, scope: Value) -> String {
    let mut input = scope;
    input["reason"] = "A lawsuit about Lovelace".into();
    let placed = client.ask(HOLD, json!({ "input": input })).await;
    placed["placeLegalHold"]["hold"]["id"].as_str().expect("an id").to_owned()
}

/// The entries of that action, oldest first.
async fn entries(world: &World, action: &str) -> Vec<Value> {
    let filter = recital_domain::evidence::AuditFilter { action: Some(action.into()), ..Default::default() };
    let page = recital_domain::db::PageRequest { first: Some(100), ..Default::default() };
    let page = recital_domain::evidence::list(&world.app, &world.job("story"), filter, page).await.expect("entries");
    page.items.into_iter().rev().map(|entry| json!({ "actor": entry.actor, "details": entry.details })).collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What a list says of one data type.
fn of<'a>(list: &'a Value, data_type: &str) -> &'a Value {
    let found = list.as_array().expect("a list").iter().find(|item| item["dataType"] == data_type);
    found.unwrap_or_else(|| panic!("nothing about {data_type}: {list}"))
}

both_engines! {
    async fn a_record_s_end_follows_its_type_s_policy_or_else_its_purpose(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        set(&world.owner, "generated_models", "P1M", "AUTOMATIC").await;
        world.drain().await;
        for (data_type, created, end) in [
            ("uploaded_images", "2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z"),
            ("generated_models", "2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"),
            ("ip_address", "2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z"),
            ("security_events", "2024-02-29T00:00:00Z", "2031-02-28T00:00:00Z"),
        ] {
            let stored = store(&world.owner, &subject, data_type, at(created), 1).await;
            let shown = stored[0]["expiresAt"].as_str().map(at);
            assert_eq!(shown, Some(at(end)), "{data_type}");
        }
        world.finish().await;
    }

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

    async fn what_is_held_is_kept_until_the_hold_is_released(world: World) {
        world.import_registers().await;
        let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
        let old = world.now() - TimeDelta::days(3);
        for subject in [&ada, &grace] {
            store(&world.owner, subject, "uploaded_images", old, 1).await;
            store(&world.owner, subject, "ip_address", old, 1).await;
        }
        let on_ada = hold(&world.owner, json!({ "subject": { "email": "ada@example.com" } })).await;
        let on_type = hold(&world.owner, json!({ "dataType": "uploaded_images" })).await;
        world.ask(RUN, json!({})).await;
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (2, 1));

        world.ask(RELEASE, json!({ "id": on_ada })).await;
        world.ask(RUN, json!({})).await;
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (1, 1));

        world.ask(RELEASE, json!({ "id": on_type })).await;
        world.ask(RUN, json!({})).await;
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (0, 0));
        let again = world.owner.refused(RELEASE, json!({ "id": on_type })).await;
        assert!(again.is("CONFLICT", "ALREADY_RELEASED"), "{again:?}");
        world.finish().await;
    }

    async fn a_hold_names_what_it_holds_and_why(world: World) {
        world.import_registers().await;
        world.subject("ada").await;
        for (input, code, reason, field) in [
            (json!({ "reason": "A lawsuit" }), "BAD_USER_INPUT", "HOLD_WITHOUT_SCOPE", Some("subject")),
            (json!({ "reason": " ", "dataType": "ip_address" }), "BAD_USER_INPUT", "INVALID_REASON", Some("reason")),
            (json!({ "reason": "A lawsuit", "dataType": "ip_adress" }), "BAD_USER_INPUT", "UNKNOWN_DATA_TYPE", Some("dataType")),
            (json!({ "reason": "A lawsuit", "subject": { "externalId": "nobody" } }), "NOT_FOUND", "NOT_FOUND", None),
        ] {
            let refusal = world.owner.refused(HOLD, json!({ "input": input })).await;
            assert!(refusal.is(code, reason), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), field);
        }
        let auditor = world.client("AUDITOR").await;
        let input = json!({ "reason": "A lawsuit", "dataType": "ip_address" });
        assert_eq!(auditor.refused(HOLD, json!({ "input": input })).await.code, "FORBIDDEN");

        let released = hold(&world.owner, json!({ "dataType": "ip_address" })).await;
        hold(&world.owner, json!({ "subject": { "externalId": "ada" } })).await;
        world.ask(RELEASE, json!({ "id": released })).await;
        const HOLDS: &str = "query($active: Boolean) { legalHolds(active: $active) { totalCount
            edges { node { reason dataType subject { externalId } releasedAt } } } }";
        let active = world.ask(HOLDS, json!({ "active": true })).await["legalHolds"].take();
        assert_eq!(active["totalCount"], 1);
        assert_eq!(active["edges"][0]["node"], json!({
            "reason": "A lawsuit about Lovelace", "dataType": null, "subject": { "externalId": "ada" }, "releasedAt": null,
        }));
        let opened = entries(&world, "notes.revealed").await.len();
        let all = world.ask(HOLDS, json!({})).await["legalHolds"].take();
        assert_eq!(all["edges"][1]["node"]["reason"], "A lawsuit about Lovelace");
        let revealed = entries(&world, "notes.revealed").await;
        assert_eq!(revealed.len(), opened + 1);
        assert_eq!(revealed[opened]["details"]["rows"].as_array().map(Vec::len), Some(2));
        world.finish().await;
    }

    async fn a_changed_policy_stamps_anew_and_revives_nothing(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let due = store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(2), 1).await;
        let fresh = store(&world.owner, &subject, "uploaded_images", world.now(), 1).await;
        let ends = async || {
            const ENDS: &str = "query($id: ID!) { subject(ref: { id: $id }) {
                records { edges { node { id expiresAt } } } } }";
            let answer = world.ask(ENDS, json!({ "id": subject })).await;
            let edges = answer["subject"]["records"]["edges"].as_array().expect("edges").clone();
            let end = |id: &Value| edges.iter().find(|edge| edge["node"]["id"] == *id).expect("a record")["node"]["expiresAt"].clone();
            [end(&due[0]["id"]), end(&fresh[0]["id"])].map(|end| end.as_str().map(at))
        };
        let passed = Some(world.now() - TimeDelta::days(1));
        set(&world.owner, "uploaded_images", "P30D", "AUTOMATIC").await;
        world.drain().await;
        assert_eq!(ends().await, [passed, Some(world.now() + TimeDelta::days(30))]);
        set(&world.owner, "uploaded_images", "P30D", "ON_REQUEST").await;
        world.drain().await;
        assert_eq!(ends().await, [passed, None]);
        set(&world.owner, "uploaded_images", "PT1H", "AUTOMATIC").await;
        world.drain().await;
        assert_eq!(ends().await, [passed, Some(world.now() + TimeDelta::hours(1))]);
        let stamped = entries(&world, "retention.restamped").await;
        let counts: Vec<_> = stamped.iter().map(|entry| &entry["details"]["count"]).collect();
        assert_eq!(counts, [1, 1, 1], "the record that was due is never counted");
        set(&world.owner, "uploaded_images", "PT1H", "AUTOMATIC").await;
        assert_eq!(world.drain().await, 0, "an unchanged policy stamps nothing");
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

    async fn a_hold_placed_during_a_run_is_respected(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 5).await;
        let job = world.job("retention.sweep");
        let run = retention::begin(&world.app, &job, None, world.now()).await.expect("a run");
        retention::advance(&world.app, &job, run.id, 2).await.expect("a batch");
        hold(&world.owner, json!({ "subject": { "externalId": "ada" } })).await;
        retention::carry_on(&world.app, &job, run.id, 2).await.expect("the rest");
        assert_eq!(left(&world.owner, &subject).await, 3);
        let runs = world.ask(RUNS, json!({})).await["retentionRuns"].take();
        let images = of(&runs["edges"][0]["node"]["results"], "uploaded_images");
        assert_eq!((images["deleted"].as_i64(), images["held"].as_i64()), (Some(2), Some(3)));
        world.finish().await;
    }

    async fn a_restricted_subject_s_data_is_left_until_the_restriction_is_lifted(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 1).await;
        let change = async |restrict: bool| {
            world.app.write(&world.job("test"), Permission::SubjectWrite, async |tx| {
                let found = vault::find_subject(tx, &vault::SubjectRef::ExternalId("ada".into())).await?;
                let id: SubjectId = found.id;
                if restrict { vault::restrict(tx, id).await? } else { vault::lift_restriction(tx, id).await? };
                Ok(Event::SubjectRestricted { id, cause: "story".into() }.with(()))
            }).await.expect("a change");
        };
        change(true).await;
        let forecast = world.ask(PREVIEW, json!({ "type": "uploaded_images" })).await["retentionPreview"][0].take();
        assert_eq!((forecast["due"].as_i64(), forecast["held"].as_i64()), (Some(0), Some(1)));
        world.ask(RUN, json!({})).await;
        assert_eq!(left(&world.owner, &subject).await, 1);
        change(false).await;
        world.ask(RUN, json!({})).await;
        assert_eq!(left(&world.owner, &subject).await, 0);
        world.finish().await;
    }

    async fn withdrawn_data_goes_with_the_next_sweep_whatever_the_policy(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        const GIVE: &str = "mutation { recordConsent(input: { subject: { externalId: \"ada\" }, purpose: \"agent_interaction\",
            given: true, policyVersion: \"1\", method: WEB_FORM }) { consent { id } } }";
        const STORE: &str = "mutation($type: String!) { storeRecords(input: { records: [{ subject: { externalId: \"ada\" },
            dataType: $type, purpose: \"agent_interaction\", payload: { query: \"Lovelace\" } }] }) { records { expiresAt } } }";
        const WITHDRAW: &str = "mutation { withdrawConsent(input: { subject: { externalId: \"ada\" },
            purpose: \"agent_interaction\" }) { consent { id } } }";
        world.ask(GIVE, json!({})).await;
        world.ask(STORE, json!({ "type": "conversation_history" })).await;
        let stored = world.ask(STORE, json!({ "type": "user_preferences" })).await;
        assert_eq!(stored["storeRecords"]["records"][0]["expiresAt"], Value::Null, "kept until the account is deleted");
        world.ask(WITHDRAW, json!({})).await;
        set(&world.owner, "conversation_history", "P10Y", "AUTOMATIC").await;
        world.drain().await;
        let run = world.ask(RUN, json!({})).await["runRetention"]["run"].take();
        assert_eq!(of(&run["results"], "conversation_history")["deleted"], 1);
        let preferences = of(&run["results"], "user_preferences");
        assert_eq!(preferences["retention"], "UNTIL_ACCOUNT_DELETION");
        assert_eq!((preferences["deleted"].as_i64(), preferences["legalBasis"].as_str()), (Some(1), Some("consent_withdrawn")));
        assert_eq!(left(&world.owner, &subject).await, 0);
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

    async fn a_policy_is_refused_field_by_field(world: World) {
        for (data_type, retention, legal_basis, field) in [
            ("Uploaded Images", "P30D", "no_longer_necessary", "dataType"),
            ("uploaded_images", "INDEFINITE", "no_longer_necessary", "retention"),
            ("uploaded_images", "P30D", " ", "legalBasis"),
        ] {
            let input = json!({
                "dataType": data_type, "retention": retention, "deletionMethod": "AUTOMATIC", "legalBasis": legal_basis,
            });
            let refusal = world.owner.refused(SET, json!({ "input": input })).await;
            assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("BAD_USER_INPUT", Some(field)));
        }
        let policies = world.ask("{ retentionPolicies { dataType } }", json!({})).await;
        assert_eq!(policies["retentionPolicies"], json!([]));
        world.finish().await;
    }
}
