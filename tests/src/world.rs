//! A whole product for one story.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use recital_api::HttpOptions;
use recital_domain::{
    access::{self, CreateTenant},
    accounts::Passwords,
    app::{App, Core, Settings},
    bus::Bus,
    clock::{Clock, Ids},
    db::{Db, Engine},
    keys::{KeyRing, LocalKms},
    mail::{Inbox, Mailer},
    vault::{ErasureLedger, FileStore},
    viewer::{Actor, Viewer},
    work,
};
use recital_entities::TenantId;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Client, Database, capture, laws};

/// The product, running, with a tenant `acme` in it and its owner's client.
pub struct World {
    pub engine: Engine,
    pub app: App,
    /// Without a slash at the end.
    pub url: String,
    pub database: Database,
    pub inbox: Inbox,
    /// Acme's id.
    pub tenant: TenantId,
    /// Acme's owner.
    pub owner: Client,
    pub(crate) expected_logs: Mutex<Vec<String>>,
}

/// Of a file, in bytes.
pub const LARGEST_FILE: u64 = 5 << 20;

/// What whoever runs the mail server signs its reports of bounces with.
pub const BOUNCE_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Where every story's clock starts.
#[must_use]
pub fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_355_600, 0).unwrap_or_default()
}

impl World {
    /// Boots it. Stories run on 1 March 2026, 09:00 UTC, until they move the clock.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |_| {}).await
    }

    /// Boots it with parts of the story's own: another mailer, another key service.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Core)) -> Self {
        Self::start_on(Database::create(engine).await.expect("a database of its own"), change).await
    }

    /// Boots it on that database.
    pub async fn start_on(database: Database, change: impl FnOnce(&mut Core)) -> Self {
        capture();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inbox = Inbox::default();
        let mut core = core(&database, start_of_time(), inbox.clone(), &url).await;
        change(&mut core);
        let app = App::new(core);
        serve(&app, listener);
        let (tenant, owner) = make_tenant(&app, &url, "acme").await;
        Self { engine: database.engine, app, url, database, inbox, tenant, owner, expected_logs: Mutex::default() }
    }

    /// Another process on the same database and master key, spoken to by Acme's owner. Its clock stands where this one's
    /// stands now.
    pub async fn another_process(&self) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let core = core(&self.database, self.now(), self.inbox.clone(), &url).await;
        serve(&App::new(core), listener);
        Client::new(&url, self.owner.key())
    }

    /// What a process of its own on this database and master key is told. It has the real time: see [`Self::catch_up`].
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("RECITAL_ENVIRONMENT", "development".to_owned()),
            ("RECITAL_PUBLIC_URL", "http://localhost".to_owned()),
            ("RECITAL_DATABASE__URL", self.database.url.clone()),
            ("RECITAL_KEYS__PROVIDER", "local".to_owned()),
            ("RECITAL_KEYS__MASTER_KEY_FILE", self.database.path("master.key").display().to_string()),
            ("RECITAL_MAIL__PROVIDER", "inbox".to_owned()),
        ]
    }

    /// Brings this world's clock to the real time, less a little.
    pub fn catch_up(&self) {
        self.advance(Utc::now() - self.now() - TimeDelta::seconds(5));
    }

    /// Another tenant, with its owner's client.
    pub async fn another_tenant(&self, slug: &str) -> (TenantId, Client) {
        make_tenant(&self.app, &self.url, slug).await
    }

    /// A client of Acme's with a key of that role.
    pub async fn client(&self, role: &str) -> Client {
        const CREATE: &str =
            "mutation($role: Role!) { createApiKey(input: { name: \"story\", role: $role }) { secret } }";
        let created = self.owner.ask(CREATE, json!({ "role": role })).await;
        Client::new(&self.url, created["createApiKey"]["secret"].as_str().expect("a secret"))
    }

    /// Asks as Acme's owner.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        self.owner.ask(query, variables).await
    }

    /// The two register files of `docs/examples`, imported for Acme.
    pub async fn import_registers(&self) {
        self.import_registers_for(&self.owner).await;
    }

    /// The two register files, imported for whoever asks.
    pub async fn import_registers_for(&self, client: &Client) {
        const IMPORT: &str = "mutation($purposes: String, $retention: String) {
            importRegister(input: { purposesYaml: $purposes, retentionYaml: $retention }) { created } }";
        let read = |name: &str| {
            let path = format!("{}/../docs/examples/{name}", env!("CARGO_MANIFEST_DIR"));
            std::fs::read_to_string(path).expect("an example register")
        };
        let files = json!({
            "purposes": read("processing_purposes.yaml"), "retention": read("retention_policy.yaml"),
        });
        client.ask(IMPORT, files).await;
    }

    /// Lets Acme's erasures begin as soon as somebody who may approve vouches for the identity.
    pub async fn trust_the_voucher(&self) {
        const SET: &str =
            "mutation { setRequestPolicy(input: { erasureApproval: VOUCHER }) { policy { erasureApproval } } }";
        self.ask(SET, json!({})).await;
    }

    /// A subject of Acme's with that external id, the address `<name>@example.com` and a name. Answers its id.
    pub async fn subject(&self, name: &str) -> String {
        self.subject_for(&self.owner, name).await
    }

    /// The same for whoever asks.
    pub async fn subject_for(&self, client: &Client, name: &str) -> String {
        const REGISTER: &str = "mutation($name: String, $email: EmailAddress, $attributes: JSON) {
            registerSubject(input: { externalId: $name, email: $email, attributes: $attributes }) { subject { id } } }";
        let person = json!({
            "name": name, "email": format!("{name}@example.com"), "attributes": { "name": format!("{name} Lovelace") },
        });
        let registered = client.ask(REGISTER, person).await;
        registered["registerSubject"]["subject"]["id"].as_str().expect("an id").to_owned()
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.app.core().clock.advance(by);
    }

    /// Does all work that is due. Answers how many items were tried.
    pub async fn drain(&self) -> usize {
        let mut tried = 0;
        loop {
            let items = work::claim(&self.app, 50).await.expect("work is claimed");
            if items.is_empty() {
                return tried;
            }
            for item in items {
                tried += 1;
                let outcome = work::perform(&self.app, &item).await;
                work::finish(&self.app, &item, &outcome).await.expect("work is finished");
            }
        }
    }

    /// A viewer for calling a job's function directly.
    #[must_use]
    pub fn job(&self, name: &'static str) -> Viewer {
        Viewer::new(self.tenant, Actor::Job(name), uuid::Uuid::new_v4())
    }

    /// Lets the last law pass for lines with this text.
    pub fn expect_log(&self, text: &str) {
        self.expected_logs.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }

    /// Holds the story to the five laws, then clears up.
    pub async fn finish(self) {
        self.drain().await;
        laws::hold(&self).await;
        self.app.core().db.close().await;
        self.database.remove().await.expect("the database is dropped");
    }
}

