//! What the decision costs, and that it is never out of date, whichever process is asked.

use std::time::{Duration, Instant};

use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};

use super::{CHAT, DECIDE, WITHDRAW, decide, define, give, reason, withdrawal, world_with_subject};

const REVOKE: &str = "mutation($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }";

/// Rows enough that reading a whole table would be dear.
const CROWD: &str = "
    INSERT INTO subjects (tenant_id, id, status, locale, external_id_index, email_index, index_version, created_at,
            last_verified_at, stale)
        SELECT t.id, md5('s' || n)::uuid, 'ACTIVE', 'en', sha256(('x' || n)::bytea), sha256(('e' || n)::bytea), 1,
            now(), now(), false
        FROM tenants t, generate_series(1, 5000) n WHERE t.slug = 'acme';
    INSERT INTO consents (tenant_id, id, subject_id, purpose_id, purpose_version, state, policy_version, method, updated_at)
        SELECT s.tenant_id, md5('c' || s.id)::uuid, s.id, p.id, 1, 'GIVEN', '1', 'API', now()
        FROM subjects s JOIN purposes p ON p.tenant_id = s.tenant_id AND p.key = 'agent_interaction'
        ON CONFLICT DO NOTHING;
    INSERT INTO objections (tenant_id, subject_id, purpose_id, objected_at)
        SELECT s.tenant_id, s.id, p.id, now()
        FROM subjects s JOIN purposes p ON p.tenant_id = s.tenant_id AND p.key = 'service_improvement';
    VACUUM ANALYZE subjects, consents, objections, purposes";

/// A thousand checks of the crowd, a third by each kind of reference, for two purposes.
const ASK_A_CROWD: &str = "
    SELECT count(*) FILTER (WHERE consent_state = 'GIVEN' OR objected) FROM decision_facts(
        (SELECT id FROM tenants WHERE slug = 'acme'),
        (SELECT array_agg(CASE WHEN n % 3 = 0 THEN md5('s' || n)::uuid END ORDER BY n) FROM generate_series(1, 1000) n),
        (SELECT array_agg(CASE WHEN n % 3 = 1 THEN sha256(('x' || n)::bytea) END ORDER BY n) FROM generate_series(1, 1000) n),
        (SELECT array_agg(CASE WHEN n % 3 = 2 THEN sha256(('e' || n)::bytea) END ORDER BY n) FROM generate_series(1, 1000) n),
        (SELECT array_agg(CASE WHEN n % 2 = 0 THEN 'agent_interaction' ELSE 'service_improvement' END ORDER BY n)
            FROM generate_series(1, 1000) n))";

/// How often the same statement read a table of people as a whole, or a row of one, once it has found all.
const READS: &str = "
    SELECT reads FROM ({asked}) asked (found), LATERAL (
        SELECT sum(seq_scan + idx_tup_fetch)::bigint AS reads FROM pg_stat_xact_user_tables
        WHERE relname IN ('subjects', 'consents', 'objections') AND found = 1000) stats";

/// The newest statement of the service's connections.
const NEWEST: &str = "SELECT query FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'recital' AND query NOT LIKE 'LISTEN%'
    ORDER BY state_change DESC LIMIT 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_is_one_statement_and_reads_of_people_nothing_but_indexes() {
    let world = World::start(Engine::Postgres).await;
    let ada = world_with_subject(&world).await;
    give(&world, &ada).await;
    assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
    let asked = world.ask("query($subject: SubjectRef!, $purpose: String!) {
        processingDecision(subject: $subject, purpose: $purpose) { allowed reason purposeVersion lawfulBasis allowedFields } }",
        json!({ "subject": { "externalId": "ada" }, "purpose": CHAT })).await;
    assert_eq!(asked["processingDecision"]["allowed"], true);
    let newest = world.database.texts(NEWEST).await.unwrap();
    assert!(newest[0].starts_with("SELECT * FROM decision_facts("), "a transaction would end with COMMIT: {newest:?}");

    world.expect_log("slow statement");
    for statement in CROWD.split(';') {
        world.database.execute(statement).await.unwrap();
    }
    let reads = READS.replace("{asked}", ASK_A_CROWD);
    assert_eq!(world.database.number_as_service(&reads).await.unwrap(), 0, "a table was read");
    world.finish().await;
}

