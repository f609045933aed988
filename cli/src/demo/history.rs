//! Fills the demo with the history of a tenant that has been a customer for more than a year.
//!
//! Everything goes through the rooms' own doors, at a clock set back to when it is said to have happened. How far the
//! filling is stands in the data folder; each step may be done again, so that a demo killed at any moment goes on where
//! it stopped.

use anyhow::{Context as _, Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{
    access::{self, CreateApiKey, CreateTenant},
    app::App,
    centre::{self, CentreChanges},
    clock::Clock,
    config::Config,
    consent, purposes,
    purposes::ImportRegister,
    retention::{self, PlaceHold},
    start,
    vault::{self, StoreRecords},
    viewer::{Actor, Client, Permission, Viewer},
};
use recital_entities::{Regime, Role};

use super::{
    folder::Folder,
    people::{self, HELD, Person},
    progress::Progress,
};

pub const SLUG: &str = "acme";
const PURPOSES: &str = include_str!("../../../docs/examples/processing_purposes.yaml");
const RETENTION: &str = include_str!("../../../docs/examples/retention_policy.yaml");

const KEY_FILE: &str = "api-key";
const OPERATOR_FILE: &str = "operator-token";
const PROGRESS_FILE: &str = "filled";
/// How many people one step brings in.
const STEP: u32 = 25;
/// One step more than people: the hold.
const DONE: u32 = people::COUNT + 1;

/// What opens the demo, the same at every start.
pub struct Credentials {
    /// The tenant's owner.
    pub api_key: String,
    pub operator_token: String,
}

/// Fills what is not filled yet.
///
/// # Errors
/// What a room refuses; when the folder cannot be written.
pub async fn fill(config: &Config, app: &App, folder: &Folder) -> Result<Credentials> {
    let history = History::open(config, app, folder).await?;
    let credentials =
        Credentials { api_key: history.api_key().await?, operator_token: history.operator_token().await? };
    let done = history.done();
    if done < DONE {
        history.bring_in(done).await.context("the demo cannot be filled")?;
    }
    history.past.core().db.close().await;
    Ok(credentials)
}

struct History<'a> {
    app: &'a App,
    /// The same database at a clock that is set back.
    past: App,
    now: DateTime<Utc>,
    viewer: Viewer,
    folder: &'a Folder,
}

impl<'a> History<'a> {
    async fn open(config: &Config, app: &'a App, folder: &'a Folder) -> Result<Self> {
        let now = app.now();
        let past = start::open_at(config, Clock::manual(now - TimeDelta::days(431))).await?;
        if access::find_tenant_by_slug(app, SLUG).await?.is_none() {
            let created = access::create_tenant(&past, acme()).await?;
            folder.write(KEY_FILE, &created.api_key_secret)?;
        }
        let tenant = access::find_tenant_by_slug(app, SLUG).await?.ok_or_else(|| anyhow!("the tenant is gone"))?;
        let viewer = Viewer::new(tenant.id, Actor::Operator, app.core().ids.next(now));
        Ok(Self { app, past, now, viewer, folder })
    }

    /// The key in the folder, or a new one where it is not this tenant's.
    async fn api_key(&self) -> Result<String> {
        if let Some(key) = self.folder.read(KEY_FILE)
            && self.is_ours(&key).await
        {
            return Ok(key);
        }
        let key = CreateApiKey { name: "demo".to_owned(), role: Role::Owner, expires_at: None };
        let created = access::create_api_key(self.app, &self.viewer, key).await?;
        self.folder.write(KEY_FILE, &created.secret)?;
        Ok(created.secret)
    }

    async fn operator_token(&self) -> Result<String> {
        if let Some(token) = self.folder.read(OPERATOR_FILE)
            && access::authenticate_operator(self.app, &token, self.viewer.correlation()).await.is_ok()
        {
            return Ok(token);
        }
        let token = access::create_operator_token(self.app, "demo").await?;
        self.folder.write(OPERATOR_FILE, &token)?;
        Ok(token)
    }

    async fn is_ours(&self, key: &str) -> bool {
        let known = access::authenticate(self.app, key, self.viewer.correlation(), Client::default()).await;
        known.is_ok_and(|viewer| viewer.tenant() == self.viewer.tenant())
    }

