//! The program as people run it: a package far larger than the memory it is built in.

use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA256};
use futures::{StreamExt as _, stream};
use recital_tests::{Client, Database, Engine, Program};
use serde_json::{Value, json};

/// How much there is of one person. The story is to be over in a minute, with a program that was built without
/// optimisation; `RECITAL_PACKAGE_RECORDS` and `RECITAL_PACKAGE_FILES` ask for more.
fn size(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

const FILE: usize = 100_000_000;
/// Above what the idle program has.
const ALLOWED: u64 = 150 << 20;

const CONSENT: &str =
    "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\",
    given: true, policyVersion: \"1\", method: WEB_FORM }) { consent { state } } }";
const STORE: &str =
    "mutation($records: [PersonalRecordInput!]!) { storeRecords(input: { records: $records }) { records { id } } }";
const OPEN: &str = "mutation($id: ID!) { openSubjectRequest(input: { type: ACCESS, subject: { id: $id }, identityVerified: true }) { request { id } } }";
const SEE: &str = "query($id: ID!) { subjectRequest(id: $id) { state export { sizeBytes sha256 downloadUrl } } }";

async fn store_records(client: &Client, subject: &str, count: usize) {
    for first in (0..count).step_by(1000) {
        let record = |number: usize| {
            json!({ "subject": { "id": subject }, "dataType": "conversation_history", "purpose": "agent_interaction",
                "payload": { "query": format!("What about number {number}?"), "response": "An answer. ".repeat(20) } })
        };
        let records: Vec<Value> = (first..first + 1000).map(record).collect();
        client.ask(STORE, json!({ "records": records })).await;
    }
}

async fn store_file(client: &Client, url: &str, subject: &str) {
    let pieces = (0..FILE / 100_000).map(|number| Ok::<_, std::io::Error>(vec![number.to_le_bytes()[0]; 100_000]));
    let stored = reqwest::Client::new()
        .put(format!("{url}/files"))
        .bearer_auth(client.key())
        .header("Recital-Subject-Id", subject)
        .header("Recital-Data-Type", "uploaded_images")
        .header("Recital-Purpose", "image_to_3d_conversion")
        .body(reqwest::Body::wrap_stream(stream::iter(pieces)));
    assert!(stored.send().await.unwrap().status().is_success());
}

async fn built(client: &Client, subject: &str) -> Value {
    let request = client.ask(OPEN, json!({ "id": subject })).await["openSubjectRequest"]["request"]["id"].clone();
    loop {
        let seen = client.ask(SEE, json!({ "id": request })).await["subjectRequest"].clone();
        match seen["state"].as_str() {
            Some("IN_PROGRESS") => tokio::time::sleep(Duration::from_millis(100)).await,
            Some("COMPLETED") => return seen["export"].clone(),
            state => panic!("{state:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_larger_than_memory_is_built_and_fetched_in_little_memory() {
    let (records, files) = (size("RECITAL_PACKAGE_RECORDS", 20_000), size("RECITAL_PACKAGE_FILES", 3));
    let database = Database::empty(Engine::Sqlite).await.unwrap();
    let arguments = ["demo", "--json", "--listen", "127.0.0.1:0", "--data-dir", "data"];
    let mut program = Program::start(env!("CARGO_BIN_EXE_recital-in-tests"), database.folder.path(), arguments, &[]);
    let ready: Value = serde_json::from_str(&program.line().await).unwrap();
    let url = ready["graphql"].as_str().unwrap().trim_end_matches("/graphql").to_owned();
    let client = Client::new(&url, ready["apiKey"].as_str().unwrap());
    const REGISTER: &str = "mutation { registerSubject(input: { externalId: \"large\", attributes: { name: \"Large\" } }) { subject { id } } }";
    let subject =
        client.ask(REGISTER, json!({})).await["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned();
    client.ask(CONSENT, json!({ "id": subject })).await;
    let idle = program.peak_memory();
    let began = Instant::now();
    store_records(&client, &subject, records).await;
    for _ in 0..files {
        store_file(&client, &url, &subject).await;
    }
    let stored = began.elapsed();

    program.forget_peak_memory();
    let began = Instant::now();
    let export = built(&client, &subject).await;
    let (building, peak) = (began.elapsed(), program.peak_memory());
    let mut content = reqwest::get(export["downloadUrl"].as_str().unwrap()).await.unwrap().bytes_stream();
    let (mut read, mut digest) = (0_u64, Context::new(&SHA256));
    while let Some(bytes) = content.next().await {
        let bytes = bytes.unwrap();
        digest.update(&bytes);
        read += bytes.len() as u64;
    }
    assert_eq!((&export["sizeBytes"], &export["sha256"]), (&json!(read), &json!(hex::encode(digest.finish()))));
    assert!(read > (files * FILE) as u64);
    let mib = |bytes: u64| bytes >> 20;
    println!("{records} records and {files} files, stored in {stored:?}: {} MiB, built in {building:?}", mib(read));
    println!("memory: {} MiB idle, {} MiB building, {} MiB fetching", mib(idle), mib(peak), mib(program.peak_memory()));
    assert!(program.peak_memory() - idle < ALLOWED, "{idle} {peak} {}", program.peak_memory());
    program.signal("TERM").await;
    program.end().await;
    database.remove().await.unwrap();
}
