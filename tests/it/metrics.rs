//! What operators' monitoring sees: true numbers, of nobody in particular.

use std::{collections::BTreeSet, process::Command};

use chrono::TimeDelta;
use recital_domain::telemetry::metrics;
use recital_scheduler::{drain_once, run_job};
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

use crate::operator::operator;

const DOCKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docker");

async fn scrape(world: &World) -> String {
    let operator = operator(world).await;
    let answer = reqwest::get(operator.url().replace("/operator", "/metrics")).await.unwrap();
    answer.text().await.unwrap()
}

/// The number in the line of a scrape that begins so; 0 where there is none.
fn value(scrape: &str, series: &str) -> f64 {
    let line = scrape.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')));
    line.and_then(|line| line.rsplit(' ').next()).map_or(0.0, |number| number.parse().unwrap())
}

fn close(number: f64, expected: f64) -> bool {
    (number - expected).abs() < 0.001
}

const OPEN: &str = "mutation Ada_Lovelace($type: SubjectRequestType!) { openSubjectRequest(input: {
    type: $type, subject: { externalId: \"ada\" } }) { request { id } } }";

both_engines! {
    /// Each story is a process of its own, so that what it counts is its own.
    async fn what_happens_is_counted_and_what_stands_is_measured(world: World) {
        const LISTEN: &str = "mutation { createWebhookEndpoint(input: { url: \"http://127.0.0.1:9/\", events: [\"request.opened\"] }) { endpoint { id } } }";
        const CONSENT: &str = "mutation { recordConsent(input: { subject: { externalId: \"ada\" }, purpose: \"agent_interaction\",
            given: true, policyVersion: \"1\", method: WEB_FORM }) { consent { id } } }";
        const DECIDE: &str = "query ada_example_com { processingDecision(subject: { externalId: \"ada\" }, purpose: \"agent_interaction\") { allowed } }";
        const INCIDENT: &str = "mutation($at: DateTime!) { reportIncident(input: { title: \"A laptop\", severity: HIGH, detectedAt: $at,
            description: \"Lost on a train\" }) { incident { id } } }";
        world.expect_log("work failed");
        world.import_registers().await;
        let ada = world.subject("ada").await;
        world.ask(LISTEN, json!({})).await;
        for kind in ["ACCESS", "PORTABILITY", "ACCESS"] {
            world.ask(OPEN, json!({ "type": kind })).await;
        }
        world.ask(CONSENT, json!({})).await;
        world.ask(DECIDE, json!({})).await;
        world.ask(INCIDENT, json!({ "at": world.now() })).await;
        drain_once(&world.app).await.unwrap();
        run_job(&world.app, "work.prune").await.unwrap();

        let seen = scrape(&world).await;
        for (series, expected) in [
            ("gdpr_requests_total{type=\"ACCESS\"}", 1.0),
            ("gdpr_requests_total{type=\"PORTABILITY\"}", 1.0),
            ("recital_consent_events_total{action=\"consent.given\"}", 1.0),
            ("recital_decisions_total{reason=\"CONSENT_GIVEN\"}", 1.0),
            ("security_incidents_total{type=\"reported\",severity=\"HIGH\"}", 1.0),
            ("recital_webhooks_total{outcome=\"failed\"}", 2.0),
            ("recital_work_tries_total{kind=\"webhook.deliver\",outcome=\"failed\"}", 2.0),
            ("recital_work_items{kind=\"webhook.deliver\",state=\"waiting\"}", 2.0),
            ("recital_work_items{kind=\"webhook.deliver\",state=\"dead\"}", 0.0),
            ("recital_job_runs_total{job=\"work.prune\",outcome=\"done\"}", 1.0),
            ("recital_job_last_run_failures{job=\"work.prune\"}", 0.0),
            ("recital_requests_overdue{type=\"ACCESS\"}", 0.0),
            ("recital_graphql_operations_total{api=\"tenant\",field=\"processingDecision\",outcome=\"answered\"}", 1.0),
            ("recital_graphql_duration_seconds_count{api=\"tenant\",field=\"openSubjectRequest\"}", 3.0),
        ] {
            assert!(close(value(&seen, series), expected), "{series} is not {expected} in\n{seen}");
        }
        assert!(value(&seen, "recital_mails_total{outcome=\"sent\"}") >= 1.0, "{seen}");
        for word in ["Lovelace", "example", "ada", "acme", &ada, &world.tenant.to_string()] {
            assert!(!seen.contains(word), "{word} in\n{seen}");
        }
        world.ask("mutation($id: ID!) { deleteWebhookEndpoint(input: { id: $id }) { endpoint { id } } }",
            json!({ "id": world.ask("{ webhookEndpoints { id } }", json!({})).await["webhookEndpoints"][0]["id"] })).await;
        world.advance(TimeDelta::minutes(1));
        world.finish().await;
    }

    async fn what_is_late_and_what_was_given_up_is_seen(world: World) {
        world.import_registers().await;
        world.subject("ada").await;
        world.ask(OPEN, json!({ "type": "ACCESS" })).await;
        world.drain().await;
        world.advance(TimeDelta::days(40));
        world.database.execute("UPDATE work_items SET state = 'DEAD'").await.unwrap();
        world.ask("mutation { requestReverification(input: { subject: { externalId: \"ada\" } }) { reverification { id } } }", json!({})).await;
        world.advance(TimeDelta::seconds(90));
        let seen = scrape(&world).await;
        assert!(close(value(&seen, "recital_requests_overdue{type=\"ACCESS\"}"), 1.0), "{seen}");
        assert!(value(&seen, "recital_work_items{kind=\"mail.request\",state=\"dead\"}") >= 1.0, "{seen}");
        assert!(close(value(&seen, "recital_work_oldest_seconds{kind=\"mail.reverification\"}"), 90.0), "{seen}");
        assert!(value(&seen, "recital_database_connections_most") >= 1.0, "{seen}");
        world.database.execute("UPDATE work_items SET state = 'DONE' WHERE state = 'DEAD'").await.unwrap();
        world.finish().await;
    }
}

/// The names of metrics that expressions speak of.
fn named(expressions: &[String]) -> BTreeSet<String> {
    let words =
        expressions.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    let ours = words.filter(|word| ["recital_", "gdpr_", "security_"].iter().any(|prefix| word.starts_with(prefix)));
    ours.map(str::to_owned).collect()
}

fn exported() -> BTreeSet<String> {
    let names = metrics::names().flat_map(|name| {
        let parts: &[&str] = if name.ends_with("duration_seconds") { &["_bucket", "_sum", "_count"] } else { &[""] };
        parts.iter().map(move |part| format!("{name}{part}"))
    });
    names.collect()
}

#[test]
fn the_dashboard_and_the_alerts_speak_of_metrics_that_there_are() {
    let dashboard = std::fs::read_to_string(format!("{DOCKER}/grafana/recital.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    let shown = named(&targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
    let rules = std::fs::read_to_string(format!("{DOCKER}/prometheus/alerts.yaml")).unwrap();
    let comments_left_out: Vec<String> =
        rules.lines().filter(|line| !line.trim_start().starts_with('#')).map(str::to_owned).collect();
    let watched = named(&comments_left_out);
    assert!(shown.len() > 20 && watched.len() > 10, "{shown:?} {watched:?}");
    let exported = exported();
    for name in shown.union(&watched) {
        assert!(exported.contains(name), "{name} is no metric of ours");
    }
}

/// Where Prometheus' own tool is there, it reads the rules; elsewhere the one above must do.
#[test]
fn the_alert_rules_are_prometheus_own_language() {
    let rules = format!("{DOCKER}/prometheus/alerts.yaml");
    let Ok(checked) = Command::new("promtool").args(["check", "rules", &rules]).output() else { return };
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
