//! The program as an operator meets it: the demo, the settings, the service and what is done beside it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use recital_tests::{Client, Database, Engine, Program, on_both_engines};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");

fn recital(folder: &Path, arguments: &[&str], settings: &[(&str, String)]) -> Program {
    Program::start(BINARY, folder, arguments, settings)
}

struct Demo {
    program: Program,
    ready: Value,
    client: Client,
}

fn start_demo(database: &Database) -> Program {
    let mut arguments = vec!["demo", "--json", "--listen", "127.0.0.1:0", "--data-dir", "data"];
    if database.engine == Engine::Postgres {
        arguments.extend(["--database-url", &database.admin_url]);
    }
    recital(database.folder.path(), &arguments, &[])
}

async fn demo(database: &Database) -> Demo {
    let mut program = start_demo(database);
    let ready: Value = serde_json::from_str(&program.line().await).expect("one line of JSON");
    let word = |name: &str| ready[name].as_str().expect("an address").to_owned();
    let client = Client::new(word("graphql").trim_end_matches("/graphql"), &word("apiKey"));
    Demo { program, ready, client }
}

impl Demo {
    /// What was made: subjects, and what is due and held per data type.
    async fn sees(&self) -> Value {
        self.client.ask("{ subjects { totalCount } retentionPreview { dataType due held } }", json!({})).await
    }

    async fn inbox(&self, suffix: &str) -> String {
        let url = format!("{}{suffix}", self.ready["inbox"].as_str().expect("an address"));
        reqwest::get(url).await.expect("the inbox answers").text().await.expect("text")
    }

    /// Mails go out while the demo is already in use.
    async fn first_mail(&self) -> Value {
        for _ in 0..200 {
            let mails: Vec<Value> = serde_json::from_str(&self.inbox(".json").await).expect("JSON");
            if let Some(mail) = mails.into_iter().next() {
                return mail;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail came");
    }

    async fn operator_sees_the_jobs(&self) -> bool {
        let word = |name: &str| self.ready[name].as_str().expect("a word").to_owned();
        let ask = reqwest::Client::new().post(word("operator")).bearer_auth(word("operatorToken"));
        let answer =
            ask.json(&json!({ "query": "{ jobs { name } }" })).send().await.expect("the operator's API answers");
        answer.text().await.expect("text").contains("retention.sweep")
    }

    async fn stop(self) {
        self.program.signal("INT").await;
        let ended = self.program.end().await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""), "{}", ended.err);
    }
}

fn filled() -> Value {
    json!({
        "subjects": { "totalCount": 300 },
        "retentionPreview": [
            { "dataType": "audit_logs", "due": 0, "held": 0 },
            { "dataType": "conversation_history", "due": 19, "held": 1 },
            { "dataType": "uploaded_images", "due": 15, "held": 0 },
        ],
    })
}

