//! Correcting what is held, and reading only what a purpose may.

use futures::future::join_all;
use recital_domain::{evidence::Event, vault, viewer::Permission};
use recital_entities::SubjectId;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

const FIND: &str = "query($email: EmailAddress!) { subject(ref: { email: $email }) { id } }";
const REGISTER: &str =
    "mutation { registerSubject(input: { attributes: { email: \"ada@example.com\" } }) { subject { id } } }";
const UPDATE: &str = "mutation($id: ID!, $attributes: JSON!, $version: Int) {
    updateProfile(input: { subject: { id: $id }, attributes: $attributes, expectedVersion: $version }) {
        subject { profile { version attributes updatedBy versions { version changedFields } } } } }";
const READ: &str =
    "query($id: ID!, $purpose: String) { subject(ref: { id: $id }) { profile(purpose: $purpose) { attributes } } }";
const DEFINE: &str = "mutation($fields: [String!]) { definePurpose(input: {
    key: \"shipping\", name: \"Shipping\", description: \"Send parcels\", lawfulBasis: CONTRACT, dataCollected: [\"orders\"],
    fields: $fields, retention: \"P1Y\", storageLocation: \"EU\" }) { purpose { key } } }";

const RECORDS: &str = "query($id: ID!, $purpose: String) { subject(ref: { id: $id }) {
    records(purpose: $purpose) { edges { node { payload } } } } }";
const STORE: &str =
    "mutation($records: [PersonalRecordInput!]!) { storeRecords(input: { records: $records }) { records { id } } }";
const NARROW: &str = "mutation { revisePurpose(input: { key: \"shipping\", fields: [\"city\"], requireReconsent: false }) { purpose { version } } }";
const CONSENT: &str =
    "mutation($id: ID!) { recordConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\", given: true,
    policyVersion: \"1\", method: API }) { consent { given } } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawConsent(input: { subject: { id: $id }, purpose: \"agent_interaction\" }) { consent { given } } }";
const VERSIONS: &str = "query($id: ID!) { subject(ref: { id: $id }) { profile { version updatedBy
    versions { version changedFields updatedAt updatedBy } } } }";

async fn store(world: &World, id: &str, payload: Value) {
    let record = json!({ "subject": { "id": id }, "dataType": "orders", "purpose": "shipping", "payload": payload });
    world.ask(STORE, json!({ "records": [record] })).await;
}

fn payloads(seen: &Value) -> Vec<Value> {
    let edges = seen["subject"]["records"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["payload"].clone()).collect()
}

async fn update(world: &World, id: &str, attributes: Value) -> Value {
    let updated = world.ask(UPDATE, json!({ "id": id, "attributes": attributes })).await;
    updated["updateProfile"]["subject"]["profile"].clone()
}

/// Restricts as a dispute does.
async fn restrict(world: &World, id: &str) {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    let id = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    let id = SubjectId(id.strip_prefix("Subject:").unwrap().parse().unwrap());
    let restrict = async |tx: &recital_domain::db::TenantTx| {
        assert!(vault::restrict(tx, id).await?);
        Ok(Event::SubjectRestricted { id, cause: "story".into() }.with(()))
    };
    world.app.write(&world.job("story"), Permission::SubjectWrite, restrict).await.unwrap();
}

