//! What attributes look like, as the tenant declares it.

use recital_tests::{World, both_engines};
use scraper::{Html, Selector};
use serde_json::{Value, json};

const SET: &str = "mutation($input: SetAttributeFormatInput!) { setAttributeFormat(input: $input) {
    format { path format minLength maxLength region schema updatedBy } } }";
const REMOVE: &str = "mutation($path: String!) { removeAttributeFormat(input: { path: $path }) { path } }";
const LIST: &str = "{ attributeFormats { path format } }";
const REGISTER: &str = "mutation($name: String, $attributes: JSON) { registerSubject(input: {
    externalId: $name, email: \"ada@example.com\", attributes: $attributes }) { subject { id profile { attributes } } } }";
const UPDATE: &str = "mutation($id: ID!, $attributes: JSON!) {
    updateProfile(input: { subject: { id: $id }, attributes: $attributes }) { subject { profile { version attributes } } } }";
const READ: &str = "query($id: ID!) { subject(ref: { id: $id }) { profile { attributes } } }";
const RECTIFY: &str = "mutation($id: ID!, $corrections: JSON) { openSubjectRequest(input: { type: RECTIFICATION,
    subject: { id: $id }, corrections: $corrections, identityVerified: true }) { request { id state } } }";
const ASK: &str =
    "mutation($id: ID!) { requestReverification(input: { subject: { id: $id } }) { reverification { id } } }";

async fn declare(world: &World, path: &str, format: &str, more: Value) -> Value {
    let mut input = json!({ "path": path, "format": format });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.ask(SET, json!({ "input": input })).await["setAttributeFormat"]["format"].clone()
}

