//! The log as people see it who do not believe us: tiles, proofs and exports, checked by programs in other languages,
//! and attacked by somebody who owns the database.

use std::{fs, path::PathBuf};

use recital_domain::{
    evidence::{self, Event, ExportFault, Trust, export_log, verify_export},
    viewer::Permission,
};
use recital_tests::{Engine, World, ask_outsider, both_engines, go_program, python_script};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{ENTRIES, log::PROOF};

const CONSISTENCY: &str = "query($from: Int!, $to: Int) { auditConsistency(from: $from, to: $to) {
    fromSize fromRoot toSize toRoot hashes } }";

/// That many entries, in one change.
async fn append(world: &World, count: usize) {
    let viewer = world.job("story");
    let resumed = Event::TenantResumed { id: world.tenant };
    let more = vec![resumed.clone(); count - 1];
    let appended = world.app.write(&viewer, Permission::TenantRead, async |_| Ok(resumed.with(()).and_all(more))).await;
    appended.unwrap();
    evidence::sequence(&world.app).await.unwrap();
}

async fn checkpoint(world: &World) -> Value {
    const CHECKPOINT: &str = "{ auditCheckpoint { size note publicKey } }";
    world.ask(CHECKPOINT, json!({})).await["auditCheckpoint"].take()
}

async fn size(world: &World) -> u64 {
    checkpoint(world).await["size"].as_u64().unwrap()
}

async fn consistency(world: &World, from: u64, to: Option<u64>) -> Value {
    world.ask(CONSISTENCY, json!({ "from": from, "to": to })).await["auditConsistency"].take()
}

/// Proofs for the newest entries and for prefixes of many sizes.
async fn proofs(world: &World) -> Value {
    let page = world.ask(ENTRIES, json!({})).await;
    let mut inclusion = Vec::new();
    for edge in page["auditEntries"]["edges"].as_array().unwrap().iter().step_by(20) {
        inclusion.push(world.ask(PROOF, json!({ "entry": edge["node"]["id"] })).await["auditProof"].take());
    }
    let size = size(world).await;
    let mut prefixes = Vec::new();
    for from in [1, 2, 255, 256, 257, 512, size - 1, size] {
        prefixes.push(consistency(world, from, None).await);
    }
    prefixes.push(consistency(world, 100, Some(600)).await);
    json!({ "inclusion": inclusion, "consistency": prefixes })
}

pub(super) async fn export(world: &World) -> String {
    let mut lines = String::new();
    let write = |line: &str| {
        lines.push_str(line);
        lines.push('\n');
        Ok::<_, recital_domain::error::Error>(())
    };
    export_log(&world.app, &world.job("story"), write).await.unwrap();
    lines
}

fn verify(export: &str, older: Option<&str>, trust: &Trust) -> Result<u64, Vec<ExportFault>> {
    verify_export(export.as_bytes(), older.map(str::as_bytes), trust).map(|log| log.size)
}

async fn tile(world: &World, path: &str) -> reqwest::Response {
    reqwest::get(format!("{}/log/acme/{path}", world.url)).await.unwrap()
}

/// Whoever owns the database can do this. On SQLite the triggers go first.
async fn as_superuser(world: &World, sql: &str) {
    let tables = ["audit_entries", "audit_leaves", "audit_subtrees", "audit_checkpoints"];
    let unlock = tables.map(|table| {
        let drop = |change| format!("DROP TRIGGER IF EXISTS {table}_refuses_{change};");
        drop("update") + &drop("delete")
    });
    let unlocked = if world.engine == Engine::Sqlite { unlock.concat() } else { String::new() };
    world.database.execute(&format!("{unlocked}{sql}")).await.unwrap();
}

