//! Storing records for purposes.

use chrono::TimeDelta;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\" }) { consent { given } } }";
const NODE: &str = "query($id: ID!) { node(id: $id) { ... on PersonalRecord { payload } } }";
const STORE: &str = "mutation($records: [PersonalRecordInput!]!, $key: String) {
    storeRecords(input: { records: $records, idempotencyKey: $key }) { records { id expiresAt removedFields removedFieldCount } } }";
const RECORDS: &str =
    "query($id: ID!, $type: String) { subject(ref: { id: $id }) { records(dataType: $type) { totalCount
    edges { node { id dataType purpose payload createdAt expiresAt heldBy { reason } } } } } }";
const CONSENT: &str =
    "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\",
    given: true, policyVersion: \"1\", method: WEB_FORM }) { consent { given } } }";

/// A subject who agreed to `agent_interaction`, with the example registers imported.
async fn consenting(world: &World, name: &str) -> String {
    world.import_registers().await;
    let id = world.subject(name).await;
    world.ask(CONSENT, json!({ "id": id })).await;
    id
}

fn record(subject: &str, data_type: &str, purpose: &str, payload: Value) -> Value {
    let mut record = json!({ "subject": { "id": subject }, "dataType": data_type, "purpose": purpose });
    record["payload"] = payload;
    record
}

