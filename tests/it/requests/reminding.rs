//! Deadlines that come near: those who answer are reminded, each time once, whatever number of workers there is.

use chrono::TimeDelta;
use recital_domain::requests;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{open, person, subjects_of_mails};

const OWNER: &str = "owner@acme.example.com";

/// Three workers at once, then all work.
async fn remind(world: &World) {
    let run = async || requests::remind_tenant(&world.app, world.tenant, Uuid::new_v4()).await.unwrap();
    tokio::join!(run(), run(), run());
    world.drain().await;
}

async fn day(world: &World, days: i64) {
    world.advance(TimeDelta::days(days));
    remind(world).await;
}

both_engines! {
    async fn those_who_answer_are_reminded_four_times_and_once_more_when_it_is_late(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        assert_eq!(request["dueOn"], "2026-04-01");
        remind(&world).await;
        assert_eq!(subjects_of_mails(&world, OWNER).len(), 0);
        // 1 March to 18 March, 25 March, 29 March, 31 March, 2 April: 14, 7, 3, 1 days left, and late.
        for (days, mails) in [(16, 0), (1, 1), (1, 1), (6, 2), (4, 3), (2, 4), (1, 4), (1, 5), (30, 5)] {
            day(&world, days).await;
            assert_eq!(subjects_of_mails(&world, OWNER).len(), mails, "{}", world.now());
        }
        let subjects = subjects_of_mails(&world, OWNER);
        assert!(subjects[..4].iter().all(|subject| subject == "Acme Ltd: a subject request is due on 1 April 2026"), "{subjects:?}");
        assert_eq!(subjects[4], "Acme Ltd: a subject request is overdue since 1 April 2026");
        world.finish().await;
    }

    async fn the_assignee_is_reminded_alone_and_an_extension_starts_anew(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        const INVITE: &str = "mutation { inviteMember(input: { email: \"grace@example.com\", name: \"Grace Lovelace\", role: SUPPORT }) { member { id } } }";
        let grace: Value = world.ask(INVITE, json!({})).await["inviteMember"]["member"]["id"].clone();
        const ASSIGN: &str = "mutation($id: ID!, $member: ID!) { assignSubjectRequest(input: { id: $id, member: $member }) { request { id } } }";
        world.ask(ASSIGN, json!({ "id": request["id"], "member": grace })).await;
        day(&world, 30).await;
        assert_eq!(subjects_of_mails(&world, "grace@example.com").len(), 1);
        assert_eq!(subjects_of_mails(&world, OWNER).len(), 0);
        const EXTEND: &str = "mutation($id: ID!) { extendSubjectRequest(input: { id: $id, reason: \"much data\" }) { request { extendedTo } } }";
        world.ask(EXTEND, json!({ "id": request["id"] })).await;
        day(&world, 30).await;
        assert_eq!(subjects_of_mails(&world, "grace@example.com").len(), 1);
        day(&world, 20).await;
        assert_eq!(subjects_of_mails(&world, "grace@example.com").len(), 2);

        const REMOVE: &str = "mutation($member: ID!) { removeMember(input: { member: $member }) { member { id } } }";
        world.ask(REMOVE, json!({ "member": grace })).await;
        day(&world, 10).await;
        assert_eq!(subjects_of_mails(&world, "grace@example.com").len(), 2);
        assert_eq!(subjects_of_mails(&world, OWNER).len(), 1);
        world.finish().await;
    }
}
