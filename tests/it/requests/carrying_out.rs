//! What a request does when it is carried out.

use recital_tests::{ask_outsider, both_engines, python_script};
use serde_json::{Value, json};

use super::{DECIDE, OPEN, erase, open, person, see};

both_engines! {
    async fn an_erased_person_is_gone_and_a_signed_certificate_says_so(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let grace = person(&world, "grace").await;
        let request = erase(&world, &ada).await;
        world.drain().await;
        let done = see(&world, &request).await;
        assert_eq!(done["state"], "COMPLETED", "{done}");
        let certificate = &done["erasure"];
        assert_eq!(certificate["keyDestroyed"], true);
        assert_eq!(certificate["erased"]["records"], 1, "{certificate}");
        assert!(certificate["verifiedAbsentAt"].is_string());

        let jwks: Value = reqwest::get(format!("{}/.well-known/recital/{}/jwks.json", world.url, world.tenant)).await.unwrap().json().await.unwrap();
        let claims = ask_outsider(python_script("certificate.py"), &json!({ "jws": certificate["jws"], "jwks": jwks })).await;
        let claims: Value = serde_json::from_str(&claims).unwrap();
        assert_eq!((&claims["keyDestroyed"], &claims["erased"]), (&json!(true), &certificate["erased"]));
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
        world.drain().await;
        assert_eq!(world.ask(DECIDE, json!({ "id": ada })).await["processingDecision"]["reason"], "RESTRICTED");
        assert_eq!(world.ask(OBJECTED, json!({ "id": ada })).await["processingDecision"]["reason"], "RESTRICTED");
        world.finish().await;
    }

    async fn a_rejection_is_explained_and_a_legal_hold_brings_an_erasure_back_for_a_decision(world: World) {
        world.import_registers().await;
        world.trust_the_voucher().await;
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
}