both_engines! {
    async fn what_a_purpose_may_not_collect_is_dropped_and_named(world: World) {
        let id = consenting(&world, "ada").await;
        let payload = json!({ "query": "Lovelace?", "session_id": "s", "email": "ada@example.com", "device": { "os": "x" } });
        let records = json!([record(&id, "conversation_history", "agent_interaction", payload)]);
        let stored = world.ask(STORE, json!({ "records": records })).await["storeRecords"]["records"][0].clone();
        assert_eq!(stored["removedFields"], json!(["device", "email"]));
        assert_eq!(stored["removedFieldCount"], 2);
        assert_eq!(stored["expiresAt"], "2026-03-31T09:00:00+00:00", "30 days, as the retention register says");

        let seen = world.ask(RECORDS, json!({ "id": id })).await["subject"]["records"]["edges"][0]["node"].clone();
        assert_eq!(seen["id"], stored["id"]);
        assert_eq!(seen["purpose"], "agent_interaction");
        assert_eq!(seen["payload"], json!({ "query": "Lovelace?", "session_id": "s" }));
        assert_eq!(seen["heldBy"], json!([]));
        let entry = world.ask("{ auditEntries(filter: { action: \"records.stored\" }) { edges { node { details } } } }", json!({})).await;
        assert_eq!(
            entry["auditEntries"]["edges"][0]["node"]["details"],
            json!({ "count": 1, "data_types": ["conversation_history"], "purposes": ["agent_interaction"],
                    "removed_fields": ["device", "email"], "removed_field_count": 2 })
        );
        world.finish().await;
    }

    async fn each_fault_names_its_record_and_nothing_is_stored(world: World) {
        let id = consenting(&world, "ada").await;
        let bea = world.subject("bea").await;
        let good = record(&id, "user_query", "agent_interaction", json!({ "query": "q" }));
        let later = |at: &str| { let mut record = good.clone(); record["createdAt"] = json!(at); record };
        for (bad, code, reason, field) in [
            (record(&id, "audit_logs", "agent_interaction", json!({})), "BAD_USER_INPUT", "DATA_TYPE_NOT_COLLECTED", "records.1.dataType"),
            (record(&id, "user_query", "nothing", json!({})), "NOT_FOUND", "NOT_FOUND", "records.1.purpose"),
            (record("bm9uc2Vuc2U", "user_query", "agent_interaction", json!({})), "NOT_FOUND", "NOT_FOUND", "records.1.subject"),
            (record(&id, "user_query", "agent_interaction", json!("text")), "BAD_USER_INPUT", "NOT_AN_OBJECT", "records.1.payload"),
            (record(&id, "user_query", "agent_interaction", json!({ "a b": 1 })), "BAD_USER_INPUT", "INVALID_FIELD_NAME", "records.1.payload"),
            (record(&id, "user_query", "agent_interaction", json!({ "query": "q".repeat(262_144) })), "BAD_USER_INPUT", "TOO_LARGE", "records.1.payload"),
            (later("2026-03-01T10:00:00Z"), "BAD_USER_INPUT", "IN_THE_FUTURE", "records.1.createdAt"),
            (later("0001-01-01T00:00:00Z"), "BAD_USER_INPUT", "OUT_OF_RANGE", "records.1.createdAt"),
            (record(&bea, "user_query", "agent_interaction", json!({})), "FORBIDDEN", "NO_CONSENT", "records.1.purpose"),
        ] {
            let refusal = world.owner.refused(STORE, json!({ "records": [good, bad] })).await;
            assert!(refusal.is(code, reason), "{reason}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field), "{reason}");
        }
        for count in [0, 1001] {
            let records = vec![record(&id, "user_query", "agent_interaction", json!({})); count];
            assert!(world.owner.refused(STORE, json!({ "records": records })).await.is("BAD_USER_INPUT", "RECORD_COUNT"));
        }
        assert_eq!(world.database.number("SELECT count(*) FROM records").await.unwrap(), 0);
        world.finish().await;
    }

    async fn the_end_is_counted_from_when_the_data_was_collected(world: World) {
        let id = consenting(&world, "ada").await;
        let at = |record: Value, at: &str| { let mut record = record; record["createdAt"] = json!(at); record };
        let history = record(&id, "conversation_history", "agent_interaction", json!({ "query": "q" }));
        let image = record(&id, "uploaded_images", "image_to_3d_conversion", json!({ "file": "f" }));
        let preferences = record(&id, "user_preferences", "agent_interaction", json!({ "query": "q" }));
        let event = record(&id, "security_events", "legal_compliance", json!({ "what": "login" }));
        let records = json!([
            at(history, "2025-12-01T00:00:00Z"), at(image, "2026-03-01T08:00:00.1234567Z"), preferences,
            at(event, "2024-02-29T12:00:00Z"),
        ]);
        let stored = world.ask(STORE, json!({ "records": records })).await["storeRecords"]["records"].clone();
        assert_eq!(stored[0]["expiresAt"], "2025-12-31T00:00:00+00:00", "its period is over: the next sweep takes it");
        assert_eq!(stored[1]["expiresAt"], "2026-03-02T08:00:00.123456+00:00");
        assert_eq!(stored[2]["expiresAt"], Value::Null, "with the account");
        assert_eq!(stored[3]["expiresAt"], "2031-02-28T12:00:00+00:00", "the purpose's own seven years");
        let filtered = world.ask(RECORDS, json!({ "id": id, "type": "uploaded_images" })).await;
        assert_eq!(filtered["subject"]["records"]["totalCount"], 1);
        world.finish().await;
    }

    async fn a_clock_that_runs_a_little_ahead_is_taken_as_now(world: World) {
        let id = consenting(&world, "ada").await;
        let mut ahead = record(&id, "uploaded_images", "image_to_3d_conversion", json!({}));
        ahead["createdAt"] = json!(world.now() + TimeDelta::minutes(4));
        world.ask(STORE, json!({ "records": [ahead] })).await;
        let seen = world.ask(RECORDS, json!({ "id": id })).await;
        assert_eq!(seen["subject"]["records"]["edges"][0]["node"]["createdAt"], "2026-03-01T09:00:00+00:00");
        world.finish().await;
    }

    async fn after_a_withdrawal_nothing_more_is_stored(world: World) {
        let id = consenting(&world, "ada").await;
        let records = json!([record(&id, "user_query", "agent_interaction", json!({ "query": "q" }))]);
        world.ask(STORE, json!({ "records": records })).await;
        world.ask(WITHDRAW, json!({ "id": id })).await;
        let refusal = world.owner.refused(STORE, json!({ "records": records })).await;
        assert!(refusal.is("FORBIDDEN", "CONSENT_WITHDRAWN"), "{refusal:?}");
        world.finish().await;
    }

    async fn a_thousand_records_go_in_one_call_and_once_under_one_key(world: World) {
        let id = consenting(&world, "ada").await;
        let bea = world.subject("bea").await;
        world.ask(CONSENT, json!({ "id": bea })).await;
        let people = [json!({ "id": id }), json!({ "externalId": "bea" }), json!({ "email": "ADA@example.com" })];
        let records: Vec<Value> = (0..1000).map(|n| json!({
            "subject": people[n % 3], "dataType": "user_query", "purpose": "agent_interaction", "payload": { "query": n },
        })).collect();
        let request = json!({ "records": records, "key": "batch-1" });
        let stored = world.ask(STORE, request.clone()).await;
        assert_eq!(stored["storeRecords"]["records"].as_array().unwrap().len(), 1000);
        assert_eq!(world.ask(STORE, request).await, stored);
        assert_eq!(world.database.number("SELECT count(*) FROM records").await.unwrap(), 1000);
        let seen = world.ask(RECORDS, json!({ "id": bea })).await["subject"]["records"].clone();
        assert_eq!(seen["totalCount"], 333);
        assert_eq!(seen["edges"][0]["node"]["payload"], json!({ "query": 1 }));
        world.finish().await;
    }

    async fn another_tenants_people_and_records_are_not_to_be_had(world: World) {
        let id = consenting(&world, "ada").await;
        let records = json!([record(&id, "user_query", "agent_interaction", json!({ "query": "q" }))]);
        let stored = world.ask(STORE, json!({ "records": records })).await;
        let (_, borealis) = world.another_tenant("borealis").await;
        world.import_registers_for(&borealis).await;
        assert!(borealis.refused(STORE, json!({ "records": records })).await.is("NOT_FOUND", "NOT_FOUND"));
        let record = json!({ "id": stored["storeRecords"]["records"][0]["id"] });
        assert_eq!(borealis.ask(NODE, record.clone()).await["node"], Value::Null);
        assert_eq!(world.ask(NODE, record).await["node"]["payload"], json!({ "query": "q" }));
        world.finish().await;
    }

    async fn whoever_may_store_may_not_read(world: World) {
        let id = consenting(&world, "ada").await;
        let developer = world.client("DEVELOPER").await;
        let records = json!([record(&id, "user_query", "agent_interaction", json!({ "query": "q" }))]);
        developer.ask(STORE, json!({ "records": records })).await;
        assert!(developer.refused(RECORDS, json!({ "id": id })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        let support = world.client("SUPPORT").await;
        assert!(support.refused(STORE, json!({ "records": records })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        world.finish().await;
    }

    async fn of_many_dropped_fields_a_hundred_are_named_and_all_are_counted(world: World) {
        let id = consenting(&world, "ada").await;
        let names = (0..150).map(|n| (format!("n{n:03}"), json!({ "value": "Lovelace" })));
        let payload: serde_json::Map<_, _> = names.collect();
        let records = json!([record(&id, "user_query", "agent_interaction", payload.into())]);
        let stored = world.ask(STORE, json!({ "records": records })).await["storeRecords"]["records"][0].clone();
        assert_eq!(stored["removedFieldCount"], 150);
        assert_eq!(stored["removedFields"].as_array().unwrap().len(), 100);
        let entry = world.ask("{ auditEntries(filter: { action: \"records.stored\" }) { edges { node { details } } } }", json!({})).await;
        let details = &entry["auditEntries"]["edges"][0]["node"]["details"];
        assert_eq!(details["removed_field_count"], 150);
        assert_eq!(details["removed_fields"].as_array().unwrap().len(), 100);
        world.finish().await;
    }
}
