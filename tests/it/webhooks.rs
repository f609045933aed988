//! Tenants' own services are told of changes, and nobody else is.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{db::PageRequest, work};
use recital_entities::WorkState;
use recital_scheduler::run_job;
use recital_tests::{Client, World, both_engines, judge, node_script, python_script};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CREATE: &str = "mutation($url: String!, $events: [String!]!) {
    createWebhookEndpoint(input: { url: $url, events: $events }) { endpoint { id url events disabledAt } secret } }";
const DELETE: &str = "mutation($id: ID!) { deleteWebhookEndpoint(input: { id: $id }) { endpoint { id } } }";
const LIST: &str = "{ webhookEndpoints { id url events disabledAt disabledReason failingSince } }";
const ENABLE: &str = "mutation($id: ID!) { enableWebhookEndpoint(input: { id: $id }) { endpoint { disabledAt } } }";
const TEST: &str = "mutation($id: ID!) { testWebhookEndpoint(input: { id: $id }) { messageId } }";
const ROTATE: &str = "mutation($id: ID!, $hours: Int) { rotateWebhookSecret(input: { id: $id, overlapHours: $hours }) {
    endpoint { previousSecretUntil } secret } }";
const DELIVERIES: &str = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { deliveries(first: 50) { totalCount
    edges { node { messageId event attempt sentAt durationMs status failure nextAttemptAt } } } } } }";
const CONSENT: &str = "mutation($id: ID!, $given: Boolean!) { recordConsent(input: { subject: { id: $id },
    purpose: \"agent_interaction\", given: $given, policyVersion: \"1\", method: WEB_FORM }) { consent { id } } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(input: { subject: { id: $id },
    purpose: \"agent_interaction\" }) { consent { id } } }";

/// A tenant's service, that keeps what it is told and answers as it likes.
#[derive(Clone)]
struct Service {
    url: String,
    told: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answer: Arc<AtomicU16>,
}

impl Service {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let service = Self { url, told: Arc::default(), answer: Arc::new(AtomicU16::new(204)) };
        let router = Router::new().route("/hooks", post(receive)).route("/moved", post(receive));
        let router = router.with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    fn answers(&self, status: u16) {
        self.answer.store(status, Ordering::SeqCst);
    }

    /// What it was told since it was last asked.
    fn heard(&self) -> Vec<(HeaderMap, String)> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// The same, the kinds of events alone.
    fn kinds(&self) -> Vec<String> {
        let kind = |body: &str| serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
        self.heard().iter().map(|(_, body)| kind(body)).collect()
    }
}

async fn receive(State(service): State<Service>, headers: HeaderMap, body: String) -> impl IntoResponse {
    service.told.lock().unwrap().push((headers, body));
    let status = StatusCode::from_u16(service.answer.load(Ordering::SeqCst)).unwrap();
    (status, [(header::LOCATION, "/moved")])
}

/// Answers the endpoint's id and secret.
async fn listen(client: &Client, service: &Service, events: &[&str]) -> (String, String) {
    let made =
        client.ask(CREATE, json!({ "url": service.url, "events": events })).await["createWebhookEndpoint"].take();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["endpoint"]["id"]), text(&made["secret"]))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

/// As Standard Webhooks tells receivers to.
fn verifies(secret: &str, headers: &HeaderMap, body: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = format!("{}.{}.{body}", header(headers, "webhook-id"), header(headers, "webhook-timestamp"));
    let signature = header(headers, "webhook-signature").strip_prefix("v1,").unwrap();
    let signature = BASE64_STANDARD.decode(signature).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &signature).is_ok()
}

/// What receivers' own libraries make of a delivery: the kind of event, or why it is refused.
async fn received(secret: &str, headers: &HeaderMap, body: &str) -> Result<String, String> {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<_, _> =
        names.iter().map(|name| ((*name).to_owned(), header(headers, name).into())).collect();
    let delivery = json!({ "secret": secret, "headers": headers, "body": body });
    let python = judge(python_script("webhook.py"), &delivery).await;
    let node = judge(node_script("webhook.mjs"), &delivery).await;
    assert_eq!(python.is_ok(), node.is_ok(), "{python:?} {node:?}");
    python.and(node).map(|kind| kind.trim().to_owned())
}

