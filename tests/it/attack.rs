//! A second tenant tries everything: every operation and argument that introspection lists, with ids of the first.

use std::collections::BTreeMap;

use recital_tests::{Client, both_engines};
use serde_json::{Map, Value, json};

const INTROSPECT: &str = "{ __schema {
    queryType { name } mutationType { name }
    types { kind name
        fields { name args { name defaultValue type { ...T } } type { ...T } }
        inputFields { name defaultValue type { ...T } }
        enumValues { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The schema as introspection tells it.
struct Schema {
    types: BTreeMap<String, Value>,
}

/// What an attacker knows of the other tenant.
struct Loot {
    id: String,
    external_id: String,
    email: String,
}

impl Schema {
    async fn of(client: &Client) -> Self {
        let answer = client.ask(INTROSPECT, json!({})).await;
        let types = answer["__schema"]["types"].as_array().unwrap().iter();
        Self { types: types.map(|found| (found["name"].as_str().unwrap().to_owned(), found.clone())).collect() }
    }

    fn fields(&self, root: &str) -> impl Iterator<Item = &Value> {
        self.types[root]["fields"].as_array().unwrap().iter()
    }

    /// A value of that type with the loot wherever an id or a reference goes.
    fn value(&self, kind: &Value, name: &str, loot: &Loot, depth: usize) -> Value {
        match kind["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&kind["ofType"], name, loot, depth),
            "LIST" => json!([self.value(&kind["ofType"], name, loot, depth)]),
            "ENUM" => self.types[kind["name"].as_str().unwrap()]["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => self.input(kind["name"].as_str().unwrap(), loot, depth + 1),
            _ => scalar(kind["name"].as_str().unwrap(), name, loot),
        }
    }

    fn input(&self, name: &str, loot: &Loot, depth: usize) -> Value {
        if name == "SubjectRef" {
            return json!({ "id": loot.id });
        }
        let mut object = Map::new();
        for field in self.types[name]["inputFields"].as_array().unwrap() {
            let required = field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null();
            if required || depth < 2 && refers(&field["type"]) {
                let field_name = field["name"].as_str().unwrap();
                object.insert(field_name.to_owned(), self.value(&field["type"], field_name, loot, depth));
            }
        }
        Value::Object(object)
    }

    /// The smallest selection on that type: an id or a scalar where there is one.
    fn selection(&self, kind: &Value, depth: usize) -> String {
        let named = &self.types[named(kind)];
        let Some(fields) = named["fields"].as_array() else { return String::new() };
        if named["kind"] == "INTERFACE" {
            return "{ id __typename }".into();
        }
        let chosen = fields.iter().filter(|field| field["args"].as_array().unwrap().is_empty()).find_map(|field| {
            let inner = self.selection(&field["type"], depth + 1);
            let leaf = self.types[self::named(&field["type"])]["fields"].is_null();
            (leaf || depth < 3 && !inner.is_empty()).then(|| format!("{} {inner}", field["name"].as_str().unwrap()))
        });
        format!("{{ __typename {} }}", chosen.unwrap_or_default())
    }
}

/// Whether a type is, or holds at its top, an id of something.
fn refers(kind: &Value) -> bool {
    matches!(named(kind), "ID" | "SubjectRef")
}

fn named(kind: &Value) -> &str {
    if kind["ofType"].is_null() { kind["name"].as_str().unwrap() } else { named(&kind["ofType"]) }
}

fn scalar(kind: &str, name: &str, loot: &Loot) -> Value {
    match (kind, name) {
        ("ID", _) => json!(loot.id),
        ("Int", _) => json!(1),
        ("Float", _) => json!(1.0),
        ("Boolean", _) => json!(true),
        ("DateTime", _) => json!("2026-01-01T00:00:00Z"),
        ("Date", _) => json!("2026-01-01"),
        ("Period", _) => json!("P30D"),
        ("JSON", _) => json!({}),
        ("EmailAddress", _) => json!(loot.email),
        ("String", "externalId") => json!(loot.external_id),
        ("String", "purpose" | "key") => json!("agent_interaction"),
        ("String", "dataType") => json!("conversation_history"),
        ("String", "url") => json!("https://hooks.example.org/"),
        _ => json!("word"),
    }
}

/// Every id of the tenant's that an API client can see, with its kind.
async fn ids_of(client: &Client, subject: &str) -> Vec<String> {
    const SEE: &str = "{ tenant { id } members { edges { node { id } } } apiKeys { edges { node { id } } }
        purposes { edges { node { id } } } subjects { edges { node { id consents { id } records { edges { node { id } } } consentHistory { edges { node { id } } } } } }
        retentionPolicies { id } retentionRuns { edges { node { id } } } legalHolds { edges { node { id } } }
        reverifications { edges { node { id } } } subjectRequests { edges { node { id } } }
        auditEntries(first: 3) { edges { node { id } } } incidents { edges { node { id } } } webhookEndpoints { id } }";
    let seen = client.ask(SEE, json!({})).await;
    let mut ids = vec![subject.to_owned()];
    collect(&seen, &mut ids);
    ids.sort();
    ids.dedup();
    ids
}

fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            ids.extend(object.get("id").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, ids));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
        _ => {}
    }
}

/// The same kind of id, of something that never was.
fn never_was(id: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    let kind = text.split(':').next().unwrap();
    BASE64_URL_SAFE_NO_PAD.encode(format!("{kind}:{}", uuid::Uuid::now_v7()))
}

