//! The tenant's policy.

use chrono::TimeDelta;
use recital_tests::both_engines;
use serde_json::json;

use super::{SET_POLICY, at, instant, review, subject};

const POLICY: &str = "{ accuracyPolicy { revalidateAfter remindAfter linkValidFor whenUnanswered mailsPerHour } }";

both_engines! {
    async fn a_policy_has_defaults_and_changes_part_by_part(world: World) {
        let defaults = json!({ "revalidateAfter": "P12M", "remindAfter": ["P7D", "P21D"], "linkValidFor": "P30D",
            "whenUnanswered": "MARK_STALE", "mailsPerHour": 500 });
        assert_eq!(world.ask(POLICY, json!({})).await["accuracyPolicy"], defaults);

        world.ask(SET_POLICY, json!({ "policy": { "mailsPerHour": 20 } })).await;
        let set = world.ask(SET_POLICY, json!({ "policy": { "remindAfter": ["P10D"], "whenUnanswered": "RESTRICT" } })).await;
        let expected = json!({ "revalidateAfter": "P12M", "remindAfter": ["P10D"], "linkValidFor": "P30D",
            "whenUnanswered": "RESTRICT", "mailsPerHour": 20 });
        assert_eq!(set["setAccuracyPolicy"]["policy"], expected);
        assert_eq!(world.ask(POLICY, json!({})).await["accuracyPolicy"], expected);
        world.finish().await;
    }

    async fn a_policy_that_makes_no_sense_is_refused_by_field(world: World) {
        for (policy, field, reason) in [
            (json!({ "revalidateAfter": "INDEFINITE" }), "revalidateAfter", "NOT_A_SPAN"),
            (json!({ "linkValidFor": "P2Y" }), "linkValidFor", "TOO_LONG"),
            (json!({ "remindAfter": ["P7D", "P40D"] }), "remindAfter.1", "AFTER_LINK_EXPIRY"),
            (json!({ "mailsPerHour": 0 }), "mailsPerHour", "OUT_OF_RANGE"),
        ] {
            let refusal = world.owner.refused(SET_POLICY, json!({ "policy": policy })).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{policy}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field), "{policy}");
        }
        let support = world.client("SUPPORT").await;
        let refusal = support.refused(SET_POLICY, json!({ "policy": { "mailsPerHour": 5 } })).await;
        assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{refusal:?}");
        world.finish().await;
    }

    async fn a_shorter_period_makes_subjects_due_earlier(world: World) {
        let ada = world.subject("ada").await;
        world.advance(TimeDelta::days(10));
        let bob = world.subject("bob").await;
        assert_eq!(instant(&subject(&world, &ada).await["nextVerificationDue"]), at("2027-03-01T09:00:00Z"));
        world.ask(SET_POLICY, json!({ "policy": { "revalidateAfter": "P6M" } })).await;
        world.drain().await;
        assert_eq!(instant(&subject(&world, &ada).await["nextVerificationDue"]), at("2026-09-01T09:00:00Z"));
        assert_eq!(instant(&subject(&world, &bob).await["nextVerificationDue"]), at("2026-09-11T09:00:00Z"));
        world.advance(TimeDelta::days(174));
        assert_eq!(review(&world).await, 1, "ada is due, bob is not");
        world.finish().await;
    }
}