/// The log of an endpoint's deliveries, newest first.
async fn log(world: &World, id: &str) -> Vec<Value> {
    let log = world.ask(DELIVERIES, json!({ "id": id })).await["node"]["deliveries"].take();
    log["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

async fn endpoint(world: &World) -> Value {
    world.ask(LIST, json!({})).await["webhookEndpoints"][0].take()
}

both_engines! {
    async fn the_receivers_own_libraries_verify_a_delivery(world: World) {
        // The libraries compare a delivery's time with the system's.
        world.advance(Utc::now() - world.now());
        let service = Service::start().await;
        let (id, old) = listen(&world.owner, &service, &["subject.erased"]).await;
        world.ask(TEST, json!({ "id": id })).await;
        world.drain().await;
        let (headers, body) = service.heard().remove(0);
        assert_eq!(received(&old, &headers, &body).await.as_deref(), Ok("webhook.test"));
        assert!(received(&old, &headers, &body.replace("test", "tset")).await.is_err());

        let rotated = world.ask(ROTATE, json!({ "id": id, "hours": 2 })).await["rotateWebhookSecret"].take();
        let new = rotated["secret"].as_str().unwrap();
        world.ask(TEST, json!({ "id": id })).await;
        world.drain().await;
        let (headers, body) = service.heard().remove(0);
        for secret in [new, &old] {
            assert_eq!(received(secret, &headers, &body).await.as_deref(), Ok("webhook.test"));
        }
        let stranger = format!("whsec_{}", BASE64_STANDARD.encode([7; 32]));
        assert!(received(&stranger, &headers, &body).await.is_err());
        world.finish().await;
    }

    async fn a_secret_that_was_exchanged_signs_no_more_when_its_time_is_over(world: World) {
        let service = Service::start().await;
        let (id, old) = listen(&world.owner, &service, &["subject.erased"]).await;
        let refused = world.owner.refused(ROTATE, json!({ "id": id, "hours": 169 })).await;
        assert!(refused.is("BAD_USER_INPUT", "OUT_OF_RANGE"), "{refused:?}");
        let rotated = world.ask(ROTATE, json!({ "id": id, "hours": 1 })).await["rotateWebhookSecret"].take();
        let until: DateTime<Utc> = rotated["endpoint"]["previousSecretUntil"].as_str().unwrap().parse().unwrap();
        assert_eq!(until, world.now() + TimeDelta::hours(1));
        world.advance(TimeDelta::hours(1));
        world.ask(TEST, json!({ "id": id })).await;
        world.drain().await;
        let (headers, body) = &service.heard()[0];
        assert!(verifies(rotated["secret"].as_str().unwrap(), headers, body));
        assert!(!verifies(&old, headers, body));
        run_job(&world.app, "webhooks.prune").await.unwrap();
        let kept = world.database.number("SELECT count(*) FROM webhook_endpoints WHERE previous_secret IS NOT NULL").await;
        assert_eq!(kept.unwrap(), 0);
        world.finish().await;
    }

    async fn every_try_stands_in_the_log_for_a_month(world: World) {
        let service = Service::start().await;
        let (id, _) = listen(&world.owner, &service, &["subject.erased"]).await;
        let message = world.ask(TEST, json!({ "id": id })).await["testWebhookEndpoint"]["messageId"].take();
        service.answers(500);
        world.drain().await;
        let tried = log(&world, &id).await.remove(0);
        let next: DateTime<Utc> = tried["nextAttemptAt"].as_str().unwrap().parse().unwrap();
        assert_eq!((&tried["messageId"], &tried["event"]), (&message, &json!("webhook.test")));
        assert_eq!((&tried["attempt"], &tried["status"], &tried["failure"]), (&json!(1), &json!(500), &json!("WEBHOOK_REFUSED")));
        let queued = work::list_items(&world.app, Some(WorkState::Ready), PageRequest::default()).await.unwrap();
        assert_eq!(queued.items[0].next_attempt_at, Some(next), "the log tells when it is tried again");

        service.answers(204);
        world.advance(next - world.now());
        world.drain().await;
        let tries = log(&world, &id).await;
        let second = json!({ "attempt": 2, "status": 204, "failure": null, "nextAttemptAt": null });
        assert!(second.as_object().unwrap().iter().all(|(name, value)| tries[0][name] == *value), "{tries:?}");
        assert!(endpoint(&world).await["failingSince"].is_null());

        let (_, stranger) = world.another_tenant("globex").await;
        assert_eq!(stranger.ask(DELIVERIES, json!({ "id": id })).await["node"], Value::Null);
        for (days, left) in [(29, 2), (2, 0)] {
            world.advance(TimeDelta::days(days));
            run_job(&world.app, "webhooks.prune").await.unwrap();
            assert_eq!(log(&world, &id).await.len(), left);
        }
        world.finish().await;
    }

    async fn tries_come_at_the_times_that_are_documented(world: World) {
        let service = Service::start().await;
        let (id, _) = listen(&world.owner, &service, &["subject.erased"]).await;
        world.ask(TEST, json!({ "id": id })).await;
        service.answers(503);
        for seconds in [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000] {
            world.drain().await;
            let next: DateTime<Utc> = log(&world, &id).await[0]["nextAttemptAt"].as_str().unwrap().parse().unwrap();
            let wait = (next - world.now()).num_milliseconds();
            assert!((seconds * 900..=seconds * 1_100).contains(&wait), "{wait} ms where {seconds} s are listed");
            world.advance(next - world.now());
        }
        world.drain().await;
        let tries = log(&world, &id).await;
        assert_eq!((tries.len(), &tries[0]["nextAttemptAt"]), (8, &Value::Null));
        let dead = work::list_items(&world.app, Some(WorkState::Dead), PageRequest::default()).await.unwrap();
        assert_eq!(dead.items.len(), 1, "an operator may try it again");
        service.answers(204);
        work::retry(&world.app, dead.items[0].id).await.unwrap();
        world.finish().await;
    }

    async fn an_endpoint_that_fails_for_five_days_is_disabled_and_its_owners_are_told(world: World) {
        world.database.execute("UPDATE tenants SET locale = 'de', time_zone = 'Europe/Berlin'").await.unwrap();
        const INVITE: &str = "mutation($email: EmailAddress!, $role: Role!) {
            inviteMember(input: { email: $email, name: \"Byron Lovelace\", role: $role }) { member { id } } }";
        for (name, role) in [("second", "OWNER"), ("dev", "DEVELOPER")] {
            world.ask(INVITE, json!({ "email": format!("{name}@acme.example.com"), "role": role })).await;
        }
        let service = Service::start().await;
        let (id, _) = listen(&world.owner, &service, &["subject.erased"]).await;
        service.answers(500);
        for day in 0..=5 {
            assert!(endpoint(&world).await["disabledAt"].is_null(), "day {day}");
            world.ask(TEST, json!({ "id": id })).await;
            world.drain().await;
            world.advance(TimeDelta::days(i64::from(day < 5)));
        }
        let disabled = endpoint(&world).await;
        let failing_since: DateTime<Utc> = disabled["failingSince"].as_str().unwrap().parse().unwrap();
        assert_eq!((&disabled["disabledReason"], world.now() - failing_since), (&json!("FAILING"), TimeDelta::days(5)));
        let mails = world.inbox.mails();
        let mut told: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
        told.sort_unstable();
        assert_eq!(told, ["owner@acme.example.com", "second@acme.example.com"]);
        assert!(mails[0].subject.contains("ist abgeschaltet") && mails[0].text.contains("127.0.0.1"), "{}", mails[0].text);
        assert!(!mails[0].text.contains("/hooks"), "a path may hold a secret");

        let refused = world.owner.refused(TEST, json!({ "id": id })).await;
        assert!(refused.is("CONFLICT", "ENDPOINT_DISABLED"), "{refused:?}");
        world.drain().await;
        service.heard();
        service.answers(204);
        world.ask(ENABLE, json!({ "id": id })).await;
        assert!(world.owner.refused(ENABLE, json!({ "id": id })).await.is("CONFLICT", "NOT_DISABLED"));
        world.ask(TEST, json!({ "id": id })).await;
        world.drain().await;
        assert_eq!(service.kinds().last().unwrap(), "webhook.test");
        assert_eq!(endpoint(&world).await["failingSince"], Value::Null);
        assert_eq!(world.inbox.mails().len(), 2, "nobody is told twice");
        world.finish().await;
    }

    async fn an_endpoint_that_does_not_answer_is_given_up_after_fifteen_seconds(world: World) {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());
        let made = world.ask(CREATE, json!({ "url": url, "events": ["subject.erased"] })).await;
        let id = made["createWebhookEndpoint"]["endpoint"]["id"].as_str().unwrap().to_owned();
        world.ask(TEST, json!({ "id": id })).await;
        world.drain().await;
        let tried = log(&world, &id).await.remove(0);
        assert_eq!((&tried["status"], &tried["failure"]), (&Value::Null, &json!("WEBHOOK_UNREACHABLE")));
        let took = tried["durationMs"].as_i64().unwrap();
        assert!((15_000..17_000).contains(&took), "{took} ms");
        world.ask(DELETE, json!({ "id": id })).await;
        world.advance(TimeDelta::minutes(1));
        world.finish().await;
    }

    async fn a_service_is_told_of_what_it_asked_for_with_ids_alone(world: World) {
        world.import_registers().await;
        let service = Service::start().await;
        let (_, secret) = listen(&world.owner, &service, &["consent.given", "consent.withdrawn"]).await;
        let ada = world.subject("ada").await;
        let consent = world.ask(CONSENT, json!({ "id": ada, "given": true })).await["recordConsent"]["consent"]["id"].take();
        world.drain().await;

        let heard = service.heard();
        assert_eq!(heard.len(), 1, "registering was not asked for");
        let (headers, body) = &heard[0];
        assert!(verifies(&secret, headers, body));
        assert!(!verifies(&secret, headers, &body.replace("given", "taken")));
        assert_eq!(header(headers, "content-type"), "application/json");
        assert_eq!(header(headers, "webhook-timestamp"), world.now().timestamp().to_string());
        let told: Value = serde_json::from_str(body).unwrap();
        assert_eq!(told["type"], "consent.given");
        assert_eq!(told["data"], json!({ "type": "Consent", "id": consent, "subject": ada, "purpose": "agent_interaction" }));

        world.ask(WITHDRAW, json!({ "id": ada })).await;
        world.drain().await;
        assert_eq!(service.kinds(), ["consent.withdrawn"]);
        world.finish().await;
    }

    async fn nobody_is_told_of_what_did_not_happen_or_happened_elsewhere(world: World) {
        world.import_registers().await;
        let service = Service::start().await;
        listen(&world.owner, &service, &["consent.given", "consent.withdrawn"]).await;
        let ada = world.subject("ada").await;
        assert!(world.owner.send(WITHDRAW, json!({ "id": ada })).await.get("errors").is_some());

        let (_, stranger) = world.another_tenant("globex").await;
        world.import_registers_for(&stranger).await;
        let other = world.subject_for(&stranger, "alan").await;
        stranger.ask(CONSENT, json!({ "id": other, "given": true })).await;
        world.drain().await;
        assert_eq!(service.kinds(), [""; 0]);
        assert_eq!(stranger.ask(LIST, json!({})).await["webhookEndpoints"], json!([]));
        world.finish().await;
    }

    async fn a_delivery_is_tried_again_with_the_same_id_until_it_is_accepted(world: World) {
        world.import_registers().await;
        let service = Service::start().await;
        let (_, secret) = listen(&world.owner, &service, &["consent.given"]).await;
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "given": true })).await;

        let mut ids = Vec::new();
        for status in [500, 302, 204] {
            service.answers(status);
            world.drain().await;
            let heard = service.heard();
            assert_eq!(heard.len(), 1, "one try, and no redirect is followed: {status}");
            assert!(verifies(&secret, &heard[0].0, &heard[0].1));
            assert_eq!(header(&heard[0].0, "webhook-timestamp"), world.now().timestamp().to_string());
            ids.push((header(&heard[0].0, "webhook-id").to_owned(), heard[0].1.clone()));
            world.advance(TimeDelta::minutes(6));
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        world.drain().await;
        assert!(service.heard().is_empty());
        world.finish().await;
    }

    async fn a_service_that_is_gone_is_not_told_again(world: World) {
        world.import_registers().await;
        let service = Service::start().await;
        listen(&world.owner, &service, &["consent.given", "consent.withdrawn"]).await;
        let ada = world.subject("ada").await;
        service.answers(410);
        world.ask(CONSENT, json!({ "id": ada, "given": true })).await;
        world.drain().await;
        assert_eq!(service.kinds(), ["consent.given"]);
        let listed = world.ask(LIST, json!({})).await["webhookEndpoints"].take();
        let disabled: DateTime<Utc> = listed[0]["disabledAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(disabled, world.now());
        assert_eq!(listed[0]["disabledReason"], "GONE");
        world.ask(WITHDRAW, json!({ "id": ada })).await;
        world.drain().await;
        assert!(service.heard().is_empty());
        world.finish().await;
    }

    async fn a_deleted_endpoint_hears_no_more_not_even_what_waits(world: World) {
        world.import_registers().await;
        let service = Service::start().await;
        let (id, _) = listen(&world.owner, &service, &["consent.given"]).await;
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "given": true })).await;
        world.ask(DELETE, json!({ "id": id })).await;
        world.drain().await;
        assert!(service.heard().is_empty());
        assert_eq!(world.ask(LIST, json!({})).await["webhookEndpoints"], json!([]));
        assert!(world.owner.refused(DELETE, json!({ "id": id })).await.is("NOT_FOUND", "NOT_FOUND"));
        world.finish().await;
    }

    async fn the_secret_is_shown_once_and_never_stored_in_clear(world: World) {
        let service = Service::start().await;
        let (id, secret) = listen(&world.owner, &service, &["subject.erased"]).await;
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(key.len(), 32);
        let dump = world.database.dump().await.unwrap();
        assert!(!dump.windows(32).any(|window| window == key));
        assert!(!dump.windows(secret.len()).any(|window| window == secret.as_bytes()));
        let node = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { url events } } }";
        assert_eq!(world.ask(node, json!({ "id": id })).await["node"]["events"], json!(["subject.erased"]));
        let (_, stranger) = world.another_tenant("globex").await;
        assert_eq!(stranger.ask(node, json!({ "id": id })).await["node"], Value::Null);
        assert!(stranger.refused(DELETE, json!({ "id": id })).await.is("NOT_FOUND", "NOT_FOUND"));
        world.finish().await;
    }

    async fn no_webhook_leads_inside(world: World) {
        for url in [
            "http://10.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://192.168.1.1/",
            "https://[fd00::1]/", "http://hooks.example.org/", "ftp://hooks.example.org/", "nonsense",
        ] {
            let refusal = world.owner.refused(CREATE, json!({ "url": url, "events": ["consent.given"] })).await;
            assert!(refusal.is("BAD_USER_INPUT", "INVALID_URL"), "{url}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some("url"));
        }
        let unknown = world.owner.refused(CREATE, json!({ "url": "https://hooks.example.org/", "events": ["consent.taken"] })).await;
        assert!(unknown.is("BAD_USER_INPUT", "UNKNOWN_EVENT"), "{unknown:?}");
        let support = world.client("SUPPORT").await;
        let made = support.refused(CREATE, json!({ "url": "https://hooks.example.org/", "events": ["consent.given"] })).await;
        assert!(made.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{made:?}");
        world.finish().await;
    }

    async fn a_name_that_points_inside_is_not_followed(world: World) {
        world.import_registers().await;
        let inside = json!({ "url": "https://hooks.example.org/", "events": ["consent.given"] });
        let id = world.ask(CREATE, inside).await["createWebhookEndpoint"]["endpoint"]["id"].take();
        // As if the name had been pointed at the metadata service after it was accepted.
        world.database.execute("UPDATE webhook_endpoints SET url = 'http://169.254.169.254/latest'").await.unwrap();
        let ada = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": ada, "given": true })).await;
        world.drain().await;
        let waiting = work::list_items(&world.app, Some(WorkState::Ready), PageRequest::default()).await.unwrap();
        assert_eq!(waiting.items[0].last_error.as_deref(), Some("BAD_USER_INPUT/INVALID_URL"));
        world.ask(DELETE, json!({ "id": id })).await;
        world.advance(TimeDelta::hours(1));
        world.finish().await;
    }
}
