//! Yesterday's backup is restored: whoever was erased since is gone again once `recital restore-check` has run.

use std::{collections::BTreeSet, fs, time::Duration};

use recital_domain::requests;
use recital_tests::{Engine, both_engines, on_both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::installation::Installation;

const REGISTER: &str =
    "mutation($id: String, $email: EmailAddress) { registerSubject(input: { externalId: $id, email: $email,
    attributes: { name: \"Ada Lovelace\" } }) { subject { id } } }";
const ERASE: &str =
    "mutation($id: ID!) { openSubjectRequest(input: { type: ERASURE, subject: { id: $id }, identityVerified: true }) {
    request { id state } } }";
const APPROVE: &str = "mutation($id: ID!) { approveSubjectRequest(input: { id: $id }) { request { state } } }";
const POLICY: &str = "mutation($approval: ErasureApproval!) {
    setRequestPolicy(input: { erasureApproval: $approval }) { policy { erasureApproval } } }";
const SUBJECT: &str = "query($id: ID!) { subject(ref: { id: $id }) { status } }";
const REQUEST: &str = "query($id: ID!) { subjectRequest(id: $id) { state erasure { jws keyDestroyed } } }";
const HOLD: &str =
    "mutation($id: ID!) { placeLegalHold(input: { subject: { id: $id }, reason: \"a claim\" }) { hold { id } } }";
const RELEASE: &str =
    "mutation($id: ID!) { releaseLegalHold(input: { id: $id, reason: \"settled\" }) { hold { id } } }";

