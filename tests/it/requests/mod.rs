//! Subject requests: opened, decided, carried out, in time.

mod carrying_out;
mod deciding;
mod downloading;
mod following;
mod memory;
mod package;
mod race;
mod reminding;

use recital_tests::World;
use serde_json::{Value, json};

const OPEN: &str = "mutation($input: OpenSubjectRequestInput!) { openSubjectRequest(input: $input) { request {
    id type state dueOn extendedTo overdue closedAt rejectionReason
    export { format sizeBytes sha256 expiresAt downloadUrl downloads }
    erasure { erased retained keyDestroyed verifiedAbsentAt jws } } } }";
const SEE: &str = "query($id: ID!) { subjectRequest(id: $id) {
    id type state dueOn extendedTo extensionReason overdue closedAt rejectionReason rejectionExplanation
    timeline { what by note } assignee { id }
    export { format sizeBytes sha256 expiresAt downloadUrl downloads }
    erasure { erased retained keyDestroyed verifiedAbsentAt jws } } }";
const DECIDE: &str =
    "query($id: ID!) { processingDecision(subject: { id: $id }, purpose: \"agent_interaction\") { allowed reason } }";

async fn open(world: &World, kind: &str, subject: &str, more: Value) -> Value {
    let mut input = json!({ "type": kind, "subject": { "id": subject }, "identityVerified": true });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.ask(OPEN, json!({ "input": input })).await["openSubjectRequest"]["request"].clone()
}

async fn see(world: &World, request: &Value) -> Value {
    world.ask(SEE, json!({ "id": request["id"] })).await["subjectRequest"].clone()
}

const APPROVE: &str = "mutation($id: ID!) { approveSubjectRequest(input: { id: $id }) { request { state } } }";
const CANCEL: &str = "mutation($id: ID!) { cancelSubjectRequest(input: { id: $id }) { request { state closedAt } } }";
const SET_POLICY: &str = "mutation($input: RequestPolicyInput!) { setRequestPolicy(input: $input) {
    policy { erasureApproval identityWithinDays } } }";

/// Opens an erasure and has a second member approve it.
async fn erase(world: &World, subject: &str) -> Value {
    let request = open(world, "ERASURE", subject, json!({})).await;
    world.client("PRIVACY_OFFICER").await.ask(APPROVE, json!({ "id": request["id"] })).await;
    request
}

/// What the timeline says, oldest first.
async fn steps(world: &World, request: &Value) -> Vec<String> {
    let seen = see(world, request).await;
    seen["timeline"].as_array().unwrap().iter().map(|step| step["what"].as_str().unwrap().to_owned()).collect()
}

/// The link in the newest mail to that address.
fn link(world: &World, to: &str) -> String {
    let mails = world.inbox.mails();
    let mail = mails.iter().rfind(|mail| mail.to == to).expect("a mail");
    mail.text.lines().find(|line| line.starts_with("http")).expect("a link").to_owned()
}

fn subjects_of_mails(world: &World, to: &str) -> Vec<String> {
    world.inbox.mails().into_iter().filter(|mail| mail.to == to).map(|mail| mail.subject).collect()
}

/// A person with a consent and a record.
async fn person(world: &World, name: &str) -> String {
    let subject = world.subject(name).await;
    const CONSENT: &str =
        "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\",
        given: true, policyVersion: \"2026-01\", method: WEB_FORM }) { consent { state } } }";
    world.ask(CONSENT, json!({ "id": subject })).await;
    const STORE: &str = "mutation($id: ID!, $payload: JSON!) { storeRecords(input: { records: [{ subject: { id: $id },
        dataType: \"conversation_history\", purpose: \"agent_interaction\", payload: $payload }] }) { records { id } } }";
    world.ask(STORE, json!({ "id": subject, "payload": { "query": format!("what {name} Lovelace asked") } })).await;
    subject
}
