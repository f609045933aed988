//! The people who run the service: what they can do, and that it is on record.

use std::{net::SocketAddr, sync::Arc};

use chrono::TimeDelta;
use recital_api::{HttpOptions, operator_router, operator_sdl};
use recital_domain::{access, evidence};
use recital_scheduler::Board;
use recital_tests::{Client, World, both_engines};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const TENANT: &str = "query($slug: String!) { tenant(slug: $slug) { id slug name status keyVersion closesAt
    usage { subjects records storedBytes requestsToday mailsToday } limits { requestsPerMinute subjects mailsPerHour } } }";
const CREATE: &str = "mutation($slug: String!) { createTenant(input: { slug: $slug, name: \"Initech Ltd\",
    ownerEmail: \"owner@initech.example.com\", controllerName: \"Initech\", contactEmail: \"privacy@initech.example.org\" }) {
    tenant { slug status keyVersion } apiKeySecret } }";
const SUSPEND: &str =
    "mutation($slug: String!) { suspendTenant(input: { slug: $slug, reason: \"unpaid\" }) { tenant { status } } }";
const RESUME: &str =
    "mutation($slug: String!) { resumeTenant(input: { slug: $slug, reason: \"paid\" }) { tenant { status } } }";
const CLOSE: &str = "mutation($slug: String!) { closeTenant(input: { slug: $slug, reason: \"left\", graceDays: 10 }) {
    tenant { status closesAt } } }";
const LIMITS: &str = "mutation($limit: Int) { setTenantLimits(input: { slug: \"acme\", subjects: $limit }) {
    tenant { limits { requestsPerMinute subjects mailsPerHour } } } }";
const RUN: &str = "mutation($name: String!) { runJob(input: { name: $name }) { run { id job finishedAt failures } } }";
const VIEWER: &str = "{ viewer { kind } }";

/// The operator's API of this world, with a token for it.
pub(crate) async fn operator(world: &World) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/operator", listener.local_addr().unwrap());
    let board = Arc::new(Board(world.app.clone()));
    let router =
        operator_router(world.app.clone(), board, &HttpOptions { development: true, ..HttpOptions::default() });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Client::new(&url, &access::create_operator_token(&world.app, "story").await.unwrap())
}

/// Actions and outcomes of the operator's log, oldest first.
async fn log(world: &World) -> Vec<String> {
    world.database.texts("SELECT action || ' ' || outcome FROM operator_entries ORDER BY id").await.unwrap()
}

