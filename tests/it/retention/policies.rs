//! How long data is kept.

use chrono::TimeDelta;
use recital_tests::both_engines;
use serde_json::{Value, json};

use super::{RUN, SET, at, entries, left, of, set, store};

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

    async fn a_changed_policy_stamps_anew_and_revives_nothing(world: World) {
        const ENDS: &str = "query($id: ID!) { subject(ref: { id: $id }) {
            records { edges { node { id expiresAt } } } } }";
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let due = store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(2), 1).await;
        let fresh = store(&world.owner, &subject, "uploaded_images", world.now(), 1).await;
        let ends = async || {
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

    async fn withdrawn_data_goes_with_the_next_sweep_whatever_the_policy(world: World) {
        const GIVE: &str = "mutation { recordConsent(input: { subject: { externalId: \"ada\" }, purpose: \"agent_interaction\",
            given: true, policyVersion: \"1\", method: WEB_FORM }) { consent { id } } }";
        const STORE: &str = "mutation($type: String!) { storeRecords(input: { records: [{ subject: { externalId: \"ada\" },
            dataType: $type, purpose: \"agent_interaction\", payload: { query: \"Lovelace\" } }] }) { records { expiresAt } } }";
        const WITHDRAW: &str = "mutation { withdrawConsent(input: { subject: { externalId: \"ada\" },
            purpose: \"agent_interaction\" }) { consent { id } } }";
        world.import_registers().await;
        let subject = world.subject("ada").await;
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