both_engines! {
    async fn a_profile_changes_key_by_key_and_keeps_its_history(world: World) {
        let id = world.subject("ada").await;
        let profile = update(&world, &id, json!({ "city": "Vienna", "age": 36 })).await;
        assert_eq!(profile["version"], 2);
        let profile = update(&world, &id, json!({ "city": null, "age": 36, "name": "Ada King Lovelace" })).await;
        assert_eq!(profile["version"], 3);
        assert_eq!(
            profile["attributes"],
            json!({ "name": "Ada King Lovelace", "age": 36, "email": "ada@example.com" })
        );
        assert_eq!(profile["versions"][1], json!({ "version": 2, "changedFields": ["age", "city"] }));
        assert_eq!(profile["versions"][2], json!({ "version": 3, "changedFields": ["city", "name"] }));
        assert!(profile["updatedBy"].as_str().unwrap().starts_with("api_key:"));

        let same = update(&world, &id, json!({ "age": 36, "city": null })).await;
        assert_eq!(same["version"], 3, "what is the same is no change");
        world.finish().await;
    }

    async fn whoever_comes_second_with_an_old_version_is_told(world: World) {
        let id = world.subject("ada").await;
        let writers = (0..8).map(|n| {
            world.owner.send(UPDATE, json!({ "id": id, "attributes": { "n": n }, "version": 1 }))
        });
        let answers = join_all(writers).await;
        let conflicts =
            answers.iter().filter(|answer| answer["errors"][0]["extensions"]["reason"] == "VERSION_CONFLICT").count();
        assert_eq!(conflicts, 7, "{answers:?}");
        let refusal = world.owner.refused(UPDATE, json!({ "id": id, "attributes": {}, "version": 1 })).await;
        assert_eq!(refusal.field.as_deref(), Some("expectedVersion"));

        let unconditional = (0..8).map(|n| update(&world, &id, json!({ format!("k{n}"): n })));
        join_all(unconditional).await;
        assert_eq!(update(&world, &id, json!({})).await["version"], 10, "no change is lost");
        world.finish().await;
    }

    async fn the_attribute_email_is_the_address_one_is_found_by(world: World) {
        let id = world.subject("ada").await;
        world.subject("bea").await;
        let profile = update(&world, &id, json!({ "email": "New.Ada@example.com" })).await;
        assert_eq!(profile["attributes"]["email"], "New.Ada@example.com");
        assert_eq!(profile["versions"][1]["changedFields"], json!(["email"]));
        assert_eq!(world.ask(FIND, json!({ "email": "new.ada@example.com" })).await["subject"]["id"], *id);
        assert!(world.ask(FIND, json!({ "email": "ada@example.com" })).await["subject"].is_null());

        for (email, code, reason) in [
            (json!("bea@example.com"), "CONFLICT", "SUBJECT_EXISTS"),
            (json!("nonsense"), "BAD_USER_INPUT", "INVALID_EMAIL"),
            (json!(5), "BAD_USER_INPUT", "INVALID_EMAIL"),
        ] {
            let refusal = world.owner.refused(UPDATE, json!({ "id": id, "attributes": { "email": email } })).await;
            assert!(refusal.is(code, reason), "{email}: {refusal:?}");
        }
        let profile = update(&world, &id, json!({ "email": null })).await;
        assert_eq!(profile["attributes"], json!({ "name": "ada Lovelace" }));
        assert_eq!(world.database.number("SELECT count(*) FROM subjects WHERE email_index IS NOT NULL").await.unwrap(), 1);
        world.finish().await;
    }

    async fn a_subject_keeps_something_to_be_found_by(world: World) {
        let id = world.ask(REGISTER, json!({})).await["registerSubject"]["subject"]["id"].clone();
        let refusal = world.owner.refused(UPDATE, json!({ "id": id, "attributes": { "email": null } })).await;
        assert!(refusal.is("BAD_USER_INPUT", "IDENTIFIER_REQUIRED"), "{refusal:?}");
        world.finish().await;
    }

    async fn a_purpose_sees_only_its_own_fields(world: World) {
        world.ask(DEFINE, json!({ "fields": ["name", "address.city"] })).await;
        let id = world.subject("ada").await;
        update(&world, &id, json!({ "address": { "city": "Vienna", "street": "Ring 1" }, "age": 36 })).await;
        let seen = world.ask(READ, json!({ "id": id, "purpose": "shipping" })).await;
        assert_eq!(
            seen["subject"]["profile"]["attributes"],
            json!({ "name": "ada Lovelace", "address": { "city": "Vienna" } })
        );
        let refusal = world.owner.refused(READ, json!({ "id": id, "purpose": "nothing" })).await;
        assert!(refusal.is("NOT_FOUND", "NOT_FOUND"));
        assert_eq!(refusal.field.as_deref(), Some("purpose"));
        world.finish().await;
    }

    async fn a_restricted_subject_is_not_read_for_a_purpose(world: World) {
        world.ask(DEFINE, json!({ "fields": null })).await;
        let id = world.subject("ada").await;
        restrict(&world, &id).await;
        let refusal = world.owner.refused(READ, json!({ "id": id, "purpose": "shipping" })).await;
        assert!(refusal.is("FORBIDDEN", "RESTRICTED"), "{refusal:?}");
        let seen = world.ask(READ, json!({ "id": id })).await;
        assert_eq!(seen["subject"]["profile"]["attributes"]["name"], "ada Lovelace");
        let withheld = world.ask("{ auditEntries(filter: { action: \"profile.withheld\" }) { edges { node { details } } } }", json!({})).await;
        assert_eq!(
            withheld["auditEntries"]["edges"][0]["node"]["details"],
            json!({ "reason": "RESTRICTED", "purpose": "shipping" })
        );
        world.finish().await;
    }

    async fn records_of_a_restricted_subject_are_not_read_for_a_purpose_either(world: World) {
        world.ask(DEFINE, json!({ "fields": null })).await;
        let id = world.subject("ada").await;
        store(&world, &id, json!({ "city": "Vienna" })).await;
        restrict(&world, &id).await;
        let refusal = world.owner.refused(RECORDS, json!({ "id": id, "purpose": "shipping" })).await;
        assert!(refusal.is("FORBIDDEN", "RESTRICTED"), "{refusal:?}");
        assert_eq!(refusal.field.as_deref(), Some("purpose"));
        let whole = world.ask(RECORDS, json!({ "id": id, "purpose": null })).await;
        assert_eq!(payloads(&whole), [json!({ "city": "Vienna" })], "it stays readable to those who handle the restriction");
        world.finish().await;
    }

    async fn records_read_for_a_purpose_are_its_own_and_no_wider_than_it_is_now(world: World) {
        world.import_registers().await;
        world.ask(DEFINE, json!({ "fields": null })).await;
        let id = world.subject("ada").await;
        world.ask(CONSENT, json!({ "id": id })).await;
        store(&world, &id, json!({ "city": "Vienna", "street": "Ring 1" })).await;
        world.ask(STORE, json!({ "records": [{ "subject": { "id": id }, "dataType": "user_query",
            "purpose": "agent_interaction", "payload": { "query": "q" } }] })).await;
        world.ask(NARROW, json!({})).await;
        let seen = world.ask(RECORDS, json!({ "id": id, "purpose": "shipping" })).await;
        assert_eq!(payloads(&seen), [json!({ "city": "Vienna" })]);
        assert_eq!(payloads(&world.ask(RECORDS, json!({ "id": id, "purpose": null })).await).len(), 2);
        assert!(world.owner.refused(RECORDS, json!({ "id": id, "purpose": "nothing" })).await.is("NOT_FOUND", "NOT_FOUND"));
        world.finish().await;
    }

    async fn a_profile_is_read_for_a_purpose_only_while_the_decision_is_yes(world: World) {
        world.import_registers().await;
        let id = world.subject("ada").await;
        let read = json!({ "id": id, "purpose": "agent_interaction" });
        let records = json!({ "id": id, "purpose": "agent_interaction" });
        assert!(world.owner.refused(READ, read.clone()).await.is("FORBIDDEN", "NO_CONSENT"));
        world.ask(CONSENT, json!({ "id": id })).await;
        update(&world, &id, json!({ "query": "q", "city": "Vienna" })).await;
        assert_eq!(world.ask(READ, read.clone()).await["subject"]["profile"]["attributes"], json!({ "query": "q" }));
        world.ask(WITHDRAW, json!({ "id": id })).await;
        assert!(world.owner.refused(READ, read).await.is("FORBIDDEN", "CONSENT_WITHDRAWN"));
        assert!(world.owner.refused(RECORDS, records).await.is("FORBIDDEN", "CONSENT_WITHDRAWN"));
        let withheld = world.ask("{ auditEntries(filter: { action: \"profile.withheld\" }) { edges { node { details } } } }", json!({})).await;
        let reasons: Vec<_> = withheld["auditEntries"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["details"]["reason"].clone()).collect();
        assert_eq!(reasons, [json!("CONSENT_WITHDRAWN"), json!("NO_CONSENT")]);
        world.finish().await;
    }

    async fn of_many_who_change_one_version_one_wins_and_each_version_names_its_maker(world: World) {
        let id = world.subject("ada").await;
        let support = world.client("SUPPORT").await;
        for version in 1..=3 {
            let writers = (0..6).map(|n| {
                let client = if n % 2 == 0 { &world.owner } else { &support };
                client.send(UPDATE, json!({ "id": id, "attributes": { "n": format!("{version}/{n}") }, "version": version }))
            });
            let answers = join_all(writers).await;
            let won = answers.iter().filter(|answer| answer.get("errors").is_none()).count();
            let lost = answers.iter().filter(|answer| answer["errors"][0]["extensions"]["reason"] == "VERSION_CONFLICT").count();
            assert_eq!((won, lost), (1, 5), "{answers:?}");
        }
        let seen = world.ask(VERSIONS, json!({ "id": id })).await["subject"]["profile"].clone();
        assert_eq!(seen["version"], 4);
        let versions = seen["versions"].as_array().unwrap();
        assert_eq!(versions.len(), 4);
        for version in &versions[1..] {
            assert_eq!(version["changedFields"], json!(["n"]));
            assert!(version["updatedBy"].as_str().unwrap().starts_with("api_key:"));
        }
        assert_eq!(versions[3]["updatedBy"], seen["updatedBy"]);
        world.finish().await;
    }

    async fn what_changed_is_named_down_to_the_value(world: World) {
        let id = world.subject("ada").await;
        update(&world, &id, json!({ "address": { "city": "Vienna", "zip": "1010", "geo": { "lat": 1 } }, "tags": ["a"] })).await;
        let changed = update(&world, &id, json!({ "address": { "city": "Linz", "zip": "1010", "geo": { "lat": 1 } }, "tags": ["b"] })).await;
        assert_eq!(changed["versions"][2]["changedFields"], json!(["address.city", "tags"]));
        let removed = update(&world, &id, json!({ "address": { "city": "Linz" } })).await;
        assert_eq!(removed["versions"][3]["changedFields"], json!(["address.geo.lat", "address.zip"]));
        world.finish().await;
    }
}
