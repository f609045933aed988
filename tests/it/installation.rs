//! An installation as an operator runs it: a database, settings, and processes of its own.

use std::path::Path;

use recital_tests::{Client, Database, Engine, Program};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");

/// An installation with one tenant, its API running.
pub struct Installation {
    pub database: Database,
    pub settings: Vec<(&'static str, String)>,
    api: Option<Program>,
    url: String,
    /// Acme's owner.
    pub client: Client,
    pub operator: Client,
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Installation {
    pub async fn new(engine: Engine) -> Self {
        Self::with(engine, &[]).await
    }

    /// With settings besides its own.
    pub async fn with(engine: Engine, more: &[(&'static str, &str)]) -> Self {
        let database = Database::empty(engine).await.expect("a database");
        let (port, operator_port) = (free_port(), free_port());
        let mut settings = vec![
            ("RECITAL_ENVIRONMENT", "development".to_owned()),
            ("RECITAL_PUBLIC_URL", "http://localhost".to_owned()),
            ("RECITAL_LISTEN", format!("127.0.0.1:{port}")),
            ("RECITAL_OPERATOR_LISTEN", format!("127.0.0.1:{operator_port}")),
            ("RECITAL_DATABASE__URL", database.url.replace("recital_owner@", "recital_service@")),
            ("RECITAL_DATABASE__OWNER_URL", database.url.clone()),
            ("RECITAL_KEYS__PROVIDER", "local".to_owned()),
            ("RECITAL_KEYS__MASTER_KEY_FILE", "master.key".to_owned()),
            ("RECITAL_KEYS__HELD_FOR_SECONDS", "1".to_owned()),
            ("RECITAL_MAIL__PROVIDER", "inbox".to_owned()),
            ("RECITAL_LOG__FORMAT", "json".to_owned()),
        ];
        settings.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let folder = database.folder.path();
        said(folder, &settings, &["migrate"]).await;
        let create =
            ["tenant", "create", "--slug", "acme", "--name", "Acme", "--owner-email", "owner@example.com", "--json"];
        let tenant: Value = serde_json::from_str(&said(folder, &settings, &create).await).unwrap();
        let token = said(folder, &settings, &["operator", "token", "--name", "story"]).await;
        let url = format!("http://127.0.0.1:{port}");
        let client = Client::new(&url, tenant["apiKey"].as_str().unwrap());
        let operator = Client::new(&format!("http://127.0.0.1:{operator_port}/operator"), token.trim());
        let mut house = Self { database, settings, api: None, url, client, operator };
        house.open().await;
        house
    }

    /// A second member of Acme's, who may approve.
    pub async fn officer(&self) -> Client {
        const CREATE: &str =
            "mutation { createApiKey(input: { name: \"officer\", role: PRIVACY_OFFICER }) { secret } }";
        let created = self.client.ask(CREATE, json!({})).await;
        Client::new(&self.url, created["createApiKey"]["secret"].as_str().expect("a secret"))
    }

    /// Starts the API.
    pub async fn open(&mut self) {
        self.api = Some(self.program("api").await);
    }

    /// Stops the API, as an operator does.
    pub async fn close(&mut self) {
        let api = self.api.take().expect("a running API");
        api.signal("TERM").await;
        let ended = api.end().await;
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert!(!ended.err.contains("Lovelace"));
    }

    pub async fn worker(&self) -> Program {
        self.program("worker").await
    }

    async fn program(&self, name: &str) -> Program {
        let mut program = Program::start(BINARY, self.database.folder.path(), [name], &self.settings);
        program.says("\"ready\"").await;
        program
    }

    /// What a command says that ends well.
    pub async fn says(&self, arguments: &[&str]) -> String {
        said(self.database.folder.path(), &self.settings, arguments).await
    }

    /// What a command says that ends with 1.
    pub async fn fails(&self, arguments: &[&str]) -> String {
        let ended = Program::start(BINARY, self.database.folder.path(), arguments, &self.settings).end().await;
        assert_eq!(ended.code, Some(1), "{arguments:?}: {}", ended.err);
        ended.out
    }

    pub async fn end(mut self) {
        self.close().await;
        self.database.remove().await.expect("the database is dropped");
    }
}

async fn said(folder: &Path, settings: &[(&str, String)], arguments: &[&str]) -> String {
    let ended = Program::start(BINARY, folder, arguments, settings).end().await;
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
    ended.out
}
