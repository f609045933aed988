//! The compliance report: figures that move with the tables.

use chrono::TimeDelta;
use recital_domain::evidence;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const REPORT: &str =
    "{ complianceReport { generatedAt passed checks { key area status title measured legalReference } } }";
const ATTEST: &str =
    "mutation($input: RecordAttestationInput!) { recordAttestation(input: $input) { key recordedAt } }";
const OWED: [&str; 5] = ["dpia", "penetration_test", "training", "dpo_appointment", "processor_agreements"];

async fn report(world: &World) -> Value {
    world.ask(REPORT, json!({})).await["complianceReport"].take()
}

/// Status and figures of one check.
async fn check(world: &World, key: &str) -> (String, Value) {
    let report = report(world).await;
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["key"] == key).expect("the check");
    assert!(!check["legalReference"].as_str().unwrap().is_empty());
    (check["status"].as_str().unwrap().to_owned(), check["measured"].clone())
}

async fn attest(world: &World, key: &str, valid_until: Option<&str>) {
    let input =
        json!({ "key": key, "statement": "seen by Ada Lovelace", "validUntil": valid_until, "reference": "file 7" });
    world.ask(ATTEST, json!({ "input": input })).await;
}

both_engines! {
    async fn what_nobody_attested_is_not_assessed_and_runs_out_once_it_is(world: World) {
        assert_eq!(report(&world).await["passed"], false);
        assert_eq!(check(&world, "attestation.dpia").await.0, "NOT_ASSESSED");
        attest(&world, "dpia", Some("2026-03-10")).await;
        let (status, measured) = check(&world, "attestation.dpia").await;
        assert_eq!((status.as_str(), &measured["validUntil"], &measured["reference"]), ("PASS", &json!("2026-03-10"), &json!("file 7")));
        world.advance(TimeDelta::days(10));
        assert_eq!(check(&world, "attestation.dpia").await.0, "WARN");
        attest(&world, "dpia", None).await;
        let (status, measured) = check(&world, "attestation.dpia").await;
        assert_eq!((status.as_str(), &measured["validUntil"]), ("PASS", &json!("2027-03-11")));

        for key in OWED {
            attest(&world, key, None).await;
        }
        attest(&world, "bring_your_own_device", None).await;
        assert_eq!(check(&world, "attestation.bring_your_own_device").await.0, "PASS");
        let report = report(&world).await;
        assert_eq!(report["passed"], true, "{report}");
        world.finish().await;
    }

    async fn a_statement_that_makes_no_sense_is_refused(world: World) {
        let past = json!({ "input": { "key": "dpia", "statement": "seen", "validUntil": "2026-02-28" } });
        assert!(world.owner.refused(ATTEST, past).await.is("BAD_USER_INPUT", "IN_THE_PAST"));
        let developer = world.client("DEVELOPER").await;
        let stated = json!({ "input": { "key": "dpia", "statement": "seen" } });
        assert!(developer.refused(ATTEST, stated).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        assert_eq!(check(&world, "attestation.dpia").await.0, "NOT_ASSESSED");
        world.finish().await;
    }

    async fn records_past_their_period_show_until_the_sweep(world: World) {
        const STORE: &str = "mutation($records: [PersonalRecordInput!]!) { storeRecords(input: { records: $records }) { records { expiresAt } } }";
        world.import_registers().await;
        let ada = world.subject("ada").await;
        let record = json!({ "subject": { "id": ada }, "dataType": "uploaded_images", "purpose": "image_to_3d_conversion", "payload": { "note": "Lovelace" } });
        let stored = world.ask(STORE, json!({ "records": [record.clone(), record] })).await;
        let end: chrono::DateTime<chrono::Utc> =
            stored["storeRecords"]["records"][0]["expiresAt"].as_str().unwrap().parse().unwrap();

        let (status, measured) = check(&world, "retention.overdue").await;
        assert_eq!((status.as_str(), &measured["recordsPastPeriod"]), ("PASS", &json!(0)));
        world.advance(end - world.now());
        let (status, measured) = check(&world, "retention.overdue").await;
        assert_eq!((status.as_str(), &measured["recordsPastPeriod"]), ("WARN", &json!(2)));
        world.advance(TimeDelta::hours(27));
        assert_eq!(check(&world, "retention.overdue").await.0, "FAIL");

        const HOLD: &str = "mutation($id: ID!) { placeLegalHold(input: { reason: \"lawsuit\", subject: { id: $id } }) { hold { id } } }";
        let hold = world.ask(HOLD, json!({ "id": ada })).await["placeLegalHold"]["hold"]["id"].take();
        let (status, measured) = check(&world, "retention.overdue").await;
        assert_eq!((status.as_str(), &measured["recordsPastPeriod"], &measured["recordsHeld"]), ("PASS", &json!(0), &json!(2)));
        world.ask("mutation($id: ID!) { releaseLegalHold(input: { id: $id, reason: \"settled\" }) { hold { id } } }", json!({ "id": hold })).await;
        world.ask("mutation { runRetention(input: {}) { run { id } } }", json!({})).await;
        world.drain().await;
        let (status, measured) = check(&world, "retention.overdue").await;
        assert_eq!((status.as_str(), &measured["recordsPastPeriod"], &measured["recordsHeld"]), ("PASS", &json!(0), &json!(0)));
        world.finish().await;
    }

    async fn a_request_past_its_deadline_fails_the_report(world: World) {
        const OPEN: &str = "mutation($id: ID!) { openSubjectRequest(input: { type: ACCESS, subject: { id: $id } }) { request { id } } }";
        let ada = world.subject("ada").await;
        let request = world.ask(OPEN, json!({ "id": ada })).await["openSubjectRequest"]["request"]["id"].take();
        let (status, measured) = check(&world, "requests.deadlines").await;
        assert_eq!((status.as_str(), &measured["open"], &measured["overdue"]), ("PASS", &json!(1), &json!(0)));
        world.advance(TimeDelta::days(28));
        let (status, measured) = check(&world, "requests.deadlines").await;
        assert_eq!((status.as_str(), &measured["dueWithin7Days"]), ("WARN", &json!(1)));
        world.advance(TimeDelta::days(10));
        let (status, measured) = check(&world, "requests.deadlines").await;
        assert_eq!((status.as_str(), &measured["overdue"]), ("FAIL", &json!(1)));
        world.ask("mutation($id: ID!) { cancelSubjectRequest(input: { id: $id }) { request { id } } }", json!({ "id": request })).await;
        let (status, measured) = check(&world, "requests.deadlines").await;
        assert_eq!((status.as_str(), &measured["open"]), ("PASS", &json!(0)));
        world.finish().await;
    }

    async fn a_log_that_does_not_verify_fails_the_report(world: World) {
        world.subject("ada").await;
        evidence::sequence(&world.app).await.unwrap();
        let (status, measured) = check(&world, "audit.log_verifies").await;
        assert_eq!((status.as_str(), &measured["fault"]), ("PASS", &Value::Null));
        // An entry whose place in the queue was taken from it is outside the log.
        world.subject("grace").await;
        world.database.execute("CREATE TABLE queue AS SELECT * FROM audit_pending; DELETE FROM audit_pending").await.unwrap();
        let (status, measured) = check(&world, "audit.log_verifies").await;
        assert_eq!(status, "FAIL");
        assert!(measured["fault"].as_str().unwrap().contains("never taken into the log"), "{measured}");
        world.database.execute("INSERT INTO audit_pending SELECT * FROM queue; DROP TABLE queue").await.unwrap();
        world.finish().await;
    }

    async fn purposes_without_an_allowlist_are_warned_of(world: World) {
        const DEFINE: &str = "mutation($fields: [String!]) { definePurpose(input: { key: \"open\", name: \"Open\", description: \"d\",
            lawfulBasis: CONTRACT, dataCollected: [\"notes\"], fields: $fields, retention: \"P1Y\", storageLocation: \"EU\" }) { purpose { id } } }";
        assert_eq!(check(&world, "minimisation.allowlists").await.0, "PASS");
        world.ask(DEFINE, json!({ "fields": null })).await;
        let (status, measured) = check(&world, "minimisation.allowlists").await;
        assert_eq!((status.as_str(), &measured["withoutAllowlist"]), ("WARN", &json!(["open"])));
        let (status, measured) = check(&world, "retention.policies").await;
        assert_eq!((status.as_str(), &measured["withoutPolicy"]), ("WARN", &json!(["notes"])));
        world.finish().await;
    }
}
