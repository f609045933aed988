//! How long data is kept, what keeps it longer, and the sweep.

mod cases;
mod faults;
mod holds;
mod many;
mod model;
mod own;
mod policies;
mod sweeps;
mod watching;

use chrono::{DateTime, Utc};
use recital_domain::{
    db::PageRequest,
    evidence::{self, AuditFilter, Event},
    vault::{self, SubjectRef},
    viewer::Permission,
};
use recital_tests::{Client, World};
use serde_json::{Value, json};

const RUN: &str = "mutation($type: String) { runRetention(input: { dataType: $type }) { run {
    id state startedAt finishedAt results { dataType retention cutoff deleted held legalBasis } } } }";
const PREVIEW: &str =
    "query($type: String) { retentionPreview(dataType: $type) { dataType at due held oldestCreatedAt } }";
const RUNS: &str = "{ retentionRuns { totalCount edges { node { id state results { dataType deleted held } } } } }";
const KEPT: &str = "keptBy { hold { id reason dataType } kept } restricted";
const SET: &str = "mutation($input: RetentionPolicyInput!) { setRetentionPolicy(input: $input) {
    policy { id dataType retention deletionMethod legalBasis } } }";
const HOLD: &str = "mutation($input: PlaceLegalHoldInput!) { placeLegalHold(input: $input) {
    hold { id dataType placedBy placedAt releasedAt } } }";
const RELEASE: &str = "mutation($id: ID!) { releaseLegalHold(input: { id: $id, reason: \"The lawsuit is over\" }) {
    hold { id releasedAt } } }";

/// Stores records of one subject for the purpose that collects the type. Answers id and end of each.
async fn store(client: &Client, subject: &str, data_type: &str, created_at: DateTime<Utc>, count: usize) -> Vec<Value> {
    const STORE: &str = "mutation($records: [PersonalRecordInput!]!) {
        storeRecords(input: { records: $records }) { records { id expiresAt } } }";
    let purpose = match data_type {
        "uploaded_images" | "generated_models" | "ip_address" => "image_to_3d_conversion",
        _ => "legal_compliance",
    };
    let record = json!({
        "subject": { "id": subject }, "dataType": data_type, "purpose": purpose,
        "payload": { "note": "Lovelace" }, "createdAt": created_at,
    });
    let stored = client.ask(STORE, json!({ "records": vec![record; count] })).await;
    stored["storeRecords"]["records"].as_array().expect("records").clone()
}

/// How many records of that subject there are.
async fn left(client: &Client, subject: &str) -> i64 {
    const COUNT: &str = "query($id: ID!) { subject(ref: { id: $id }) { records { totalCount } } }";
    let answer = client.ask(COUNT, json!({ "id": subject })).await;
    answer["subject"]["records"]["totalCount"].as_i64().expect("a count")
}

async fn set(client: &Client, data_type: &str, retention: &str, method: &str) {
    let input = json!({
        "dataType": data_type, "retention": retention, "deletionMethod": method, "legalBasis": "no_longer_necessary",
    });
    client.ask(SET, json!({ "input": input })).await;
}

async fn hold(client: &Client, scope: Value) -> String {
    let mut input = scope;
    input["reason"] = "A lawsuit about Lovelace".into();
    let placed = client.ask(HOLD, json!({ "input": input })).await;
    placed["placeLegalHold"]["hold"]["id"].as_str().expect("an id").to_owned()
}

/// Restricts the processing of a subject's data.
async fn restrict(world: &World, external_id: &str) {
    let viewer = world.job("story");
    let restriction = world.app.write(&viewer, Permission::SubjectWrite, async |tx| {
        let id = vault::find_subject(tx, &SubjectRef::ExternalId(external_id.into())).await?.id;
        vault::restrict(tx, id).await?;
        Ok(Event::SubjectRestricted { id, cause: "story".into() }.with(()))
    });
    restriction.await.expect("a restriction");
}

/// The entries of that action, oldest first.
async fn entries(world: &World, action: &str) -> Vec<Value> {
    let filter = AuditFilter { action: Some(action.into()), ..Default::default() };
    let page = PageRequest { first: Some(100), ..Default::default() };
    let page = evidence::list(&world.app, &world.job("story"), filter, page).await.expect("entries");
    page.items.into_iter().rev().map(|entry| json!({ "actor": entry.actor, "details": entry.details })).collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What a list says of one data type.
fn of<'a>(list: &'a Value, data_type: &str) -> &'a Value {
    let found = list.as_array().expect("a list").iter().find(|item| item["dataType"] == data_type);
    found.unwrap_or_else(|| panic!("nothing about {data_type}: {list}"))
}
