//! The package that a person gets: what is in it, in which language, and what becomes of it.

use std::{fs, path::Path};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::TimeDelta;
use recital_domain::{requests, vault};
use recital_tests::{Engine, World, ask_outsider, both_engines, browse, python_script};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CANCEL, open, person, see};

const STORE: &str =
    "mutation($records: [PersonalRecordInput!]!) { storeRecords(input: { records: $records }) { records { id } } }";

fn record(subject: &str, payload: Value) -> Value {
    json!({ "subject": { "id": subject }, "dataType": "conversation_history", "purpose": "agent_interaction", "payload": payload })
}

/// Stores a file whose name and content a package must not stumble over.
async fn store_file(world: &World, subject: &str, content: Vec<u8>) {
    let stored = reqwest::Client::new()
        .put(format!("{}/files", world.url))
        .bearer_auth(world.owner.key())
        .header("Recital-Subject-Id", subject)
        .header("Recital-Data-Type", "uploaded_images")
        .header("Recital-Purpose", "image_to_3d_conversion")
        .header("Recital-File-Name", "..%5Ccaf%C3%A9%20of%20Lovelace.png")
        .header("Content-Type", "image/png")
        .body(content);
    assert!(stored.send().await.unwrap().status().is_success());
}

/// Carries out a request for a package. Answers what the API says of it, and where the package was saved.
async fn fetched(world: &World, kind: &str, subject: &str, more: Value) -> (Value, std::path::PathBuf) {
    let request = open(world, kind, subject, more).await;
    world.drain().await;
    let export = see(world, &request).await["export"].take();
    let answer = reqwest::get(export["downloadUrl"].as_str().expect("a package")).await.unwrap();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(export["sizeBytes"], bytes.len());
    assert_eq!(export["sha256"], hex::encode(digest(&SHA256, &bytes)));
    let path = world.database.path(&format!("{}.zip", Uuid::new_v4()));
    fs::write(&path, bytes).unwrap();
    (export, path)
}

/// What an outsider finds in it.
async fn opened(package: &Path) -> Value {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schemas/access-package.schema.json");
    let said = ask_outsider(python_script("package.py"), &json!({ "package": package, "schema": schema })).await;
    let unzipped = tokio::process::Command::new("unzip").arg("-tq").arg(package).output().await.unwrap();
    assert!(unzipped.status.success(), "{}", String::from_utf8_lossy(&unzipped.stdout));
    serde_json::from_str(&said).unwrap()
}

fn objects(folder: &Path) -> usize {
    let count = |entry: fs::DirEntry| if entry.path().is_dir() { objects(&entry.path()) } else { 1 };
    fs::read_dir(folder).into_iter().flatten().map(|entry| count(entry.unwrap())).sum()
}

/// Acme's chunks in the file store; the erasure ledger stands beside them.
fn chunks(world: &World) -> usize {
    objects(&world.database.path("files").join(world.tenant.to_string()))
}

