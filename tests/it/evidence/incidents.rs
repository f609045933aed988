//! Breaches and their 72-hour clock.

use chrono::{DateTime, TimeDelta, Utc};
use recital_tests::both_engines;
use serde_json::{Value, json};

use super::entries;

const REPORT: &str = "mutation($input: ReportIncidentInput!) { reportIncident(input: $input) { incident {
    id title severity detectedAt notifyAuthorityBy subjectsAffected } } }";
const LIST: &str = "{ incidents { totalCount edges { node { id title description } } } }";

fn incident(detected_at: DateTime<Utc>) -> Value {
    json!({ "input": {
        "title": "A laptop of Ada Lovelace is lost", "severity": "HIGH", "detectedAt": detected_at,
        "description": "Left on a train by ada@example.com", "subjectsAffected": 40,
    } })
}

both_engines! {
    async fn the_clock_ends_72_hours_after_the_detection(world: World) {
        let detected_at = world.now() - TimeDelta::hours(5);
        let reported = world.ask(REPORT, incident(detected_at)).await["reportIncident"]["incident"].take();
        assert_eq!(reported["title"], "A laptop of Ada Lovelace is lost");
        assert_eq!(reported["subjectsAffected"], 40);
        let by: DateTime<Utc> = reported["notifyAuthorityBy"].as_str().unwrap().parse().unwrap();
        assert_eq!(by, detected_at + TimeDelta::hours(72));
        world.finish().await;
    }

    async fn who_reads_of_incidents_leaves_one_entry(world: World) {
        for _ in 0..2 {
            world.ask(REPORT, incident(world.now())).await;
        }
        let before = entries(&world.owner, json!({ "action": "notes.revealed" })).await.len();
        let auditor = world.client("AUDITOR").await;
        let listed = auditor.ask(LIST, json!({})).await;
        assert_eq!(listed["incidents"]["totalCount"], 2);
        assert_eq!(listed["incidents"]["edges"][0]["node"]["description"], "Left on a train by ada@example.com");
        let revealed = entries(&world.owner, json!({ "action": "notes.revealed" })).await;
        assert_eq!(revealed.len(), before + 1);
        assert_eq!(revealed[0]["details"]["table"], "incidents");
        assert_eq!(revealed[0]["details"]["rows"].as_array().map(Vec::len), Some(2));
        world.finish().await;
    }

    async fn an_incident_stays_with_its_tenant_and_with_those_who_may_know(world: World) {
        let id = world.ask(REPORT, incident(world.now())).await["reportIncident"]["incident"]["id"].take();
        let (_, stranger) = world.another_tenant("globex").await;
        let node = "query($id: ID!) { node(id: $id) { id } }";
        assert_eq!(world.ask(node, json!({ "id": id })).await["node"]["id"], id);
        assert_eq!(stranger.ask(node, json!({ "id": id })).await["node"], Value::Null);
        assert_eq!(stranger.ask(LIST, json!({})).await["incidents"]["totalCount"], 0);
        let developer = world.client("DEVELOPER").await;
        assert!(developer.refused(LIST, json!({})).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        let report = developer.refused(REPORT, incident(world.now())).await;
        assert!(report.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{report:?}");
        world.finish().await;
    }

    async fn a_breach_of_tomorrow_is_refused(world: World) {
        let refusal = world.owner.refused(REPORT, incident(world.now() + TimeDelta::days(1))).await;
        assert!(refusal.is("BAD_USER_INPUT", "IN_THE_FUTURE"), "{refusal:?}");
        assert_eq!(refusal.field.as_deref(), Some("detectedAt"));
        world.finish().await;
    }
}
