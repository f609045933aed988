//! Rows for analytics, and tokens.

use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const CONSENT: &str =
    "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\",
    given: true, policyVersion: \"1\", method: API }) { consent { given } } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\" }) { consent { given } } }";
const ANONYMISE: &str = "mutation($purpose: String!, $data: [JSON!]!) { anonymise(input: { purpose: $purpose, data: $data }) { data removedFields removedFieldCount } }";
const TOKENISE: &str = "mutation($id: ID!, $purpose: String!, $values: [String!]!, $stable: Boolean) {
    tokenise(input: { subject: { id: $id }, purpose: $purpose, values: $values, stable: $stable }) { tokens } }";
const DETOKENISE: &str = "mutation($purpose: String!, $tokens: [String!]!) {
    detokenise(input: { purpose: $purpose, tokens: $tokens }) { values } }";
const DEFINE: &str = "mutation($key: String!, $fields: [String!]) { definePurpose(input: { key: $key, name: \"P\",
    description: \"A purpose\", lawfulBasis: CONTRACT, dataCollected: [\"cards\"], fields: $fields, retention: \"P1Y\",
    storageLocation: \"EU\" }) { purpose { key } } }";

/// New tokens.
async fn tokens(world: &World, id: &str, purpose: &str, values: &[&str]) -> Vec<Value> {
    let answer = world.ask(TOKENISE, json!({ "id": id, "purpose": purpose, "values": values })).await;
    answer["tokenise"]["tokens"].as_array().unwrap().clone()
}

/// Tokens that stay the same for the same values.
async fn stable(world: &World, id: &str, purpose: &str, values: &[&str]) -> Vec<Value> {
    let answer = world.ask(TOKENISE, json!({ "id": id, "purpose": purpose, "values": values, "stable": true })).await;
    answer["tokenise"]["tokens"].as_array().unwrap().clone()
}