both_engines! {
    async fn access_gives_the_person_all_of_their_own_data_and_nobody_elses(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        person(&world, "grace").await;
        let hostile = json!({ "query": "=HYPERLINK(\"https://evil.example\")", "<script>alert(1)</script>": { "nested": [1, "two"] } });
        let refused = world.owner.send(STORE, json!({ "records": [record(&ada, hostile)] })).await;
        assert!(refused["errors"].is_array(), "names of fields are narrow: {refused}");
        let hostile = ["=HYPERLINK(\"https://evil.example\")", "<script>alert('Lovelace')</script>"];
        let hostile = hostile.map(|query| record(&ada, json!({ "query": query })));
        world.ask(STORE, json!({ "records": hostile })).await;
        store_file(&world, &ada, vec![7; 3 << 20]).await;
        const HOLD: &str = "mutation($id: ID!) { placeLegalHold(input: { reason: \"a claim\", subject: { id: $id } }) { hold { id } } }";
        world.ask(HOLD, json!({ "id": ada })).await;
        open(&world, "RECTIFICATION", &ada, json!({ "corrections": { "name": "Augusta Lovelace" } })).await;
        world.drain().await;

        let (export, path) = fetched(&world, "ACCESS", &ada, json!({ "note": "she asked by phone" })).await;
        assert_eq!(export["format"], "application/zip");
        let package = opened(&path).await;
        let document = &package["document"];
        assert_eq!(document["request"]["legalReference"], "GDPR Article 15");
        assert_eq!(document["controller"]["name"], "acme controller");
        let purposes = document["processing"].as_array().unwrap();
        let chat = purposes.iter().find(|purpose| purpose["purpose"] == "agent_interaction").unwrap();
        assert_eq!((&chat["recordsHeld"], &chat["legalReference"]), (&json!(3), &json!("GDPR Article 6(1)(a)")));
        assert_eq!(document["rights"].as_array().unwrap().len(), 6);
        let data = &document["data"];
        assert_eq!(data["subject"]["email"], "ada@example.com");
        assert_eq!(data["profile"]["attributes"]["name"], "Augusta Lovelace");
        assert_eq!(data["consentHistory"][0]["state"], "GIVEN");
        assert_eq!(data["legalHolds"].as_array().unwrap().len(), 1);
        assert!(data["files"][0]["path"].as_str().unwrap().ends_with("/_café of Lovelace.png"), "{}", data["files"]);
        assert!(data["auditTrail"].as_array().unwrap().iter().any(|entry| entry["action"] == "profile.updated"));
        assert!(!package.to_string().contains("grace") && !package.to_string().contains("a claim"), "{package}");

        let rows = package["tables"]["csv/records/conversation_history.csv"].as_array().unwrap();
        assert_eq!(rows[1]["payload.query"], "'=HYPERLINK(\"https://evil.example\")");
        assert_eq!(rows[0]["payload.query"], "what ada Lovelace asked");
        let page = package["page"].as_str().unwrap();
        for told in ["Your data at Acme Ltd", "<script>alert('Lovelace')</script>", "Augusta Lovelace", "café of Lovelace.png",
            "You can ask which data we hold", "complaint", "register", "she asked by phone"] {
            assert!(page.contains(told), "the page lacks {told}: {page}");
        }
        assert!(package["texts"]["README.txt"].as_str().unwrap().contains("data.json"));
        assert_eq!(world.database.number("SELECT count(*) FROM uploads").await.unwrap(), 0);

        world.advance(TimeDelta::days(30));
        let late = reqwest::get(export["downloadUrl"].as_str().unwrap()).await.unwrap();
        assert_eq!(late.status(), 410);
        let stored = chunks(&world);
        requests::forget_packages(&world.app, world.tenant, Uuid::new_v4()).await.unwrap();
        world.drain().await;
        assert!(chunks(&world) < stored, "its content goes too");
        assert_eq!(chunks(&world), 3, "the file's own chunks stay");
        assert_eq!(reqwest::get(export["downloadUrl"].as_str().unwrap()).await.unwrap().status(), 410);
        world.finish().await;
    }

    async fn portability_gives_what_the_person_provided_on_consent_or_contract(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        store_file(&world, &ada, b"a picture".to_vec()).await;
        let (_, path) = fetched(&world, "PORTABILITY", &ada, json!({})).await;
        let package = opened(&path).await;
        let sections: Vec<&String> = package["document"]["data"].as_object().unwrap().keys().collect();
        assert_eq!(sections, ["files", "profile", "records", "subject"]);
        assert!(package["document"]["processing"].is_null());
        assert_eq!(package["document"]["request"]["legalReference"], "GDPR Article 20");
        assert_eq!(package["document"]["data"]["records"][0]["payload"]["query"], "what ada Lovelace asked");
        assert!(package["page"].as_str().unwrap().contains("to take elsewhere"));
        world.finish().await;
    }

    async fn a_package_speaks_its_reader_s_language(world: World) {
        world.import_registers().await;
        const REGISTER: &str = "mutation($locale: String!) { registerSubject(input: { externalId: $locale, locale: $locale, attributes: { name: \"Lovelace\" } }) { subject { id } } }";
        for (locale, language, title) in [
            ("de-AT", "de", "Ihre Daten bei Acme Ltd"),
            ("fr", "fr", "Vos données chez Acme Ltd"),
            ("es", "es", "Sus datos en Acme Ltd"),
            ("it", "it", "I Suoi dati presso Acme Ltd"),
            ("pt", "en", "Your data at Acme Ltd"),
        ] {
            let subject = world.ask(REGISTER, json!({ "locale": locale })).await["registerSubject"]["subject"]["id"].clone();
            let (_, path) = fetched(&world, "ACCESS", subject.as_str().unwrap(), json!({})).await;
            let package = opened(&path).await;
            assert_eq!(package["document"]["language"], language);
            for text in [&package["page"], &package["texts"]["README.txt"]] {
                assert!(text.as_str().unwrap().contains(title), "{locale}: {text}");
                assert!(!text.as_str().unwrap().contains("package-"), "{locale}: {text}");
            }
        }
        world.finish().await;
    }

    async fn a_restriction_keeps_nobody_from_their_own_data(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let access = open(&world, "ACCESS", &ada, json!({})).await;
        open(&world, "RESTRICTION", &ada, json!({})).await;
        world.drain().await;
        assert_eq!(see(&world, &access).await["state"], "COMPLETED");
        let (_, path) = fetched(&world, "ACCESS", &ada, json!({})).await;
        let package = opened(&path).await;
        assert_eq!(package["document"]["data"]["subject"]["status"], "RESTRICTED");
        assert_eq!(package["document"]["data"]["restrictions"].as_array().unwrap().len(), 1);
        world.finish().await;
    }

    async fn an_erasure_or_a_change_of_mind_ends_a_build_and_leaves_nothing(world: World) {
        world.import_registers().await;
        world.trust_the_voucher().await;
        for ends_it in ["ERASURE", "CANCEL"] {
            let ada = person(&world, ends_it).await;
            let many: Vec<Value> = (0..800).map(|number| record(&ada, json!({ "query": format!("number {number}") }))).collect();
            world.ask(STORE, json!({ "records": many })).await;
            let request = open(&world, "ACCESS", &ada, json!({})).await;
            let build = world.drain();
            let end = async {
                while world.database.number("SELECT count(*) FROM uploads").await.unwrap() == 0 {
                    tokio::task::yield_now().await;
                }
                match ends_it {
                    "ERASURE" => _ = open(&world, "ERASURE", &ada, json!({})).await,
                    _ => _ = world.ask(CANCEL, json!({ "id": request["id"] })).await,
                }
                world.drain().await;
            };
            tokio::join!(build, end);
            world.drain().await;
            let state = if ends_it == "ERASURE" { "REJECTED" } else { "CANCELLED" };
            let seen = see(&world, &request).await;
            assert_eq!((&seen["state"], &seen["export"]), (&json!(state), &Value::Null), "{ends_it}");
            assert_eq!(chunks(&world), 0, "{ends_it}");
            for table in ["uploads", "export_packages"] {
                assert_eq!(world.database.number(&format!("SELECT count(*) FROM {table}")).await.unwrap(), 0, "{table}");
            }
        }
        world.finish().await;
    }

    async fn a_build_that_was_cut_off_begins_anew_and_what_it_left_is_taken_away(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        store_file(&world, &ada, vec![7; 5 << 20]).await;
        let request = open(&world, "ACCESS", &ada, json!({})).await;
        let own = chunks(&world);
        tokio::select! {
            _ = world.drain() => panic!("it was not cut off"),
            () = async { while chunks(&world) == own { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(see(&world, &request).await["state"], "IN_PROGRESS");
        world.advance(TimeDelta::days(1));
        world.drain().await;
        assert_eq!(see(&world, &request).await["state"], "COMPLETED");
        let with_leftovers = chunks(&world);
        assert_eq!(vault::reap_uploads(&world.app, world.tenant, Uuid::new_v4()).await.unwrap(), 1);
        assert!(chunks(&world) < with_leftovers);
        let export = see(&world, &request).await["export"].take();
        assert_eq!(reqwest::get(export["downloadUrl"].as_str().unwrap()).await.unwrap().bytes().await.unwrap().len(), export["sizeBytes"]);
        world.trust_the_voucher().await;
        open(&world, "ERASURE", &ada, json!({})).await;
        world.drain().await;
        assert_eq!(chunks(&world), 0, "packages go with their person");
        assert_eq!(reqwest::get(export["downloadUrl"].as_str().unwrap()).await.unwrap().status(), 404);
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_a_package_can_be_read_by_everybody() {
    let world = World::start(Engine::Sqlite).await;
    world.import_registers().await;
    let ada = person(&world, "ada").await;
    let long = "a very long word ".repeat(40) + &"x".repeat(300);
    let many: Vec<Value> =
        (0..120).map(|number| record(&ada, json!({ "query": format!("{number} {long}") }))).collect();
    world.ask(STORE, json!({ "records": many })).await;
    store_file(&world, &ada, b"a picture".to_vec()).await;
    open(&world, "OBJECTION", &ada, json!({ "purpose": "service_improvement" })).await;
    world.drain().await;
    let (_, path) = fetched(&world, "ACCESS", &ada, json!({})).await;
    assert!(opened(&path).await["page"].as_str().unwrap().contains("The newest 100 of 121 entries"));
    let folder = world.database.path("unpacked");
    let unzipped =
        tokio::process::Command::new("unzip").arg("-q").arg(&path).arg("-d").arg(&folder).output().await.unwrap();
    assert!(unzipped.status.success());
    browse("audit", json!({ "pages": [format!("file://{}", folder.join("index.html").display())] })).await;
    world.finish().await;
}
