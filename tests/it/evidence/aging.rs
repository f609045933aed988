//! Entries whose own period has ended: the body goes, the log stays provable, and nobody can make a young one go.

use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{
    clock::Clock,
    evidence::{self, Trust, verify_export},
};
use recital_scheduler::run_job;
use recital_tests::{Engine, World, on_both_engines};
use serde_json::{Value, json};

use super::{ENTRIES, log::PROOF, outsiders::export};

const CHECKPOINT: &str = "{ auditCheckpoint { size note publicKey aged } }";
const SET: &str =
    "mutation($period: Period!) { setRetentionPolicy(input: { dataType: \"audit_logs\", retention: $period,
    deletionMethod: AUTOMATIC, legalBasis: \"legal_obligation\" }) { policy { id } } }";

/// A world that began long ago.
async fn old_world(engine: Engine) -> World {
    let long_ago: DateTime<Utc> = "2015-03-01T09:00:00Z".parse().unwrap();
    World::start_with(engine, |core| core.clock = Clock::manual(long_ago)).await
}

async fn age(world: &World) -> u64 {
    run_job(&world.app, "evidence.age").await.unwrap().changed
}

async fn bodies(world: &World) -> i64 {
    world.database.number("SELECT count(*) FROM audit_entries").await.unwrap()
}

async fn checkpoint(world: &World) -> Value {
    evidence::sequence(&world.app).await.unwrap();
    world.ask(CHECKPOINT, json!({})).await["auditCheckpoint"].take()
}

async fn old_bodies_go_and_the_log_still_verifies(engine: Engine) {
    let world = old_world(engine).await;
    world.subject("ada").await;
    let kept = checkpoint(&world).await;
    let old = usize::try_from(kept["size"].as_u64().unwrap()).unwrap();
    let before = export(&world).await;
    let aged = world.ask(ENTRIES, json!({})).await["auditEntries"]["edges"][0]["node"]["id"].take();
    let tile = async || {
        let path = format!("{}/log/acme/tile/0/000.p/{old}", world.url);
        reqwest::get(path).await.unwrap().bytes().await.unwrap()
    };
    let leaves = tile().await;

    world.advance(TimeDelta::days(365 * 6));
    assert_eq!(age(&world).await, 0, "seven years are not over");
    world.advance(TimeDelta::days(370));
    world.subject("grace").await;
    evidence::sequence(&world.app).await.unwrap();
    assert_eq!(age(&world).await, old as u64);
    assert_eq!(age(&world).await, 0, "once");

    let now = checkpoint(&world).await;
    assert_eq!((kept["aged"].as_u64(), now["aged"].as_u64()), (Some(0), Some(old as u64)));
    assert_eq!(
        evidence::verify_log(&world.app, world.tenant).await.unwrap(),
        i32::try_from(now["size"].as_i64().unwrap()).unwrap()
    );
    let trust = Trust {
        public_key: Some(kept["publicKey"].as_str().unwrap().into()),
        checkpoints: vec![kept["note"].as_str().unwrap().into()],
    };
    let after = export(&world).await;
    let sound = verify_export(after.as_bytes(), Some(before.as_bytes()), &trust).unwrap();
    assert_eq!((sound.aged, sound.size), (old as u64, now["size"].as_u64().unwrap()));
    assert_eq!(tile().await, leaves, "tiles are as they were");
    const CONSISTENCY: &str = "query($from: Int!) { auditConsistency(from: $from) { fromSize hashes } }";
    world.ask(CONSISTENCY, json!({ "from": old })).await;
    let shown = world.owner.refused(PROOF, json!({ "entry": aged })).await;
    assert!(shown.is("CONFLICT", "ENTRY_AGED"), "{shown:?}");
    let entries = world.ask(ENTRIES, json!({ "filter": { "action": "audit.aged" } })).await["auditEntries"].take();
    let details = &entries["edges"][0]["node"]["details"];
    assert_eq!(
        (&details["count"], &details["aged_to"], &details["retention"]),
        (&json!(old), &json!(old), &json!("P7Y"))
    );
    world.ask(PROOF, json!({ "entry": entries["edges"][0]["node"]["id"] })).await;
    world.finish().await;
}

