//! Keys as an operator turns them, with processes of their own: rotation under load, a worker that is killed, a new master key.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use recital_tests::{Client, Database, Engine, on_both_engines};
use serde_json::{Value, json};

use crate::installation::Installation;

const REGISTER: &str = "mutation($id: String) { registerSubject(input: { externalId: $id, attributes: { name: \"Ada Lovelace\" } }) { subject { id } } }";
const SEE: &str = "query($id: String!) { subject(ref: { externalId: $id }) { profile { attributes } } }";
const KEYS: &str = "{ tenant { keys { currentVersion rewrapPending } } }";
const RUN: &str = "mutation { runJob(input: { name: \"keys.rewrap\" }) { run { failures } } }";

async fn keys(house: &Installation) -> Value {
    house.client.ask(KEYS, json!({})).await["tenant"]["keys"].clone()
}

/// Registers people side by side.
async fn register(client: &Client, names: impl Iterator<Item = String>) {
    let names: Vec<String> = names.collect();
    let tasks: Vec<_> = names
        .chunks(names.len().div_ceil(8).max(1))
        .map(|chunk| {
            let (client, chunk) = (client.clone(), chunk.to_vec());
            tokio::spawn(async move {
                for name in chunk {
                    client.ask(REGISTER, json!({ "id": name })).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn all_are_readable(client: &Client, names: impl Iterator<Item = String>) {
    for name in names {
        let seen = client.ask(SEE, json!({ "id": name })).await;
        assert_eq!(seen["subject"]["profile"]["attributes"]["name"], "Ada Lovelace", "{name}");
    }
}

/// From now on a row in the middle takes for ever to be rewrapped.
async fn stick_half_way(database: &Database) {
    let middle = "(SELECT subject_id FROM subject_keys ORDER BY subject_id LIMIT 1 OFFSET 700)";
    let sql = match database.engine {
        Engine::Sqlite => format!(
            "CREATE TABLE stuck AS SELECT {middle} AS id;
             CREATE TRIGGER stick BEFORE UPDATE ON subject_keys WHEN OLD.subject_id IN (SELECT id FROM stuck)
             BEGIN SELECT count(*) FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 500000000) SELECT x FROM n); END"
        ),
        Engine::Postgres => format!(
            "CREATE TABLE stuck AS SELECT {middle} AS id; GRANT SELECT ON stuck TO PUBLIC;
             CREATE FUNCTION stick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF OLD.subject_id IN (SELECT id FROM stuck) THEN PERFORM pg_sleep(600); END IF; RETURN NEW; END $$;
             CREATE TRIGGER stick BEFORE UPDATE ON subject_keys FOR EACH ROW EXECUTE FUNCTION stick()"
        ),
    };
    database.execute(&sql).await.unwrap();
}

async fn unstick(database: &Database) {
    let sql = match database.engine {
        Engine::Sqlite => "DROP TRIGGER stick; DROP TABLE stuck",
        // The server notices only then that its client is dead.
        Engine::Postgres => {
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
        }
    };
    database.execute(sql).await.unwrap();
    if database.engine == Engine::Postgres {
        database.execute("DROP TRIGGER stick ON subject_keys; DROP FUNCTION stick; DROP TABLE stuck").await.unwrap();
    }
}

const BEHIND: &str = "SELECT count(*) FROM subject_keys WHERE tenant_key_version = 1";

async fn until(database: &Database, sql: &str, wanted: impl Fn(i64) -> bool) {
    for _ in 0..600 {
        if wanted(database.number(sql).await.unwrap()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{sql}: {}", database.number(sql).await.unwrap());
}

async fn a_rotation_survives_load_and_the_death_of_its_worker(engine: Engine) {
    const PEOPLE: usize = 1_500;
    let house = Installation::new(engine).await;
    register(&house.client, (0..PEOPLE).map(|n| format!("old-{n}"))).await;
    stick_half_way(&house.database).await;
    let rotated = house
        .client
        .ask(
            "mutation { rotateTenantKey(input: { reason: \"yearly\" }) { keys { currentVersion rewrapPending } } }",
            json!({}),
        )
        .await;
    assert_eq!(rotated["rotateTenantKey"]["keys"], json!({ "currentVersion": 2, "rewrapPending": PEOPLE }));

    let doomed = house.worker().await;
    until(&house.database, BEHIND, |left| left <= 1_000).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    doomed.signal("KILL").await;
    assert_eq!(doomed.end().await.code, None);
    unstick(&house.database).await;
    let left = house.database.number(BEHIND).await.unwrap();
    assert!((1..1_500).contains(&left), "it died half-way: {left} are left");
    assert_eq!(keys(&house).await["rewrapPending"], left);

    // Meanwhile people come and are read.
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..4)
        .map(|lane| {
            let (client, stop, written) = (house.client.clone(), Arc::clone(&stop), Arc::clone(&written));
            tokio::spawn(async move {
                for n in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    client.ask(REGISTER, json!({ "id": format!("new-{lane}-{n}") })).await;
                    written.fetch_add(1, Ordering::SeqCst);
                    all_are_readable(
                        &client,
                        [format!("old-{}", (n * 37 + lane) % PEOPLE), format!("new-{lane}-{n}")].into_iter(),
                    )
                    .await;
                }
            })
        })
        .collect();
    // The lease of the dead worker runs out; another takes over.
    house.database.execute("UPDATE work_items SET leased_until = created_at WHERE state = 'LEASED'").await.unwrap();
    let began = Instant::now();
    let worker = house.worker().await;
    until(&house.database, BEHIND, |left| left == 0).await;
    println!("{engine:?}: {left} subjects under load in {:?}", began.elapsed());
    assert_eq!(keys(&house).await, json!({ "currentVersion": 2, "rewrapPending": 0 }));
    tokio::time::sleep(Duration::from_secs(3)).await;
    stop.store(true, Ordering::SeqCst);
    for lane in load {
        lane.await.expect("nobody under load was refused");
    }
    assert!(written.load(Ordering::SeqCst) > 4);

    let failures = house.operator.ask(RUN, json!({})).await["runJob"]["run"]["failures"].clone();
    assert_eq!(failures, json!([]));
    let live = "SELECT count(*) FROM tenant_keys WHERE length(wrapped) > 0";
    assert_eq!(house.database.number(live).await.unwrap(), 1, "the old version is destroyed");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    all_are_readable(&house.client, (0..PEOPLE).step_by(10).map(|n| format!("old-{n}"))).await;
    assert!(
        house
            .client
            .ask("{ members { edges { node { email } } } }", json!({}))
            .await
            .to_string()
            .contains("owner@example.com")
    );
    worker.signal("TERM").await;
    assert_eq!(worker.end().await.code, Some(0));
    house.end().await;
}

async fn a_new_master_key_is_picked_up_by_a_running_service(engine: Engine) {
    let house = Installation::new(engine).await;
    register(&house.client, ["ada".to_owned()].into_iter()).await;
    let file = house.database.path("master.key");
    let first = fs::read_to_string(&file).unwrap();

    // As a rotation leaves it that was killed after its first step.
    let second = format!("{first}2 {}\n", "A".repeat(43) + "=");
    fs::write(&file, &second).unwrap();
    let said = house.says(&["keys", "rotate-master"]).await;
    assert!(said.contains("master key 2") && said.contains("1 were wrapped anew"), "{said}");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        second.lines().nth(1).unwrap().to_owned() + "\n",
        "the old key is gone"
    );

    tokio::time::sleep(Duration::from_millis(1_100)).await;
    all_are_readable(&house.client, ["ada".to_owned()].into_iter()).await;
    assert!(house.says(&["keys", "rotate-master"]).await.contains("master key 3"));
    let status: Value = serde_json::from_str(&house.says(&["keys", "status", "--json"]).await).unwrap();
    assert_eq!(status["tenants"][0]["versions"][0]["wrappedBy"], "local/3");
    assert_eq!((&status["provider"], &status["tenants"][0]["rewrapPending"]), (&json!("local"), &json!(0)));
    assert!(house.says(&["keys", "status", "--tenant", "acme"]).await.contains("wrapped by local/3"));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    all_are_readable(&house.client, ["ada".to_owned()].into_iter()).await;

    // Somebody else's file in its place, and ours again.
    let ours = fs::read_to_string(&file).unwrap();
    fs::write(&file, &second).unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert!(house.client.refused(SEE, json!({ "id": "ada" })).await.is("UNAVAILABLE", "KEY_DISABLED"));
    fs::write(&file, &ours).unwrap();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    all_are_readable(&house.client, ["ada".to_owned()].into_iter()).await;
    house.end().await;
}

on_both_engines! {
    a_rotation_survives_load_and_the_death_of_its_worker
    a_new_master_key_is_picked_up_by_a_running_service
}
