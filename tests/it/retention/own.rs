//! What the service keeps of its own work goes too, when its period is over.

use chrono::TimeDelta;
use recital_scheduler::run_job;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

use super::{RELEASE, RUN, hold, set};

const OPEN: &str =
    "mutation($external: String!) { openSubjectRequest(input: { type: ACCESS, subject: { externalId: $external },
    identityVerified: false, note: \"asked by Ms Lovelace on the phone\" }) { request { id } } }";
const REJECT: &str = "mutation($id: ID!) { rejectSubjectRequest(input: { id: $id, reason: IDENTITY_NOT_VERIFIED,
    explanation: \"nobody proved to be Ms Lovelace\" }) { request { id } } }";
const SEE: &str =
    "query($id: ID!) { subjectRequest(id: $id) { state rejectionReason rejectionExplanation timeline { note } } }";
const ASK: &str =
    "mutation($external: String!) { requestReverification(input: { subject: { externalId: $external } }) {
    reverification { id } } }";

async fn count(world: &World, table: &str) -> i64 {
    world.database.number(&format!("SELECT count(*) FROM {table}")).await.expect("a count")
}

async fn run(world: &World, job: &str) -> u64 {
    let outcome = run_job(&world.app, job).await.expect("a run");
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    outcome.changed
}

async fn refused_request(world: &World, subject: &str) -> Value {
    let opened = world.ask(OPEN, json!({ "external": subject })).await;
    let id = opened["openSubjectRequest"]["request"]["id"].clone();
    world.ask(REJECT, json!({ "id": id })).await;
    world.drain().await;
    id
}

both_engines! {
    async fn what_was_written_in_a_closed_request_goes_and_what_came_of_it_stays(world: World) {
        world.import_registers().await;
        world.subject("ada").await;
        world.subject("grace").await;
        let (adas, graces) = (refused_request(&world, "ada").await, refused_request(&world, "grace").await);
        hold(&world.owner, json!({ "subject": { "externalId": "grace" } })).await;
        world.advance(TimeDelta::days(365 * 3));
        assert_eq!(run(&world, "requests.forget_words").await, 0, "three years are not over");
        world.advance(TimeDelta::days(2));
        assert_eq!(run(&world, "requests.forget_words").await, 1);
        assert_eq!(run(&world, "requests.forget_words").await, 0, "once");
        let seen = world.ask(SEE, json!({ "id": adas })).await["subjectRequest"].take();
        assert_eq!((&seen["state"], &seen["rejectionReason"]), (&json!("REJECTED"), &json!("IDENTITY_NOT_VERIFIED")));
        assert_eq!(seen["rejectionExplanation"], Value::Null);
        assert!(seen["timeline"].as_array().expect("a timeline").iter().all(|step| step["note"].is_null()), "{seen}");
        let held = world.ask(SEE, json!({ "id": graces })).await["subjectRequest"].take();
        assert_eq!(held["rejectionExplanation"], "nobody proved to be Ms Lovelace", "a hold names its subject");
        world.finish().await;
    }

    async fn a_tenant_sets_these_periods_as_all_others(world: World) {
        world.import_registers().await;
        world.subject("ada").await;
        let request = refused_request(&world, "ada").await;
        set(&world.owner, "subject_requests", "P90D", "AUTOMATIC").await;
        world.drain().await;
        world.advance(TimeDelta::days(91));
        let on_all = hold(&world.owner, json!({ "dataType": "subject_requests" })).await;
        assert_eq!(run(&world, "requests.forget_words").await, 0, "a hold keeps them");
        world.ask(RELEASE, json!({ "id": on_all })).await;
        set(&world.owner, "subject_requests", "INDEFINITE", "NOT_APPLICABLE").await;
        world.drain().await;
        assert_eq!(run(&world, "requests.forget_words").await, 0, "they have no end");
        set(&world.owner, "subject_requests", "P90D", "AUTOMATIC").await;
        world.drain().await;
        assert_eq!(run(&world, "requests.forget_words").await, 1);
        let seen = world.ask(SEE, json!({ "id": request })).await["subjectRequest"].take();
        assert_eq!(seen["rejectionExplanation"], Value::Null);
        world.finish().await;
    }

    async fn old_questions_and_old_runs_go(world: World) {
        world.import_registers().await;
        for subject in ["ada", "grace"] {
            world.subject(subject).await;
            world.ask(ASK, json!({ "external": subject })).await;
        }
        world.drain().await;
        world.ask(RUN, json!({})).await;
        world.advance(TimeDelta::days(60));
        run(&world, "accuracy.review").await;
        hold(&world.owner, json!({ "subject": { "externalId": "grace" } })).await;
        assert_eq!((count(&world, "reverifications").await, count(&world, "retention_runs").await), (2, 1));
        world.advance(TimeDelta::days(365 * 3));
        assert_eq!((run(&world, "accuracy.forget").await, run(&world, "retention.forget").await), (1, 1));
        assert_eq!((count(&world, "reverifications").await, count(&world, "retention_runs").await), (1, 0));
        assert_eq!(count(&world, "retention_results").await, 0);
        world.finish().await;
    }
}