/// Erases as a request does.
async fn erase(world: &World, id: &str) {
    const ERASE: &str = "mutation($id: ID!) { openSubjectRequest(input: { type: ERASURE, subject: { id: $id },
        identityVerified: true }) { request { state } } }";
    world.trust_the_voucher().await;
    world.ask(ERASE, json!({ "id": id })).await;
    world.drain().await;
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
        let answer = world.ask(ANONYMISE, request.clone()).await["anonymise"].clone();
        assert_eq!(answer["removedFields"], json!(["comment", "email"]));
        assert_eq!(answer["removedFieldCount"], 2);
        let mine = answer["data"].clone();
        let theirs = borealis.ask(ANONYMISE, request).await["anonymise"]["data"].clone();
        assert_eq!(mine[0], json!({ "user_id": mine[0]["user_id"], "response_time": 12.5, "country": "AT" }));
        assert!(mine[0]["user_id"].as_str().unwrap().starts_with("anon_"));
        assert_eq!(mine[0]["user_id"], mine[1]["user_id"], "one person stays one");
        assert_ne!(mine[0]["user_id"], theirs[0]["user_id"]);

        let entry = world.ask("{ auditEntries(filter: { action: \"data.anonymised\" }) { edges { node { details } } } }", json!({})).await;
        assert_eq!(entry["auditEntries"]["edges"][0]["node"]["details"], json!({ "count": 2, "removed_fields": ["comment", "email"], "removed_field_count": 2 }));
        assert!(world.owner.refused(ANONYMISE, json!({ "purpose": "none", "data": [] })).await.is("NOT_FOUND", "NOT_FOUND"));
        assert!(world.owner.refused(ANONYMISE, json!({ "purpose": "stats", "data": [1] })).await.is("BAD_USER_INPUT", "NOT_AN_OBJECT"));
        let many = vec![json!({}); 1001];
        assert!(world.owner.refused(ANONYMISE, json!({ "purpose": "stats", "data": many })).await.is("BAD_USER_INPUT", "RECORD_COUNT"));
        world.finish().await;
    }

    async fn a_token_is_new_each_time_and_opens_under_its_own_purpose_alone(world: World) {
        for key in ["payment", "fraud"] {
            world.ask(DEFINE, json!({ "key": key })).await;
        }
        let ada = world.subject("ada").await;
        let first = tokens(&world, &ada, "payment", &["4111 1111 1111 1111", "other", "4111 1111 1111 1111"]).await;
        let again = tokens(&world, &ada, "payment", &["4111 1111 1111 1111"]).await;
        let all: std::collections::BTreeSet<_> = first.iter().chain(&again).map(|token| token.as_str().unwrap()).collect();
        assert_eq!(all.len(), 4);
        assert!(all.iter().all(|token| token.starts_with("tok_") && token.len() < 32), "{all:?}");

        let asked = [first[1].clone(), json!("tok_unknown"), first[0].clone(), again[0].clone()];
        let number = "4111 1111 1111 1111";
        assert_eq!(values(&world, "payment", &asked).await, json!(["other", null, number, number]));
        assert_eq!(values(&world, "fraud", &asked).await, json!([null, null, null, null]));
        let entries = world.ask("{ auditEntries(filter: { action: \"tokens.revealed\" }) { edges { node { details } } } }", json!({})).await;
        assert_eq!(entries["auditEntries"]["edges"][1]["node"]["details"], json!({ "asked": 4, "revealed": 3 }));

        let developer = world.client("DEVELOPER").await;
        let refusal = developer.refused(DETOKENISE, json!({ "purpose": "payment", "tokens": [] })).await;
        assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        world.finish().await;
    }

    async fn a_stable_token_stands_for_one_value_of_one_person_under_one_purpose(world: World) {
        for key in ["payment", "fraud"] {
            world.ask(DEFINE, json!({ "key": key })).await;
        }
        let (ada, bea) = (world.subject("ada").await, world.subject("bea").await);
        let number = ["4111 1111 1111 1111"];
        let random = tokens(&world, &ada, "payment", &number).await;
        let first = stable(&world, &ada, "payment", &[number[0], "other", number[0]]).await;
        assert_eq!(first[0], first[2]);
        assert_ne!(first[0], first[1]);
        assert_ne!(first[0], random[0], "a token that was not asked to be stable is not found again");
        assert_eq!(stable(&world, &ada, "payment", &number).await[0], first[0]);
        assert_ne!(stable(&world, &bea, "payment", &number).await[0], first[0]);
        assert_ne!(stable(&world, &ada, "fraud", &number).await[0], first[0]);
        let twins = futures::future::join_all((0..8).map(|_| stable(&world, &bea, "fraud", &number))).await;
        assert!(twins.iter().all(|token| *token == twins[0]), "{twins:?}");
        world.finish().await;
    }

    async fn tokens_of_an_erased_person_open_no_more(world: World) {
        world.ask(DEFINE, json!({ "key": "payment" })).await;
        let (ada, bea) = (world.subject("ada").await, world.subject("bea").await);
        let mut asked = tokens(&world, &ada, "payment", &["4111111111111111"]).await;
        asked.extend(stable(&world, &ada, "payment", &["4111111111111111"]).await);
        asked.extend(tokens(&world, &bea, "payment", &["4111111111111111"]).await);
        erase(&world, &ada).await;
        assert_eq!(values(&world, "payment", &asked).await, json!([null, null, "4111111111111111"]));
        let request = json!({ "id": ada, "purpose": "payment", "values": ["4111111111111111"] });
        assert!(world.owner.refused(TOKENISE, request).await.is("FORBIDDEN", "SUBJECT_ERASED"));
        world.finish().await;
    }

    /// What holds every story to this is the law that nothing personal is logged, at any level of ours.
    async fn card_numbers_reach_no_log_whatever_becomes_of_the_request(world: World) {
        world.import_registers().await;
        world.ask(DEFINE, json!({ "key": "payment" })).await;
        let ada = world.subject("ada").await;
        let numbers = ["4111111111111111", "4111 1111 1111 1111"];
        tokens(&world, &ada, "payment", &numbers).await;
        let long = "4111111111111111".repeat(300);
        for variables in [
            json!({ "id": ada, "purpose": "payment", "values": [long] }),
            json!({ "id": ada, "purpose": "agent_interaction", "values": numbers }),
            json!({ "id": ada, "purpose": "nothing", "values": numbers }),
            json!({ "id": ada, "purpose": "4111111111111111", "values": numbers }),
            json!({ "id": "4111111111111111", "purpose": "payment", "values": numbers }),
            json!({ "id": ada, "purpose": "payment", "values": { "number": "4111111111111111" } }),
            json!({ "id": ada, "purpose": "payment", "values": 4_111_111_111_111_111_u64 }),
        ] {
            world.owner.refused(TOKENISE, variables).await;
        }
        let inline = format!("mutation {{ tokenise(input: {{ subject: {{ id: \"{ada}\" }} purpose: \"payment\" values: [\"4111111111111111\" }}) {{ tokens }} }}");
        world.owner.refused(&inline, json!({})).await;
        world.owner.refused("{ cards4111111111111111 }", json!({})).await;
        assert_eq!(values(&world, "payment", &[json!("4111111111111111")]).await, json!([null]));
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
