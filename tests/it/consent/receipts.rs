//! Receipts that anybody can check.

use recital_tests::{Client, both_engines, judge, node_script, python_script};
use serde_json::{Value, json};

use super::{CHAT, RECORD, WITHDRAW, define, give, given_with, withdrawal, world_with_subject};

const RECEIPT: &str = "query($id: ID!) { node(id: $id) { ... on Consent { receipt } } }";
const ROTATE: &str = "mutation { rotateSigningKey { keyId } }";

async fn receipt(client: &Client, consent: &Value) -> Value {
    client.ask(RECEIPT, json!({ "id": consent["id"] })).await["node"]["receipt"].take()
}

async fn published(receipt: &Value) -> Value {
    let url = receipt["proof"]["jku"].as_str().expect("where the keys stand");
    let answer = reqwest::get(url).await.expect("the keys are served");
    assert_eq!(answer.headers()["content-type"], "application/jwk-set+json");
    answer.json().await.expect("a key set")
}

/// What outsiders in two other languages make of it: the id of the key that signed it.
async fn checked(receipt: &Value) -> Result<String, String> {
    let terms = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dpv/terms.txt");
    let document = json!({ "receipt": receipt, "jwks": published(receipt).await, "terms": terms });
    let python = judge(python_script("receipt.py"), &document).await?;
    let node = judge(node_script("receipt.mjs"), &document).await?;
    assert_eq!(python, node);
    Ok(python.trim().to_owned())
}

async fn holds(receipt: &Value) -> String {
    checked(receipt).await.unwrap_or_else(|why| panic!("{why}: {receipt:#}"))
}

both_engines! {
    async fn a_receipt_can_be_checked_by_anybody(world: World) {
        let ada = world_with_subject(&world).await;
        let consent = give(&world, &ada).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        let receipt = receipt(&world.owner, &consent).await;
        let kid = holds(&receipt).await;
        assert_eq!(receipt["proof"]["publicKeyJwk"]["kid"], kid);
        let record = &receipt["dpv:hasRecordOfActivity"];
        let states: Vec<_> = record["dpv:hasConsentStatus"].as_array().unwrap().iter().map(|event| &event["@type"]).collect();
        assert_eq!(states, ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]);
        assert_eq!(record["dpv:hasProcess"]["dpv:hasPurpose"]["dct:identifier"], CHAT);

        let mut forged = receipt.clone();
        forged["dpv:hasRecordOfActivity"]["dct:language"] = "xx".into();
        assert!(checked(&forged).await.is_err_and(|why| why.contains("another document")));
        let mut cut = receipt.clone();
        cut["dpv:hasRecordOfActivity"].as_object_mut().unwrap().remove("dpv:hasJurisdiction");
        assert!(checked(&cut).await.is_err_and(|why| why.contains("hasJurisdiction") && why.contains("missing")));
        world.finish().await;
    }

    async fn explicit_consent_to_special_categories_says_so(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "health", "specialCategory": true, "specialCategoryCondition": "Article 9(2)(a)" })).await;
        let fields = json!({ "purpose": "health", "specialCategoryConsent": true });
        let consent = world.ask(RECORD, given_with(&ada, fields)).await["recordConsent"]["consent"].take();
        let receipt = receipt(&world.owner, &consent).await;
        holds(&receipt).await;
        let process = &receipt["dpv:hasRecordOfActivity"]["dpv:hasProcess"];
        assert_eq!(process["dpv:hasLegalBasis"], "eu-gdpr:A6-1-a-explicit-consent");
        assert_eq!(process["dpv:hasPersonalData"][0]["@type"], "dpv:SpecialCategoryPersonalData");
        world.finish().await;
    }

    async fn a_receipt_outlives_the_key_that_signed_it(world: World) {
        let ada = world_with_subject(&world).await;
        let consent = give(&world, &ada).await;
        let before = receipt(&world.owner, &consent).await;
        let old = holds(&before).await;
        world.advance(chrono::TimeDelta::days(1));
        let new = world.ask(ROTATE, json!({})).await["rotateSigningKey"]["keyId"].take();
        let after = receipt(&world.owner, &consent).await;
        assert_eq!(holds(&after).await, new);
        assert_eq!(holds(&before).await, old);
        world.ask(ROTATE, json!({})).await;
        let kids: Vec<_> = published(&after).await["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect();
        assert_eq!((kids.len(), kids.contains(&new), kids.last()), (3, true, Some(&json!(old))));

        let support = world.client("SUPPORT").await;
        assert!(support.refused(ROTATE, json!({})).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        world.finish().await;
    }

    async fn keys_of_nobody_are_not_found(world: World) {
        for path in ["00000000-0000-4000-8000-000000000000", "acme", "%00"] {
            let url = format!("{}/.well-known/recital/{path}/jwks.json", world.url);
            let status = reqwest::get(url).await.expect("an answer").status();
            assert!(status == 404 || status == 400, "{path}: {status}");
        }
        world.finish().await;
    }
}
