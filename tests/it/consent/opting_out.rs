//! Global Privacy Control: a browser's no to sale and sharing.

use chrono::TimeDelta;
use recital_tests::both_engines;
use serde_json::{Value, json};

use super::{CHAT, RECORD, define, for_sale, give, given_with, merge, reason, states, world_with_subject};

const SIGNAL: &str = "mutation($id: ID!) { recordOptOutSignal(input: { subject: { id: $id } }) {
    purposes consents { state method purpose { key saleOrSharing } } } }";

both_engines! {
    async fn the_signal_wins_over_an_older_yes_and_is_an_event_of_its_own(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, for_sale("ads")).await;
        define(&world, for_sale("partners")).await;
        let mut profiling = for_sale("profiling");
        merge(&mut profiling, json!({ "lawfulBasis": "LEGITIMATE_INTERESTS", "legitimateInterestAssessment": "LIA-7" }));
        define(&world, profiling).await;
        give(&world, &ada).await;
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "ads" }))).await;
        world.advance(TimeDelta::hours(1));

        let heeded = world.ask(SIGNAL, json!({ "id": ada })).await["recordOptOutSignal"].take();
        assert_eq!(heeded["purposes"], json!(["ads", "partners", "profiling"]));
        let told: Vec<(&Value, &Value)> = heeded["consents"].as_array().unwrap().iter()
            .map(|consent| (&consent["state"], &consent["method"])).collect();
        assert_eq!(told, [(&json!("WITHDRAWN"), &json!("GPC")), (&json!("REFUSED"), &json!("GPC"))]);
        for (purpose, expected) in [
            ("ads", "CONSENT_WITHDRAWN"), ("partners", "NO_CONSENT"), ("profiling", "OBJECTED"), (CHAT, "CONSENT_GIVEN"),
        ] {
            assert_eq!(reason(&world, &ada, purpose).await, expected, "{purpose}");
        }
        let before = states(&world, &ada).await;
        world.ask(SIGNAL, json!({ "id": ada })).await;
        assert_eq!(states(&world, &ada).await, before, "the same signal again changes nothing");

        world.advance(TimeDelta::hours(1));
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "ads" }))).await;
        assert_eq!(reason(&world, &ada, "ads").await, "CONSENT_GIVEN", "a newer yes counts again");
        let refused = given_with(&ada, json!({ "purpose": "ads", "method": "GPC", "given": false }));
        world.ask(RECORD, refused).await;
        assert_eq!(reason(&world, &ada, "ads").await, "NO_CONSENT");
        world.finish().await;
    }
}
