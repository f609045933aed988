//! Files: stored in chunks, given back whole or not at all, and gone when their time is over.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use futures::{StreamExt as _, stream};
use recital_domain::vault::{self, FileStore};
use recital_tests::{Client, Database, Engine, LARGEST_FILE, Program, S3Emulator, World, both_engines, python};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

const MIB: usize = 1 << 20;

/// Requests `path` with the credential of `client`.
fn ask(world: &World, client: &Client, method: Method, path: &str) -> RequestBuilder {
    reqwest::Client::new().request(method, format!("{}{path}", world.url)).bearer_auth(client.key())
}

fn put(world: &World, subject: &str) -> RequestBuilder {
    ask(world, &world.owner, Method::PUT, "/files")
        .header("Recital-Subject-Id", subject)
        .header("Recital-Data-Type", "uploaded_images")
        .header("Recital-Purpose", "image_to_3d_conversion")
        .header("Recital-File-Name", "Lovelace%20caf%C3%A9.png")
        .header("Content-Type", "image/png")
}

/// Stores an image of the subject. Answers its id.
pub async fn store(world: &World, subject: &str, content: Vec<u8>) -> String {
    let answer = put(world, subject).body(content).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn fetch(world: &World, id: &str) -> Response {
    ask(world, &world.owner, Method::GET, &format!("/files/{id}")).send().await.unwrap()
}

async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["status"], status);
    (status, problem["reason"].as_str().unwrap().to_owned())
}

/// Bytes that are not all the same, nor the same in any two chunks.
fn content(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_le_bytes).take(size).collect()
}

/// Where the chunks of a file stand.
fn folder_of(world: &World, id: &str) -> PathBuf {
    let id = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).unwrap()).unwrap();
    world.database.path("files").join(world.tenant.to_string()).join(id.trim_start_matches("PersonalFile:"))
}

