//! How long data is kept.

use chrono::TimeDelta;
use recital_domain::{error::Result, retention, work};
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

use super::{RUN, SET, at, entries, left, of, set, store};

/// How many ends each stamping anew of that data type changed.
async fn restamped(world: &World, data_type: &str) -> Vec<i64> {
    let entries = entries(world, "retention.restamped").await.into_iter().map(|mut entry| entry["details"].take());
    let of_type = entries.filter(|details| details["data_type"] == data_type);
    of_type.map(|details| details["count"].as_i64().expect("a count")).collect()
}

/// How the stamping anew of that data type stands.
async fn restamp(world: &World, data_type: &str) -> Value {
    const POLICIES: &str = "{ retentionPolicies { dataType restamp { stamped finishedAt } } }";
    of(&world.ask(POLICIES, json!({})).await["retentionPolicies"], data_type)["restamp"].clone()
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
        assert_eq!(restamped(&world, "uploaded_images").await, [1, 1, 1], "the record that was due is never counted");
        set(&world.owner, "uploaded_images", "PT1H", "AUTOMATIC").await;
        assert_eq!(world.drain().await, 0, "an unchanged policy stamps nothing");
        world.finish().await;
    }

    async fn stamping_anew_that_was_killed_goes_on_where_it_stood_and_says_how_many(world: World) {
        world.import_registers().await;
        world.drain().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now(), 7).await;
        set(&world.owner, "uploaded_images", "P30D", "AUTOMATIC").await;
        assert_eq!(restamp(&world, "uploaded_images").await, json!({ "stamped": 0, "finishedAt": null }));
        // The first worker dies after one batch, its item still in its hands.
        let dead = work::claim(&world.app, 1).await.expect("work is claimed");
        assert_eq!(dead[0].kind, "retention.restamp");
        let job = world.job("work");
        assert!(retention::restamp_batch(&world.app, &job, "uploaded_images", 3).await.expect("a batch"), "there is more");
        assert_eq!(restamp(&world, "uploaded_images").await["stamped"], 3);
        world.advance(work::LEASE + TimeDelta::seconds(1));
        let taken_over = work::claim(&world.app, 1).await.expect("work is claimed");
        assert_eq!(taken_over[0].id, dead[0].id);
        let batches = async || -> Result<usize> {
            let mut batches = 1;
            while retention::restamp_batch(&world.app, &job, "uploaded_images", 3).await? { batches += 1; }
            Ok(batches)
        };
        assert_eq!(batches().await.expect("the rest"), 2, "4 were left, not 7");
        work::finish(&world.app, &taken_over[0], &Ok(())).await.expect("the item is done");
        let done = restamp(&world, "uploaded_images").await;
        assert_eq!(done["stamped"], 7);
        assert!(done["finishedAt"].is_string(), "{done}");
        assert_eq!(restamped(&world, "uploaded_images").await.last(), Some(&7));
        world.finish().await;
    }

    async fn a_period_that_changes_while_it_is_stamped_begins_anew(world: World) {
        world.import_registers().await;
        world.drain().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now(), 5).await;
        set(&world.owner, "uploaded_images", "P30D", "AUTOMATIC").await;
        retention::restamp_batch(&world.app, &world.job("work"), "uploaded_images", 3).await.expect("a batch");
        set(&world.owner, "uploaded_images", "P60D", "AUTOMATIC").await;
        world.drain().await;
        let end = (world.now() + TimeDelta::days(60)).format("%Y-%m-%d");
        let right = format!("SELECT count(*) FROM records WHERE CAST(expires_at AS text) LIKE '{end}%'");
        assert_eq!(world.database.number(&right).await.expect("a count"), 5);
        assert_eq!(restamp(&world, "uploaded_images").await["stamped"], 5);
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
