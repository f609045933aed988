//! Consent and the processing decision.

mod confirming;
mod deciding;
mod expiring;
mod hot_path;
mod importing;
mod model;
mod opting_out;
mod preferring;
mod receipts;
mod recording;
mod watching;
mod withdrawing;

use chrono::{DateTime, Utc};
use recital_tests::World;
use serde_json::{Value, json};

const RECORD: &str = "mutation($input: RecordConsentInput!) { recordConsent(input: $input) { consent {
    id state given givenAt withdrawnAt expiresAt purposeVersion policyVersion method canWithdraw withdrawalMethod
    specialCategoryData specialCategoryConsent lawfulBasis purpose { key } } } }";
const WITHDRAW: &str = "mutation($input: WithdrawConsentInput!) { withdrawConsent(input: $input) { consent {
    id state given givenAt withdrawnAt canWithdraw withdrawalMethod } } }";
const DECIDE: &str = "query($subject: SubjectRef!, $purpose: String!, $at: DateTime) {
    processingDecision(subject: $subject, purpose: $purpose, at: $at) {
        allowed reason purpose purposeVersion lawfulBasis decidedAt allowedFields consent { id state } } }";
const HISTORY: &str = "query($id: ID!, $first: Int, $after: String, $purpose: String) { subject(ref: { id: $id }) {
    consents { state purpose { key } }
    consentHistory(first: $first, after: $after, purpose: $purpose) { totalCount pageInfo { hasNextPage endCursor }
        edges { node { id state purpose { key } purposeVersion policyVersion method recordedAt recordedBy noticeHash
            notice { hash text firstShownAt } } } } } }";
const DEFINE: &str = "mutation($input: DefinePurposeInput!) { definePurpose(input: $input) { purpose { version } } }";
const REVISE: &str = "mutation($input: RevisePurposeInput!) { revisePurpose(input: $input) { purpose { version } } }";
const RETIRE: &str = "mutation($key: String!) { retirePurpose(input: { key: $key }) { purpose { status } } }";

/// The example register's purpose that rests on consent.
const CHAT: &str = "agent_interaction";

/// A `recordConsent` input that gives consent for [`CHAT`].
fn given(subject: &str) -> Value {
    json!({ "subject": { "id": subject }, "purpose": CHAT, "given": true, "policyVersion": "2026-01", "method": "WEB_FORM" })
}

/// The same with other fields.
fn given_with(subject: &str, fields: Value) -> Value {
    let mut input = given(subject);
    merge(&mut input, fields);
    json!({ "input": input })
}

fn merge(input: &mut Value, fields: Value) {
    if let (Value::Object(input), Value::Object(fields)) = (input, fields) {
        input.extend(fields);
    }
}

async fn give(world: &World, subject: &str) -> Value {
    world.ask(RECORD, json!({ "input": given(subject) })).await["recordConsent"]["consent"].take()
}

fn withdrawal(subject: &str) -> Value {
    json!({ "input": { "subject": { "id": subject }, "purpose": CHAT } })
}

async fn decide(world: &World, subject: &str, purpose: &str) -> Value {
    decide_at(world, subject, purpose, None).await
}

async fn decide_at(world: &World, subject: &str, purpose: &str, at: Option<DateTime<Utc>>) -> Value {
    let question = json!({ "subject": { "id": subject }, "purpose": purpose, "at": at });
    world.ask(DECIDE, question).await["processingDecision"].take()
}

async fn reason(world: &World, subject: &str, purpose: &str) -> String {
    decide(world, subject, purpose).await["reason"].as_str().unwrap().to_owned()
}

async fn reason_at(world: &World, subject: &str, at: DateTime<Utc>) -> String {
    decide_at(world, subject, CHAT, Some(at)).await["reason"].as_str().unwrap().to_owned()
}

async fn define(world: &World, fields: Value) {
    let mut input = json!({
        "name": "A purpose", "description": "For a story", "lawfulBasis": "CONSENT", "dataCollected": ["user_query"],
        "retention": "P30D", "storageLocation": "EU",
    });
    merge(&mut input, fields);
    world.ask(DEFINE, json!({ "input": input })).await;
}

async fn world_with_subject(world: &World) -> String {
    world.import_registers().await;
    world.subject("ada").await
}

/// The GraphQL fields of a purpose that sells, resting on consent.
fn for_sale(key: &str) -> Value {
    json!({ "key": key, "name": format!("The {key}"), "saleOrSharing": true })
}

async fn states(world: &World, subject: &str) -> Vec<String> {
    let seen = world.ask(HISTORY, json!({ "id": subject, "first": 100 })).await;
    let edges = seen["subject"]["consentHistory"]["edges"].as_array().unwrap().clone();
    edges.iter().map(|edge| edge["node"]["state"].as_str().unwrap().to_owned()).collect()
}
