//! A stranger with the keys reads a row of the database, with other people's libraries and `docs/sealed-values.md` alone.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use recital_domain::keys::{AwsKms, KeyRing};
use recital_tests::{Engine, KmsEmulator, World, both_engines, python};
use serde_json::{Value, json};
use uuid::Uuid;

const STORE: &str =
    "mutation { storeRecords(input: { records: [{ subject: { externalId: \"ada\" }, dataType: \"uploaded_images\",
    purpose: \"image_to_3d_conversion\", payload: { file: \"Lovelace.png\" } }] }) { records { id } } }";

/// One binary column of one row, in hex.
async fn hex(world: &World, column: &str, rest: &str) -> String {
    let encode =
        if world.engine == Engine::Sqlite { format!("hex({column})") } else { format!("encode({column}, 'hex')") };
    world.database.texts(&format!("SELECT {encode} FROM {rest}")).await.unwrap().remove(0).to_lowercase()
}

async fn id(world: &World, column: &str, table: &str) -> String {
    let sql = if world.engine == Engine::Sqlite {
        format!("SELECT hex({column}) FROM {table}")
    } else {
        format!("SELECT {column}::text FROM {table}")
    };
    Uuid::parse_str(&world.database.texts(&sql).await.unwrap()[0]).unwrap().to_string()
}

/// What an administrator would copy out of the tables.
async fn rows(world: &World) -> Value {
    let subject = id(world, "id", "subjects").await;
    let value = async |table: &str, column: &str, row: String| json!({ "table": table, "column": column, "row": row, "sealed": hex(world, column, table).await });
    let member = id(world, "id", "members").await;
    let mut contact = value("members", "contact", member).await;
    contact["subject"] = Value::Null;
    let kms_key = world.database.texts("SELECT kms_key FROM tenant_keys").await.unwrap().remove(0);
    let provider = world.database.texts("SELECT provider FROM tenant_keys").await.unwrap().remove(0);
    json!({
        "tenant_key": { "tenant_id": world.tenant.to_string(), "version": 1, "provider": provider, "kms_key": kms_key,
            "wrapped": hex(world, "wrapped", "tenant_keys").await },
        "subject_key": { "subject_id": subject, "wrapped": hex(world, "wrapped", "subject_keys").await },
        "values": [
            value("profiles", "attributes", format!("{subject}/1")).await,
            value("records", "payload", id(world, "id", "records").await).await,
            value("subjects", "email", subject.clone()).await,
            value("subjects", "external_id", subject.clone()).await,
            contact,
        ],
    })
}

/// What the example in the documentation makes of the rows.
fn opened(rows: &Value, master_key_file: &Path, environment: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/open_sealed_value.py");
    let mut child = Command::new(python())
        .arg(script)
        .arg(master_key_file)
        .envs(environment.iter().copied())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(rows.to_string().as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stderr).into_owned());
    }
    let text = String::from_utf8(ended.stdout).unwrap();
    let values =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["value"].as_str().unwrap().to_owned());
    Ok(values.collect())
}

async fn is_opened_by_a_stranger(world: &World, environment: &[(&str, &str)]) {
    world.import_registers().await;
    world.subject("ada").await;
    world.ask(STORE, json!({})).await;
    let rows = rows(world).await;
    let file = world.database.path("master.key");
    let values = opened(&rows, &file, environment).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&values[0]).unwrap(), json!({ "name": "ada Lovelace" }));
    assert_eq!(serde_json::from_str::<Value>(&values[1]).unwrap(), json!({ "file": "Lovelace.png" }));
    assert_eq!(values[2..4], ["ada@example.com", "ada"]);
    assert!(values[4].contains("owner@acme.example.com"), "{}", values[4]);

    let mut elsewhere = rows.clone();
    elsewhere["values"][0]["row"] = json!(format!("{}/2", rows["subject_key"]["subject_id"].as_str().unwrap()));
    let refused = opened(&elsewhere, &file, environment).unwrap_err();
    assert!(refused.contains("InvalidTag"), "{refused}");
}

both_engines! {
    async fn a_stranger_with_the_master_key_opens_what_is_sealed(world: World) {
        is_opened_by_a_stranger(&world, &[]).await;
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_with_the_kms_key_opens_what_is_sealed() {
    let kms = KmsEmulator::start().await;
    let service = AwsKms::with(kms.config(), kms.key_id.clone(), Duration::from_secs(4)).await;
    let world = World::start_with(Engine::Postgres, |core| core.keys = KeyRing::new(Box::new(service))).await;
    is_opened_by_a_stranger(&world, &kms.environment()).await;
    world.finish().await;
}
