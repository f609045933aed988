//! Subject requests: opened, decided, carried out, in time.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use recital_tests::{Client, World, both_engines};
use reqwest::StatusCode;
use serde_json::{Value, json};

const OPEN: &str = "mutation($input: OpenSubjectRequestInput!) { openSubjectRequest(input: $input) { request {
    id type state dueOn extendedTo overdue closedAt rejectionReason
    export { format sizeBytes sha256 expiresAt downloadUrl }
    erasure { erased retained keyDestroyed verifiedAbsentAt jws } } } }";
const SEE: &str = "query($id: ID!) { subjectRequest(id: $id) {
    id type state dueOn extendedTo extensionReason overdue closedAt rejectionReason rejectionExplanation
    timeline { what by note } assignee { id }
    export { format sizeBytes sha256 expiresAt downloadUrl }
    erasure { erased retained keyDestroyed verifiedAbsentAt jws } } }";
const DECIDE: &str =
    "query($id: ID!) { processingDecision(subject: { id: $id }, purpose: \"agent_interaction\") { allowed reason } }";

async fn open(world: &World, kind: &str, subject: &str, more: Value) -> Value {
    let mut input = json!({ "type": kind, "subject": { "id": subject }, "identityVerified": true });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.ask(OPEN, json!({ "input": input })).await["openSubjectRequest"]["request"].clone()
}

async fn see(world: &World, request: &Value) -> Value {
    world.ask(SEE, json!({ "id": request["id"] })).await["subjectRequest"].clone()
}

/// A person with a consent and a record.
async fn person(world: &World, name: &str) -> String {
    let subject = world.subject(name).await;
    const CONSENT: &str =
        "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\",
        given: true, policyVersion: \"2026-01\", method: WEB_FORM }) { consent { state } } }";
    world.ask(CONSENT, json!({ "id": subject })).await;
    const STORE: &str = "mutation($id: ID!, $payload: JSON!) { storeRecords(input: { records: [{ subject: { id: $id },
        dataType: \"conversation_history\", purpose: \"agent_interaction\", payload: $payload }] }) { records { id } } }";
    world.ask(STORE, json!({ "id": subject, "payload": { "query": format!("what {name} Lovelace asked") } })).await;
    subject
}

