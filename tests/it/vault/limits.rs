//! How much fits: each limit at its edge, one more refused with its reason. `docs/limits.md` tells them all.

use futures::future::join_all;
use recital_tests::{World, both_engines};
use reqwest::{StatusCode, header};
use serde_json::{Map, Value, json};

const REGISTER: &str = "mutation($id: String, $attributes: JSON, $key: String) { registerSubject(input: {
    externalId: $id, attributes: $attributes, idempotencyKey: $key }) { subject { id } } }";
const DEFINE: &str = "mutation { definePurpose(input: { key: \"orders\", name: \"Orders\", description: \"Fulfil orders\",
    lawfulBasis: CONTRACT, dataCollected: [\"orders\"], retention: \"P1Y\", storageLocation: \"EU\" }) { purpose { key } } }";
const STORE: &str =
    "mutation($records: [PersonalRecordInput!]!) { storeRecords(input: { records: $records }) { records { id } } }";
const ANONYMISE: &str =
    "mutation($data: [JSON!]!) { anonymise(input: { purpose: \"orders\", data: $data }) { removedFieldCount } }";
const TOKENISE: &str = "mutation($id: ID!, $values: [String!]!) {
    tokenise(input: { subject: { id: $id }, purpose: \"orders\", values: $values }) { tokens } }";
const DETOKENISE: &str =
    "mutation($tokens: [String!]!) { detokenise(input: { purpose: \"orders\", tokens: $tokens }) { values } }";
const SET: &str =
    "mutation($input: SetAttributeFormatInput!) { setAttributeFormat(input: $input) { format { path } } }";

/// What fits answers; one more is refused.
async fn edge(world: &World, operation: &str, fits: Value, more: Value, reason: &str, field: &str) {
    world.ask(operation, fits).await;
    let refusal = world.owner.refused(operation, more).await;
    assert!(refusal.is("BAD_USER_INPUT", reason), "{reason}: {refusal:?}");
    assert_eq!(refusal.field.as_deref(), Some(field), "{reason}");
}

fn attributes(count: usize) -> Value {
    (0..count).map(|n| (format!("a{n}"), json!(n))).collect::<Map<_, _>>().into()
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!({ "a": 1 }), |inside, _| json!({ "a": inside }))
}

/// An object of exactly so many bytes as JSON.
fn sized(bytes: usize) -> Value {
    json!({ "note": "n".repeat(bytes - "{\"note\":\"\"}".len()) })
}

fn record(id: &str, payload: Value) -> Value {
    json!({ "subject": { "id": id }, "dataType": "orders", "purpose": "orders", "payload": payload })
}

async fn limit(world: &World, subjects: u32) {
    let limit = format!("UPDATE tenants SET max_subjects = {subjects} WHERE slug = 'acme'");
    world.database.execute(&limit).await.unwrap();
}

async fn counted(world: &World) -> i64 {
    world.database.number("SELECT CAST(sum(subjects) AS BIGINT) FROM subject_counts").await.unwrap()
}

/// Sends it without saying how long it is.
async fn stream(world: &World, bytes: usize) -> (StatusCode, Value) {
    let query = "{ viewer { kind } }";
    let body = json!({ "query": query, "extensions": { "note": "" } }).to_string();
    let (head, tail) = body.split_at(body.find("\"\"").unwrap() + 1);
    let filling = "n".repeat(bytes - body.len());
    let whole = format!("{head}{filling}{tail}").into_bytes();
    let chunks = whole.chunks(64 * 1024).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>();
    let request = reqwest::Client::new().post(format!("{}/graphql", world.url)).bearer_auth(world.owner.key());
    let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    let answer = request.header(header::CONTENT_TYPE, "application/json").body(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

both_engines! {
    async fn a_profile_has_its_limits(world: World) {
        let person = |id: &str, attributes: Value| json!({ "id": id, "attributes": attributes });
        for (fits, more, reason, field) in [
            (attributes(100), attributes(101), "TOO_MANY_ATTRIBUTES", "attributes"),
            (sized(65_536), sized(65_537), "TOO_LARGE", "attributes"),
            (nested(8), nested(9), "TOO_DEEP", "attributes.a.a.a.a.a.a.a.a"),
            (json!({ "n".repeat(64): 1 }), json!({ "n".repeat(65): 1 }), "INVALID_FIELD_NAME", "attributes"),
        ] {
            edge(&world, REGISTER, person(&format!("fits {reason}"), fits), person("more", more), reason, field).await;
        }
        let id = |length: usize| json!({ "id": "x".repeat(length) });
        edge(&world, REGISTER, id(255), id(256), "INVALID_EXTERNAL_ID", "externalId").await;
        let key = |id: &str, length: usize| json!({ "id": id, "key": "k".repeat(length) });
        edge(&world, REGISTER, key("keyed", 255), key("more", 256), "INVALID_IDEMPOTENCY_KEY", "idempotencyKey").await;
        world.finish().await;
    }

    async fn records_and_rows_have_their_limits(world: World) {
        world.ask(DEFINE, json!({})).await;
        let id = world.subject("ada").await;
        let records = |count: usize, payload: Value| json!({ "records": vec![record(&id, payload); count] });
        let (small, large) = (json!({ "a": 1 }), sized(262_144));
        edge(&world, STORE, records(1000, small.clone()), records(1001, small.clone()), "RECORD_COUNT", "records").await;
        edge(&world, STORE, records(1, large.clone()), records(1, sized(262_145)), "TOO_LARGE", "records.0.payload").await;
        edge(&world, STORE, records(16, large.clone()), records(17, large.clone()), "TOO_LARGE", "records").await;
        edge(&world, STORE, records(1, nested(8)), records(1, nested(9)), "TOO_DEEP", "records.0.payload.a.a.a.a.a.a.a.a").await;
        let rows = |count: usize, row: Value| json!({ "data": vec![row; count] });
        edge(&world, ANONYMISE, rows(1000, small.clone()), rows(1001, small), "RECORD_COUNT", "data").await;
        edge(&world, ANONYMISE, rows(16, large.clone()), rows(17, large), "TOO_LARGE", "data").await;
        world.finish().await;
    }

    async fn tokens_have_their_limits(world: World) {
        world.ask(DEFINE, json!({})).await;
        let id = world.subject("ada").await;
        let values = |count: usize, length: usize| json!({ "id": id, "values": vec!["v".repeat(length); count] });
        edge(&world, TOKENISE, values(1000, 1), values(1001, 1), "RECORD_COUNT", "values").await;
        edge(&world, TOKENISE, values(1, 4096), values(1, 4097), "INVALID_VALUE", "values.0").await;
        let asked = |count: usize| json!({ "tokens": vec!["tok_unknown"; count] });
        edge(&world, DETOKENISE, asked(1000), asked(1001), "RECORD_COUNT", "tokens").await;
        world.finish().await;
    }

    async fn formats_have_their_limits(world: World) {
        let schema = |bytes: usize| json!({ "input": { "path": "a", "format": "JSON", "schema": {
            "description": "d".repeat(bytes - "{\"description\":\"\"}".len()) } } });
        edge(&world, SET, schema(16_384), schema(16_385), "TOO_LARGE", "schema").await;
        for n in 1..200 {
            world.ask(SET, json!({ "input": { "path": format!("p{n}"), "format": "DATE" } })).await;
        }
        let more = json!({ "input": { "path": "more", "format": "DATE" } });
        assert!(world.owner.refused(SET, more).await.is("CONFLICT", "TOO_MANY_FORMATS"));
        world.ask(SET, json!({ "input": { "path": "p1", "format": "EMAIL" } })).await;
        world.finish().await;
    }

    async fn a_body_has_its_limit_whether_it_says_its_length_or_not(world: World) {
        let (status, answer) = stream(&world, 8 << 20).await;
        assert_eq!((status, &answer["data"]["viewer"]["kind"]), (StatusCode::OK, &json!("API_KEY")), "{answer}");
        let (status, answer) = stream(&world, (8 << 20) + 1).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(*error, json!({ "code": "BAD_USER_INPUT", "reason": "BODY_TOO_LARGE", "field": "body" }));
        world.finish().await;
    }

    async fn a_tenant_holds_no_more_subjects_than_the_operator_allows_and_an_erased_one_makes_room(world: World) {
        limit(&world, 3).await;
        let first = world.subject("ada").await;
        world.subject("bea").await;
        world.subject("cleo").await;
        let more = json!({ "id": "dora", "attributes": {} });
        let refusal = world.owner.refused(REGISTER, more.clone()).await;
        assert!(refusal.is("CONFLICT", "SUBJECT_LIMIT_REACHED"), "{refusal:?}");
        assert_eq!(counted(&world).await, 3);
        let erase = "mutation($id: ID!) { openSubjectRequest(input: { type: ERASURE, subject: { id: $id }, identityVerified: true }) { request { id } } }";
        world.trust_the_voucher().await;
        world.ask(erase, json!({ "id": first })).await;
        world.drain().await;
        assert_eq!(counted(&world).await, 2);
        world.ask(REGISTER, more).await;
        limit(&world, 2000).await;
        world.subject("emma").await;
        assert_eq!(counted(&world).await, 4);
        world.finish().await;
    }

    async fn many_who_register_at_once_do_not_pass_the_limit_together(world: World) {
        limit(&world, 7).await;
        let other = world.another_process().await;
        let many = (0..24).map(|n| {
            let client = if n % 2 == 0 { &world.owner } else { &other };
            client.send(REGISTER, json!({ "id": format!("person {n}"), "attributes": {} }))
        });
        let answers = join_all(many).await;
        let made = answers.iter().filter(|answer| answer.get("errors").is_none()).count();
        let full = answers.iter().filter(|answer| answer["errors"][0]["extensions"]["reason"] == "SUBJECT_LIMIT_REACHED").count();
        assert_eq!((made, full), (7, 17), "{answers:?}");
        assert_eq!((world.database.number("SELECT count(*) FROM subjects").await.unwrap(), counted(&world).await), (7, 7));

        limit(&world, 1_000_000).await;
        let many = (0..24).map(|n| world.owner.ask(REGISTER, json!({ "id": format!("later {n}"), "attributes": {} })));
        join_all(many).await;
        assert_eq!(counted(&world).await, 31);
        world.finish().await;
    }
}
