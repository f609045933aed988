//! Receipts that anybody can check.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use recital_tests::both_engines;
use serde_json::{Value, json};

use super::{CHAT, give, world_with_subject};

both_engines! {
    async fn a_receipt_can_be_checked_by_anybody(world: World) {
        const RECEIPT: &str = "query($id: ID!) { node(id: $id) { ... on Consent { receipt } } }";
        let ada = world_with_subject(&world).await;
        let consent = give(&world, &ada).await;
        let mut receipt = world.ask(RECEIPT, json!({ "id": consent["id"] })).await["node"]["receipt"].take();
        assert_eq!(receipt["@type"], "dpv:ConsentReceipt");
        assert_eq!(receipt["dct:conformsTo"], "https://w3id.org/dpv/schema/dpv-27560#receipt");
        let record = &receipt["dpv:hasRecordOfActivity"];
        assert_eq!(record["dpv:hasConsentStatus"][0]["@type"], "dpv:ConsentGiven");
        assert_eq!(record["dpv:hasProcess"]["dpv:hasPurpose"]["dct:identifier"], CHAT);
        for field in ["dpv:hasDataSubject", "dpv:hasDataController", "dpv:hasNotice", "dpv:hasJurisdiction"] {
            assert!(!record[field].is_null(), "{field}");
        }
        let proof = receipt.as_object_mut().unwrap().remove("proof").unwrap();
        let jws = proof["jws"].as_str().unwrap();
        let signed = verified(jws, proof["publicKeyJwk"]["x"].as_str().unwrap()).expect("the signature holds");
        assert_eq!(signed, receipt);
        let forged = jws.replacen('.', ".A", 1);
        assert!(verified(&forged, proof["publicKeyJwk"]["x"].as_str().unwrap()).is_none());
        world.finish().await;
    }
}

/// The payload of a compact JWS, if the Ed25519 key signed it.
fn verified(jws: &str, key: &str) -> Option<Value> {
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
    let (message, signature) = jws.rsplit_once('.')?;
    let key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, decode(key)?);
    key.verify(message.as_bytes(), &decode(signature)?).ok()?;
    serde_json::from_slice(&decode(message.split_once('.')?.1)?).ok()
}
