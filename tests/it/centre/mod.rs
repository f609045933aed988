//! The privacy centre: what a tenant offers there, and what people see and do.

mod accounts;
mod asking;
mod dashboard;
mod pages;
mod settings;

use recital_tests::World;
use serde_json::{Value, json};

const SET: &str = "mutation($input: PrivacyCentreInput!) { setPrivacyCentre(input: $input) { centre {
    enabled url signUp requiredConsents offeredPurposes regimes messages { locale text } } } }";

/// The purpose of the example register that rests on consent.
const CHAT: &str = "agent_interaction";

async fn set(world: &World, input: Value) -> Value {
    world.ask(SET, json!({ "input": input })).await["setPrivacyCentre"]["centre"].take()
}

/// Switches Acme's centre on, with the example registers behind it. Answers its address.
async fn open(world: &World) -> String {
    world.import_registers().await;
    let centre = set(world, json!({ "enabled": true, "signUp": true, "offeredPurposes": [CHAT] })).await;
    centre["url"].as_str().unwrap().to_owned()
}