    /// How many people this tenant has already got.
    fn done(&self) -> u32 {
        let text = self.folder.read(PROGRESS_FILE).unwrap_or_default();
        let (tenant, done) = text.split_once(' ').unwrap_or_default();
        if tenant == self.viewer.tenant().to_string() { done.parse().unwrap_or_default() } else { 0 }
    }

    fn reached(&self, done: u32) -> Result<()> {
        self.folder.write(PROGRESS_FILE, &format!("{} {done}", self.viewer.tenant()))
    }

    async fn bring_in(&self, done: u32) -> Result<()> {
        let progress = Progress::start(done.min(people::COUNT));
        let files = ImportRegister {
            purposes_yaml: Some(PURPOSES.to_owned()),
            retention_yaml: Some(RETENTION.to_owned()),
            dry_run: false,
        };
        purposes::import(&self.past, &self.viewer, files).await?;
        self.open_centre().await?;
        // The past has had its sweeps.
        recital_scheduler::settle(self.app).await?;
        for first in (done + 1..=people::COUNT).step_by(STEP as usize) {
            let last = (first + STEP - 1).min(people::COUNT);
            self.step(first, last).await?;
            self.reached(last)?;
            progress.reached(last);
        }
        self.hold().await?;
        self.reached(DONE)?;
        progress.end();
        Ok(())
    }

    async fn open_centre(&self) -> Result<()> {
        let welcome = [
            ("en", "Questions about your data? Here are the answers."),
            ("de", "Fragen zu Ihren Daten? Hier sind die Antworten."),
        ];
        let changes = CentreChanges {
            enabled: Some(true),
            sign_up: Some(true),
            offered_purposes: Some(vec!["agent_interaction".to_owned()]),
            regimes: Some(vec![Regime::Gdpr, Regime::Ccpa]),
            messages: Some(welcome.map(|(language, text)| (language.to_owned(), text.to_owned())).to_vec()),
            ..CentreChanges::default()
        };
        centre::set_settings(&self.past, &self.viewer, changes).await?;
        Ok(())
    }

    async fn step(&self, first: u32, last: u32) -> Result<()> {
        let mut records = Vec::new();
        for person in (first..=last).map(Person) {
            self.set_clock(person.joined_at(self.now));
            self.register(person).await?;
            if let Some(given) = person.consent() {
                consent::record(&self.past, &self.viewer, given).await?;
            }
            records.extend(person.records(self.now));
        }
        let idempotency_key = Some(format!("demo-records-{first}"));
        vault::store_records(self.app, &self.viewer, StoreRecords { records, idempotency_key }).await?;
        Ok(())
    }

    async fn register(&self, person: Person) -> Result<()> {
        let reference = person.reference();
        let look = async |tx: &_| vault::find_subject_if_any(tx, &reference).await;
        if self.app.read(&self.viewer, Permission::SubjectRead, look).await?.is_none() {
            vault::register(&self.past, &self.viewer, person.registration()).await?;
        }
        Ok(())
    }

    async fn hold(&self) -> Result<()> {
        let reference = HELD.reference();
        let look = async |tx: &_| {
            let subject = vault::find_subject(tx, &reference).await?;
            retention::holds_on(tx, subject.id).await
        };
        if self.app.read(&self.viewer, Permission::RetentionRead, look).await?.is_empty() {
            let reason = "A court case about this account".to_owned();
            let hold = PlaceHold { reason, subject: Some(HELD.reference()), data_type: None };
            retention::place_hold(self.app, &self.viewer, hold).await?;
        }
        Ok(())
    }

    fn set_clock(&self, to: DateTime<Utc>) {
        self.past.core().clock.advance(to - self.past.now());
    }
}

fn acme() -> CreateTenant {
    CreateTenant {
        slug: SLUG.to_owned(),
        name: "Acme".to_owned(),
        owner_email: "owner@example.com".to_owned(),
        owner_name: "Acme's owner".to_owned(),
        controller_name: "Acme Ltd".to_owned(),
        contact_email: "privacy@example.com".to_owned(),
        locale: "en".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    }
}
