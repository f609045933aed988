//! What a tenant decides about its privacy centre.

use recital_tests::both_engines;
use serde_json::json;

use super::{CHAT, SET, set};
use crate::accuracy::entries;

const SEE: &str =
    "{ privacyCentre { enabled url signUp requiredConsents offeredPurposes regimes messages { locale text } } }";

both_engines! {
    async fn a_tenant_decides_what_its_centre_offers(world: World) {
        world.import_registers().await;
        let url = format!("{}/privacy/acme", world.url);
        let defaults = json!({ "enabled": false, "url": url, "signUp": false, "requiredConsents": [],
            "offeredPurposes": [], "regimes": ["GDPR"], "messages": [] });
        assert_eq!(world.ask(SEE, json!({})).await["privacyCentre"], defaults);

        let first = json!({ "enabled": true, "signUp": true, "requiredConsents": [CHAT], "offeredPurposes": [CHAT],
            "regimes": ["CCPA", "GDPR", "CCPA"], "messages": [{ "locale": "de-AT", "text": " Grüß Gott! " }] });
        let stands = json!({ "enabled": true, "url": url, "signUp": true, "requiredConsents": [CHAT],
            "offeredPurposes": [CHAT], "regimes": ["GDPR", "CCPA"], "messages": [{ "locale": "de", "text": "Grüß Gott!" }] });
        assert_eq!(set(&world, first).await, stands);
        assert_eq!(set(&world, json!({})).await, stands, "what is not given stays");
        let fewer = set(&world, json!({ "requiredConsents": [], "messages": [] })).await;
        assert_eq!((&fewer["requiredConsents"], &fewer["messages"]), (&json!([]), &json!([])));
        assert_eq!(world.ask(SEE, json!({})).await["privacyCentre"], fewer);
        assert_eq!(entries(&world, "centre.settings_set").await, 3);

        let (_, other) = world.another_tenant("borealis").await;
        assert_eq!(other.ask(SEE, json!({})).await["privacyCentre"]["enabled"], false);
        world.finish().await;
    }

    async fn what_would_not_do_is_refused_by_field(world: World) {
        world.import_registers().await;
        const DEFINE: &str = "mutation($key: String!, $basis: LawfulBasis!, $assessment: String) { definePurpose(input: {
            key: $key, name: $key, description: \"for a story\", lawfulBasis: $basis, dataCollected: [\"conversation_history\"],
            retention: \"P30D\", storageLocation: \"eu\", legitimateInterestAssessment: $assessment }) { purpose { id } } }";
        let interest = json!({ "key": "fraud", "basis": "LEGITIMATE_INTERESTS", "assessment": "weighed" });
        world.ask(DEFINE, interest).await;
        world.ask(DEFINE, json!({ "key": "over", "basis": "CONSENT" })).await;
        const RETIRE: &str = "mutation { retirePurpose(input: { key: \"over\" }) { purpose { id } } }";
        world.ask(RETIRE, json!({})).await;
        let long = "x".repeat(2_001);
        for (input, field, reason) in [
            (json!({ "offeredPurposes": [CHAT, "nothing"] }), "offeredPurposes.1", "UNKNOWN_PURPOSE"),
            (json!({ "offeredPurposes": ["fraud"] }), "offeredPurposes.0", "NOT_CONSENT"),
            (json!({ "offeredPurposes": ["over"] }), "offeredPurposes.0", "PURPOSE_RETIRED"),
            (json!({ "offeredPurposes": [CHAT, CHAT] }), "offeredPurposes.1", "DUPLICATE"),
            (json!({ "requiredConsents": [CHAT] }), "requiredConsents.0", "NOT_OFFERED"),
            (json!({ "regimes": [] }), "regimes", "REQUIRED"),
            (json!({ "messages": [{ "locale": "pt", "text": "olá" }] }), "messages.0.locale", "UNKNOWN_LANGUAGE"),
            (json!({ "messages": [{ "locale": "en", "text": " " }] }), "messages.0.text", "REQUIRED"),
            (json!({ "messages": [{ "locale": "en", "text": long }] }), "messages.0.text", "TOO_LONG"),
            (json!({ "messages": [{ "locale": "en", "text": "a" }, { "locale": "en-GB", "text": "b" }] }), "messages.1.locale", "DUPLICATE"),
        ] {
            let refusal = world.owner.refused(SET, json!({ "input": input })).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{input}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        for role in ["AUDITOR", "SUPPORT", "DEVELOPER"] {
            let refusal = world.client(role).await.refused(SET, json!({ "input": { "enabled": true } })).await;
            assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{role}: {refusal:?}");
        }
        world.finish().await;
    }
}