both_engines! {
    async fn numbers_are_scraped_from_the_operators_listener_and_tell_of_nobody(world: World) {
        let id = world.subject("ada").await;
        world.app.core().keys.forget(world.tenant).await;
        world.ask("{ subject(ref: { externalId: \"ada\" }) { profile { attributes } } }", json!({})).await;
        let operator = operator(&world).await;
        let scraped = reqwest::get(operator.url().replace("/operator", "/metrics")).await.unwrap();
        assert_eq!(scraped.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let scrape = scraped.text().await.unwrap();
        for line in ["recital_kms_calls_total{operation=\"generate\",outcome=\"done\"} 1", "# TYPE recital_kms_call_duration_seconds histogram"] {
            assert!(scrape.lines().any(|seen| seen == line), "{line} is not in\n{scrape}");
        }
        for value in ["Lovelace", "example.com", "ada", "acme", &id, &world.tenant.to_string()] {
            assert!(!scrape.contains(value), "{value} in\n{scrape}");
        }
        assert_eq!(reqwest::get(format!("{}/metrics", world.url)).await.unwrap().status(), 404, "not where tenants are");
        world.finish().await;
    }

    async fn a_tenant_that_an_operator_makes_can_be_used_at_once(world: World) {
        let operator = operator(&world).await;
        let made = operator.ask(CREATE, json!({ "slug": "initech" })).await["createTenant"].take();
        assert_eq!(made["tenant"], json!({ "slug": "initech", "status": "ACTIVE", "keyVersion": 1 }));
        let client = world.owner.with_key(made["apiKeySecret"].as_str().unwrap());
        assert_eq!(client.ask("{ tenant { slug } }", json!({})).await["tenant"]["slug"], "initech");
        let again = operator.refused(CREATE, json!({ "slug": "initech" })).await;
        assert!(again.is("CONFLICT", "SLUG_TAKEN"), "{again:?}");
        assert_eq!(log(&world).await, ["operator_token.created SUCCESS", "tenant.created SUCCESS", "tenant.created FAILED"]);
        world.finish().await;
    }

    async fn only_an_operators_token_opens_the_operators_api(world: World) {
        let operator = operator(&world).await;
        for key in ["", "nonsense", world.owner.key(), "rop_1111"] {
            let refusal = operator.with_key(key).refused("{ jobs { name } }", json!({})).await;
            assert!(refusal.is("UNAUTHENTICATED", "INVALID_CREDENTIAL"), "{key}: {refusal:?}");
        }
        let inside = world.owner.with_key(operator.key()).refused(VIEWER, json!({})).await;
        assert!(inside.is("UNAUTHENTICATED", "INVALID_CREDENTIAL"), "{inside:?}");
        let dump = world.database.dump().await.unwrap();
        let secret = operator.key().strip_prefix("rop_").unwrap();
        assert!(!dump.windows(secret.len()).any(|window| window == secret.as_bytes()), "only a hash is kept");
        world.database.execute("UPDATE operator_tokens SET revoked_at = created_at").await.unwrap();
        assert!(operator.refused("{ jobs { name } }", json!({})).await.is("UNAUTHENTICATED", "INVALID_CREDENTIAL"));
        world.finish().await;
    }

    async fn a_suspended_tenant_is_refused_until_it_is_resumed(world: World) {
        let operator = operator(&world).await;
        assert_eq!(operator.ask(SUSPEND, json!({ "slug": "acme" })).await["suspendTenant"]["tenant"]["status"], "SUSPENDED");
        assert!(world.owner.refused(VIEWER, json!({})).await.is("FORBIDDEN", "TENANT_SUSPENDED"));
        assert!(operator.refused(SUSPEND, json!({ "slug": "acme" })).await.is("CONFLICT", "NOT_ACTIVE"));
        operator.ask(RESUME, json!({ "slug": "acme" })).await;
        world.ask(VIEWER, json!({})).await;
        assert!(operator.refused(RESUME, json!({ "slug": "acme" })).await.is("CONFLICT", "NOT_SUSPENDED"));
        assert!(operator.refused(SUSPEND, json!({ "slug": "nobody" })).await.is("NOT_FOUND", "NOT_FOUND"));
        let entries = world.ask("{ auditEntries(filter: { actor: \"operator\" }) { edges { node { action } } } }", json!({})).await;
        let actions: Vec<_> = entries["auditEntries"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["action"].clone()).collect();
        assert_eq!(actions[..2], [json!("tenant.resumed"), json!("tenant.suspended")], "the tenant sees it in its own log");
        world.finish().await;
    }

    async fn usage_is_counted_and_limits_are_set(world: World) {
        const STORE: &str = "mutation($id: ID!) { storeRecords(input: { records: [{ subject: { id: $id }, dataType: \"uploaded_images\",
            purpose: \"image_to_3d_conversion\", payload: { note: \"Lovelace\" } }] }) { records { id } } }";
        world.import_registers().await;
        let operator = operator(&world).await;
        let ada = world.subject("ada").await;
        world.subject("grace").await;
        world.ask(STORE, json!({ "id": ada })).await;
        let seen = operator.ask(TENANT, json!({ "slug": "acme" })).await["tenant"].take();
        assert_eq!((&seen["usage"]["subjects"], &seen["usage"]["records"]), (&json!(2), &json!(1)));
        assert!(seen["usage"]["storedBytes"].as_i64().unwrap() > 20);
        assert!(seen["usage"]["requestsToday"].as_i64().unwrap() >= 4);
        world.advance(TimeDelta::days(1));
        let next_day = operator.ask(TENANT, json!({ "slug": "acme" })).await["tenant"].take();
        assert_eq!(next_day["usage"]["requestsToday"], 0);

        let limits = operator.ask(LIMITS, json!({ "limit": 7 })).await["setTenantLimits"]["tenant"]["limits"].take();
        assert_eq!(limits["subjects"], 7);
        assert_eq!(limits["mailsPerHour"], seen["limits"]["mailsPerHour"], "what is not given stays");
        let refusal = operator.refused(LIMITS, json!({ "limit": -1 })).await;
        assert!(refusal.is("BAD_USER_INPUT", "NEGATIVE_LIMIT") && refusal.field.as_deref() == Some("subjects"), "{refusal:?}");
        assert_eq!(operator.ask(TENANT, json!({ "slug": "nobody" })).await["tenant"], Value::Null);

        world.another_tenant("globex").await;
        let page = operator.ask("{ tenants(first: 1, filter: { status: ACTIVE }) { totalCount pageInfo { hasNextPage } edges { node { id slug } } } }", json!({})).await["tenants"].take();
        assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
        let node = operator.ask("query($id: ID!) { node(id: $id) { ... on OperatorTenant { slug } } }", json!({ "id": page["edges"][0]["node"]["id"] })).await;
        assert_eq!(node["node"]["slug"], page["edges"][0]["node"]["slug"]);
        world.finish().await;
    }

    async fn jobs_are_listed_and_run_out_of_turn(world: World) {
        const JOBS: &str = "{ jobs { name schedule timeZone timeLimitSeconds nextRunAt lastRun { id attempts durationSeconds failures } } }";
        let operator = operator(&world).await;
        let jobs = operator.ask(JOBS, json!({})).await["jobs"].take();
        let sweep = |jobs: &Value| jobs.as_array().unwrap().iter().find(|job| job["name"] == "work.prune").unwrap().clone();
        assert_eq!(sweep(&jobs)["lastRun"], Value::Null);
        assert_eq!((&sweep(&jobs)["timeZone"], &sweep(&jobs)["timeLimitSeconds"]), (&json!("UTC"), &json!(3600)));

        let run = operator.ask(RUN, json!({ "name": "work.prune" })).await["runJob"]["run"].take();
        assert_eq!((&run["job"], &run["failures"]), (&json!("work.prune"), &json!([])));
        assert_ne!(run["finishedAt"], Value::Null);
        let last = sweep(&operator.ask(JOBS, json!({})).await["jobs"])["lastRun"].take();
        assert_eq!(last, json!({ "id": run["id"], "attempts": 1, "durationSeconds": 0.0, "failures": [] }));
        let runs = operator.ask("{ jobRuns(job: \"work.prune\") { totalCount edges { node { id } } } }", json!({})).await["jobRuns"].take();
        assert_eq!((&runs["totalCount"], &runs["edges"][0]["node"]["id"]), (&json!(1), &run["id"]));
        assert!(operator.refused(RUN, json!({ "name": "no.such" })).await.is("NOT_FOUND", "NOT_FOUND"));
        assert_eq!(log(&world).await[1..], ["job.run SUCCESS", "job.run FAILED"]);
        world.finish().await;
    }

    async fn work_that_was_given_up_is_retried_when_an_operator_says_so(world: World) {
        const WORK: &str = "query($state: WorkState) { workItems(state: $state) { totalCount edges { node { id tenantId kind state attempts lastError } } } }";
        const RETRY_ALL: &str = "mutation { retryAllWork { retried } }";
        const RETRY: &str = "mutation($id: ID!) { retryWork(input: { id: $id }) { workItem { state attempts } } }";
        let operator = operator(&world).await;
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let listen = "mutation($url: String!) { createWebhookEndpoint(input: { url: $url, events: [\"request.opened\"] }) { endpoint { id } } }";
        let endpoint = world.ask(listen, json!({ "url": format!("http://{closed}/") })).await["createWebhookEndpoint"]["endpoint"]["id"].take();
        let ada = world.subject("ada").await;
        world.ask("mutation($id: ID!) { openSubjectRequest(input: { type: ACCESS, subject: { id: $id } }) { request { id } } }", json!({ "id": ada })).await;
        for _ in 0..10 {
            world.drain().await;
            world.advance(TimeDelta::hours(12));
        }
        let dead = operator.ask(WORK, json!({ "state": "DEAD" })).await["workItems"].take();
        let item = &dead["edges"][0]["node"];
        assert_eq!((&dead["totalCount"], &item["kind"], &item["attempts"]), (&json!(1), &json!("webhook.deliver"), &json!(8)));
        assert_eq!(item["lastError"], "UNAVAILABLE/WEBHOOK_UNREACHABLE");

        let tenant = operator.ask("query($id: ID!) { node(id: $id) { ... on OperatorTenant { slug } } }", json!({ "id": item["tenantId"] })).await;
        assert_eq!(tenant["node"]["slug"], "acme");

        let retried = operator.ask(RETRY, json!({ "id": item["id"] })).await["retryWork"]["workItem"].take();
        assert_eq!(retried, json!({ "state": "READY", "attempts": 0 }));
        assert_eq!(operator.ask(RETRY_ALL, json!({})).await["retryAllWork"]["retried"], 0);
        world.database.execute("UPDATE work_items SET state = 'DEAD' WHERE state = 'READY'").await.unwrap();
        assert_eq!(operator.ask(RETRY_ALL, json!({})).await["retryAllWork"]["retried"], 1);
        assert!(operator.refused(RETRY, json!({ "id": item["id"] })).await.is("CONFLICT", "NOT_DEAD"));
        world.ask("mutation($id: ID!) { deleteWebhookEndpoint(input: { id: $id }) { endpoint { id } } }", json!({ "id": endpoint })).await;
        world.drain().await;
        assert_eq!(operator.ask(WORK, json!({ "state": "DEAD" })).await["workItems"]["totalCount"], 0);
        world.finish().await;
    }

    async fn health_names_what_answers(world: World) {
        let operator = operator(&world).await;
        let health = operator.ask("{ health { version database migrations kms smtp workers } }", json!({})).await["health"].take();
        assert_eq!(health["database"], format!("{:?}", world.engine).to_lowercase());
        assert!(health["migrations"].as_str().unwrap().starts_with('m'), "{health}");
        assert_eq!((&health["kms"], &health["smtp"], &health["workers"]), (&json!(true), &json!(true), &json!(0)));
        world.finish().await;
    }

    async fn a_closed_tenant_is_destroyed_after_its_grace_and_not_before(world: World) {
        let operator = operator(&world).await;
        let (globex, client) = world.another_tenant("globex").await;
        world.import_registers_for(&client).await;
        let alan = world.subject_for(&client, "alan").await;
        client.ask("mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\", given: true,
            policyVersion: \"1\", method: WEB_FORM }) { consent { id } } }", json!({ "id": alan })).await;
        let ada = world.subject("ada").await;

        assert_eq!(operator.ask(CLOSE, json!({ "slug": "globex" })).await["closeTenant"]["tenant"]["status"], "CLOSING");
        assert!(client.refused(VIEWER, json!({})).await.is("FORBIDDEN", "TENANT_CLOSED"));
        assert!(operator.refused(CLOSE, json!({ "slug": "globex" })).await.is("CONFLICT", "ALREADY_CLOSING"));
        assert!(operator.refused(RESUME, json!({ "slug": "globex" })).await.is("CONFLICT", "NOT_SUSPENDED"));
        world.advance(TimeDelta::days(9));
        operator.ask(RUN, json!({ "name": "tenant.close" })).await;
        assert_eq!(operator.ask(TENANT, json!({ "slug": "globex" })).await["tenant"]["status"], "CLOSING");
        assert_eq!(world.database.number("SELECT count(*) FROM tenant_keys").await.unwrap(), 2);

        world.advance(TimeDelta::days(2));
        operator.ask(RUN, json!({ "name": "tenant.close" })).await;
        let closed = operator.ask(TENANT, json!({ "slug": "globex" })).await["tenant"].take();
        assert_eq!((&closed["status"], &closed["keyVersion"], &closed["usage"]["subjects"]), (&json!("CLOSED"), &json!(0), &json!(0)));
        for (table, left) in [("tenant_keys", 1), ("tenant_secrets", 4), ("subject_keys", 1), ("profiles", 1), ("members", 1), ("consents", 0)] {
            let count = world.database.number(&format!("SELECT count(*) FROM {table}")).await.unwrap();
            assert_eq!(count, left, "{table}: Acme's alone");
        }
        let named = "SELECT count(*) FROM subjects WHERE email IS NOT NULL OR external_id IS NOT NULL OR email_index IS NOT NULL";
        assert_eq!(world.database.number(named).await.unwrap(), 1);
        assert!(client.refused(VIEWER, json!({})).await.is("UNAUTHENTICATED", "INVALID_CREDENTIAL"));
        world.ask("query($id: ID!) { subject(ref: { id: $id }) { status } }", json!({ "id": ada })).await;
        evidence::sequence(&world.app).await.unwrap();
        let waiting = world.database.number("SELECT count(*) FROM audit_pending").await.unwrap();
        assert_eq!(waiting, 0, "the last entries of {globex} are in its log");
        world.finish().await;
    }
}

#[test]
fn the_committed_operator_schema_is_the_products_own() {
    let committed = include_str!("../../api/operator.graphql");
    assert_eq!(committed, operator_sdl(), "run `cargo run -- schema --operator > api/operator.graphql`");
}
