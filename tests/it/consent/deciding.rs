//! What is allowed, now and as of the past.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{
    consent::{self, DecisionCheck},
    db::TenantTx,
    error::Result,
    evidence::Event,
    purposes, vault,
    viewer::Permission,
};
use recital_entities::{DecisionReason, SubjectId};
use recital_tests::{World, both_engines};
use sea_orm::Iterable as _;
use serde_json::{Value, json};

use super::{
    CHAT, DECIDE, RECORD, RETIRE, REVISE, WITHDRAW, decide, decide_at, define, give, given_with, reason, withdrawal,
    world_with_subject,
};

both_engines! {
    async fn purposes_on_another_basis_need_no_consent_and_keep_none(world: World) {
        let ada = world_with_subject(&world).await;
        for (purpose, basis) in [
            ("service_improvement", "LEGITIMATE_INTERESTS"),
            ("legal_compliance", "LEGAL_OBLIGATION"),
            ("image_to_3d_conversion", "CONTRACT"),
        ] {
            let decision = decide(&world, &ada, purpose).await;
            assert_eq!((&decision["allowed"], &decision["reason"]), (&json!(true), &json!("OTHER_LAWFUL_BASIS")));
            assert_eq!(decision["lawfulBasis"], basis);
            let refusal = world.owner.refused(RECORD, given_with(&ada, json!({ "purpose": purpose }))).await;
            assert!(refusal.is("BAD_USER_INPUT", "NOT_CONSENT_BASED"), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some("purpose"));
        }
        world.finish().await;
    }

    async fn an_unknown_subject_is_an_answer_and_an_unknown_purpose_an_error(world: World) {
        world_with_subject(&world).await;
        for subject in [
            json!({ "id": "bm90IGFuIGlk" }),
            json!({ "externalId": "nobody" }),
            json!({ "email": "nobody@example.net" }),
        ] {
            let decided = world.ask(DECIDE, json!({ "subject": subject, "purpose": CHAT })).await;
            assert_eq!(decided["processingDecision"]["allowed"], false);
            assert_eq!(decided["processingDecision"]["reason"], "UNKNOWN_SUBJECT");
            let input = json!({ "input": { "subject": subject, "purpose": CHAT, "given": true,
                "policyVersion": "1", "method": "API" } });
            assert!(world.owner.refused(RECORD, input).await.is("NOT_FOUND", "NOT_FOUND"));
        }
        let unknown = json!({ "subject": { "externalId": "ada" }, "purpose": "nothing" });
        let refusal = world.owner.refused(DECIDE, unknown).await;
        assert!(refusal.is("NOT_FOUND", "NOT_FOUND"));
        assert_eq!(refusal.field.as_deref(), Some("purpose"));
        world.finish().await;
    }

    async fn past_decisions_can_be_told(world: World) {
        world.import_registers().await;
        let before_ada = world.now();
        world.advance(TimeDelta::days(1));
        let ada = world.subject("ada").await;
        let mut told = vec![(before_ada, "UNKNOWN_SUBJECT"), (world.now(), "NO_CONSENT")];
        world.advance(TimeDelta::days(1));
        give(&world, &ada).await;
        told.push((world.now(), "CONSENT_GIVEN"));
        world.advance(TimeDelta::days(1));
        world.ask(REVISE, json!({ "input": { "key": CHAT, "retention": "P60D", "requireReconsent": true } })).await;
        told.push((world.now(), "RECONSENT_NEEDED"));
        world.advance(TimeDelta::days(1));
        give(&world, &ada).await;
        told.push((world.now(), "CONSENT_GIVEN"));
        world.advance(TimeDelta::days(1));
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        told.push((world.now() + TimeDelta::seconds(1), "CONSENT_WITHDRAWN"));
        world.advance(TimeDelta::days(1));
        world.ask(RETIRE, json!({ "key": CHAT })).await;
        told.push((world.now(), "PURPOSE_RETIRED"));
        world.advance(TimeDelta::days(1));
        for (at, expected) in told {
            let decision = decide_at(&world, &ada, CHAT, Some(at)).await;
            assert_eq!(decision["reason"], expected, "{at}");
            assert_eq!(decision["decidedAt"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), at);
        }
        let future = json!({ "subject": { "id": ada }, "purpose": CHAT, "at": world.now() + TimeDelta::seconds(1) });
        assert!(world.owner.refused(DECIDE, future).await.is("BAD_USER_INPUT", "IN_THE_FUTURE"));
        world.finish().await;
    }

    async fn a_material_change_asks_everybody_again(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        world.ask(REVISE, json!({ "input": { "key": CHAT, "description": "Clearer", "requireReconsent": false } })).await;
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        world.ask(REVISE, json!({ "input": { "key": CHAT, "description": "More", "requireReconsent": true } })).await;
        assert_eq!(reason(&world, &ada, CHAT).await, "RECONSENT_NEEDED");
        let renewed = give(&world, &ada).await;
        assert_eq!(renewed["purposeVersion"], 3);
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        world.finish().await;
    }

    async fn restriction_and_objection_stop_processing_until_they_are_lifted(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let start = world.now();
        let id = subject_id(&ada);
        let purpose = "service_improvement";
        change(&world, async |tx| {
            let subject = vault::find_subject(tx, &vault::SubjectRef::Id(id)).await?;
            consent::object(tx, &subject, &purposes::get(tx, purpose).await?).await
        }).await;
        assert_eq!(reason(&world, &ada, purpose).await, "OBJECTED");
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");

        world.advance(TimeDelta::hours(1));
        change(&world, async |tx| vault::restrict(tx, id).await.map(drop)).await;
        assert_eq!(reason(&world, &ada, CHAT).await, "RESTRICTED");
        assert_eq!(reason(&world, &ada, purpose).await, "RESTRICTED");

        world.advance(TimeDelta::hours(1));
        change(&world, async |tx| {
            vault::lift_restriction(tx, id).await?;
            let subject = vault::find_subject(tx, &vault::SubjectRef::Id(id)).await?;
            consent::lift_objection(tx, &subject, &purposes::get(tx, purpose).await?).await.map(drop)
        }).await;
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        assert_eq!(reason(&world, &ada, purpose).await, "OTHER_LAWFUL_BASIS");
        for (minutes, expected) in [(30, "OBJECTED"), (90, "RESTRICTED")] {
            let at = start + TimeDelta::minutes(minutes);
            assert_eq!(decide_at(&world, &ada, purpose, Some(at)).await["reason"], expected);
        }
        world.finish().await;
    }

    /// The order of the rule from its end to its beginning: each answer gives way to the next.
    async fn every_reason_is_given_and_gives_way_to_what_comes_before_it(world: World) {
        let ada = world_with_subject(&world).await;
        let id = subject_id(&ada);
        define(&world, json!({ "key": "news", "consentValidFor": "P1M" })).await;
        let mut seen = BTreeSet::new();
        let mut expect = async |subject: vault::SubjectRef, purpose: &str, reason: &str| {
            let check = DecisionCheck { subject, purpose: purpose.to_owned() };
            let viewer = world.job("story");
            let decided = consent::decisions(&world.app, &viewer, vec![check], None).await.unwrap().remove(0);
            assert_eq!(<&str>::from(decided.reason), reason, "{purpose}");
            seen.insert(decided.reason);
        };
        let own = || vault::SubjectRef::Id(id);
        let by_name = || vault::SubjectRef::ExternalId("ada".to_owned());
        expect(own(), "news", "NO_CONSENT").await;
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "news" }))).await;
        expect(own(), "news", "CONSENT_GIVEN").await;
        let revise = |change: Value| json!({ "input": { "key": "news", "requireReconsent": change["anew"],
            "specialCategory": change["special"], "description": format!("{change}") } });
        world.ask(REVISE, revise(json!({ "anew": false, "special": true }))).await;
        expect(own(), "news", "SPECIAL_CATEGORY_NOT_CONSENTED").await;
        world.ask(REVISE, revise(json!({ "anew": true, "special": true }))).await;
        expect(own(), "news", "RECONSENT_NEEDED").await;
        world.advance(TimeDelta::days(40));
        expect(own(), "news", "CONSENT_EXPIRED").await;
        let pending = "UPDATE consents SET state = 'PENDING_CONFIRMATION'";
        world.database.execute(pending).await.unwrap();
        expect(own(), "news", "CONSENT_PENDING").await;
        world.database.execute(&pending.replace("PENDING_CONFIRMATION", "GIVEN")).await.unwrap();
        world.ask(WITHDRAW, json!({ "input": { "subject": { "id": ada }, "purpose": "news" } })).await;
        expect(own(), "news", "CONSENT_WITHDRAWN").await;
        let purpose = "service_improvement";
        expect(own(), purpose, "OTHER_LAWFUL_BASIS").await;
        change(&world, async |tx| {
            let subject = vault::find_subject(tx, &vault::SubjectRef::Id(id)).await?;
            consent::object(tx, &subject, &purposes::get(tx, purpose).await?).await
        }).await;
        expect(own(), purpose, "OBJECTED").await;
        world.ask(RETIRE, json!({ "key": purpose })).await;
        expect(own(), purpose, "PURPOSE_RETIRED").await;
        change(&world, async |tx| vault::restrict(tx, id).await.map(drop)).await;
        expect(own(), purpose, "RESTRICTED").await;
        change(&world, async |tx| {
            let subject = vault::find_subject(tx, &vault::SubjectRef::Id(id)).await?;
            vault::erase_subject(tx, &subject).await.map(drop)
        }).await;
        expect(own(), purpose, "SUBJECT_ERASED").await;
        expect(by_name(), purpose, "UNKNOWN_SUBJECT").await;
        expect(by_name(), "nothing", "UNKNOWN_PURPOSE").await;
        assert_eq!(seen, DecisionReason::iter().collect::<BTreeSet<_>>(), "every reason was seen");
        world.finish().await;
    }

    async fn many_decisions_come_in_the_order_they_were_asked(world: World) {
        const BATCH: &str = "query($checks: [ProcessingCheck!]!) { processingDecisions(checks: $checks) { reason } }";
        let ada = world_with_subject(&world).await;
        world.subject("grace").await;
        give(&world, &ada).await;
        let check = |subject: Value, purpose: &str| json!({ "subject": subject, "purpose": purpose });
        let checks = json!([
            check(json!({ "externalId": "grace" }), CHAT),
            check(json!({ "email": "ADA@example.com" }), CHAT),
            check(json!({ "id": "nothing" }), CHAT),
            check(json!({ "externalId": "grace" }), "legal_compliance"),
            check(json!({ "id": ada }), CHAT),
        ]);
        let decided = world.ask(BATCH, json!({ "checks": checks })).await["processingDecisions"].take();
        let reasons: Vec<&str> = decided.as_array().unwrap().iter().map(|d| d["reason"].as_str().unwrap()).collect();
        let expected = ["NO_CONSENT", "CONSENT_GIVEN", "UNKNOWN_SUBJECT", "OTHER_LAWFUL_BASIS", "CONSENT_GIVEN"];
        assert_eq!(reasons, expected);

        let thousand = vec![check(json!({ "id": ada }), CHAT); 1000];
        let decided = world.ask(BATCH, json!({ "checks": thousand })).await;
        assert_eq!(decided["processingDecisions"].as_array().unwrap().len(), 1000);
        let too_many = json!({ "checks": vec![check(json!({ "id": ada }), CHAT); 1001] });
        assert!(world.owner.refused(BATCH, too_many).await.is("BAD_USER_INPUT", "TOO_MANY"));
        world.finish().await;
    }

    async fn consent_ends_when_it_was_given_to_end(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "news", "consentValidFor": "P1M" })).await;
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "news" }))).await;
        world.advance(TimeDelta::days(30) + TimeDelta::hours(23));
        assert_eq!(reason(&world, &ada, "news").await, "CONSENT_GIVEN");
        let renewed = world.ask(RECORD, given_with(&ada, json!({ "purpose": "news" }))).await;
        assert_eq!(renewed["recordConsent"]["consent"]["expiresAt"], "2026-05-01T08:00:00+00:00");
        world.advance(TimeDelta::days(30));
        assert_eq!(reason(&world, &ada, "news").await, "CONSENT_EXPIRED");
        world.finish().await;
    }
}

/// The bare id behind a subject's global id.
fn subject_id(id: &str) -> SubjectId {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    text.split_once(':').unwrap().1.parse::<uuid::Uuid>().unwrap().into()
}

/// A change that has no mutation of its own: rooms make it for one another.
async fn change(world: &World, change: impl AsyncFnOnce(&TenantTx) -> Result<()>) {
    let viewer = world.job("story");
    let done = world.app.write(&viewer, Permission::SubjectWrite, async |tx| {
        change(tx).await?;
        Ok(Event::AnswerRepeated { id: tx.tenant(), operation: "story" }.with(()))
    });
    done.await.expect("the change is made");
}
