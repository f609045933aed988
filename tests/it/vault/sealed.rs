//! What a stolen database tells, what erasure leaves, and keys that change.

use chrono::TimeDelta;
use futures::future::join_all;
use recital_domain::{
    db::TenantTx,
    evidence::Event,
    vault::{self, Erased, SubjectRef, find_subject},
    viewer::Permission,
};
use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};

const HOLD: &str =
    "mutation($id: ID!) { placeLegalHold(input: { reason: \"lawsuit\", subject: { id: $id } }) { hold { id } } }";
const KEYS: &str = "{ tenant { keys { currentVersion rewrapPending } } }";
const LIVE: &str = "SELECT count(*) FROM tenant_keys WHERE retired_at IS NULL";
const STORE: &str = "mutation($subject: SubjectRef!, $type: String!, $purpose: String!) { storeRecords(input: { records: [
    { subject: $subject, dataType: $type, purpose: $purpose, payload: { what: \"Lovelace\" } }] }) { records { id } } }";
const SEE: &str = "query($ref: SubjectRef!) { subject(ref: $ref) { id externalId status profile { attributes }
    records { edges { node { payload } } } } }";
const ROTATE: &str = "mutation($reason: String!) { rotateTenantKey(input: { reason: $reason }) {
    keys { currentVersion rewrapPending } } }";

async fn store(world: &World, name: &str, data_type: &str, purpose: &str) {
    world.ask(STORE, json!({ "subject": { "externalId": name }, "type": data_type, "purpose": purpose })).await;
}

async fn see(world: &World, name: &str) -> Value {
    world.ask(SEE, json!({ "ref": { "externalId": name } })).await["subject"].clone()
}

async fn erase(world: &World, name: &str) -> recital_domain::error::Result<Erased> {
    let name = name.to_owned();
    let erase = async |tx: &TenantTx| {
        let subject = find_subject(tx, &SubjectRef::ExternalId(name)).await?;
        let erased = vault::erase_subject(tx, &subject).await?;
        let key_destroyed = erased.key_destroyed;
        Ok(Event::SubjectErased { id: subject.id, request: None, key_destroyed }.with(erased))
    };
    world.app.write(&world.job("story"), Permission::RequestHandle, erase).await
}

/// The keyed hashes by which a subject is found.
async fn indexes(world: &World, name: &str) -> Vec<Vec<u8>> {
    let look = async |tx: &TenantTx| {
        let keys = tx.keys().await?;
        let emails = vault::email_indexes(&keys, &format!("{name}@example.com"));
        Ok([emails, vault::external_id_indexes(&keys, name)].concat())
    };
    world.app.read(&world.job("story"), Permission::SubjectRead, look).await.unwrap()
}