/// Acme's chunks in the file store, in order; the erasure ledger stands beside them.
fn chunks(world: &World) -> Vec<PathBuf> {
    walk(&world.database.path("files").join(world.tenant.to_string()))
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

async fn actions(world: &World, action: &str) -> i64 {
    const COUNT: &str = "query($action: String) { auditEntries(filter: { action: $action }) { totalCount } }";
    world.ask(COUNT, json!({ "action": action })).await["auditEntries"]["totalCount"].as_i64().unwrap()
}

both_engines! {
    async fn a_file_comes_back_as_it_was(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        for size in [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 7] {
            let id = store(&world, &subject, content(size)).await;
            let answer = fetch(&world, &id).await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["content-type"], "image/png");
            assert_eq!(answer.headers()["content-length"], size.to_string());
            assert_eq!(answer.headers()["content-disposition"], "attachment; filename*=UTF-8''Lovelace%20caf%C3%A9%2Epng");
            assert!(answer.bytes().await.unwrap() == content(size), "{size} bytes");
        }
        const FILES: &str = "query($id: ID!) { subject(ref: { id: $id }) { files(first: 2) { totalCount edges { node {
            id name mediaType sha256 sizeBytes dataType purpose expiresAt heldBy { id } } } } } }";
        let files = world.ask(FILES, json!({ "id": subject })).await["subject"]["files"].take();
        assert_eq!(files["totalCount"], 6);
        let second = &files["edges"][1]["node"];
        assert_eq!(
            (&second["name"], &second["mediaType"], &second["sizeBytes"], &second["expiresAt"]),
            (&json!("Lovelace café.png"), &json!("image/png"), &json!(1.0), &json!("2026-03-02T09:00:00+00:00"))
        );
        let node = world.ask("query($id: ID!) { node(id: $id) { __typename id } }", json!({ "id": second["id"] })).await;
        assert_eq!(node["node"]["__typename"], "PersonalFile");
        assert_eq!((actions(&world, "file.stored").await, actions(&world, "file.revealed").await), (6, 6));
        assert_eq!(actions(&world, "files.described").await, 1);
        world.finish().await;
    }

    async fn what_may_not_be_stored_is_refused_and_leaves_nothing(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let largest = usize::try_from(LARGEST_FILE).unwrap();
        // It goes on, or the client would not hear the answer to what it is still sending.
        let unending = |size| {
            let sent = stream::iter([Ok::<_, std::io::Error>(content(size))]);
            reqwest::Body::wrap_stream(sent.chain(stream::pending()))
        };
        for (request, expected) in [
            (put(&world, "nobody").body("x"), (404, "NOT_FOUND")),
            (put(&world, &subject).header("Recital-Subject-Email", "ada@example.com").body("x"), (400, "SUBJECT_REQUIRED")),
            (put(&world, &subject).header("Content-Length", largest + 1).body(unending(0)), (413, "FILE_TOO_LARGE")),
            (put(&world, &subject).body(unending(largest + 1)), (413, "FILE_TOO_LARGE")),
            (ask(&world, &world.owner, Method::PUT, "/files").body("x"), (400, "SUBJECT_REQUIRED")),
            (ask(&world, &world.owner, Method::PUT, "/files").header("Recital-Subject-Id", &subject).body("x"), (400, "MISSING_HEADER")),
            (ask(&world, &world.owner.with_key("rct_wrong"), Method::PUT, "/files").body("x"), (401, "INVALID_CREDENTIAL")),
            (ask(&world, &world.client("AUDITOR").await, Method::PUT, "/files")
                .header("Recital-Subject-Id", &subject).header("Recital-Data-Type", "uploaded_images")
                .header("Recital-Purpose", "image_to_3d_conversion").body("x"), (403, "PERMISSION_REQUIRED")),
            (ask(&world, &world.owner, Method::PUT, "/files")
                .header("Recital-Subject-Id", &subject).header("Recital-Data-Type", "uploaded_images")
                .header("Recital-Purpose", "legal_compliance").body("x"), (400, "DATA_TYPE_NOT_COLLECTED")),
            (ask(&world, &world.owner, Method::PUT, "/files")
                .header("Recital-Subject-Id", &subject).header("Recital-Data-Type", "user_query")
                .header("Recital-Purpose", "agent_interaction").body("x"), (403, "NO_CONSENT")),
        ] {
            assert_eq!(refusal(request.send().await.unwrap()).await, (expected.0, expected.1.to_owned()));
        }
        store(&world, &subject, content(largest)).await;
        assert_eq!(world.database.number("SELECT count(*) FROM files").await.unwrap(), 1);
        assert_eq!(world.database.number("SELECT count(*) FROM uploads").await.unwrap(), 0);
        assert_eq!(chunks(&world).len(), largest / MIB, "what was refused left no chunk");
        world.finish().await;
    }

    async fn a_body_that_breaks_off_leaves_nothing(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let broken = stream::iter([Ok(content(2 * MIB)), Err(std::io::Error::other("the line was cut"))]);
        let sent = put(&world, &subject).body(reqwest::Body::wrap_stream(broken)).send().await;
        assert!(sent.is_err(), "the client broke off");
        let left = async || {
            world.database.number("SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM uploads)").await.unwrap()
        };
        for _ in 0..100 {
            if actions(&world, "file.upload_begun").await == 1 && left().await == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!((left().await, chunks(&world).len()), (0, 0));
        world.finish().await;
    }

    async fn what_a_killed_process_left_is_reaped_after_a_day(world: World) {
        let orphan = Uuid::from_u128(7);
        let folder = world.database.path("files").join(world.tenant.to_string()).join(orphan.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("0"), "sealed").unwrap();
        fs::write(folder.join("1#1"), "half written").unwrap();
        world.app.write(&world.job("story"), recital_domain::viewer::Permission::VaultStore, async |tx| {
            let (id, subject) = (orphan.into(), Uuid::nil().into());
            tx.insert(recital_entities::vault::uploads::ActiveModel {
                tenant_id: sea_orm::Set(tx.tenant()), id: sea_orm::Set(id), started_at: sea_orm::Set(tx.now()),
            }).await?;
            Ok(recital_domain::evidence::Event::FileUploadBegun { id, subject }.with(()))
        }).await.unwrap();
        let reap = async || vault::reap_uploads(&world.app, world.tenant, Uuid::nil()).await.unwrap();
        assert_eq!(reap().await, 0, "somebody may be at work on it");
        world.advance(TimeDelta::hours(24));
        assert_eq!(reap().await, 1);
        assert!(!folder.exists());
        assert_eq!(reap().await, 0);
        world.finish().await;
    }

    async fn a_content_that_was_changed_is_not_given_out(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let id = store(&world, &subject, content(3 * MIB)).await;
        let other = store(&world, &subject, content(3 * MIB)).await;
        let sound: Vec<(PathBuf, Vec<u8>)> = chunks(&world).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        let (mine, others): (Vec<_>, Vec<_>) = sound.iter().partition(|(path, _)| path.starts_with(folder_of(&world, &id)));
        let flipped = |chunk: &&(PathBuf, Vec<u8>)| {
            let mut bytes = chunk.1.clone();
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        };
        world.expect_log("an operation failed");
        world.expect_log("a value was refused");
        let whole = 3 * MIB;
        for (what, path, bytes, given) in [
            ("a flipped bit in the first chunk", &mine[0].0, Some(flipped(&mine[0])), None),
            ("a flipped bit in the last", &mine[2].0, Some(flipped(&mine[2])), Some(2 * MIB)),
            ("two chunks of one file changed places", &mine[1].0, Some(mine[2].1.clone()), Some(MIB)),
            ("another file's chunk in the same place", &mine[1].0, Some(others[1].1.clone()), Some(MIB)),
            ("the last chunk gone", &mine[2].0, None, Some(2 * MIB)),
        ] {
            match bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
            let answer = fetch(&world, &id).await;
            match given {
                None => assert_eq!(refusal(answer).await.0, 500, "{what}"),
                Some(most) => {
                    assert_eq!(answer.headers()["content-length"], whole.to_string());
                    let mut read = Vec::new();
                    let mut body = answer.bytes_stream();
                    let mut broken = false;
                    while let Some(bytes) = body.next().await {
                        match bytes {
                            Ok(bytes) => read.extend_from_slice(&bytes),
                            Err(_) => broken = true,
                        }
                    }
                    assert!(broken, "{what}: the connection is broken off");
                    assert!(read.len() <= most && content(whole).starts_with(&read), "{what}: nothing but what was stored");
                }
            }
            for (path, bytes) in &sound {
                fs::write(path, bytes).unwrap();
            }
        }
        // Cut off at a chunk's end, with a row that says so: the second chunk is not the last one.
        world.database.execute(&format!("UPDATE files SET size_bytes = {}", 2 * MIB)).await.unwrap();
        let cut = fetch(&world, &id).await;
        assert!(cut.bytes().await.is_err());
        world.database.execute(&format!("UPDATE files SET size_bytes = {whole}")).await.unwrap();
        assert!(fetch(&world, &other).await.bytes().await.unwrap() == content(whole));
        let failed = world.ask("{ auditEntries(filter: { action: \"vault.reveal\" }) { edges { node { outcome details } } } }", json!({})).await;
        let failed = failed["auditEntries"]["edges"].as_array().unwrap().clone();
        assert_eq!(failed.len(), 6, "{failed:?}");
        assert!(failed.iter().all(|entry| entry["node"]["outcome"] == "FAILED"
            && entry["node"]["details"]["field"].as_str().unwrap().starts_with("files.")));
        world.finish().await;
    }

    async fn a_file_is_opened_by_whoever_may_and_for_a_purpose_that_may(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let id = store(&world, &subject, content(10)).await;
        let path = format!("/files/{id}");
        let get = |client: &Client, query: &str| ask(&world, client, Method::GET, &format!("{path}{query}"));
        let (developer, owner) = (world.client("DEVELOPER").await, world.owner.clone());
        let (_, stranger) = world.another_tenant("beta").await;
        let for_it = "?purpose=image_to_3d_conversion";
        assert_eq!(get(&owner, for_it).send().await.unwrap().status(), StatusCode::OK);
        for (client, query, expected) in [
            (&developer, "", (403, "PERMISSION_REQUIRED")),
            (&stranger, "", (404, "NOT_FOUND")),
            (&owner, "?purpose=legal_compliance", (400, "DATA_TYPE_NOT_COLLECTED")),
            (&owner, "?purpose=nothing", (404, "NOT_FOUND")),
        ] {
            assert_eq!(refusal(get(client, query).send().await.unwrap()).await, (expected.0, expected.1.to_owned()), "{query}");
        }
        assert_eq!(refusal(ask(&world, &stranger, Method::DELETE, &path).send().await.unwrap()).await, (404, "NOT_FOUND".to_owned()));
        world.app.write(&world.job("story"), recital_domain::viewer::Permission::RequestHandle, async |tx| {
            let found = vault::find_subject(tx, &vault::SubjectRef::ExternalId("ada".into())).await?;
            vault::restrict(tx, found.id).await?;
            Ok(recital_domain::evidence::Event::SubjectRestricted { id: found.id, cause: "story".into() }.with(()))
        }).await.unwrap();
        assert_eq!(refusal(get(&owner, for_it).send().await.unwrap()).await, (403, "RESTRICTED".to_owned()));
        assert_eq!(refusal(put(&world, &subject).body("x").send().await.unwrap()).await, (403, "RESTRICTED".to_owned()));
        world.finish().await;
    }

    async fn a_deleted_file_is_gone_unless_a_hold_keeps_it(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let id = store(&world, &subject, content(2 * MIB)).await;
        const HOLD: &str = "mutation { placeLegalHold(input: { dataType: \"uploaded_images\", reason: \"A lawsuit\" }) { hold { id } } }";
        const RELEASE: &str = "mutation($id: ID!) { releaseLegalHold(input: { id: $id, reason: \"It is over\" }) { hold { id } } }";
        let hold = world.ask(HOLD, json!({})).await["placeLegalHold"]["hold"]["id"].clone();
        let delete = async || ask(&world, &world.owner, Method::DELETE, &format!("/files/{id}")).send().await.unwrap();
        assert_eq!(refusal(delete().await).await, (409, "UNDER_LEGAL_HOLD".to_owned()));
        world.ask(RELEASE, json!({ "id": hold })).await;
        assert_eq!(delete().await.status(), StatusCode::NO_CONTENT);
        assert_eq!(chunks(&world).len(), 2, "the content follows");
        assert_eq!(fetch(&world, &id).await.status(), StatusCode::NOT_FOUND, "but nobody gets it any more");
        world.drain().await;
        assert_eq!(chunks(&world).len(), 0);
        assert_eq!(delete().await.status(), StatusCode::NOT_FOUND);
        world.finish().await;
    }

    async fn the_same_upload_under_the_same_key_makes_one_file(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let send = async |bytes: Vec<u8>| put(&world, &subject).header("Idempotency-Key", "k-1").body(bytes).send().await.unwrap();
        let first: Value = send(content(10)).await.json().await.unwrap();
        assert_eq!(send(content(10)).await.json::<Value>().await.unwrap(), first);
        assert_eq!(refusal(send(content(11)).await).await, (409, "IDEMPOTENCY_KEY_REUSED".to_owned()));
        world.drain().await;
        assert_eq!((world.database.number("SELECT count(*) FROM files").await.unwrap(), chunks(&world).len()), (1, 1));
        world.finish().await;
    }

    async fn a_file_goes_when_its_time_is_over_and_its_content_as_soon_as_the_store_is_there(world: World) {
        const PREVIEW: &str = "{ retentionPreview(dataType: \"uploaded_images\") { due held } }";
        const RUN: &str = "mutation { runRetention(input: { dataType: \"uploaded_images\" }) { run { results { deleted held retention } } } }";
        world.import_registers().await;
        let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
        let id = store(&world, &ada, content(10)).await;
        store(&world, &grace, content(10)).await;
        world.ask("mutation { placeLegalHold(input: { subject: { externalId: \"grace\" }, reason: \"A lawsuit\" }) { hold { id } } }", json!({})).await;
        world.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        assert_eq!(world.ask(PREVIEW, json!({})).await["retentionPreview"], json!([{ "due": 0, "held": 0 }]));
        world.advance(TimeDelta::seconds(1));
        assert_eq!(world.ask(PREVIEW, json!({})).await["retentionPreview"], json!([{ "due": 1, "held": 1 }]));
        let (folder, away) = (world.database.path("files"), world.database.path("away"));
        fs::rename(&folder, &away).unwrap();
        fs::write(&folder, "not a folder").unwrap();
        let run = world.ask(RUN, json!({})).await;
        assert_eq!(run["runRetention"]["run"]["results"], json!([{ "deleted": 1, "held": 1, "retention": "PT24H" }]));
        assert_eq!(fetch(&world, &id).await.status(), StatusCode::NOT_FOUND);
        world.drain().await;
        fs::remove_file(&folder).unwrap();
        fs::rename(&away, &folder).unwrap();
        assert_eq!(chunks(&world).len(), 2, "the store was away");
        world.advance(TimeDelta::hours(1));
        world.drain().await;
        assert_eq!(chunks(&world).len(), 1, "grace's stays");
        world.finish().await;
    }

    async fn an_erased_person_s_files_are_gone_and_the_certificate_says_so(world: World) {
        const OPEN: &str = "mutation($input: OpenSubjectRequestInput!) { openSubjectRequest(input: $input) { request { id } } }";
        const SEE: &str = "query($id: ID!) { subjectRequest(id: $id) { state export { downloadUrl } erasure { erased retained keyDestroyed } } }";
        world.import_registers().await;
        let subject = world.subject("ada").await;
        let id = store(&world, &subject, content(2 * MIB)).await;
        let open = async |kind: &str| {
            let input = json!({ "type": kind, "subject": { "id": subject }, "identityVerified": true });
            world.ask(OPEN, json!({ "input": input })).await["openSubjectRequest"]["request"]["id"].clone()
        };
        for kind in ["ACCESS", "PORTABILITY"] {
            let request = open(kind).await;
            world.drain().await;
            let link = world.ask(SEE, json!({ "id": request })).await["subjectRequest"]["export"]["downloadUrl"].as_str().unwrap().to_owned();
            let package = reqwest::get(&link).await.unwrap().bytes().await.unwrap();
            let begins = content(1000);
            assert!(package.windows(begins.len()).any(|window| window == begins), "{kind} has the file as it is");
        }
        world.trust_the_voucher().await;
        let request = open("ERASURE").await;
        world.drain().await;
        let done = world.ask(SEE, json!({ "id": request })).await["subjectRequest"].clone();
        assert_eq!((&done["state"], &done["erasure"]["erased"]["files"]), (&json!("COMPLETED"), &json!(1)), "{done}");
        assert_eq!(done["erasure"]["keyDestroyed"], true);
        assert_eq!(fetch(&world, &id).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(chunks(&world).len(), 0);
        world.finish().await;
    }

    async fn a_stranger_with_the_keys_opens_a_file(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world, &subject, content(2 * MIB + 5)).await;
        let column = async |table: &str, column: &str| {
            let hex = if world.engine == Engine::Sqlite { format!("lower(hex({column}))") } else { format!("encode({column}, 'hex')") };
            world.database.texts(&format!("SELECT {hex} FROM {table}")).await.unwrap().remove(0)
        };
        let id = async |name: &str| {
            let text = if world.engine == Engine::Sqlite { format!("lower(hex({name}))") } else { format!("{name}::text") };
            let text = world.database.texts(&format!("SELECT {text} FROM files")).await.unwrap().remove(0);
            text.parse::<Uuid>().unwrap().to_string()
        };
        let master = fs::read_to_string(world.database.path("master.key")).unwrap();
        let asked = json!({
            "tenant": world.tenant.to_string(), "subject": id("subject_id").await, "file": id("id").await,
            "masterKey": master.split_whitespace().nth(1).unwrap(),
            "tenantKey": column("tenant_keys", "wrapped").await, "subjectKey": column("subject_keys", "wrapped").await,
            "contentKey": column("files", "content_key").await, "name": column("files", "name").await,
            "sha256": column("files", "sha256").await, "size": 2 * MIB + 5, "folder": world.database.path("files"),
        });
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/open_file.py");
        let mut opened = tokio::process::Command::new(python()).arg(script)
            .stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut opened.stdin.take().unwrap(), asked.to_string().as_bytes()).await.unwrap();
        let said: Value = serde_json::from_slice(&opened.wait_with_output().await.unwrap().stdout).unwrap();
        let expected = hex::encode(digest(&SHA256, &content(2 * MIB + 5)));
        assert_eq!(said, json!({ "sha256": expected, "stated": expected, "name": "Lovelace café.png" }));
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_does_as_a_folder_does() {
    let s3 = S3Emulator::start().await;
    let store_of = FileStore::in_bucket(S3Emulator::BUCKET, &s3.config(), LARGEST_FILE).unwrap();
    let world = World::start_with(Engine::Sqlite, |core| core.files = store_of).await;
    world.import_registers().await;
    let subject = world.subject("ada").await;
    let id = store(&world, &subject, content(3 * MIB + 7)).await;
    assert_eq!(s3.objects().await, 4);
    assert!(fetch(&world, &id).await.bytes().await.unwrap() == content(3 * MIB + 7));
    let deleted = ask(&world, &world.owner, Method::DELETE, &format!("/files/{id}")).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    world.drain().await;
    assert_eq!(s3.objects().await, 0);
    world.finish().await;
}

/// The program as people run it: a gigabyte in and out again, and an end without warning.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gigabyte_takes_no_more_memory_than_a_few_chunks() {
    const SIZE: usize = 1_000_000_000;
    const ALLOWED: u64 = 80 << 20;
    let database = Database::empty(Engine::Sqlite).await.unwrap();
    let arguments = ["demo", "--json", "--listen", "127.0.0.1:0", "--data-dir", "data"];
    let mut program = Program::start(env!("CARGO_BIN_EXE_recital-in-tests"), database.folder.path(), arguments, &[]);
    let ready: Value = serde_json::from_str(&program.line().await).unwrap();
    let url = ready["graphql"].as_str().unwrap().trim_end_matches("/graphql").to_owned();
    let client = Client::new(&url, ready["apiKey"].as_str().unwrap());
    let people = client.ask("{ subjects(first: 1) { edges { node { id } } } }", json!({})).await;
    let subject = people["subjects"]["edges"][0]["node"]["id"].as_str().unwrap().to_owned();
    let put = || {
        reqwest::Client::new()
            .put(format!("{url}/files"))
            .bearer_auth(client.key())
            .header("Recital-Subject-Id", &subject)
            .header("Recital-Data-Type", "uploaded_images")
            .header("Recital-Purpose", "image_to_3d_conversion")
    };
    let before = program.peak_memory();
    let pieces = (0..SIZE / 100_000).map(|number| Ok::<_, std::io::Error>(vec![number.to_le_bytes()[0]; 100_000]));
    let stored = put().body(reqwest::Body::wrap_stream(stream::iter(pieces))).send().await.unwrap();
    assert_eq!(stored.status(), StatusCode::CREATED);
    let stored: Value = stored.json().await.unwrap();
    assert_eq!(stored["sizeBytes"], SIZE);
    let uploaded = program.peak_memory();

    let address = format!("{url}/files/{}", stored["id"].as_str().unwrap());
    let answer = reqwest::Client::new().get(address).bearer_auth(client.key()).send().await.unwrap();
    let mut read = 0_usize;
    let mut body = answer.bytes_stream();
    while let Some(bytes) = body.next().await {
        let bytes = bytes.unwrap();
        assert_eq!(bytes[0], (read / 100_000).to_le_bytes()[0]);
        read += bytes.len();
    }
    assert_eq!(read, SIZE);
    let downloaded = program.peak_memory();
    println!("peak memory: {before} before, {uploaded} after the upload, {downloaded} after the download");
    assert!(downloaded - before < ALLOWED, "{before} {uploaded} {downloaded}");

    let folder = database.path("data/files");
    let objects = || walk(&folder).len();
    let stored = objects();
    let slow = stream::unfold((), async |()| {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        Some((Ok::<_, std::io::Error>(content(MIB)), ()))
    });
    let upload = tokio::spawn(put().body(reqwest::Body::wrap_stream(slow)).send());
    while objects() < stored + 3 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    program.signal("KILL").await;
    program.end().await;
    assert!(upload.await.unwrap().is_err());
    let connection = format!("sqlite://{}", database.path("data/recital.db").display());
    let files = sqlx::SqlitePool::connect(&connection).await.unwrap();
    let count = async |table: &str| {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&files).await.unwrap()
    };
    assert_eq!((count("files").await, count("uploads").await), (1, 1), "no file, and a note for the reaper");
    database.remove().await.unwrap();
}
