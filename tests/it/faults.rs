//! Real worker processes that are killed, lose their database, or find themselves in another year.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Path as UrlPath, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use recital_domain::mail::Inbox;
use recital_scheduler::{jobs::JOBS, run_job};
use recital_tests::{Database, Engine, PrivateCluster, SmtpServer, World};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::sleep,
};

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");

/// A worker process. Killed when dropped.
struct Worker(Child);

impl Worker {
    /// Its log goes to a file: nobody reads a pipe while it is killed and begun again.
    fn start(folder: &Path, environment: &[(&str, String)]) -> Self {
        let log = File::options().create(true).append(true).open(folder.join("worker.log")).unwrap();
        let worker = Command::new(BINARY)
            .arg("worker")
            .current_dir(folder)
            .env_clear()
            .envs(environment.iter().map(|(name, text)| (name, text)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        Self(worker)
    }

    /// SIGKILL: it has no say in it.
    async fn kill(mut self) {
        self.0.kill().await.expect("still running");
    }

    /// SIGTERM: it ends what is under way.
    async fn stop(mut self) {
        let id = self.0.id().expect("still running").to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().await.unwrap().success());
        assert!(self.0.wait().await.unwrap().success());
    }
}

fn log_of(world: &World) -> String {
    let log = std::fs::read_to_string(world.database.folder.path().join("worker.log")).unwrap();
    log.chars().skip(log.chars().count().saturating_sub(6_000)).collect()
}

async fn number(world: &World, sql: &str) -> i64 {
    world.database.number(sql).await.unwrap()
}

/// Looks until `sql` answers `expected`.
async fn wait_for(world: &World, sql: &str, expected: i64, patience: Duration) {
    let begun = Instant::now();
    while number(world, sql).await != expected {
        let answer = number(world, sql).await;
        assert!(begun.elapsed() < patience, "{answer} is not {expected}: {sql}\n{}", log_of(world));
        sleep(Duration::from_millis(200)).await;
    }
}

/// Tenants' services, each with a path of its own: how often each was told of each message.
type Told = Arc<Mutex<BTreeMap<(usize, String), u32>>>;

async fn services() -> (String, Told) {
    async fn hear(State(told): State<Told>, UrlPath(service): UrlPath<usize>, headers: HeaderMap) -> StatusCode {
        let message = headers["webhook-id"].to_str().unwrap().to_owned();
        *told.lock().unwrap().entry((service, message)).or_default() += 1;
        StatusCode::NO_CONTENT
    }
    let told = Told::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{service}", post(hear)).with_state(Arc::clone(&told));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

/// How much there is to do: people who are each sent a mail, and changes that twenty services are each told of.
#[derive(Clone, Copy)]
struct Load {
    people: usize,
    changes: usize,
}

const SERVICES: usize = 20;

impl Load {
    /// `RECITAL_FAULT_ITEMS`, or 2,000: one mail to nine webhooks.
    fn wanted() -> Self {
        let items = std::env::var("RECITAL_FAULT_ITEMS").map_or(2_000, |items| items.parse().expect("a number"));
        Self { people: items / 10, changes: items * 9 / 10 / SERVICES }
    }

    fn told(self) -> usize {
        self.changes * SERVICES
    }

    fn items(self) -> i64 {
        count(self.people + self.told())
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

const AT_ONCE: usize = 16;
const KILLS: usize = 8;

/// People who are to be asked whether their data is right, and services that are to be told of changes.
async fn fill(world: &World, services: &str, load: Load) {
    const LISTEN: &str = "mutation($url: String!) {
        createWebhookEndpoint(input: { url: $url, events: [\"profile.updated\"] }) { endpoint { id } } }";
    const UPDATE: &str = "mutation($name: String!, $attributes: JSON!) { updateProfile(input: {
        subject: { externalId: $name }, attributes: $attributes }) { subject { id } } }";
    world
        .ask("mutation { setAccuracyPolicy(input: { mailsPerHour: 100000 }) { policy { mailsPerHour } } }", json!({}))
        .await;
    stream::iter(0..load.people)
        .for_each_concurrent(8, async |person| drop(world.subject(&format!("p{person}")).await))
        .await;
    for service in 0..SERVICES {
        world.ask(LISTEN, json!({ "url": format!("{services}/{service}") })).await;
    }
    let change = async |person| {
        drop(world.ask(UPDATE, json!({ "name": format!("p{}", person % load.people), "attributes": { "city": format!("Town {person}") } })).await);
    };
    stream::iter(0..load.changes).for_each_concurrent(8, change).await;
    world.database.execute("UPDATE tenants SET mails_per_hour = 100000").await.unwrap();
    world.database.execute("UPDATE subjects SET verification_due_at = created_at").await.unwrap();
    run_job(&world.app, "accuracy.review").await.unwrap();
    assert_eq!(number(world, "SELECT count(*) FROM work_items WHERE state = 'READY'").await, load.items());
}

/// Items that have each one effect that somebody outside sees; workers that die at random moments; a database
/// that goes away without a word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_said_twice_while_workers_are_killed_and_the_database_restarts() {
    let postgres = PrivateCluster::start().unwrap();
    let (server, (services, told)) = (SmtpServer::start(), services().await);
    let world = World::start_on(Database::create_in(postgres.cluster()).await.unwrap(), |_| {}).await;
    world.expect_log("");
    world.catch_up();
    let begun = Instant::now();
    let load = Load::wanted();
    fill(&world, &services, load).await;
    let filled = begun.elapsed();

    let mut environment = [world.environment(), server.environment()].concat();
    environment.push(("RECITAL_LIMITS__WORK_AT_ONCE", AT_ONCE.to_string()));
    environment.push(("RECITAL_MAIL__CONNECTIONS", "8".to_owned()));
    let start = || Worker::start(world.database.folder.path(), &environment);
    let mut workers = vec![start(), start()];
    let seed = Utc::now().timestamp().unsigned_abs();
    let mut chance = StdRng::seed_from_u64(seed);
    println!("seed {seed}");
    for kill in 0..KILLS {
        sleep(Duration::from_millis(chance.random_range(500..4_000))).await;
        workers.remove(chance.random_range(0..2)).kill().await;
        workers.push(start());
        if kill == KILLS / 2 {
            sleep(Duration::from_secs(2)).await;
            postgres.stop_at_once().unwrap();
            sleep(Duration::from_secs(3)).await;
            postgres.start_again().unwrap();
        }
    }
    wait_for(&world, "SELECT count(*) FROM work_items WHERE state <> 'DONE'", 0, Duration::from_mins(6)).await;
    let took = begun.elapsed().saturating_sub(filled);
    for worker in workers {
        worker.stop().await;
    }

    assert_eq!(number(&world, "SELECT count(*) FROM work_items WHERE state = 'DONE'").await, load.items());
    let mails = server.mails(load.people).await;
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for mail in &mails {
        let message = mail["headers"]["Message-ID"].as_str().unwrap();
        ids.entry(mail["to"][0].as_str().unwrap()).or_default().insert(message);
    }
    assert_eq!(ids.len(), load.people, "everybody was asked");
    assert!(ids.values().all(|ids| ids.len() == 1), "and nobody under two Message-IDs");
    assert_eq!(ids.values().flatten().collect::<BTreeSet<_>>().len(), load.people);
    assert_eq!(number(&world, "SELECT count(*) FROM reverifications WHERE state = 'SENT'").await, count(load.people));

    let told = told.lock().unwrap().clone();
    assert_eq!(told.len(), load.told(), "every service was told of every change");
    assert_eq!(told.keys().map(|(_, message)| message).collect::<BTreeSet<_>>().len(), load.told());
    let recorded = "SELECT count(DISTINCT message_id) FROM webhook_deliveries WHERE status = 204";
    assert_eq!(number(&world, recorded).await, count(load.told()));

    let (mails_again, told_again) =
        (mails.len() - load.people, told.values().map(|times| *times as usize - 1).sum::<usize>());
    println!("filled in {filled:?}, worked off in {took:?}; sent again: {mails_again} mails, {told_again} webhooks");
    let in_hand = (KILLS + 2) * AT_ONCE;
    assert!(
        mails_again + told_again <= in_hand,
        "only what was in a dead worker's hands: {mails_again} + {told_again}"
    );
    let unfinished = "SELECT count(*) FROM job_runs WHERE finished_at IS NULL";
    assert_eq!(number(&world, unfinished).await, 0);

    // This process' own connections went with the database.
    for _ in 0..50 {
        let _ = world.app.core().db.ping().await;
    }
    world.finish().await;
}

/// A clock that a running process cannot tell from the real one.
struct FakeClock {
    folder: tempfile::TempDir,
}

impl FakeClock {
    fn new() -> Self {
        let clock = Self { folder: tempfile::TempDir::new().unwrap() };
        clock.set("+0");
        clock
    }

    /// `+400d`: ahead by so much.
    fn set(&self, offset: &str) {
        let file = self.folder.path().join("clock");
        std::fs::write(file.with_extension("new"), format!("{offset}\n")).unwrap();
        std::fs::rename(file.with_extension("new"), file).unwrap();
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let libraries = std::fs::read_dir("/usr/lib").unwrap().flatten();
        let mut found = libraries.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
        let library = found.find(|path| path.exists()).expect("libfaketime: scripts/tools installs it");
        vec![
            ("LD_PRELOAD", library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.folder.path().join("clock").display().to_string()),
            ("FAKETIME_CACHE_DURATION", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}

/// Jobs, and for when their runs were due and when they began.
async fn runs(world: &World) -> Vec<(String, DateTime<Utc>, DateTime<Utc>)> {
    let rows = world
        .database
        .texts("SELECT job || '|' || to_char(scheduled_for AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') || '|' ||
            to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM job_runs WHERE finished_at IS NOT NULL")
        .await
        .unwrap();
    let parse = |row: &String| {
        let mut parts = row.split('|');
        let mut part = || parts.next().unwrap().to_owned();
        (part(), part().parse().unwrap(), part().parse().unwrap())
    };
    rows.iter().map(parse).collect()
}

const RUNS_SINCE: &str =
    "SELECT count(DISTINCT job) FROM job_runs WHERE finished_at IS NOT NULL AND scheduled_for > now()";

async fn ask_for_a_mail(world: &World, name: &str) {
    const REQUEST: &str = "mutation($name: String!) {
        requestReverification(input: { subject: { externalId: $name } }) { reverification { id } } }";
    world.catch_up();
    world.ask(REQUEST, json!({ "name": name })).await;
}

/// Ahead by four hundred days, and back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_worker_whose_clock_jumps_does_what_a_person_would_expect() {
    const STORE: &str = "mutation { storeRecords(input: { records: [{ subject: { externalId: \"ada\" },
        dataType: \"uploaded_images\", purpose: \"image_to_3d_conversion\", payload: { file: \"a.png\" } }] }) { records { id } } }";
    const OPEN: &str =
        "mutation { openSubjectRequest(input: { type: ACCESS, subject: { externalId: \"ada\" } }) { request { id } } }";
    let world = World::start(Engine::Postgres).await;
    world.expect_log("");
    world.catch_up();
    world.import_registers().await;
    for name in ["ada", "grace"] {
        world.subject(name).await;
    }
    world.ask(STORE, json!({})).await;
    let opened: Value = world.ask(OPEN, json!({})).await;
    assert!(opened["openSubjectRequest"]["request"]["id"].is_string());

    let clock = FakeClock::new();
    let mails = world.database.path("mails");
    let mut environment = [world.environment(), clock.environment()].concat();
    environment.push(("RECITAL_MAIL__FOLDER", mails.display().to_string()));
    let worker = Worker::start(world.database.folder.path(), &environment);
    let patience = Duration::from_mins(1);
    let jobs = i64::try_from(JOBS.len()).unwrap();
    wait_for(&world, "SELECT count(DISTINCT job) FROM job_runs WHERE finished_at IS NOT NULL", jobs, patience).await;
    let before = runs(&world).await;

    clock.set("+400d");
    wait_for(&world, RUNS_SINCE, jobs, patience).await;
    wait_for(&world, "SELECT count(*) FROM work_items WHERE state IN ('READY', 'LEASED')", 0, patience).await;
    sleep(Duration::from_secs(15)).await;
    let ahead: Vec<_> = runs(&world).await.into_iter().filter(|(_, due, _)| *due > Utc::now()).collect();
    for job in JOBS {
        let count = ahead.iter().filter(|(name, ..)| name == job.name).count();
        // The minutes that pass meanwhile may hold one more of what is due every ten of them, or every hour.
        assert!((1..=2).contains(&count), "{}: {count} runs for four hundred days", job.name);
    }
    assert_eq!(number(&world, "SELECT count(*) FROM records").await, 0, "swept");
    assert_eq!(
        number(&world, "SELECT count(*) FROM reverifications WHERE state = 'SENT'").await,
        2,
        "asked, a year on"
    );
    assert_eq!(
        number(&world, "SELECT count(*) FROM subject_requests WHERE reminded = -1 OR closed_at IS NOT NULL").await,
        1
    );
    assert_eq!(number(&world, "SELECT count(*) FROM work_items WHERE state <> 'DONE'").await, 0);

    let back = Utc::now();
    clock.set("+0");
    sleep(Duration::from_secs(20)).await;
    world.subject("joan").await;
    ask_for_a_mail(&world, "joan").await;
    wait_for(&world, "SELECT count(*) FROM work_items WHERE state <> 'DONE'", 0, patience).await;
    for (job, due, begun) in runs(&world).await {
        let again = before.iter().any(|(name, at, _)| (name, at) == (&job, &due)) && begun > back;
        assert!(!again, "{job} of {due} ran a second time");
    }

    clock.set("+1h");
    let hourly = "SELECT count(DISTINCT job) FROM job_runs WHERE finished_at IS NOT NULL
        AND scheduled_for BETWEEN now() AND now() + interval '61 minutes'
        AND job IN ('accuracy.review', 'consent.expire', 'keys.rewrap', 'requests.remind', 'files.reap')";
    wait_for(&world, hourly, 5, patience).await;
    worker.stop().await;

    let received = Inbox::in_folder(&mails).unwrap().mails();
    let ids: BTreeSet<_> = received.iter().map(|mail| &mail.headers["Message-ID"]).collect();
    assert_eq!(ids.len(), received.len(), "no mail a second time");
    assert!(received.iter().any(|mail| mail.to == "joan@example.com"), "who came after the jump is written to");
    world.finish().await;
}