/// The database's bytes, on `SQLite` once its log is written back.
async fn dump(world: &World) -> Vec<u8> {
    if world.engine == Engine::Sqlite {
        world.database.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    }
    world.database.dump().await.unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

both_engines! {
    async fn an_erased_person_is_gone(world: World) {
        world.import_registers().await;
        let id = world.subject("ada").await;
        world.subject("bea").await;
        store(&world, "ada", "uploaded_images", "image_to_3d_conversion").await;
        let tokenise = "mutation { tokenise(input: { subject: { externalId: \"ada\" }, purpose: \"image_to_3d_conversion\", values: [\"v\"] }) { tokens } }";
        let token = world.ask(tokenise, json!({})).await["tokenise"]["tokens"][0].clone();

        let (before, indexes) = (dump(&world).await, indexes(&world, "ada").await);
        assert!(indexes.iter().all(|index| contains(&before, index)), "the story knows what to look for");

        let erased = erase(&world, "ada").await.unwrap();
        assert!(erased.key_destroyed && erased.retained.is_empty(), "{erased:?}");
        let after = dump(&world).await;
        assert!(!indexes.iter().any(|index| contains(&after, index)), "an index entry is left");
        for (table, rows) in [("records", 1), ("profiles", 1), ("profile_versions", 1), ("tokens", 1), ("subject_keys", 1), ("subjects", 1)] {
            assert_eq!(erased.erased.get(table), Some(&rows), "{table}");
        }
        for reference in [json!({ "externalId": "ada" }), json!({ "email": "ada@example.com" })] {
            assert!(world.ask(SEE, json!({ "ref": reference })).await["subject"].is_null());
        }
        let tombstone = world.ask(SEE, json!({ "ref": { "id": id } })).await;
        assert_eq!(
            tombstone["subject"],
            json!({ "id": id, "externalId": null, "status": "ERASED", "profile": null, "records": { "edges": [] } })
        );
        let left = "SELECT count(*) FROM subjects WHERE status = 'ERASED'
            AND external_id IS NULL AND external_id_index IS NULL AND email IS NULL AND email_index IS NULL";
        assert_eq!(world.database.number(left).await.unwrap(), 1);
        let detokenise = "mutation($token: String!) { detokenise(input: { purpose: \"image_to_3d_conversion\", tokens: [$token] }) { values } }";
        assert_eq!(world.ask(detokenise, json!({ "token": token })).await["detokenise"]["values"], json!([null]));
        let stored = world.owner.refused(STORE, json!({ "subject": { "id": id }, "type": "uploaded_images", "purpose": "image_to_3d_conversion" })).await;
        assert!(stored.is("FORBIDDEN", "SUBJECT_ERASED"), "{stored:?}");
        let update = "mutation($id: ID!) { updateProfile(input: { subject: { id: $id }, attributes: { a: 1 } }) { subject { id } } }";
        assert!(world.owner.refused(update, json!({ "id": id })).await.is("CONFLICT", "SUBJECT_ERASED"));

        // Whoever comes back is a new person, and nobody else was touched.
        assert_ne!(world.subject("ada").await, id);
        assert_eq!(see(&world, "bea").await["profile"]["attributes"]["name"], "bea Lovelace");
        world.finish().await;
    }

    async fn what_is_stored_while_a_person_is_erased_goes_with_them(world: World) {
        world.import_registers().await;
        let id = world.subject("ada").await;
        let record = json!({ "subject": { "id": id }, "type": "uploaded_images", "purpose": "image_to_3d_conversion" });
        let stores = join_all((0..12).map(|_| world.owner.send(STORE, record.clone())));
        let (answers, erased) = tokio::join!(stores, erase(&world, "ada"));
        assert!(erased.unwrap().key_destroyed);
        for answer in answers {
            let refused = answer["errors"][0]["extensions"]["reason"] == "SUBJECT_ERASED";
            assert!(refused || answer.get("errors").is_none(), "{answer}");
        }
        assert_eq!(world.database.number("SELECT count(*) FROM records").await.unwrap(), 0);
        world.finish().await;
    }

    async fn what_the_law_keeps_stays_until_its_period_is_over(world: World) {
        world.import_registers().await;
        world.subject("ada").await;
        store(&world, "ada", "uploaded_images", "image_to_3d_conversion").await;
        store(&world, "ada", "security_events", "legal_compliance").await;
        let erased = erase(&world, "ada").await.unwrap();
        assert!(!erased.key_destroyed);
        assert_eq!(
            serde_json::to_value(&erased.retained).unwrap(),
            json!([{ "table": "records", "dataType": "security_events", "ground": "LEGAL_OBLIGATION", "count": 1 }])
        );
        assert_eq!(world.database.number("SELECT count(*) FROM records").await.unwrap(), 1);
        assert_eq!(world.database.number("SELECT count(*) FROM profiles").await.unwrap(), 0);
        world.finish().await;
    }

    async fn a_hold_on_a_person_stops_their_erasure(world: World) {
        let id = world.subject("ada").await;
        world.ask(HOLD, json!({ "id": id })).await;
        let refusal = erase(&world, "ada").await.unwrap_err();
        assert_eq!(refusal.reason(), "UNDER_LEGAL_HOLD");
        assert_eq!(see(&world, "ada").await["status"], "ACTIVE");
        world.finish().await;
    }

    async fn a_rotated_key_leaves_everything_readable_and_the_old_one_destroyed(world: World) {
        world.import_registers().await;
        world.subject("ada").await;
        store(&world, "ada", "uploaded_images", "image_to_3d_conversion").await;
        world.ask("mutation { placeLegalHold(input: { reason: \"about Lovelace\", dataType: \"uploaded_images\" }) { hold { id } } }", json!({})).await;
        assert!(world.owner.refused(ROTATE, json!({ "reason": " " })).await.is("BAD_USER_INPUT", "INVALID_REASON"));
        let keys = world.ask(ROTATE, json!({ "reason": "Lovelace left" })).await["rotateTenantKey"]["keys"].clone();
        assert_eq!(keys, json!({ "currentVersion": 2, "rewrapPending": 1 }));
        world.subject("bea").await;
        assert_eq!(see(&world, "ada").await["profile"]["attributes"]["name"], "ada Lovelace");

        assert!(world.drain().await >= 1);
        assert_eq!(world.ask(KEYS, json!({})).await["tenant"]["keys"], json!({ "currentVersion": 2, "rewrapPending": 0 }));
        assert_eq!(world.database.number(LIVE).await.unwrap(), 2, "another process may still hold the old ring");

        world.advance(TimeDelta::minutes(11));
        let tenant = world.tenant;
        vault::rewrap_tenant(&world.app, tenant, world.job("story").correlation()).await.unwrap();
        assert_eq!(world.database.number(LIVE).await.unwrap(), 1);
        assert_eq!(world.database.number("SELECT count(*) FROM tenant_keys WHERE length(wrapped) = 0").await.unwrap(), 1);
        world.app.core().keys.forget(tenant).await;
        for name in ["ada", "bea"] {
            assert_eq!(see(&world, name).await["profile"]["attributes"]["name"], format!("{name} Lovelace"));
        }
        let held = world.ask("{ legalHolds { edges { node { reason } } } members { edges { node { email } } } }", json!({})).await;
        assert_eq!(held["legalHolds"]["edges"][0]["node"]["reason"], "about Lovelace");
        assert_eq!(held["members"]["edges"][0]["node"]["email"], "owner@acme.example.com");
        assert_eq!(vault::rewrap_tenant(&world.app, tenant, world.job("story").correlation()).await.unwrap(), 0);
        world.ask(ROTATE, json!({ "reason": "again" })).await;
        world.drain().await;
        assert_eq!(see(&world, "ada").await["profile"]["attributes"]["name"], "ada Lovelace");
        world.finish().await;
    }

    async fn a_process_that_missed_a_rotation_catches_up(world: World) {
        world.subject("ada").await;
        let another = world.another_process().await;
        another.ask(ROTATE, json!({ "reason": "elsewhere" })).await;
        another.ask("mutation { registerSubject(input: { externalId: \"bea\", attributes: { name: \"bea Lovelace\" } }) { subject { id } } }", json!({})).await;
        assert_eq!(see(&world, "bea").await["profile"]["attributes"]["name"], "bea Lovelace");
        world.finish().await;
    }
}