async fn register(house: &Installation, name: &str) -> String {
    let person = json!({ "id": name, "email": format!("{name}@example.com") });
    let registered = house.client.ask(REGISTER, person).await;
    registered["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned()
}

async fn erase(house: &Installation, subject: &str) -> String {
    let opened = house.client.ask(ERASE, json!({ "id": subject })).await;
    opened["openSubjectRequest"]["request"]["id"].as_str().unwrap().to_owned()
}

async fn status(house: &Installation, subject: &str) -> Value {
    house.client.ask(SUBJECT, json!({ "id": subject })).await["subject"]["status"].clone()
}

async fn hold(house: &Installation, subject: &str) -> Value {
    house.client.ask(HOLD, json!({ "id": subject })).await["placeLegalHold"]["hold"]["id"].clone()
}

async fn until_erased(house: &Installation, subjects: &[&String]) {
    for subject in subjects {
        for turn in 0.. {
            if status(house, subject).await == "ERASED" {
                break;
            }
            assert!(turn < 300, "{subject} is not erased");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The names of all entries, once there are so many.
async fn entries(house: &Installation, many: usize) -> BTreeSet<String> {
    let folder = house.database.path("ledger/erasures");
    for _ in 0..300 {
        let found: BTreeSet<_> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flat_map(|tenant| fs::read_dir(tenant.unwrap().path()).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        if found.len() == many {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("there are not {many} entries");
}

async fn check(house: &Installation, arguments: &[&str]) -> Value {
    let said = house.says(&[&["restore-check", "--json"], arguments].concat()).await;
    serde_json::from_str::<Value>(&said).unwrap()["tenants"][0].clone()
}

fn id(global: &str) -> String {
    let decoded = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, global);
    let decoded = decoded.or_else(|_| base64::Engine::decode(&base64::prelude::BASE64_STANDARD, global)).unwrap();
    String::from_utf8(decoded).unwrap().rsplit(':').next().unwrap().to_owned()
}

async fn a_restored_backup_brings_nobody_back(engine: Engine) {
    let mut house =
        Installation::with(engine, &[("RECITAL_ERASURES__STORE", "folder"), ("RECITAL_ERASURES__FOLDER", "ledger")])
            .await;
    let (ada, bea, cyd) = (register(&house, "ada").await, register(&house, "bea").await, register(&house, "cyd").await);
    let dan = register(&house, "dan").await;
    // Ada has asked already and waits for approval; Bea asks tomorrow; a hold still keeps Cyd; Dan stays.
    let asked = erase(&house, &ada).await;
    let keeps_cyd = hold(&house, &cyd).await;
    house.close().await;
    house.database.back_up().await.unwrap();

    house.open().await;
    house.client.ask(RELEASE, json!({ "id": keeps_cyd })).await;
    house.client.ask(POLICY, json!({ "approval": "VOUCHER" })).await;
    house.officer().await.ask(APPROVE, json!({ "id": asked })).await;
    erase(&house, &bea).await;
    erase(&house, &cyd).await;
    let worker = house.worker().await;
    until_erased(&house, &[&ada, &bea, &cyd]).await;
    let recorded = entries(&house, 3).await;
    worker.signal("TERM").await;
    worker.end().await;
    assert_eq!(check(&house, &[]).await["unknown"], 0, "an ordinary day");
    house.close().await;

    house.database.restore().await.unwrap();
    let found = check(&house, &["--dry-run"]).await;
    assert_eq!((&found["entries"], &found["unknown"], &found["erased"]), (&json!(3), &json!(3), &json!(0)));
    let returned: BTreeSet<&str> =
        found["returned"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(returned, [id(&ada), id(&bea), id(&cyd)].iter().map(String::as_str).collect());

    let said = house.fails(&["restore-check"]).await;
    assert!(said.contains("3 had come back, 2 erased again"), "{said}");
    assert!(said.contains(&format!("{} is still there: CONFLICT/UNDER_LEGAL_HOLD", id(&cyd))), "{said}");
    assert!(!said.contains("Lovelace") && !said.contains("@example.com"));

    house.open().await;
    for (subject, stands) in [(&ada, "ERASED"), (&bea, "ERASED"), (&cyd, "ACTIVE"), (&dan, "ACTIVE")] {
        assert_eq!(status(&house, subject).await, stands);
    }
    let request = house.client.ask(REQUEST, json!({ "id": asked })).await["subjectRequest"].clone();
    assert_eq!((&request["state"], &request["erasure"]["keyDestroyed"]), (&json!("COMPLETED"), &json!(true)));
    house.client.ask(RELEASE, json!({ "id": keeps_cyd })).await;
    let again = check(&house, &[]).await;
    assert_eq!((&again["returned"], &again["erased"]), (&json!([id(&cyd)]), &json!(1)));
    assert_eq!(status(&house, &cyd).await, "ERASED");
    assert_eq!(check(&house, &[]).await["unknown"], 0);
    let worker = house.worker().await;
    while house.database.number("SELECT count(*) FROM audit_pending").await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    worker.signal("TERM").await;
    worker.end().await;
    house.says(&["audit", "export", "--tenant", "acme", "--out", "log.jsonl"]).await;
    assert!(house.says(&["audit", "verify", "log.jsonl"]).await.contains("holds together"));

    // Somebody new under an old address is somebody new.
    let bea_again = register(&house, "bea").await;
    assert_eq!(check(&house, &[]).await["unknown"], 0);
    assert_eq!(status(&house, &bea_again).await, "ACTIVE");
    assert_eq!(entries(&house, 3).await, recorded);
    house.end().await;
}

async fn a_tenant_that_was_closed_does_not_come_back_either(engine: Engine) {
    const CLOSE: &str =
        "mutation { closeTenant(input: { slug: \"acme\", reason: \"left\", graceDays: 0 }) { tenant { status } } }";
    const RUN: &str = "mutation { runJob(input: { name: \"tenant.close\" }) { run { failures } } }";
    const TENANT: &str = "{ tenant(slug: \"acme\") { status usage { subjects } } }";
    let mut house = Installation::new(engine).await;
    register(&house, "ada").await;
    house.close().await;
    house.database.back_up().await.unwrap();
    house.open().await;
    house.operator.ask(CLOSE, json!({})).await;
    house.operator.ask(RUN, json!({})).await;
    assert_eq!(house.operator.ask(TENANT, json!({})).await["tenant"]["status"], "CLOSED");
    house.close().await;

    house.database.restore().await.unwrap();
    let dry: Value = serde_json::from_str(&house.says(&["restore-check", "--json", "--dry-run"]).await).unwrap();
    assert_eq!(dry["closed"], json!(["acme"]));
    let said = house.says(&["restore-check"]).await;
    assert_eq!(said.trim(), "acme: was closed since the backup was made, destroyed again");
    house.open().await;
    let tenant = house.operator.ask(TENANT, json!({})).await["tenant"].clone();
    assert_eq!(tenant, json!({ "status": "CLOSED", "usage": { "subjects": 0 } }));
    assert_eq!(house.says(&["restore-check"]).await, "");
    house.end().await;
}

on_both_engines!(a_restored_backup_brings_nobody_back a_tenant_that_was_closed_does_not_come_back_either);

both_engines! {
    async fn the_ledger_tells_nobody_who_was_erased_and_mends_itself(world: World) {
        world.import_registers().await;
        world.trust_the_voucher().await;
        let ada = world.subject("ada").await;
        world.ask(ERASE, json!({ "id": ada })).await;
        world.drain().await;
        let folder = world.database.path("files/erasures").join(world.tenant.to_string());
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let entry = names.pop().unwrap();
        assert!(names.is_empty());
        assert_eq!(entry.file_name().unwrap().len(), 64);
        let content = fs::read_to_string(&entry).unwrap();
        assert!(chrono::DateTime::parse_from_rfc3339(&content).is_ok(), "{content} says when, and nothing else");

        // Somebody tidied up in the store.
        fs::remove_file(&entry).unwrap();
        let replay = requests::replay_erasures(&world.app, world.tenant, Uuid::new_v4()).await.unwrap();
        assert_eq!((replay.lost, replay.unknown), (1, 0));
        world.drain().await;
        assert!(entry.exists());
        // What does not look like an entry, or is nobody's, does nothing.
        fs::write(folder.join("readme.txt"), "hello").unwrap();
        fs::write(folder.join("ab".repeat(32)), "2026-01-01T00:00:00Z").unwrap();
        let bea = world.subject("bea").await;
        let replay = requests::replay_erasures(&world.app, world.tenant, Uuid::new_v4()).await.unwrap();
        assert_eq!((replay.entries, replay.unknown, replay.erased), (2, 1, 0));
        assert_eq!(world.ask(SUBJECT, json!({ "id": bea })).await["subject"]["status"], "ACTIVE");
        let replay = requests::replay_erasures(&world.app, world.tenant, Uuid::new_v4()).await.unwrap();
        assert_eq!(replay.unknown, 0, "once looked at, it is known");
        world.finish().await;
    }

    async fn an_erasure_does_not_wait_for_the_ledger(world: World) {
        world.import_registers().await;
        world.trust_the_voucher().await;
        let ada = world.subject("ada").await;
        let blocked = world.database.path("files/erasures");
        fs::write(&blocked, "a file where a folder should be").unwrap();
        world.expect_log("LEDGER_UNAVAILABLE");
        world.ask(ERASE, json!({ "id": ada })).await;
        world.drain().await;
        assert_eq!(world.ask(SUBJECT, json!({ "id": ada })).await["subject"]["status"], "ERASED");
        fs::remove_file(&blocked).unwrap();
        world.advance(chrono::TimeDelta::minutes(10));
        world.drain().await;
        assert_eq!(fs::read_dir(blocked.join(world.tenant.to_string())).unwrap().count(), 1);
        world.finish().await;
    }
}
