//! GraphQL over HTTP, its limits, and what holds for every answer.

use std::{net::SocketAddr, process::Command};

use recital_api::HttpOptions;
use recital_tests::{Client, Engine, World, both_engines};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

/// The same product as it is served in production.
async fn in_production(world: &World) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = recital_api::router(world.app.clone(), &HttpOptions::default());
    tokio::spawn(
        async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await },
    );
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_audit_of_graphql_over_http_holds() {
    let world = World::start(Engine::Sqlite).await;
    let web = concat!(env!("CARGO_MANIFEST_DIR"), "/web");
    let url = format!("{}/graphql", world.url);
    let audits = Command::new("node").args(["graphql_http.mjs", &url]).current_dir(web).output();
    let audits = audits.expect("node runs: scripts/tools installs it");
    assert!(
        audits.status.success(),
        "{}{}",
        String::from_utf8_lossy(&audits.stdout),
        String::from_utf8_lossy(&audits.stderr)
    );
    world.finish().await;
}

/// The status line for a body of which only the length is sent: it is refused before it is read.
async fn status_of_a_body_of(world: &World, length: usize) -> String {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _};
    let address = world.url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    tokio::io::BufReader::new(stream).read_line(&mut line).await.unwrap();
    line.trim().to_owned()
}

both_engines! {
    async fn graphiql_and_introspection_are_for_development_alone(world: World) {
        let introspection = json!({ "query": "{ __schema { queryType { name } } }" });
        let ask = async |url: &str| {
            let request = reqwest::Client::new().post(format!("{url}/graphql")).json(&introspection);
            request.bearer_auth(world.owner.key()).send().await.unwrap().json::<Value>().await.unwrap()
        };
        assert_eq!(ask(&world.url).await["data"]["__schema"]["queryType"]["name"], "Query");
        assert_eq!(reqwest::get(format!("{}/graphiql", world.url)).await.unwrap().status(), StatusCode::OK);

        let production = in_production(&world).await;
        assert!(ask(&production).await["data"]["__schema"].is_null());
        for path in ["graphiql", "dev/inbox", "dev/inbox.json"] {
            let answer = reqwest::get(format!("{production}/{path}")).await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let stranger = reqwest::Client::new().post(format!("{production}/graphql")).json(&json!({ "query": "{ __typename }" }));
        assert_eq!(stranger.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        world.finish().await;
    }

    async fn every_answer_carries_its_security_headers_and_request_id(world: World) {
        for path in ["healthz", "readyz", "graphql", "graphiql", "nowhere", "verify/nonsense"] {
            let answer = reqwest::get(format!("{}/{path}", world.url)).await.unwrap();
            for name in ["x-request-id", "x-content-type-options", "x-frame-options", "referrer-policy", "cache-control"] {
                assert!(answer.headers().contains_key(name), "{path} without {name}");
            }
        }
        world.finish().await;
    }

    async fn a_document_that_asks_too_much_is_refused_before_it_runs(world: World) {

        let deep = format!("{{ __type(name: \"Query\") {{ {} name {} }} }}", "ofType { ".repeat(40), "}".repeat(40));
        let aliases: String = (0..40).map(|n| format!("a{n}: viewer {{ kind }} ")).collect();
        let tokens = format!("{{ viewer {{ {} }} }}", "kind ".repeat(5_000));
        let directives = format!("{{ viewer {{ kind {} }} }}", "@include(if: true) ".repeat(60));
        let wide: String = (0..30).map(|_| "viewer { kind } ").collect();
        let costly = "{ purposes(first: 100) { edges { node { id key } } } members(first: 100) { edges { node { id } } } apiKeys(first: 100) { edges { node { id name prefix } } } }";

        for query in [deep, format!("{{ {aliases} }}"), tokens, directives, format!("{{ {wide} }}")] {
            let refusal = world.owner.refused(&query, json!({})).await;
            assert_eq!(refusal.code, "BAD_USER_INPUT", "{query:.60}: {refusal:?}");
        }
        world.ask(costly, json!({})).await;
        world.finish().await;
    }

    async fn a_body_that_is_no_request_is_refused_with_its_reason(world: World) {
        let send = async |kind: &str, body: String| {
            let request = reqwest::Client::new().post(format!("{}/graphql", world.url)).bearer_auth(world.owner.key());
            let answer = request.header(header::CONTENT_TYPE, kind).body(body).send().await.unwrap();
            let status = answer.status();
            let reason = answer.json::<Value>().await.map(|body| body["errors"][0]["extensions"]["reason"].clone());
            (status, reason.unwrap_or_default())
        };
        for (kind, body, status, reason) in [
            ("application/json", "{", StatusCode::BAD_REQUEST, "INVALID_JSON"),
            ("application/json", "[]", StatusCode::BAD_REQUEST, "NO_BATCHES"),
            ("application/json", "{\"query\": 7}", StatusCode::BAD_REQUEST, "INVALID_PARAMETERS"),
            ("application/json", "{}", StatusCode::BAD_REQUEST, "MISSING_QUERY"),
            ("text/plain", "{ viewer { kind } }", StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            ("application/x-www-form-urlencoded", "query={viewer{kind}}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
        ] {
            assert_eq!(send(kind, body.into()).await, (status, json!(reason)), "{body}");
        }
        assert_eq!(status_of_a_body_of(&world, 9 << 20).await, "HTTP/1.1 413 Payload Too Large");
        world.finish().await;
    }

    async fn a_mutation_never_runs_over_get(world: World) {
        let mut url = url::Url::parse(&format!("{}/graphql", world.url)).unwrap();
        let mutation = "mutation { createApiKey(input: { name: \"k\", role: OWNER }) { secret } }";
        url.query_pairs_mut().append_pair("query", mutation);
        let answer = reqwest::Client::new().get(url).bearer_auth(world.owner.key()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers()[header::ALLOW], "POST");
        let keys = world.ask("{ apiKeys { totalCount } }", json!({})).await;
        assert_eq!(keys["apiKeys"]["totalCount"], 1);
        world.finish().await;
    }

    async fn pages_go_forwards_and_backwards_and_refuse_what_is_no_cursor(world: World) {
        for role in ["OWNER", "AUDITOR", "SUPPORT", "DEVELOPER"] {
            world.client(role).await;
        }
        const LIST: &str = "query($first: Int, $after: String, $last: Int, $before: String) {
            apiKeys(first: $first, after: $after, last: $last, before: $before) {
                edges { cursor node { role } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }";
        let roles = |page: &Value| -> Vec<Value> { page["apiKeys"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["role"].clone()).collect() };
        let first = world.ask(LIST, json!({ "first": 2 })).await;
        assert_eq!(roles(&first), [json!("OWNER"), json!("OWNER")]);
        assert_eq!(first["apiKeys"]["totalCount"], 5);
        assert_eq!(first["apiKeys"]["pageInfo"]["hasNextPage"], true);
        let next = world.ask(LIST, json!({ "first": 5, "after": first["apiKeys"]["pageInfo"]["endCursor"] })).await;
        assert_eq!(roles(&next), [json!("AUDITOR"), json!("SUPPORT"), json!("DEVELOPER")]);
        assert_eq!(next["apiKeys"]["pageInfo"], json!({ "hasNextPage": false, "hasPreviousPage": true,
            "startCursor": next["apiKeys"]["edges"][0]["cursor"], "endCursor": next["apiKeys"]["edges"][2]["cursor"] }));
        let back = world.ask(LIST, json!({ "last": 1, "before": next["apiKeys"]["pageInfo"]["startCursor"] })).await;
        assert_eq!(roles(&back), [json!("OWNER")]);

        for (arguments, reason, field) in [
            (json!({ "after": "nonsense" }), "INVALID_CURSOR", "after"),
            (json!({ "first": 101 }), "PAGE_SIZE", "first"),
            (json!({ "last": -1 }), "PAGE_SIZE", "last"),
            (json!({ "first": 1, "last": 1 }), "FIRST_AND_LAST", "last"),
        ] {
            let refusal = world.owner.refused(LIST, arguments).await;
            assert!(refusal.is("BAD_USER_INPUT", reason) && refusal.field.as_deref() == Some(field), "{refusal:?}");
        }
        world.finish().await;
    }

    async fn a_node_is_found_again_by_its_id_and_by_nobody_else(world: World) {
        let tenant = world.ask("{ tenant { id } }", json!({})).await["tenant"]["id"].clone();
        const NODE: &str = "query($id: ID!) { node(id: $id) { id ... on Tenant { slug } } }";
        assert_eq!(world.ask(NODE, json!({ "id": tenant })).await["node"]["slug"], "acme");
        let (_, other) = world.another_tenant("borealis").await;
        for id in [tenant, json!("nonsense"), json!("VGVuYW50OmFiYw")] {
            assert!(other.ask(NODE, json!({ "id": id })).await["node"].is_null());
        }
        let stranger = Client::new(&world.url, "").refused(NODE, json!({ "id": "x" })).await;
        assert_eq!(stranger.code, "UNAUTHENTICATED");
        world.finish().await;
    }
}
