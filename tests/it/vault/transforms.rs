//! Rows for analytics, and tokens.

use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const CONSENT: &str =
    "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\",
    given: true, policyVersion: \"1\", method: API }) { consent { given } } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\" }) { consent { given } } }";
const ANONYMISE: &str =
    "mutation($purpose: String!, $data: [JSON!]!) { anonymise(input: { purpose: $purpose, data: $data }) { data } }";
const TOKENISE: &str = "mutation($id: ID!, $purpose: String!, $values: [String!]!) {
    tokenise(input: { subject: { id: $id }, purpose: $purpose, values: $values }) { tokens } }";
const DETOKENISE: &str = "mutation($purpose: String!, $tokens: [String!]!) {
    detokenise(input: { purpose: $purpose, tokens: $tokens }) { values } }";
const DEFINE: &str = "mutation($key: String!, $fields: [String!]) { definePurpose(input: { key: $key, name: \"P\",
    description: \"A purpose\", lawfulBasis: CONTRACT, dataCollected: [\"cards\"], fields: $fields, retention: \"P1Y\",
    storageLocation: \"EU\" }) { purpose { key } } }";

async fn tokens(world: &World, id: &str, purpose: &str, values: &[&str]) -> Vec<Value> {
    let answer = world.ask(TOKENISE, json!({ "id": id, "purpose": purpose, "values": values })).await;
    answer["tokenise"]["tokens"].as_array().unwrap().clone()
}

async fn values(world: &World, purpose: &str, tokens: &[Value]) -> Value {
    world.ask(DETOKENISE, json!({ "purpose": purpose, "tokens": tokens })).await["detokenise"]["values"].clone()
}

both_engines! {
    async fn analytics_rows_hold_nobody_and_join_with_nobody_elses(world: World) {
        let (_, borealis) = world.another_tenant("borealis").await;
        let fields = json!(["user_id", "response_time", "comment", "country"]);
        for client in [&world.owner, &borealis] {
            client.ask(DEFINE, json!({ "key": "stats", "fields": fields })).await;
        }
        let rows = json!([
            { "user_id": "ada@example.com", "response_time": 12.5, "comment": "Ada Lovelace wrote this", "country": "AT", "email": "ada@example.com" },
            { "user_id": "ADA@example.com", "response_time": 3, "country": "AT" },
        ]);
        let request = json!({ "purpose": "stats", "data": rows });
        let mine = world.ask(ANONYMISE, request.clone()).await["anonymise"]["data"].clone();
        let theirs = borealis.ask(ANONYMISE, request).await["anonymise"]["data"].clone();
        assert_eq!(mine[0], json!({ "user_id": mine[0]["user_id"], "response_time": 12.5, "country": "AT" }));
        assert!(mine[0]["user_id"].as_str().unwrap().starts_with("anon_"));
        assert_eq!(mine[0]["user_id"], mine[1]["user_id"], "one person stays one");
        assert_ne!(mine[0]["user_id"], theirs[0]["user_id"]);

        let entry = world.ask("{ auditEntries(filter: { action: \"data.anonymised\" }) { edges { node { details } } } }", json!({})).await;
        assert_eq!(entry["auditEntries"]["edges"][0]["node"]["details"], json!({ "count": 2, "removed_fields": ["comment", "email"] }));
        assert!(world.owner.refused(ANONYMISE, json!({ "purpose": "none", "data": [] })).await.is("NOT_FOUND", "NOT_FOUND"));
        assert!(world.owner.refused(ANONYMISE, json!({ "purpose": "stats", "data": [1] })).await.is("BAD_USER_INPUT", "NOT_AN_OBJECT"));
        let many = vec![json!({}); 1001];
        assert!(world.owner.refused(ANONYMISE, json!({ "purpose": "stats", "data": many })).await.is("BAD_USER_INPUT", "RECORD_COUNT"));
        world.finish().await;
    }

    async fn a_token_stands_for_one_value_of_one_person_under_one_purpose(world: World) {
        for key in ["payment", "fraud"] {
            world.ask(DEFINE, json!({ "key": key })).await;
        }
        let (ada, bea) = (world.subject("ada").await, world.subject("bea").await);
        let first = tokens(&world, &ada, "payment", &["4111 1111 1111 1111", "other", "4111 1111 1111 1111"]).await;
        assert!(first[0].as_str().unwrap().starts_with("tok_"));
        assert_eq!(first[0], first[2]);
        assert_ne!(first[0], first[1]);
        assert_eq!(tokens(&world, &ada, "payment", &["4111 1111 1111 1111"]).await[0], first[0]);
        assert_ne!(tokens(&world, &bea, "payment", &["4111 1111 1111 1111"]).await[0], first[0]);
        assert_ne!(tokens(&world, &ada, "fraud", &["4111 1111 1111 1111"]).await[0], first[0]);

        let asked = [first[1].clone(), json!("tok_unknown"), first[0].clone()];
        assert_eq!(values(&world, "payment", &asked).await, json!(["other", null, "4111 1111 1111 1111"]));
        assert_eq!(values(&world, "fraud", &asked).await, json!([null, null, null]));
        let entries = world.ask("{ auditEntries(filter: { action: \"tokens.revealed\" }) { edges { node { details } } } }", json!({})).await;
        assert_eq!(entries["auditEntries"]["edges"][1]["node"]["details"], json!({ "asked": 3, "revealed": 2 }));

        let developer = world.client("DEVELOPER").await;
        let refusal = developer.refused(DETOKENISE, json!({ "purpose": "payment", "tokens": [] })).await;
        assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        for (values, field) in [(json!([]), "values"), (json!(["ok", ""]), "values.1")] {
            let refusal = world.owner.refused(TOKENISE, json!({ "id": ada, "purpose": "payment", "values": values })).await;
            assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("BAD_USER_INPUT", Some(field)));
        }
        world.finish().await;
    }

    async fn a_token_is_not_opened_against_its_persons_will(world: World) {
        world.import_registers().await;
        let id = world.subject("ada").await;
        let request = json!({ "id": id, "purpose": "agent_interaction", "values": ["secret"] });
        assert!(world.owner.refused(TOKENISE, request.clone()).await.is("FORBIDDEN", "NO_CONSENT"));
        world.ask(CONSENT, json!({ "id": id })).await;
        let issued = tokens(&world, &id, "agent_interaction", &["secret"]).await;
        assert_eq!(values(&world, "agent_interaction", &issued).await, json!(["secret"]));
        world.ask(WITHDRAW, json!({ "id": id })).await;
        assert_eq!(values(&world, "agent_interaction", &issued).await, json!([null]));
        world.finish().await;
    }
}
