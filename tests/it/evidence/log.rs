//! The Merkle log, as an outsider checks it and as an administrator might attack it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use recital_domain::{
    evidence::{self, Event, LogFault, verify_log},
    viewer::Permission,
};
use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Checkpoint, Hash, check_record, record_hash};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{ENTRIES, entries};

pub(super) const PROOF: &str = "query($entry: ID!) { auditProof(entry: $entry) { logIndex leafHash leaf hashes
    checkpoint { origin size rootHash note publicKey at } } }";

fn hash(text: &Value) -> Hash {
    Hash(BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap().try_into().unwrap())
}

/// The bare id inside a global one.
fn bare(id: &Value) -> Uuid {
    let text = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(id.as_str().unwrap()).unwrap();
    String::from_utf8(text).unwrap().split_once(':').unwrap().1.parse().unwrap()
}

/// How the engine writes an id in SQL.
fn literal(engine: Engine, id: Uuid) -> String {
    match engine {
        Engine::Postgres => format!("'{id}'"),
        Engine::Sqlite => format!("X'{}'", id.simple()),
    }
}

/// What an administrator runs who is past caring for triggers.
async fn tamper(world: &World, sql: &str) {
    let triggers = ["update", "delete"].map(|change| format!("DROP TRIGGER IF EXISTS audit_entries_refuses_{change};"));
    let unlocked = if world.engine == Engine::Sqlite { triggers.concat() } else { String::new() };
    world.database.execute(&format!("{unlocked}{sql}")).await.unwrap();
}

async fn fault(world: &World) -> LogFault {
    verify_log(&world.app, world.tenant).await.expect_err("the log does not verify")
}