async fn ada(world: &World, attributes: Value) -> String {
    let registered = world.ask(REGISTER, json!({ "name": "ada", "attributes": attributes })).await;
    registered["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned()
}

async fn attributes(world: &World, id: &str) -> Value {
    world.ask(READ, json!({ "id": id })).await["subject"]["profile"]["attributes"].clone()
}

both_engines! {
    async fn what_is_set_is_held_to_its_format_and_kept_in_one_form(world: World) {
        declare(&world, "phone", "PHONE", json!({ "region": "AT" })).await;
        declare(&world, "address.country", "COUNTRY", json!({})).await;
        declare(&world, "name", "TEXT", json!({ "minLength": 2, "maxLength": 20 })).await;
        let lines = json!({ "type": "array", "maxItems": 2, "items": { "type": "string" } });
        declare(&world, "lines", "JSON", json!({ "schema": lines })).await;

        let given = json!({ "phone": "0664 1234567", "address": { "country": "aut" }, "name": "Ada Lovelace", "lines": ["a"], "free": [1] });
        let id = ada(&world, given).await;
        let kept = json!({ "phone": "+436641234567", "address": { "country": "AT" }, "name": "Ada Lovelace", "lines": ["a"],
            "free": [1], "email": "ada@example.com" });
        assert_eq!(attributes(&world, &id).await, kept);
        let same = world.ask(UPDATE, json!({ "id": id, "attributes": { "phone": "+43 664 1234567" } })).await;
        assert_eq!(same["updateProfile"]["subject"]["profile"]["version"], 1, "another way to write it is no change");

        for (attributes, reason, field) in [
            (json!({ "phone": "Lovelace" }), "INVALID_PHONE", "attributes.phone"),
            (json!({ "address": { "country": "Lovelace" } }), "INVALID_COUNTRY", "attributes.address.country"),
            (json!({ "name": "L" }), "TOO_SHORT", "attributes.name"),
            (json!({ "name": "Lovelace".repeat(3) }), "TOO_LONG", "attributes.name"),
            (json!({ "lines": ["a", "b", "Lovelace"] }), "SCHEMA_MISMATCH", "attributes.lines"),
        ] {
            for (operation, variables) in [
                (UPDATE, json!({ "id": id, "attributes": attributes })),
                (REGISTER, json!({ "name": "other", "attributes": attributes })),
            ] {
                let refusal = world.owner.refused(operation, variables).await;
                assert!(refusal.is("BAD_USER_INPUT", reason), "{refusal:?}");
                assert_eq!(refusal.field.as_deref(), Some(field));
                assert!(!refusal.message.contains("Lovelace"), "{refusal:?}");
            }
        }
        assert_eq!(attributes(&world, &id).await, kept);
        world.finish().await;
    }

    async fn a_new_format_leaves_what_is_held_until_it_changes(world: World) {
        let id = ada(&world, json!({ "phone": "ask Lovelace", "address": { "country": "Narnia", "city": "Old" } })).await;
        declare(&world, "phone", "PHONE", json!({})).await;
        declare(&world, "address.country", "COUNTRY", json!({})).await;
        let change = json!({ "phone": "ask Lovelace", "address": { "country": "Narnia", "city": "New" } });
        world.ask(UPDATE, json!({ "id": id, "attributes": change })).await;
        assert_eq!(attributes(&world, &id).await["address"], json!({ "country": "Narnia", "city": "New" }));
        let refusal = world.owner.refused(UPDATE, json!({ "id": id, "attributes": { "phone": "ask him" } })).await;
        assert!(refusal.is("BAD_USER_INPUT", "INVALID_PHONE"), "{refusal:?}");
        world.ask(REMOVE, json!({ "path": "phone" })).await;
        world.ask(UPDATE, json!({ "id": id, "attributes": { "phone": "ask him" } })).await;
        world.finish().await;
    }

    async fn a_rectification_is_held_to_formats_when_it_is_asked_for(world: World) {
        declare(&world, "born", "DATE", json!({})).await;
        declare(&world, "phone", "PHONE", json!({})).await;
        let id = ada(&world, json!({ "born": "1990-12-10" })).await;
        for (corrections, reason, field) in [
            (json!({ "born": "10.12.1990" }), "INVALID_DATE", "corrections.born"),
            (json!({ "email": "Lovelace" }), "INVALID_EMAIL", "corrections.email"),
            (json!({ "two words": 1 }), "INVALID_FIELD_NAME", "corrections"),
        ] {
            let refusal = world.owner.refused(RECTIFY, json!({ "id": id, "corrections": corrections })).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        let corrections = json!({ "born": "1990-12-11", "phone": "+43 (664) 1234567", "email": "Ada.New@example.com" });
        world.ask(RECTIFY, json!({ "id": id, "corrections": corrections })).await;
        world.drain().await;
        let expected = json!({ "born": "1990-12-11", "phone": "+436641234567", "email": "Ada.New@example.com" });
        assert_eq!(attributes(&world, &id).await, expected);
        world.finish().await;
    }

    async fn a_person_who_corrects_their_data_is_told_what_would_be_right(world: World) {
        declare(&world, "address.phone", "PHONE", json!({})).await;
        let id = ada(&world, json!({ "address": { "phone": "+43 1 58800", "city": "Lovelace" } })).await;
        world.ask(ASK, json!({ "id": id })).await;
        world.drain().await;
        let mail = world.inbox.mails().pop().unwrap();
        let link = mail.text.lines().find(|line| line.contains("/verify/")).unwrap().trim().to_owned();
        let send = async |phone: &str| {
            let form = [("action", "correct"), ("version", "1"), ("field:address/phone", phone), ("field:address/city", "Lovelace")];
            reqwest::Client::new().post(&link).form(&form).send().await.unwrap()
        };
        let refused = send("nonsense").await;
        assert_eq!(refused.status(), 422);
        let page = refused.text().await.unwrap();
        let at_fault = Selector::parse("[aria-invalid=true]").unwrap();
        let faults: Vec<_> = Html::parse_document(&page).select(&at_fault).filter_map(|field| field.attr("name").map(str::to_owned)).collect();
        assert_eq!(faults, ["field:address/phone"]);
        assert!(page.contains("with its country code"), "{page}");
        assert_eq!(send("+43 (1) 58801").await.status(), 200);
        assert_eq!(attributes(&world, &id).await["address"], json!({ "phone": "+43158801", "city": "Lovelace" }));
        world.finish().await;
    }

    async fn formats_are_declared_by_those_who_may_and_each_declaration_is_recorded(world: World) {
        let set = declare(&world, "name", "TEXT", json!({ "maxLength": 20 })).await;
        assert_eq!((&set["format"], &set["maxLength"], &set["minLength"]), (&json!("TEXT"), &json!(20), &Value::Null));
        assert!(set["updatedBy"].as_str().unwrap().starts_with("api_key:"));
        declare(&world, "name", "TEXT", json!({ "maxLength": 30 })).await;
        declare(&world, "born", "DATE", json!({})).await;
        let listed = json!([{ "path": "born", "format": "DATE" }, { "path": "name", "format": "TEXT" }]);
        let auditor = world.client("AUDITOR").await;
        assert_eq!(auditor.ask(LIST, json!({})).await["attributeFormats"], listed);
        let (_, borealis) = world.another_tenant("borealis").await;
        assert_eq!(borealis.ask(LIST, json!({})).await["attributeFormats"], json!([]));
        assert!(borealis.refused(REMOVE, json!({ "path": "born" })).await.is("NOT_FOUND", "NOT_FOUND"));
        for role in ["AUDITOR", "SUPPORT"] {
            let refusal = world.client(role).await.refused(REMOVE, json!({ "path": "born" })).await;
            assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{role}");
        }
        for (input, reason, field) in [
            (json!({ "path": "two words", "format": "DATE" }), "INVALID_PATH", "path"),
            (json!({ "path": "email", "format": "TEXT" }), "RESERVED_PATH", "path"),
            (json!({ "path": "a", "format": "DATE", "maxLength": 3 }), "NOT_USED", "maxLength"),
            (json!({ "path": "a", "format": "JSON" }), "REQUIRED", "schema"),
            (json!({ "path": "a", "format": "JSON", "schema": { "$ref": "https://example.org/s" } }), "REFERENCE_NOT_ALLOWED", "schema"),
        ] {
            let refusal = world.owner.refused(SET, json!({ "input": input })).await;
            assert!(refusal.is("BAD_USER_INPUT", reason), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field));
        }
        world.ask(REMOVE, json!({ "path": "name" })).await;
        let entries = world.ask("{ auditEntries { edges { node { action outcome details } } } }", json!({})).await;
        let entries = entries["auditEntries"]["edges"].as_array().unwrap();
        let recorded = |action: &str| entries.iter().filter(|entry| entry["node"]["action"] == action).count();
        assert_eq!((recorded("vault.format_set"), recorded("vault.format_removed")), (3, 1));
        world.finish().await;
    }
}