async fn the_demo_shows_the_product_and_a_second_start_finds_the_same_data(engine: Engine) {
    let database = Database::empty(engine).await.expect("a database");
    let first = demo(&database).await;
    assert_eq!(first.sees().await, filled());
    let mail = first.first_mail().await;
    assert!(mail["to"].as_str().expect("an address").ends_with("@example.com"));
    for part in ["subject", "text", "html"] {
        assert!(mail[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {mail}");
    }
    assert_eq!(mail["headers"]["From"], "Acme");
    assert!(first.inbox("").await.contains("sandbox="), "the page shows mails in a sandbox");
    let mode = |name: &str| {
        let path = database.path("data").join(name);
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    };
    assert_eq!((mode(""), mode("master.key"), mode("api-key"), mode("operator-token")), (0o700, 0o600, 0o600, 0o600));
    assert!(first.operator_sees_the_jobs().await);
    let key = first.ready["apiKey"].clone();
    first.stop().await;

    let second = demo(&database).await;
    assert_eq!(second.ready["apiKey"], key);
    assert_eq!(second.sees().await, filled());
    second.stop().await;
    database.remove().await.expect("the database is dropped");
}

async fn a_demo_killed_while_it_fills_goes_on_where_it_stopped(engine: Engine) {
    let database = Database::empty(engine).await.expect("a database");
    let mut program = start_demo(&database);
    program.says("100 of 300").await;
    program.signal("KILL").await;
    assert_eq!(program.end().await.code, None);

    let demo = demo(&database).await;
    assert_eq!(demo.sees().await, filled());
    demo.stop().await;
    database.remove().await.expect("the database is dropped");
}

/// What `serve` needs, with the service's own login.
fn settings(database: &Database) -> Vec<(&'static str, String)> {
    vec![
        ("RECITAL_ENVIRONMENT", "development".to_owned()),
        ("RECITAL_PUBLIC_URL", "http://localhost".to_owned()),
        ("RECITAL_LISTEN", "127.0.0.1:0".to_owned()),
        ("RECITAL_OPERATOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("RECITAL_DATABASE__URL", database.url.replace("recital_owner@", "recital_service@")),
        ("RECITAL_DATABASE__OWNER_URL", database.url.clone()),
        ("RECITAL_KEYS__PROVIDER", "local".to_owned()),
        ("RECITAL_KEYS__MASTER_KEY_FILE", "master.key".to_owned()),
        ("RECITAL_MAIL__PROVIDER", "inbox".to_owned()),
        ("RECITAL_LOG__FORMAT", "json".to_owned()),
    ]
}

async fn a_service_is_set_up_and_a_tenant_is_made_while_it_runs(engine: Engine) {
    let database = Database::empty(engine).await.expect("a database");
    let (folder, settings) = (database.folder.path(), settings(&database));
    if engine == Engine::Sqlite {
        // The migration makes the file; nothing else does.
        assert!(!database.path("recital.db").exists());
    }
    let refused = recital(folder, &["serve"], &settings).end().await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("recital migrate"), "it says what to do: {}", refused.err);

    let migrated = recital(folder, &["migrate"], &settings).end().await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.err);
    let mut service = recital(folder, &["serve"], &settings);
    service.says("\"ready\"").await;

    let create =
        ["tenant", "create", "--slug", "acme", "--name", "Acme", "--owner-email", "owner@example.com", "--json"];
    let created = recital(folder, &create, &settings).end().await;
    let created: Value = serde_json::from_str(&created.out).unwrap_or_else(|_| panic!("{}", created.err));
    assert_eq!(created["slug"], "acme");
    assert!(created["apiKey"].as_str().is_some_and(|key| key.starts_with("rct_")));
    let again = recital(folder, &create, &settings).end().await;
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("another tenant has this slug"), "{}", again.err);

    let examples = format!("{}/../docs/examples", env!("CARGO_MANIFEST_DIR"));
    let (purposes, retention) =
        (format!("{examples}/processing_purposes.yaml"), format!("{examples}/retention_policy.yaml"));
    let import = ["register", "import", "--tenant", "acme", "--purposes", &purposes, "--retention", &retention];
    let imported = recital(folder, &import, &settings).end().await;
    assert!(imported.out.contains("created   agent_interaction"), "{} {}", imported.out, imported.err);
    let again = recital(folder, &import, &settings).end().await;
    assert!(again.out.contains("unchanged agent_interaction"), "{}", again.out);

    let preview = ["mail", "preview", "reverification", "--tenant", "acme", "--locale", "it", "--part", "subject"];
    let previewed = recital(folder, &preview, &settings).end().await;
    assert_eq!(previewed.out, "I Suoi dati presso Acme sono ancora corretti?\n", "{}", previewed.err);
    let unknown = recital(folder, &["mail", "preview", "love-letter", "--tenant", "acme"], &settings).end().await;
    assert!(unknown.err.contains("reverification, reverification-reminder"), "{}", unknown.err);

    let jobs = recital(folder, &["jobs"], &settings).end().await;
    assert!(jobs.out.contains("retention.sweep"), "{} {}", jobs.out, jobs.err);
    an_audit_log_is_taken_away_and_checked(folder, &settings).await;
    service.signal("TERM").await;
    let ended = service.end().await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    database.remove().await.expect("the database is dropped");
}

