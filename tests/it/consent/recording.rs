//! Giving and refusing consent, and what is kept of it.

use chrono::TimeDelta;
use recital_tests::both_engines;
use serde_json::{Value, json};

use super::{
    CHAT, DECIDE, HISTORY, RECORD, WITHDRAW, define, give, given, given_with, reason, reason_at, states, withdrawal,
    world_with_subject,
};

both_engines! {
    async fn the_same_answer_again_is_kept_and_has_no_second_effect(world: World) {
        let ada = world_with_subject(&world).await;
        let mut first = give(&world, &ada).await;
        world.advance(TimeDelta::hours(1));
        let mut second = give(&world, &ada).await;
        assert_ne!(second["givenAt"].take(), first["givenAt"].take(), "it was last given an hour later");
        assert_eq!(second, first);
        assert_eq!(states(&world, &ada).await, ["GIVEN", "GIVEN"]);
        let told = "SELECT count(*) FROM audit_entries WHERE action = 'consent.given'";
        assert_eq!(world.database.number(told).await.unwrap(), 1, "it was given once");

        let newer = world.ask(RECORD, given_with(&ada, json!({ "policyVersion": "2026-02" }))).await;
        assert_eq!(newer["recordConsent"]["consent"]["id"], first["id"]);
        assert_eq!(newer["recordConsent"]["consent"]["policyVersion"], "2026-02");
        assert_eq!(states(&world, &ada).await, ["GIVEN", "GIVEN", "GIVEN"]);
        world.finish().await;
    }

    async fn what_comes_to_light_late_does_not_undo_what_was_said_again_since(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        world.advance(TimeDelta::days(10));
        give(&world, &ada).await;
        let on_paper = json!({ "given": false, "recordedAt": world.now() - TimeDelta::days(5), "method": "PAPER" });
        let late = world.ask(RECORD, given_with(&ada, on_paper)).await["recordConsent"]["consent"].take();
        assert_eq!(late["state"], "GIVEN");
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        assert_eq!(reason_at(&world, &ada, world.now() - TimeDelta::days(1)).await, "NO_CONSENT");
        let told = "SELECT count(*) FROM audit_entries WHERE action = 'consent.refused'";
        assert_eq!(world.database.number(told).await.unwrap(), 0, "nobody is told that consent was refused");
        world.finish().await;
    }

    async fn an_idempotency_key_gives_the_first_answer_again(world: World) {
        let ada = world_with_subject(&world).await;
        let input = given_with(&ada, json!({ "idempotencyKey": "form-17" }));
        let first = world.ask(RECORD, input.clone()).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        let again = world.ask(RECORD, input).await;
        assert_eq!(again["recordConsent"]["consent"]["id"], first["recordConsent"]["consent"]["id"]);
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_WITHDRAWN");
        let other = given_with(&ada, json!({ "idempotencyKey": "form-17", "policyVersion": "2026-09" }));
        assert!(world.owner.refused(RECORD, other).await.is("CONFLICT", "IDEMPOTENCY_KEY_REUSED"));
        world.finish().await;
    }

    async fn a_refusal_is_kept_and_is_no_consent(world: World) {
        let ada = world_with_subject(&world).await;
        let refused = world.ask(RECORD, given_with(&ada, json!({ "given": false }))).await;
        assert_eq!(refused["recordConsent"]["consent"]["state"], "REFUSED");
        assert_eq!(refused["recordConsent"]["consent"]["canWithdraw"], false);
        assert_eq!(reason(&world, &ada, CHAT).await, "NO_CONSENT");
        assert!(world.owner.refused(WITHDRAW, withdrawal(&ada)).await.is("CONFLICT", "NO_CONSENT"));
        world.finish().await;
    }

    async fn another_tenant_sees_and_changes_nothing(world: World) {
        let ada = world_with_subject(&world).await;
        let consent = give(&world, &ada).await;
        let (_, other) = world.another_tenant("umbra").await;
        world.import_registers_for(&other).await;
        let decided = other.ask(DECIDE, json!({ "subject": { "id": ada }, "purpose": CHAT })).await;
        assert_eq!(decided["processingDecision"]["reason"], "UNKNOWN_SUBJECT");
        assert!(other.refused(RECORD, json!({ "input": given(&ada) })).await.is("NOT_FOUND", "NOT_FOUND"));
        assert!(other.refused(WITHDRAW, withdrawal(&ada)).await.is("NOT_FOUND", "NOT_FOUND"));
        let node = other.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": consent["id"] })).await;
        assert_eq!(node["node"], Value::Null);
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        world.finish().await;
    }

    async fn a_late_event_lands_in_its_place(world: World) {
        let ada = world_with_subject(&world).await;
        world.advance(TimeDelta::days(10));
        give(&world, &ada).await;
        world.advance(TimeDelta::days(1));
        world.ask(WITHDRAW, withdrawal(&ada)).await;

        let on_paper = json!({ "recordedAt": world.now() - TimeDelta::days(3), "method": "PAPER" });
        let late = world.ask(RECORD, given_with(&ada, on_paper.clone())).await;
        assert_eq!(late["recordConsent"]["consent"]["state"], "WITHDRAWN");
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_WITHDRAWN");
        assert_eq!(reason_at(&world, &ada, world.now() - TimeDelta::days(2)).await, "CONSENT_GIVEN");
        assert_eq!(reason_at(&world, &ada, world.now() - TimeDelta::days(4)).await, "NO_CONSENT");
        world.ask(RECORD, given_with(&ada, on_paper)).await;
        assert_eq!(states(&world, &ada).await.len(), 3, "the same paper again is no second event");

        let tomorrow = json!({ "recordedAt": world.now() + TimeDelta::days(1) });
        let refusal = world.owner.refused(RECORD, given_with(&ada, tomorrow)).await;
        assert!(refusal.is("BAD_USER_INPUT", "IN_THE_FUTURE"));
        assert_eq!(refusal.field.as_deref(), Some("recordedAt"));
        world.finish().await;
    }

    async fn special_categories_need_explicit_consent(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "health", "specialCategory": true,
            "specialCategoryCondition": "Article 9(2)(a): explicit consent" })).await;
        let plain = given_with(&ada, json!({ "purpose": "health" }));
        let refusal = world.owner.refused(RECORD, plain).await;
        assert!(refusal.is("BAD_USER_INPUT", "SPECIAL_CATEGORY_CONSENT_REQUIRED"));
        assert_eq!(refusal.field.as_deref(), Some("specialCategoryConsent"));
        let explicit = given_with(&ada, json!({ "purpose": "health", "specialCategoryConsent": true }));
        let consent = world.ask(RECORD, explicit).await["recordConsent"]["consent"].take();
        assert_eq!((&consent["specialCategoryData"], &consent["specialCategoryConsent"]), (&json!(true), &json!(true)));
        assert_eq!(reason(&world, &ada, "health").await, "CONSENT_GIVEN");
        world.finish().await;
    }

    async fn what_was_shown_is_kept_by_its_hash_and_the_history_pages(world: World) {
        let ada = world_with_subject(&world).await;
        let notice = json!({ "noticeText": "May we answer you with an agent?" });
        world.ask(RECORD, given_with(&ada, notice)).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        give(&world, &ada).await;
        let first = world.ask(HISTORY, json!({ "id": ada, "first": 2, "purpose": CHAT })).await;
        let history = &first["subject"]["consentHistory"];
        assert_eq!((&history["totalCount"], &history["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
        let after = history["pageInfo"]["endCursor"].clone();
        let second = world.ask(HISTORY, json!({ "id": ada, "first": 2, "after": after })).await;
        let given = &second["subject"]["consentHistory"]["edges"][0]["node"];
        let hash = "ad405ea3d1bd0e0fc8fbe9d6e95c560773616f3297bf67711a40f09272cf4c25";
        assert_eq!(given["noticeHash"], hash);
        assert_eq!(given["notice"]["text"], "May we answer you with an agent?");
        const NOTICE: &str = "query($hash: String!) { notice(hash: $hash) { hash text firstShownAt } }";
        assert_eq!(world.ask(NOTICE, json!({ "hash": hash })).await["notice"], given["notice"]);
        assert_eq!(first["subject"]["consentHistory"]["edges"][0]["node"]["notice"], Value::Null);
        let (_, other) = world.another_tenant("umbra").await;
        for hash in [hash, "00", "none"] {
            assert_eq!(other.ask(NOTICE, json!({ "hash": hash })).await["notice"], Value::Null);
        }
        assert!(given["recordedBy"].as_str().unwrap().starts_with("api_key:"));
        assert_eq!(first["subject"]["consents"], json!([{ "state": "GIVEN", "purpose": { "key": CHAT } }]));
        world.finish().await;
    }

    async fn input_that_cannot_be_right_is_refused_by_name(world: World) {
        let ada = world_with_subject(&world).await;
        for (fields, field, reason) in [
            (json!({ "policyVersion": " " }), "policyVersion", "REQUIRED"),
            (json!({ "doubleOptIn": true, "given": false }), "doubleOptIn", "NOTHING_TO_CONFIRM"),
            (json!({ "doubleOptIn": true, "recordedAt": "2026-01-01T00:00:00Z" }), "doubleOptIn", "NOTHING_TO_CONFIRM"),
            (json!({ "method": "GPC" }), "method", "GPC_IS_NO_CONSENT"),
            (json!({ "recordedAt": "1969-12-31T23:59:59Z" }), "recordedAt", "OUT_OF_RANGE"),
            (json!({ "noticeText": "x".repeat(100_001) }), "noticeText", "TOO_LONG"),
        ] {
            let refusal = world.owner.refused(RECORD, given_with(&ada, fields)).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        let auditor = world.client("AUDITOR").await;
        assert!(auditor.refused(RECORD, json!({ "input": given(&ada) })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        assert_eq!(states(&world, &ada).await, Vec::<String>::new());
        world.finish().await;
    }
}