/// Everything the first tenant has, so that there is something to steal.
async fn furnish(world: &recital_tests::World) -> String {
    world.import_registers().await;
    let subject = world.subject("ada").await;
    let on = json!({ "subject": { "id": subject } });
    for act in [
        "mutation($subject: SubjectRef!) { recordConsent(input: { subject: $subject, purpose: \"agent_interaction\", given: true, policyVersion: \"1\", method: API }) { consent { id } } }",
        "mutation($subject: SubjectRef!) { storeRecords(input: { records: [{ subject: $subject, dataType: \"conversation_history\", purpose: \"agent_interaction\", payload: { query: \"hello\" } }] }) { records { id } } }",
        "mutation($subject: SubjectRef!) { placeLegalHold(input: { reason: \"a claim\", subject: $subject }) { hold { id } } }",
        "mutation($subject: SubjectRef!) { requestReverification(input: { subject: $subject }) { reverification { id } } }",
        "mutation($subject: SubjectRef!) { openSubjectRequest(input: { type: RESTRICTION, subject: $subject }) { request { id } } }",
        "mutation { runRetention(input: {}) { run { id } } }",
        "mutation { reportIncident(input: { title: \"lost\", severity: LOW, detectedAt: \"2026-02-28T00:00:00Z\", description: \"lost\" }) { incident { id } } }",
        "mutation { createWebhookEndpoint(input: { url: \"https://hooks.example.org/\", events: [\"consent.given\"] }) { endpoint { id } } }",
    ] {
        let variables = if act.contains("$subject") { on.clone() } else { json!({}) };
        world.ask(act, variables).await;
    }
    subject
}

both_engines! {
    async fn another_tenants_ids_answer_like_ids_that_never_were(world: World) {
        let subject = furnish(&world).await;
        let ids = ids_of(&world.owner, &subject).await;
        assert!(ids.len() > 20, "there is something to steal: {}", ids.len());
        let (_, thief) = world.another_tenant("thief").await;
        world.import_registers_for(&thief).await;
        let schema = Schema::of(&thief).await;
        let before = world.database.dump_of_tenant("acme").await.unwrap();

        let mut tried = 0;
        for (root, operation) in [("Query", "query"), ("Mutation", "mutation")] {
            for field in schema.fields(root) {
                let name = field["name"].as_str().unwrap();
                let arguments = field["args"].as_array().unwrap();
                let aims = |kind: &Value| refers(kind) || schema.types[named(kind)]["inputFields"].as_array()
                    .is_some_and(|fields| fields.iter().any(|field| refers(&field["type"])));
                if !arguments.iter().any(|argument| aims(&argument["type"])) {
                    continue;
                }
                for id in &ids {
                    let mut answers = Vec::new();
                    for (id, person) in [(id.clone(), "ada"), (never_was(id), "nobody")] {
                        let loot = Loot { id, external_id: person.into(), email: format!("{person}@example.com") };
                        let (mut declared, mut passed, mut variables) = (String::new(), String::new(), Map::new());
                        for argument in arguments.iter().filter(|argument| argument["type"]["kind"] == "NON_NULL" || aims(&argument["type"])) {
                            let argument_name = argument["name"].as_str().unwrap();
                            declared += &format!("${argument_name}: {} ", written(&argument["type"]));
                            passed += &format!("{argument_name}: ${argument_name} ");
                            variables.insert(argument_name.to_owned(), schema.value(&argument["type"], argument_name, &loot, 0));
                        }
                        let query = format!("{operation}({declared}) {{ {name}({passed}) {} }}", schema.selection(&field["type"], 0));
                        let mut answer = thief.send(&query, Value::Object(variables)).await;
                        let text = answer.to_string();
                        assert!(!text.contains("INVALID_DOCUMENT"), "the attack is no valid document: {query} {text}");
                        answer.as_object_mut().unwrap().remove("extensions");
                        answers.push(answer.to_string().replace(&loot.id, "ID"));
                    }
                    assert_eq!(answers[0], answers[1], "{name} tells another tenant's id from one that never was");
                    tried += 1;
                }
            }
        }
        assert!(tried > 300, "{tried} attacks");
        let after = world.database.dump_of_tenant("acme").await.unwrap();
        assert_eq!(before, after, "an attack left a trace in the other tenant's rows");
        world.finish().await;
    }

    async fn no_list_shows_another_tenants_rows(world: World) {
        let subject = furnish(&world).await;
        let ids = ids_of(&world.owner, &subject).await;
        let (_, thief) = world.another_tenant("thief").await;
        let schema = Schema::of(&thief).await;
        for field in schema.fields("Query").filter(|field| field["args"].as_array().unwrap().iter().all(|argument| argument["type"]["kind"] != "NON_NULL")) {
            let name = field["name"].as_str().unwrap();
            let selection = match named(&field["type"]) {
                connection if connection.ends_with("Connection") => "{ totalCount edges { node { id } } }".to_owned(),
                _ => schema.selection(&field["type"], 0),
            };
            let text = thief.send(&format!("{{ {name} {selection} }}"), json!({})).await.to_string();
            assert!(!ids.iter().any(|id| text.contains(id.as_str())), "{name}: {text}");
        }
        world.finish().await;
    }
}

fn written(kind: &Value) -> String {
    match kind["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", written(&kind["ofType"])),
        "LIST" => format!("[{}]", written(&kind["ofType"])),
        _ => kind["name"].as_str().unwrap().to_owned(),
    }
}