async fn core(database: &Database, now: DateTime<Utc>, inbox: Inbox, url: &str) -> Core {
    let files = FileStore::in_folder(&database.path("files"), LARGEST_FILE).expect("a file store");
    Core {
        db: Db::open(&database.url, 12, recital_migration::APP_ROLE).await.expect("the database opens"),
        keys: KeyRing::new(Box::new(LocalKms::open(&database.path("master.key")).expect("a master key"))),
        clock: Clock::manual(now),
        ids: Ids::default(),
        mailer: Mailer::Inbox(inbox),
        ledger: ErasureLedger::open(None, &files).await.expect("a ledger"),
        files,
        passwords: Passwords::with_cost(64, 1).expect("a cost that Argon2 knows"),
        bus: Bus::default(),
        settings: Settings { public_url: url.to_owned() },
        work: tokio::sync::Notify::default(),
    }
}

fn serve(app: &App, listener: TcpListener) {
    let options = HttpOptions {
        development: true,
        public_log: true,
        bounce_secret: Some(BOUNCE_SECRET.into()),
        // Stories come from one machine: they say in X-Forwarded-For where else they come from.
        trusted_proxies: ["127.0.0.0/8".parse().expect("a network")].into(),
    };
    let router = recital_api::router(app.clone(), &options);
    tokio::spawn(
        async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await },
    );
}

async fn make_tenant(app: &App, url: &str, slug: &str) -> (TenantId, Client) {
    let created = access::create_tenant(
        app,
        CreateTenant {
            slug: slug.into(),
            name: format!("{}{} Ltd", slug[..1].to_uppercase(), &slug[1..]),
            owner_email: format!("owner@{slug}.example.com"),
            owner_name: "Owner Lovelace".into(),
            controller_name: format!("{slug} controller"),
            contact_email: format!("privacy@{slug}.example.org"),
            locale: "en".into(),
            time_zone: "UTC".into(),
        },
    )
    .await
    .expect("a tenant");
    (created.tenant.id, Client::new(url, &created.api_key_secret))
}