/// The wall holds inside the function too: it sees the tenant it is called for, and nobody without one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_function_sees_one_tenants_rows() {
    let world = World::start(Engine::Postgres).await;
    let ada = world_with_subject(&world).await;
    give(&world, &ada).await;
    let (_, rival) = world.another_tenant("rival").await;
    world.import_registers_for(&rival).await;
    let question = |subject: Value| json!({ "subject": subject, "purpose": CHAT });
    for subject in [json!({ "id": ada }), json!({ "externalId": "ada" }), json!({ "email": "ada@example.com" })] {
        let theirs = rival.ask(DECIDE, question(subject.clone())).await;
        assert_eq!(theirs["processingDecision"]["reason"], "UNKNOWN_SUBJECT");
        let own = world.ask(DECIDE, question(subject)).await;
        assert_eq!(own["processingDecision"]["reason"], "CONSENT_GIVEN");
    }
    let nobodys = "SELECT count(subject_status) + count(purpose_status) FROM decision_facts(NULL,
        (SELECT array_agg(id) FROM subjects), NULL, NULL, ARRAY['agent_interaction'])";
    assert_eq!(world.database.number_as_service(nobodys).await.unwrap(), 0);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_committed_withdrawal_holds_in_every_process() {
    let world = World::start(Engine::Postgres).await;
    let ada = world_with_subject(&world).await;
    let there = world.another_process().await;
    for _ in 0..20 {
        give(&world, &ada).await;
        let elsewhere = there.ask(DECIDE, json!({ "subject": { "id": ada }, "purpose": CHAT })).await;
        assert_eq!(elsewhere["processingDecision"]["reason"], "CONSENT_GIVEN");
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        let elsewhere = there.ask(DECIDE, json!({ "subject": { "id": ada }, "purpose": CHAT })).await;
        assert_eq!(elsewhere["processingDecision"]["reason"], "CONSENT_WITHDRAWN");
        assert_eq!(elsewhere["processingDecision"]["consent"]["state"], "WITHDRAWN");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_revoked_elsewhere_is_refused_within_five_seconds() {
    let world = World::start(Engine::Postgres).await;
    world_with_subject(&world).await;
    let auditor = world.client("AUDITOR").await;
    let there = world.another_process().await.with_key(auditor.key());
    there.ask("{ viewer { kind } }", json!({})).await;
    let keys = world.ask("{ apiKeys { edges { node { id role } } } }", json!({})).await;
    let keys = keys["apiKeys"]["edges"].as_array().unwrap().iter();
    let id = keys.map(|edge| &edge["node"]).find(|key| key["role"] == "AUDITOR").unwrap()["id"].clone();
    world.ask(REVOKE, json!({ "id": id })).await;
    let revoked = Instant::now();
    while there.send("{ viewer { kind } }", json!({})).await.get("errors").is_none() {
        assert!(revoked.elapsed() < Duration::from_secs(5), "the key still works");
    }
    world.finish().await;
}

both_engines! {
    async fn a_batch_answers_what_is_unknown_in_its_place_now_and_at_a_past_instant(world: World) {
        const BATCH: &str = "query($checks: [ProcessingCheck!]!, $at: DateTime) {
            processingDecisions(checks: $checks, at: $at) {
                allowed reason purpose purposeVersion lawfulBasis decidedAt consent { state givenAt } } }";
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let (given_at, before) = (world.now(), world.now() - chrono::TimeDelta::days(1));
        world.advance(chrono::TimeDelta::hours(1));
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        define(&world, json!({ "key": "later" })).await;
        let checks = json!([
            { "subject": { "id": ada }, "purpose": CHAT },
            { "subject": { "id": ada }, "purpose": "nothing" },
            { "subject": { "externalId": "nobody" }, "purpose": CHAT },
            { "subject": { "email": "ada@example.com" }, "purpose": "service_improvement" },
            { "subject": { "externalId": "ada" }, "purpose": "later" },
        ]);
        world.advance(chrono::TimeDelta::hours(1));
        for (at, expected) in [
            (None, ["CONSENT_WITHDRAWN", "UNKNOWN_PURPOSE", "UNKNOWN_SUBJECT", "OTHER_LAWFUL_BASIS", "NO_CONSENT"]),
            (Some(given_at), ["CONSENT_GIVEN", "UNKNOWN_PURPOSE", "UNKNOWN_SUBJECT", "OTHER_LAWFUL_BASIS", "UNKNOWN_PURPOSE"]),
            (Some(before), ["UNKNOWN_PURPOSE"; 5]),
        ] {
            let decided = world.ask(BATCH, json!({ "checks": checks, "at": at })).await["processingDecisions"].take();
            let reasons: Vec<&str> = decided.as_array().unwrap().iter().map(|d| d["reason"].as_str().unwrap()).collect();
            assert_eq!(reasons, expected, "{at:?}");
            let unknown = &decided[1];
            assert_eq!((&unknown["purpose"], &unknown["purposeVersion"]), (&json!("nothing"), &json!(0)));
            assert_eq!((&unknown["allowed"], &unknown["lawfulBasis"]), (&json!(false), &json!(null)));
        }
        let then = world.ask(BATCH, json!({ "checks": checks, "at": given_at })).await["processingDecisions"][0].take();
        assert_eq!(then["consent"]["state"], "GIVEN", "what stood then, not what stands now");
        let future = json!({ "checks": checks, "at": world.now() + chrono::TimeDelta::seconds(1) });
        assert!(world.owner.refused(BATCH, future).await.is("BAD_USER_INPUT", "IN_THE_FUTURE"));
        assert_eq!(decide(&world, &ada, CHAT).await["consent"]["state"], "WITHDRAWN");
        world.finish().await;
    }
}