/// Somebody who has the service's own login to the database, or on SQLite the file.
async fn no_young_entry_can_be_made_to_go(engine: Engine) {
    let world = old_world(engine).await;
    world.subject("ada").await;
    evidence::sequence(&world.app).await.unwrap();
    let old = bodies(&world).await;
    let today = Clock::System.now();
    world.advance(today - world.now() - TimeDelta::days(300));
    world.subject("grace").await;
    evidence::sequence(&world.app).await.unwrap();
    world.ask(SET, json!({ "period": "PT1H" })).await;
    let all = bodies(&world).await;
    if engine == Engine::Postgres {
        let attacks = [
            "SELECT age_audit_entries('infinity', 10000)",
            "UPDATE retention_policies SET retention = 'PT0S' WHERE data_type = 'audit_logs'; SELECT age_audit_entries(now() + interval '99 years', 10000)",
            "CREATE TEMP TABLE audit_leaves AS SELECT * FROM public.audit_leaves; CREATE TEMP TABLE audit_entries AS SELECT * FROM public.audit_entries;
             UPDATE pg_temp.audit_entries SET \"at\" = '1999-01-01'; SELECT age_audit_entries('infinity', 10000)",
            "SET search_path = pg_temp, public; SELECT public.age_audit_entries('infinity', 10000)",
        ];
        for attack in attacks {
            let as_acme = format!("SELECT set_config('app.tenant_id', '{}', false); {attack}", world.tenant);
            world.database.execute_as_service(&as_acme).await.unwrap();
            assert_eq!(bodies(&world).await, all - old, "what is young is left: {attack}");
        }
        world.database.execute("UPDATE retention_policies SET retention = 'PT1H'").await.unwrap();
        for refused in [
            "UPDATE audit_ages SET aged_to = 9999",
            "INSERT INTO audit_ages SELECT tenant_id, 9999 FROM subjects",
            "DELETE FROM audit_entries",
            "ALTER FUNCTION age_audit_entries(timestamptz, integer) RENAME TO mine",
            "CREATE OR REPLACE FUNCTION age_audit_entries(cutoff timestamptz, most integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        ] {
            let as_acme = format!("SELECT set_config('app.tenant_id', '{}', false); {refused}", world.tenant);
            assert!(world.database.execute_as_service(&as_acme).await.is_err(), "{refused}");
        }
        world.database.execute_as_service("SELECT age_audit_entries('infinity', 10000)").await.unwrap();
        assert_eq!(bodies(&world).await, all - old, "nobody's without a tenant");
    } else {
        for attack in [
            "DELETE FROM audit_entries",
            "INSERT OR REPLACE INTO audit_ages SELECT id, 9999 FROM tenants; DELETE FROM audit_entries",
        ] {
            let refused = world.database.execute(attack).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{attack}: {refused}");
            assert_eq!(bodies(&world).await, all);
        }
    }
    world.finish().await;
}

on_both_engines! {
    old_bodies_go_and_the_log_still_verifies
    no_young_entry_can_be_made_to_go
    a_hold_on_the_log_keeps_it_and_a_policy_shortens_it
}

async fn a_hold_on_the_log_keeps_it_and_a_policy_shortens_it(engine: Engine) {
    const HOLD: &str =
        "mutation { placeLegalHold(input: { reason: \"an inquiry\", dataType: \"audit_logs\" }) { hold { id } } }";
    const RELEASE: &str =
        "mutation($id: ID!) { releaseLegalHold(input: { id: $id, reason: \"it is over\" }) { hold { id } } }";
    let world = old_world(engine).await;
    world.subject("ada").await;
    let old = checkpoint(&world).await["size"].as_u64().unwrap();
    world.advance(TimeDelta::days(3 * 366));
    assert_eq!(age(&world).await, 0);
    world.ask(SET, json!({ "period": "P2Y" })).await;
    let hold = world.ask(HOLD, json!({})).await["placeLegalHold"]["hold"]["id"].take();
    assert_eq!(age(&world).await, 0, "a hold keeps it");
    world.ask(RELEASE, json!({ "id": hold })).await;
    assert_eq!(age(&world).await, old);
    world.finish().await;
}
