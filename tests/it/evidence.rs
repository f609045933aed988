//! What was done stays provable, and documents say what is enforced.

mod aging;
mod documents;
mod incidents;
mod log;
mod outsiders;
mod reports;

use recital_tests::Client;
use serde_json::{Value, json};

const ENTRIES: &str =
    "query($filter: AuditFilter) { auditEntries(filter: $filter, first: 100) { totalCount edges { node {
    id at action outcome actor resourceType resourceId correlationId details logIndex leafHash } } } }";

/// The entries that match, newest first.
async fn entries(client: &Client, filter: Value) -> Vec<Value> {
    let answer = client.ask(ENTRIES, json!({ "filter": filter })).await;
    let edges = answer["auditEntries"]["edges"].as_array().expect("edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}
