//! Registering people and finding them again.

use recital_tests::both_engines;
use serde_json::{Value, json};

const LIST: &str = "{ subjects(first: 2) { totalCount pageInfo { hasNextPage endCursor }
    edges { node { externalId profile { attributes versions { version changedFields } } records { totalCount } } } } }";
const REGISTER: &str = "mutation($input: RegisterSubjectInput!) { registerSubject(input: $input) {
    subject { id externalId status locale createdAt lastVerifiedAt nextVerificationDue } } }";
const FIND: &str = "query($ref: SubjectRef!) { subject(ref: $ref) { id externalId profile { version attributes } } }";
const AUDIT: &str = "query($action: String) { auditEntries(filter: { action: $action }) {
    edges { node { action outcome resourceType resourceId details } } } }";

both_engines! {
    async fn a_subject_is_found_by_each_of_three_references(world: World) {
        let input = json!({ "externalId": "ada-1", "email": "Ada@Example.com", "attributes": { "name": "Ada Lovelace" } });
        let registered = world.ask(REGISTER, json!({ "input": input })).await["registerSubject"]["subject"].clone();
        assert_eq!(registered["externalId"], "ada-1");
        assert_eq!(registered["status"], "ACTIVE");
        assert_eq!(registered["locale"], "en");
        assert_eq!(registered["lastVerifiedAt"], registered["createdAt"]);
        assert_eq!(registered["nextVerificationDue"], "2027-03-01T09:00:00+00:00");

        for reference in [
            json!({ "id": registered["id"] }),
            json!({ "externalId": "ada-1" }),
            json!({ "email": "ada@example.com" }),
            json!({ "email": " ADA@EXAMPLE.COM " }),
        ] {
            let found = world.ask(FIND, json!({ "ref": reference })).await;
            assert_eq!(found["subject"]["id"], registered["id"], "{reference}");
            let profile = &found["subject"]["profile"];
            assert_eq!(profile["version"], 1);
            assert_eq!(profile["attributes"], json!({ "name": "Ada Lovelace", "email": "Ada@Example.com" }));
        }
        world.finish().await;
    }

    async fn an_unknown_subject_and_another_tenants_answer_the_same(world: World) {
        let (_, borealis) = world.another_tenant("borealis").await;
        let id = world.subject("ada").await;
        for reference in [
            json!({ "id": id }),
            json!({ "id": "bm9uc2Vuc2U" }),
            json!({ "externalId": "ada" }),
            json!({ "email": "ada@example.com" }),
        ] {
            assert_eq!(borealis.ask(FIND, json!({ "ref": reference })).await["subject"], Value::Null, "{reference}");
        }
        let node = borealis.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(node["node"], Value::Null);
        world.finish().await;
    }

    async fn two_tenants_may_know_the_same_person_and_share_no_index(world: World) {
        let (_, borealis) = world.another_tenant("borealis").await;
        world.subject("ada").await;
        world.subject_for(&borealis, "ada").await;
        let shared = "SELECT count(*) FROM subjects a JOIN subjects b ON a.tenant_id <> b.tenant_id
            AND (a.email_index = b.email_index OR a.external_id_index = b.external_id_index)";
        assert_eq!(world.database.number(shared).await.unwrap(), 0);
        world.finish().await;
    }

    async fn what_is_wrong_with_a_registration_is_named(world: World) {
        world.subject("ada").await;
        let many: serde_json::Map<_, _> = (0..101).map(|n| (format!("a{n}"), json!(n))).collect();
        for (input, code, reason, field) in [
            (json!({}), "BAD_USER_INPUT", "IDENTIFIER_REQUIRED", "email"),
            (json!({ "email": "nonsense" }), "BAD_USER_INPUT", "INVALID_EMAIL", "email"),
            (json!({ "externalId": "" }), "BAD_USER_INPUT", "INVALID_EXTERNAL_ID", "externalId"),
            (json!({ "externalId": "x", "locale": "de_AT" }), "BAD_USER_INPUT", "INVALID_LOCALE", "locale"),
            (json!({ "externalId": "x", "attributes": [] }), "BAD_USER_INPUT", "NOT_AN_OBJECT", "attributes"),
            (json!({ "externalId": "x", "attributes": many }), "BAD_USER_INPUT", "TOO_MANY_ATTRIBUTES", "attributes"),
            (
                json!({ "externalId": "x", "attributes": { "a b": 1 } }),
                "BAD_USER_INPUT",
                "INVALID_FIELD_NAME",
                "attributes",
            ),
            (
                json!({ "email": "x@example.com", "attributes": { "email": "y@example.com" } }),
                "BAD_USER_INPUT",
                "EMAIL_DIFFERS",
                "attributes.email",
            ),
            (json!({ "externalId": "ada" }), "CONFLICT", "SUBJECT_EXISTS", "externalId"),
            (json!({ "email": "ADA@example.com" }), "CONFLICT", "SUBJECT_EXISTS", "email"),
        ] {
            let refusal = world.owner.refused(REGISTER, json!({ "input": input })).await;
            assert!(refusal.is(code, reason), "{input}: {refusal:?}");
            assert_eq!(refusal.field.as_deref(), Some(field), "{input}");
            assert!(!refusal.message.contains("example.com"), "{refusal:?}");
        }
        let listed = world.ask("{ subjects { totalCount } }", json!({})).await;
        assert_eq!(listed["subjects"]["totalCount"], 1);
        world.finish().await;
    }

    async fn registering_and_looking_leave_entries_and_so_does_what_is_refused(world: World) {
        let id = world.subject("ada").await;
        world.ask(FIND, json!({ "ref": { "id": id } })).await;
        world.owner.refused(REGISTER, json!({ "input": {} })).await;
        let auditor = world.client("AUDITOR").await;
        assert!(auditor.refused(FIND, json!({ "ref": { "id": id } })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        for (action, outcome, details) in [
            ("subject.registered", "SUCCESS", json!({ "fields": ["email", "externalId", "name"] })),
            ("profile.revealed", "SUCCESS", json!({ "version": 1, "purpose": null })),
            (
                "subject.write",
                "FAILED",
                json!({ "code": "BAD_USER_INPUT", "reason": "IDENTIFIER_REQUIRED", "field": "email" }),
            ),
            ("vault.reveal", "DENIED", json!({ "code": "FORBIDDEN", "reason": "PERMISSION_REQUIRED", "field": null })),
        ] {
            let entries = world.ask(AUDIT, json!({ "action": action })).await;
            let entry = &entries["auditEntries"]["edges"][0]["node"];
            assert_eq!(entry["outcome"], outcome, "{action}");
            assert_eq!(entry["details"], details, "{action}");
        }
        world.finish().await;
    }

    async fn a_list_of_people_with_their_data_costs_a_constant_number_of_entries(world: World) {
        for name in ["ada", "bea", "cleo"] {
            world.subject(name).await;
        }
        let listed = world.ask(LIST, json!({})).await["subjects"].clone();
        assert_eq!(listed["totalCount"], 3);
        assert_eq!(listed["pageInfo"]["hasNextPage"], true);
        let second = &listed["edges"][1]["node"];
        assert_eq!(second["externalId"], "bea");
        assert_eq!(second["profile"]["attributes"]["name"], "bea Lovelace");
        assert_eq!(second["profile"]["versions"], json!([{ "version": 1, "changedFields": ["email", "externalId", "name"] }]));
        let opened = world.ask(AUDIT, json!({ "action": "subject.external_ids_revealed" })).await;
        // One batch; a busy machine may cut it in two, but never one entry per person.
        assert!((1..3).contains(&opened["auditEntries"]["edges"].as_array().unwrap().len()), "{opened}");

        let due = "query($due: Boolean) { subjects(filter: { verificationOverdue: $due }) { totalCount } }";
        assert_eq!(world.ask(due, json!({ "due": true })).await["subjects"]["totalCount"], 0);
        world.advance(chrono::TimeDelta::days(366));
        assert_eq!(world.ask(due, json!({ "due": true })).await["subjects"]["totalCount"], 3);
        assert_eq!(world.ask(due, json!({ "due": false })).await["subjects"]["totalCount"], 0);
        world.finish().await;
    }
}