async fn an_audit_log_is_taken_away_and_checked(folder: &Path, settings: &[(&str, String)]) {
    // The worker takes entries in within two seconds.
    for _ in 0..40 {
        let exported = recital(folder, &["audit", "export", "--tenant", "acme", "--out", "log.ndjson"], settings).end();
        if exported.await.code == Some(0) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    // Checking needs neither the service nor its settings.
    let checked = recital(folder, &["audit", "verify", "log.ndjson"], &[]).end().await;
    assert!(checked.out.contains("localhost/log/acme holds together"), "{} {}", checked.out, checked.err);

    let log = fs::read_to_string(folder.join("log.ndjson")).expect("an export");
    let head: Value = serde_json::from_str(log.lines().next().expect("a head")).expect("JSON");
    fs::write(folder.join("kept"), head["checkpoint"].as_str().expect("a note")).expect("written");
    let forged = log.replacen("register.imported", "register.discarded", 1);
    assert_ne!(forged, log);
    fs::write(folder.join("forged.ndjson"), forged).expect("written");
    let told = recital(folder, &["audit", "verify", "forged.ndjson", "--checkpoint", "kept"], &[]).end().await;
    assert_eq!(told.code, Some(1));
    assert!(told.out.contains("was changed"), "{} {}", told.out, told.err);
}

on_both_engines! {
    the_demo_shows_the_product_and_a_second_start_finds_the_same_data
    a_demo_killed_while_it_fills_goes_on_where_it_stopped
    a_service_is_set_up_and_a_tenant_is_made_while_it_runs
}

/// It needs no settings and no database.
#[tokio::test]
async fn registers_are_looked_over_before_anything_is_set_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let lint = async |arguments: &[&str]| {
        recital(folder.path(), &[&["register", "lint"], arguments].concat(), &[]).end().await
    };
    let examples = format!("{}/../docs/examples", env!("CARGO_MANIFEST_DIR"));
    let (purposes, retention) =
        (format!("{examples}/processing_purposes.yaml"), format!("{examples}/retention_policy.yaml"));
    let sound = lint(&[&purposes, &retention]).await;
    assert_eq!(sound.code, Some(0), "{}", sound.err);
    let place = format!("{purposes}:33:5: warning[NOT_NARROWED]: `fields` is missing");
    assert!(sound.out.contains(&place), "{}", sound.out);
    assert!(sound.out.contains("(GDPR Article 5(1)(c))"), "{}", sound.out);
    let strict = lint(&[&purposes, &retention, "--deny-warnings"]).await;
    assert_eq!(strict.code, Some(1));
    assert!(strict.err.contains("0 errors"), "{}", strict.err);

    let faulty = fs::read_to_string(&purposes).expect("the example").replace("    transfer_safeguards", "#");
    fs::write(folder.path().join("faulty.yaml"), faulty).expect("written");
    let refused = lint(&["faulty.yaml", &retention, "--json"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    let found: Value = serde_json::from_str(&refused.out).unwrap_or_else(|_| panic!("{}", refused.out));
    let expected = json!({ "file": "faulty.yaml", "line": 56, "column": 27, "severity": "error",
        "rule": "SAFEGUARDS_REQUIRED", "reference": "GDPR Article 46",
        "message": "`transfer_safeguards` is required for transfers outside the EU (Article 46)" });
    assert_eq!(found, json!([expected]));
    assert_eq!(lint(&["missing.yaml"]).await.code, Some(1));
    assert_eq!(lint(&[]).await.code, Some(2));
}

#[tokio::test]
async fn every_fault_in_the_settings_is_named_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("recital.toml"),
        "listen = \"everywhere\"\n[mail]\nprovider = \"pigeon\"\n[colour]\nsky = \"blue\"\n",
    )
    .expect("written");
    let settings = [("RECITAL_DATABASE__URL_FILE", "missing".to_owned())];
    let ended = recital(folder.path(), &["config", "check"], &settings).end().await;
    assert_eq!(ended.code, Some(1));
    for setting in ["listen", "public_url", "database.url", "keys.provider", "mail.provider", "colour.sky"] {
        assert!(ended.err.contains(&format!("{setting}: ")), "{setting} is not named: {}", ended.err);
    }
}

#[tokio::test]
async fn wrong_arguments_are_told_from_failures_by_the_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(recital(folder.path(), &["dance"], &[]).end().await.code, Some(2));
    assert_eq!(recital(folder.path(), &["serve"], &[]).end().await.code, Some(1));
    let schema = recital(folder.path(), &["schema"], &[]).end().await;
    assert_eq!(schema.code, Some(0));
    assert!(schema.out.contains("type Mutation"));
}
