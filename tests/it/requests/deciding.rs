//! Deadlines, approval, cancelling, and who sees what.

use recital_tests::{Client, both_engines};
use serde_json::json;

use super::{APPROVE, CANCEL, DECIDE, OPEN, SEE, SET_POLICY, open, person, see};

both_engines! {
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
        world.trust_the_voucher().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        let again = open(&world, "ERASURE", &ada, json!({})).await;
        assert_eq!(request["id"], again["id"]);
        assert_eq!(world.ask(CANCEL, json!({ "id": request["id"] })).await["cancelSubjectRequest"]["request"]["state"], "CANCELLED");
        world.drain().await;
        assert_eq!(world.ask(DECIDE, json!({ "id": ada })).await["processingDecision"]["reason"], "CONSENT_GIVEN");
        assert_eq!(world.owner.refused(CANCEL, json!({ "id": request["id"] })).await.code, "CONFLICT");
        world.finish().await;
    }

    async fn an_erasure_waits_for_somebody_else_to_approve_it(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let support = world.client("SUPPORT").await;
        let input = json!({ "type": "ERASURE", "subject": { "id": ada }, "identityVerified": true });
        let request = support.ask(OPEN, json!({ "input": input })).await["openSubjectRequest"]["request"].clone();
        assert_eq!(request["state"], "AWAITING_APPROVAL");
        assert!(support.refused(APPROVE, json!({ "id": request["id"] })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        world.ask(APPROVE, json!({ "id": request["id"] })).await;
        world.drain().await;
        assert_eq!(see(&world, &request).await["state"], "COMPLETED");
        world.finish().await;
    }

    async fn who_lets_an_erasure_begin_is_the_tenants_policy(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        assert_eq!(request["state"], "AWAITING_APPROVAL");
        assert!(world.owner.refused(APPROVE, json!({ "id": request["id"] })).await.is("FORBIDDEN", "OPENER_CANNOT_APPROVE"));
        world.ask(CANCEL, json!({ "id": request["id"] })).await;

        assert!(world.client("SUPPORT").await.refused(SET_POLICY, json!({ "input": {} })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        let none = json!({ "input": { "identityWithinDays": 0 } });
        assert!(world.owner.refused(SET_POLICY, none).await.is("BAD_USER_INPUT", "OUT_OF_RANGE"));
        for (policy, state) in [("VOUCHER", "IN_PROGRESS"), ("SECOND_MEMBER", "AWAITING_APPROVAL"), ("NONE", "IN_PROGRESS")] {
            let set = world.ask(SET_POLICY, json!({ "input": { "erasureApproval": policy } })).await;
            assert_eq!(set["setRequestPolicy"]["policy"], json!({ "erasureApproval": policy, "identityWithinDays": 30 }));
            let request = open(&world, "ERASURE", &ada, json!({})).await;
            assert_eq!(request["state"], state, "{policy}");
            world.ask(CANCEL, json!({ "id": request["id"] })).await;
        }
        world.finish().await;
    }

    async fn notes_stand_in_the_timeline_and_are_sealed(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        const NOTE: &str = "mutation($id: ID!, $note: String!) { noteSubjectRequest(input: { id: $id, note: $note }) { request { id } } }";
        world.ask(NOTE, json!({ "id": request["id"], "note": "called Ms Lovelace" })).await;
        let timeline = see(&world, &request).await["timeline"].clone();
        let noted = timeline.as_array().unwrap().iter().find(|step| step["what"] == "noted").unwrap();
        assert_eq!(noted["note"], "called Ms Lovelace");
        assert!(world.owner.refused(NOTE, json!({ "id": request["id"], "note": " " })).await.is("BAD_USER_INPUT", "REQUIRED"));
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