both_engines! {
    async fn programs_in_other_languages_follow_the_log_and_check_its_proofs(world: World) {
        append(&world, 700).await;
        let file: PathBuf = world.database.folder.path().join("log.ndjson");
        fs::write(&file, export(&world).await).unwrap();
        let proofs = proofs(&world).await;
        let key = checkpoint(&world).await["publicKey"].as_str().unwrap().to_owned();
        let mut go = go_program("check_log.go");
        go.args([format!("{}/log/acme", world.url), key]);
        let mut python = python_script("check_log.py");
        python.arg(&file);
        let said = format!("{} leaves, 5 entries and 9 prefixes are as they should be", size(&world).await);
        assert_eq!(ask_outsider(go, &proofs).await.trim(), said);
        assert_eq!(ask_outsider(python, &proofs).await.trim(), said);
        world.finish().await;
    }

    async fn strangers_get_hashes_and_nothing_else(world: World) {
        assert_eq!(tile(&world, "checkpoint").await.status(), StatusCode::NOT_FOUND, "an empty log has none");
        append(&world, 600).await;
        let size = size(&world).await;
        let checkpoint = tile(&world, "checkpoint").await;
        assert_eq!(checkpoint.headers()["cache-control"], "no-cache");
        assert!(checkpoint.text().await.unwrap().contains(&format!("/log/acme\n{size}\n")));
        for (path, hashes) in [("tile/0/000", 256), ("tile/0/001", 256), ("tile/1/000.p/2", 2), ("tile/0/002.p/9", 9)] {
            let answer = tile(&world, path).await;
            assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable", "{path}");
            assert_eq!(answer.bytes().await.unwrap().len(), 32 * hashes, "{path}");
        }
        for path in ["tile/0/002", "tile/1/000", "tile/2/000", "tile/0/999", "tile/64/000", "tile/0/000.p/0",
            "tile/entries/000", "tile/data/000", "tile/0/x999/x999/x999/999", "tile/", "tile/0/%2e%2e"] {
            assert_eq!(tile(&world, path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let unknown = reqwest::get(format!("{}/log/globex/checkpoint", world.url)).await.unwrap();
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
        world.finish().await;
    }

    async fn a_prefix_that_the_log_does_not_have_is_refused_by_name(world: World) {
        let empty = world.owner.refused(CONSISTENCY, json!({ "from": 1 })).await;
        assert!(empty.is("BAD_USER_INPUT", "BEYOND_THE_LOG"), "{empty:?}");
        append(&world, 3).await;
        for (from, to, reason) in [(0, None, "NOT_A_PREFIX"), (-1, None, "NOT_A_PREFIX"), (3, Some(2), "NOT_A_PREFIX"),
            (1, Some(1000), "BEYOND_THE_LOG"), (1, Some(0), "BEYOND_THE_LOG")] {
            let refused = world.owner.refused(CONSISTENCY, json!({ "from": from, "to": to })).await;
            assert!(refused.is("BAD_USER_INPUT", reason), "{from} {to:?}: {refused:?}");
        }
        world.finish().await;
    }

    async fn a_log_from_before_there_were_tiles_gets_them(world: World) {
        append(&world, 600).await;
        as_superuser(&world, "DELETE FROM audit_subtrees").await;
        append(&world, 10).await;
        assert_eq!(tile(&world, "tile/1/000.p/2").await.bytes().await.unwrap().len(), 64);
        assert_eq!(consistency(&world, 300, None).await["fromSize"], 300);
        world.finish().await;
    }

    async fn whoever_kept_a_checkpoint_notices_a_rewritten_log(world: World) {
        world.subject("ada").await;
        append(&world, 5).await;
        let kept = checkpoint(&world).await;
        let older = export(&world).await;
        append(&world, 5).await;
        let word = |name: &str| kept[name].as_str().unwrap().to_owned();
        let trust = Trust { public_key: Some(word("publicKey")), checkpoints: vec![word("note")] };
        let whole = size(&world).await;
        assert_eq!(verify(&export(&world).await, Some(&older), &trust), Ok(whole));

        // The owner of the database removes an entry and lets the service itself build and sign a fresh log.
        let keep = "CREATE TABLE removed AS SELECT * FROM audit_entries WHERE action = 'subject.registered'";
        let queue = "INSERT INTO audit_pending SELECT tenant_id, id FROM audit_entries";
        let rebuild = format!("{keep}; DELETE FROM audit_entries WHERE action = 'subject.registered'; DELETE FROM audit_leaves;
            DELETE FROM audit_subtrees; DELETE FROM audit_checkpoints; DELETE FROM audit_pending; {queue}");
        as_superuser(&world, &rebuild).await;
        evidence::sequence(&world.app).await.unwrap();
        let forged = export(&world).await;
        assert!(verify(&forged, None, &Trust::default()).is_ok(), "alone it looks whole");
        let told = verify(&forged, None, &trust).unwrap_err();
        assert_eq!(told, [ExportFault::Rewritten { size: kept["size"].as_u64().unwrap() }]);
        let named = verify(&forged, Some(&older), &trust).unwrap_err();
        assert!(matches!(named[0], ExportFault::Differs { .. }), "{named:?}");
        world.finish().await;
    }
}
