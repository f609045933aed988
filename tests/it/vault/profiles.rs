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
        assert!(world.owner.refused(FIND, json!({ "email": "ada@example.com" })).await.is("NOT_FOUND", "NOT_FOUND"));

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
            json!({ "status": "RESTRICTED", "purpose": "shipping" })
        );
        world.finish().await;
    }
}