both_engines! {
    async fn an_outsider_checks_that_an_entry_is_in_the_log(world: World) {
        for name in ["ada", "grace", "alan"] {
            world.subject(name).await;
        }
        let entry = entries(&world.owner, json!({ "action": "subject.registered" })).await.remove(1);
        assert_eq!((&entry["logIndex"], &entry["leafHash"]), (&Value::Null, &Value::Null));
        assert_eq!(world.ask(PROOF, json!({ "entry": entry["id"] })).await["auditProof"], Value::Null);

        assert!(evidence::sequence(&world.app).await.unwrap() > 3);
        assert_eq!(evidence::sequence(&world.app).await.unwrap(), 0, "an idle log takes nothing in");
        let proof = world.ask(PROOF, json!({ "entry": entry["id"] })).await["auditProof"].take();
        let leaf = proof["leaf"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(leaf).unwrap()["id"], json!(bare(&entry["id"])));

        let checkpoint = &proof["checkpoint"];
        let key = StandardVerifier::new(checkpoint["publicKey"].as_str().unwrap()).unwrap();
        let note = Note::from_bytes(checkpoint["note"].as_str().unwrap().as_bytes()).unwrap();
        note.verify(&VerifierList::new(vec![Box::new(key)])).unwrap();
        let stated = Checkpoint::from_bytes(note.text()).unwrap();
        assert_eq!((stated.origin(), stated.size()), (checkpoint["origin"].as_str().unwrap(), checkpoint["size"].as_u64().unwrap()));
        let hashes = proof["hashes"].as_array().unwrap().iter().map(hash).collect();
        let index = proof["logIndex"].as_u64().unwrap();
        check_record(&hashes, stated.size(), *stated.hash(), index, record_hash(leaf.as_bytes())).unwrap();

        let after = entries(&world.owner, json!({ "action": "subject.registered" })).await.remove(1);
        assert_eq!((&after["logIndex"], &after["leafHash"]), (&proof["logIndex"], &proof["leafHash"]));
        world.finish().await;
    }

    async fn entries_are_found_by_global_and_by_bare_id_and_only_at_home(world: World) {
        let subject = world.subject("ada").await;
        let (_, stranger) = world.another_tenant("globex").await;
        let by_global = entries(&world.owner, json!({ "resourceId": subject })).await;
        let by_bare = entries(&world.owner, json!({ "resourceId": bare(&json!(subject)) })).await;
        assert_eq!(by_global.len(), 1);
        assert_eq!(by_global[0]["resourceId"], json!(subject));
        assert_eq!(by_global, by_bare);
        assert!(entries(&stranger, json!({ "resourceId": subject })).await.is_empty());
        let entry = json!({ "entry": by_global[0]["id"] });
        assert!(stranger.refused(PROOF, entry).await.is("NOT_FOUND", "NOT_FOUND"));
        world.finish().await;
    }

    async fn who_may_not_read_the_log_leaves_an_entry_in_it(world: World) {
        let support = world.client("SUPPORT").await;
        assert!(support.refused(ENTRIES, json!({})).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        let auditor = world.client("AUDITOR").await;
        let denied = entries(&auditor, json!({ "outcome": "DENIED" })).await;
        assert_eq!(denied.len(), 1);
        assert_eq!(denied[0]["action"], "audit.read");
        assert_eq!(denied[0]["resourceId"], Value::Null);
        world.finish().await;
    }

    async fn a_changed_entry_is_named(world: World) {
        world.subject("ada").await;
        evidence::sequence(&world.app).await.unwrap();
        let entry = bare(&entries(&world.owner, json!({ "action": "subject.registered" })).await[0]["id"]);
        let id = literal(world.engine, entry);
        tamper(&world, &format!("UPDATE audit_entries SET actor = 'job:nobody ' || actor WHERE id = {id}")).await;
        assert!(matches!(fault(&world).await, LogFault::EntryChanged(found) if found.0 == entry));
        tamper(&world, &format!("UPDATE audit_entries SET actor = replace(actor, 'job:nobody ', '') WHERE id = {id}")).await;
        world.finish().await;
    }

    async fn two_entries_that_change_places_are_noticed(world: World) {
        world.subject("ada").await;
        world.subject("grace").await;
        evidence::sequence(&world.app).await.unwrap();
        let found = entries(&world.owner, json!({ "action": "subject.registered" })).await;
        let [one, other] = [&found[0]["id"], &found[1]["id"]].map(|id| literal(world.engine, bare(id)));
        let zero = literal(world.engine, Uuid::nil());
        let swap = format!(
            "UPDATE audit_entries SET id = {zero} WHERE id = {one};
             UPDATE audit_entries SET id = {one} WHERE id = {other};
             UPDATE audit_entries SET id = {other} WHERE id = {zero};"
        );
        tamper(&world, &swap).await;
        assert!(matches!(fault(&world).await, LogFault::EntryChanged(_)));
        tamper(&world, &swap).await;
        world.finish().await;
    }

    async fn a_deleted_entry_is_named_even_before_the_log_took_it_in(world: World) {
        world.subject("ada").await;
        evidence::sequence(&world.app).await.unwrap();
        world.subject("grace").await;
        let found = entries(&world.owner, json!({ "action": "subject.registered" })).await;
        for entry in found.iter().map(|entry| bare(&entry["id"])) {
            let id = literal(world.engine, entry);
            let hide = format!("CREATE TABLE hidden AS SELECT * FROM audit_entries WHERE id = {id}; DELETE FROM audit_entries WHERE id = {id}");
            tamper(&world, &hide).await;
            assert!(matches!(fault(&world).await, LogFault::EntryMissing(found) if found.0 == entry));
            let queue = format!("DELETE FROM audit_pending WHERE entry_id = {id}");
            let back = format!("{queue}; INSERT INTO audit_entries SELECT * FROM hidden; DROP TABLE hidden");
            tamper(&world, &back).await;
            // A row that is put back waits for the log again; one that is in it needs not.
            if entry == bare(&found[1]["id"]) {
                tamper(&world, &queue).await;
            }
        }
        world.finish().await;
    }

    async fn a_row_that_never_came_through_the_door_is_named(world: World) {
        world.subject("ada").await;
        evidence::sequence(&world.app).await.unwrap();
        let entry = bare(&entries(&world.owner, json!({ "action": "subject.registered" })).await[0]["id"]);
        let (id, forged) = (literal(world.engine, entry), literal(world.engine, Uuid::from_u128(7)));
        let forge = format!(
            "CREATE TABLE forged AS SELECT * FROM audit_entries WHERE id = {id}; UPDATE forged SET id = {forged};
             INSERT INTO audit_entries SELECT * FROM forged; DROP TABLE forged; DELETE FROM audit_pending"
        );
        tamper(&world, &forge).await;
        assert!(matches!(fault(&world).await, LogFault::EntryOutsideLog(found) if found.0 == Uuid::from_u128(7)));
        tamper(&world, &format!("DELETE FROM audit_entries WHERE id = {forged}")).await;
        world.finish().await;
    }

    async fn a_rewritten_log_has_no_signature(world: World) {
        world.subject("ada").await;
        evidence::sequence(&world.app).await.unwrap();
        let size = world.database.number("SELECT max(size) FROM audit_checkpoints").await.unwrap();
        let rewrite = async |from: &str, to: &str| {
            let unlock = if world.engine == Engine::Sqlite { "DROP TRIGGER IF EXISTS audit_checkpoints_refuses_update;" } else { "" };
            let set = format!("{unlock} UPDATE audit_checkpoints SET note = replace(note, '{from}', '{to}') WHERE size = {size}");
            world.database.execute(&set).await.unwrap();
        };
        rewrite("/log/acme", "/log/evil").await;
        assert!(matches!(fault(&world).await, LogFault::CheckpointForged(found) if i64::from(found) == size));
        rewrite("/log/evil", "/log/acme").await;
        world.finish().await;
    }

    async fn the_service_itself_can_change_no_entry(world: World) {
        world.subject("ada").await;
        evidence::sequence(&world.app).await.unwrap();
        for table in ["audit_entries", "audit_leaves", "audit_checkpoints", "consent_events"] {
            for change in [format!("UPDATE {table} SET tenant_id = tenant_id"), format!("DELETE FROM {table}")] {
                let refused = match world.engine {
                    Engine::Postgres => {
                        let as_acme = format!("SELECT set_config('app.tenant_id', '{}', false); {change}", world.tenant);
                        world.database.execute_as_service(&as_acme).await.unwrap_err().to_string()
                    }
                    Engine::Sqlite if table == "consent_events" => continue,
                    Engine::Sqlite => world.database.execute(&change).await.unwrap_err().to_string(),
                };
                let why = if world.engine == Engine::Postgres { "permission denied" } else { "append-only" };
                assert!(refused.contains(why), "{change}: {refused}");
            }
        }
        world.finish().await;
    }

    async fn no_entry_is_passed_over_while_many_write(world: World) {
        let names: Vec<String> = (0..12).map(|number| format!("person{number}")).collect();
        let writing = futures::future::join_all(names.iter().map(|name| world.subject(name)));
        let taking = async {
            for _ in 0..20 {
                evidence::sequence(&world.app).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        futures::join!(writing, taking);
        evidence::sequence(&world.app).await.unwrap();
        let entries = world.database.number("SELECT count(*) FROM audit_entries").await.unwrap();
        assert_eq!(world.database.number("SELECT count(*) FROM audit_leaves").await.unwrap(), entries);
        assert_eq!(i64::from(verify_log(&world.app, world.tenant).await.unwrap()), entries);
        world.finish().await;
    }

    async fn a_change_that_commits_late_is_taken_in_late(world: World) {
        // SQLite has one writer: there is nothing to be late for.
        if world.engine == Engine::Sqlite {
            return world.finish().await;
        }
        let (began, may_end) = (Notify::new(), Notify::new());
        let viewer = world.job("story");
        let late = world.app.write(&viewer, Permission::TenantRead, async |tx| {
            began.notify_one();
            may_end.notified().await;
            Ok(Event::TenantResumed { id: tx.tenant() }.with(()))
        });
        let others = async {
            began.notified().await;
            world.advance(TimeDelta::minutes(30));
            world.subject("ada").await;
            evidence::sequence(&world.app).await.unwrap();
            may_end.notify_one();
        };
        let (late, ()) = futures::join!(late, others);
        late.unwrap();
        assert_eq!(evidence::sequence(&world.app).await.unwrap(), 1);
        let entry = entries(&world.owner, json!({ "action": "tenant.resumed" })).await.remove(0);
        assert!(entry["logIndex"].as_i64().unwrap() > 0);
        world.finish().await;
    }
}