both_engines! {
    async fn access_gives_the_person_all_of_their_own_data_and_nobody_elses(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        person(&world, "grace").await;
        let request = open(&world, "ACCESS", &ada, json!({})).await;
        assert_eq!(request["dueOn"], "2026-04-01");
        world.drain().await;
        let done = see(&world, &request).await;
        assert_eq!(done["state"], "COMPLETED", "{done}");

        let answer = reqwest::get(done["export"]["downloadUrl"].as_str().unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment;"));
        let text = answer.text().await.unwrap();
        assert_eq!(json!(text.len()), done["export"]["sizeBytes"]);
        let package: Value = serde_json::from_str(&text).unwrap();
        for needed in ["ada@example.com", "what ada Lovelace asked", "agent_interaction", "conversation_history", "2026-01"] {
            assert!(text.contains(needed), "the package lacks {needed}: {package:#}");
        }
        assert!(!text.contains("grace"), "{package:#}");

        world.advance(TimeDelta::days(60));
        let late = reqwest::get(done["export"]["downloadUrl"].as_str().unwrap()).await.unwrap();
        assert_eq!(late.status(), StatusCode::GONE);
        let forged = reqwest::get(format!("{}/export/nonsense.nonsense", world.url)).await.unwrap();
        assert_eq!(forged.status(), StatusCode::NOT_FOUND);
        world.finish().await;
    }

    async fn an_erased_person_is_gone_and_a_signed_certificate_says_so(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let grace = person(&world, "grace").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        world.drain().await;
        let done = see(&world, &request).await;
        assert_eq!(done["state"], "COMPLETED", "{done}");
        let certificate = &done["erasure"];
        assert_eq!(certificate["keyDestroyed"], true);
        assert_eq!(certificate["erased"]["records"], 1, "{certificate}");
        assert!(certificate["verifiedAbsentAt"].is_string());

        let parts: Vec<&str> = certificate["jws"].as_str().unwrap().split('.').collect();
        assert_eq!(parts.len(), 3);
        let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert!(!claims.to_string().contains("example.com"), "{claims}");

        assert_eq!(world.ask(DECIDE, json!({ "id": ada })).await["processingDecision"]["reason"], "SUBJECT_ERASED");
        assert_eq!(world.ask(DECIDE, json!({ "id": grace })).await["processingDecision"]["reason"], "CONSENT_GIVEN");
        let by_email = "{ subject(ref: { email: \"ada@example.com\" }) { id } }";
        assert!(world.owner.send(by_email, json!({})).await["data"]["subject"].is_null());
        for table in ["subject_keys", "records", "profiles"] {
            assert_eq!(world.database.number(&format!("SELECT count(*) FROM {table}")).await.unwrap(), 1, "{table}");
        }
        world.finish().await;
    }

    async fn deadlines_are_a_calendar_month_or_forty_five_days_and_are_extended_once(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let unverified = json!({ "identityVerified": false, "receivedAt": "2026-01-31T12:00:00Z" });
        let gdpr = open(&world, "RESTRICTION", &ada, unverified).await;
        assert_eq!((&gdpr["dueOn"], &gdpr["overdue"]), (&json!("2026-02-28"), &json!(true)));
        let ccpa = open(&world, "ACCESS", &ada, json!({ "regime": "CCPA", "identityVerified": false })).await;
        assert_eq!(ccpa["dueOn"], "2026-04-15");

        const EXTEND: &str = "mutation($id: ID!) { extendSubjectRequest(input: { id: $id, reason: \"many requests\" }) { request { extendedTo extensionReason } } }";
        let late = world.owner.refused(EXTEND, json!({ "id": gdpr["id"] })).await;
        assert_eq!(late.code, "CONFLICT", "{late:?}");
        let extended = world.ask(EXTEND, json!({ "id": ccpa["id"] })).await;
        assert_eq!(extended["extendSubjectRequest"]["request"], json!({ "extendedTo": "2026-05-30", "extensionReason": "many requests" }));
        assert!(world.owner.refused(EXTEND, json!({ "id": ccpa["id"] })).await.is("CONFLICT", "ALREADY_EXTENDED"));

        let overdue = world.ask("{ subjectRequests(filter: { overdue: true }) { totalCount edges { node { id } } } }", json!({})).await;
        assert_eq!(overdue["subjectRequests"]["totalCount"], 1);
        assert_eq!(overdue["subjectRequests"]["edges"][0]["node"]["id"], gdpr["id"]);
        world.finish().await;
    }

    async fn a_cancelled_request_is_never_carried_out_and_a_duplicate_joins_the_open_one(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        let again = open(&world, "ERASURE", &ada, json!({})).await;
        assert_eq!(request["id"], again["id"]);
        const CANCEL: &str = "mutation($id: ID!) { cancelSubjectRequest(input: { id: $id }) { request { state closedAt } } }";
        assert_eq!(world.ask(CANCEL, json!({ "id": request["id"] })).await["cancelSubjectRequest"]["request"]["state"], "CANCELLED");
        world.drain().await;
        assert_eq!(world.ask(DECIDE, json!({ "id": ada })).await["processingDecision"]["reason"], "CONSENT_GIVEN");
        assert_eq!(world.owner.refused(CANCEL, json!({ "id": request["id"] })).await.code, "CONFLICT");
        world.finish().await;
    }

    async fn cancelling_while_it_is_carried_out_leaves_one_of_the_two_and_nothing_between(world: World) {
        world.import_registers().await;
        const CANCEL: &str = "mutation($id: ID!) { cancelSubjectRequest(input: { id: $id }) { request { state } } }";
        for round in 0..8 {
            let ada = person(&world, &format!("ada{round}")).await;
            let request = open(&world, "ERASURE", &ada, json!({})).await;
            let (_, cancelled) = tokio::join!(world.drain(), world.owner.send(CANCEL, json!({ "id": request["id"] })));
            world.drain().await;
            let state = see(&world, &request).await["state"].clone();
            let reason = world.ask(DECIDE, json!({ "id": ada })).await["processingDecision"]["reason"].clone();
            if cancelled["errors"].is_null() {
                assert_eq!((&state, &reason), (&json!("CANCELLED"), &json!("CONSENT_GIVEN")));
            } else {
                assert_eq!((&state, &reason), (&json!("COMPLETED"), &json!("SUBJECT_ERASED")));
            }
        }
        world.finish().await;
    }

    async fn an_erasure_waits_for_somebody_else_to_approve_it(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let support = world.client("SUPPORT").await;
        let input = json!({ "type": "ERASURE", "subject": { "id": ada }, "identityVerified": true });
        let request = support.ask(OPEN, json!({ "input": input })).await["openSubjectRequest"]["request"].clone();
        assert_eq!(request["state"], "AWAITING_APPROVAL");
        const APPROVE: &str = "mutation($id: ID!) { approveSubjectRequest(input: { id: $id }) { request { state } } }";
        assert!(support.refused(APPROVE, json!({ "id": request["id"] })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        world.ask(APPROVE, json!({ "id": request["id"] })).await;
        world.drain().await;
        assert_eq!(see(&world, &request).await["state"], "COMPLETED");
        world.finish().await;
    }

    async fn restriction_and_objection_take_effect_and_rectification_makes_a_version(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        open(&world, "RECTIFICATION", &ada, json!({ "corrections": { "name": "Augusta Lovelace" } })).await;
        world.drain().await;
        const PROFILE: &str = "query($id: ID!) { subject(ref: { id: $id }) { status profile { version attributes } } }";
        let seen = world.ask(PROFILE, json!({ "id": ada })).await;
        assert_eq!(seen["subject"]["profile"]["version"], 2);
        assert_eq!(seen["subject"]["profile"]["attributes"]["name"], "Augusta Lovelace");

        let refused = json!({ "input": { "type": "OBJECTION", "subject": { "id": ada }, "identityVerified": true, "purpose": "agent_interaction" } });
        assert!(world.owner.refused(OPEN, refused).await.is("BAD_USER_INPUT", "RIGHT_NOT_APPLICABLE"));
        open(&world, "OBJECTION", &ada, json!({ "purpose": "service_improvement" })).await;
        open(&world, "RESTRICTION", &ada, json!({})).await;
        const OBJECTED: &str = "query($id: ID!) { processingDecision(subject: { id: $id }, purpose: \"service_improvement\") { reason } }";
        let item = world.drain().await;
        assert_eq!(item, 2);
        assert_eq!(world.ask(DECIDE, json!({ "id": ada })).await["processingDecision"]["reason"], "RESTRICTED");
        assert_eq!(world.ask(OBJECTED, json!({ "id": ada })).await["processingDecision"]["reason"], "RESTRICTED");
        world.finish().await;
    }

    async fn a_rejection_is_explained_and_a_legal_hold_brings_an_erasure_back_for_a_decision(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        const HOLD: &str = "mutation($id: ID!) { placeLegalHold(input: { reason: \"a claim\", subject: { id: $id } }) { hold { id } } }";
        world.ask(HOLD, json!({ "id": ada })).await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        world.drain().await;
        let held = see(&world, &request).await;
        assert_eq!(held["state"], "AWAITING_APPROVAL", "{held}");

        const REJECT: &str = "mutation($id: ID!) { rejectSubjectRequest(input: { id: $id, reason: LEGAL_OBLIGATION,
            explanation: \"we must keep it, Ms Lovelace\" }) { request { state rejectionReason rejectionExplanation closedAt } } }";
        let rejected = world.ask(REJECT, json!({ "id": request["id"] })).await["rejectSubjectRequest"]["request"].clone();
        assert_eq!((&rejected["state"], &rejected["rejectionReason"]), (&json!("REJECTED"), &json!("LEGAL_OBLIGATION")));
        assert_eq!(rejected["rejectionExplanation"], "we must keep it, Ms Lovelace");
        let whats: Vec<String> = see(&world, &request).await["timeline"].as_array().unwrap().iter().map(|step| step["what"].to_string()).collect();
        assert!(whats.len() >= 3, "{whats:?}");
        world.finish().await;
    }

    async fn an_auditor_sees_requests_but_not_what_is_sealed_in_them(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "RESTRICTION", &ada, json!({ "identityVerified": false })).await;
        const EXTEND: &str = "mutation($id: ID!) { extendSubjectRequest(input: { id: $id, reason: \"Ms Lovelace is away\" }) { request { id } } }";
        world.ask(EXTEND, json!({ "id": request["id"] })).await;
        let auditor: Client = world.client("AUDITOR").await;
        let states = "query($id: ID!) { subjectRequest(id: $id) { state timeline { what } } }";
        assert_eq!(auditor.ask(states, json!({ "id": request["id"] })).await["subjectRequest"]["state"], "AWAITING_IDENTITY");
        let notes = auditor.send(SEE, json!({ "id": request["id"] })).await;
        assert!(!notes.to_string().contains("Lovelace") && !notes["errors"].is_null(), "{notes}");
        world.finish().await;
    }
}
