//! Asking again because the answer was not heard.

use chrono::TimeDelta;
use futures::future::join_all;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const REGISTER: &str = "mutation($name: String!, $key: String) {
    registerSubject(input: { externalId: $name, idempotencyKey: $key }) { subject { id } } }";

async fn subjects(world: &World) -> Value {
    world.ask("{ subjects { totalCount } }", json!({})).await["subjects"]["totalCount"].clone()
}

both_engines! {
    async fn the_same_request_under_the_same_key_gets_the_same_answer_for_a_day(world: World) {
        let request = json!({ "name": "ada", "key": "k-1" });
        let first = world.ask(REGISTER, request.clone()).await;
        world.advance(TimeDelta::hours(23));
        assert_eq!(world.ask(REGISTER, request.clone()).await, first);
        assert_eq!(subjects(&world).await, 1);
        let repeated = world.ask("{ auditEntries(filter: { action: \"answer.repeated\" }) { totalCount } }", json!({})).await;
        assert_eq!(repeated["auditEntries"]["totalCount"], 1);

        world.advance(TimeDelta::hours(1));
        assert!(world.owner.refused(REGISTER, request).await.is("CONFLICT", "SUBJECT_EXISTS"));
        world.finish().await;
    }

    async fn another_request_under_the_same_key_is_refused(world: World) {
        world.ask(REGISTER, json!({ "name": "ada", "key": "k-1" })).await;
        let refusal = world.owner.refused(REGISTER, json!({ "name": "bea", "key": "k-1" })).await;
        assert!(refusal.is("CONFLICT", "IDEMPOTENCY_KEY_REUSED"), "{refusal:?}");
        assert!(world.owner.refused(REGISTER, json!({ "name": "bea", "key": "" })).await.is("BAD_USER_INPUT", "INVALID_IDEMPOTENCY_KEY"));
        assert_eq!(subjects(&world).await, 1);
        world.finish().await;
    }

    async fn a_request_that_failed_has_not_used_its_key_up(world: World) {
        world.ask(REGISTER, json!({ "name": "ada", "key": null })).await;
        assert!(world.owner.refused(REGISTER, json!({ "name": "ada", "key": "k-1" })).await.is("CONFLICT", "SUBJECT_EXISTS"));
        world.ask(REGISTER, json!({ "name": "bea", "key": "k-1" })).await;
        assert_eq!(subjects(&world).await, 2);
        world.finish().await;
    }

    async fn twins_that_race_get_one_answer(world: World) {
        let twins = (0..20).map(|_| world.owner.ask(REGISTER, json!({ "name": "ada", "key": "k-1" })));
        let answers = join_all(twins).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(subjects(&world).await, 1);
        world.finish().await;
    }

    async fn two_who_register_the_same_person_at_once_make_one(world: World) {
        let both = (0..10).map(|_| world.owner.send(REGISTER, json!({ "name": "ada" })));
        let answers = join_all(both).await;
        let made = answers.iter().filter(|answer| answer.get("errors").is_none()).count();
        let exists = answers.iter().filter(|answer| answer["errors"][0]["extensions"]["reason"] == "SUBJECT_EXISTS").count();
        assert_eq!((made, exists), (1, 9), "{answers:?}");
        world.finish().await;
    }
}
