//! Keys held by AWS KMS, against an emulator that enforces key state.

use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use recital_domain::keys::{AwsKms, KeyRing};
use recital_tests::{Engine, Fault, FaultyKms, KmsEmulator, World};
use serde_json::{Value, json};

use crate::operator::operator;

const REGISTER: &str = "mutation($id: String!) { registerSubject(input: { externalId: $id, attributes: { name: \"Ada Lovelace\" } }) { subject { id } } }";
const PROFILE: &str = "query($id: String!) { subject(ref: { externalId: $id }) { profile { attributes } } }";

/// After a refusal the key service is left alone for two seconds.
const PAUSE: Duration = Duration::from_millis(2100);

async fn world_on(kms: &KmsEmulator, engine: Engine) -> World {
    let service = AwsKms::with(kms.config(), kms.key_id.clone(), Duration::from_secs(4)).await;
    World::start_with(engine, |core| core.keys = KeyRing::new(Box::new(service))).await
}

/// Both engines in one story: an emulator takes seconds to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_key_is_wrapped_by_kms_and_bound_to_its_tenant() {
    let kms = KmsEmulator::start().await;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = world_on(&kms, engine).await;
        world.ask(REGISTER, json!({ "id": "one" })).await;
        world.app.core().keys.forget(world.tenant).await;
        let seen = world.ask(PROFILE, json!({ "id": "one" })).await;
        assert_eq!(seen["subject"]["profile"]["attributes"]["name"], "Ada Lovelace");
        assert_eq!(
            world.ask("{ tenant { keys { provider currentVersion } } }", json!({})).await["tenant"]["keys"]["provider"],
            "aws-kms"
        );

        // Another tenant's wrapped key is refused by the KMS itself: its encryption context names the tenant.
        let (other, client) = world.another_tenant("borealis").await;
        world.subject_for(&client, "two").await;
        let swap =
            "UPDATE tenant_keys SET wrapped = (SELECT k.wrapped FROM tenant_keys k JOIN tenants t ON t.id = k.tenant_id
            WHERE t.slug = 'acme') WHERE tenant_id = (SELECT id FROM tenants WHERE slug = 'borealis')";
        world.database.execute("CREATE TABLE saved AS SELECT tenant_id, wrapped FROM tenant_keys").await.unwrap();
        world.database.execute(swap).await.unwrap();
        world.app.core().keys.forget(other).await;
        let refusal = client.refused(REGISTER, json!({ "id": "three" })).await;
        assert!(refusal.is("UNAVAILABLE", "KEY_DISABLED"), "{refusal:?}");
        world.expect_log("KEY_DISABLED");

        let restore = "UPDATE tenant_keys SET wrapped = (SELECT s.wrapped FROM saved s WHERE s.tenant_id = tenant_keys.tenant_id)";
        world.database.execute(restore).await.unwrap();
        world.database.execute("DROP TABLE saved").await.unwrap();
        tokio::time::sleep(PAUSE).await;
        client.ask(REGISTER, json!({ "id": "three" })).await;
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_key_makes_data_unavailable_and_comes_back_without_a_restart() {
    let kms = KmsEmulator::start().await;
    let world = world_on(&kms, Engine::Postgres).await;
    world.expect_log("UNAVAILABLE");
    world.ask(REGISTER, json!({ "id": "one" })).await;

    kms.client.disable_key().key_id(&kms.key_id).send().await.unwrap();
    world.app.core().keys.forget(world.tenant).await;
    assert!(world.owner.refused(PROFILE, json!({ "id": "one" })).await.is("UNAVAILABLE", "KEY_DISABLED"));
    assert!(world.owner.refused(REGISTER, json!({ "id": "two" })).await.is("UNAVAILABLE", "KEY_DISABLED"));
    world.ask("{ purposes { edges { node { key } } } }", json!({})).await;

    kms.client.enable_key().key_id(&kms.key_id).send().await.unwrap();
    comes_back(&world).await;
    assert_eq!(
        world.ask(PROFILE, json!({ "id": "one" })).await["subject"]["profile"]["attributes"]["name"],
        "Ada Lovelace"
    );

    kms.client.schedule_key_deletion().key_id(&kms.key_id).pending_window_in_days(7).send().await.unwrap();
    world.app.core().keys.forget(world.tenant).await;
    assert!(world.owner.refused(PROFILE, json!({ "id": "one" })).await.is("UNAVAILABLE", "KEY_DISABLED"));
    kms.client.cancel_key_deletion().key_id(&kms.key_id).send().await.unwrap();
    kms.client.enable_key().key_id(&kms.key_id).send().await.unwrap();
    comes_back(&world).await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_service_that_does_not_answer_is_said_so_in_time_and_recovered_from() {
    let kms = KmsEmulator::start().await;
    let world = world_on(&kms, Engine::Postgres).await;
    world.expect_log("UNAVAILABLE");
    world.ask(REGISTER, json!({ "id": "one" })).await;
    let before = world.database.number("SELECT count(*) FROM subjects").await.unwrap();

    kms.pause();
    world.app.core().keys.forget(world.tenant).await;
    assert!(world.owner.refused(REGISTER, json!({ "id": "two" })).await.is("UNAVAILABLE", "KMS_UNAVAILABLE"));
    assert_eq!(world.database.number("SELECT count(*) FROM subjects").await.unwrap(), before);

    kms.resume();
    comes_back(&world).await;
    world.ask(REGISTER, json!({ "id": "two" })).await;
    world.finish().await;
}

/// Asks until it is answered, as a client that tries again would.
async fn comes_back(world: &World) {
    for _ in 0..40 {
        if world.owner.send(PROFILE, json!({ "id": "one" })).await.get("errors").is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not recover");
}

async fn readiness(world: &World) -> (u16, Value) {
    let answer = reqwest::get(format!("{}/readyz", world.url)).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

const LIMIT: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_goes_wrong_at_kms_is_answered_in_time_and_recovered_from() {
    let kms = KmsEmulator::start().await;
    let faulty = FaultyKms::before(kms.endpoint()).await;
    let service = AwsKms::with(kms.config_at(&faulty.endpoint), kms.key_id.clone(), LIMIT).await;
    let world = World::start_with(Engine::Postgres, |core| core.keys = KeyRing::new(Box::new(service))).await;
    world.expect_log("UNAVAILABLE");
    world.expect_log("does not open");
    world.ask(REGISTER, json!({ "id": "one" })).await;
    let (_, other) = world.another_tenant("borealis").await;
    world.subject_for(&other, "two").await;

    for (fault, code, reason, tries) in [
        (Fault::Error("ThrottlingException"), "UNAVAILABLE", "KMS_UNAVAILABLE", 2..=3),
        (Fault::Error("KMSInternalException"), "UNAVAILABLE", "KMS_UNAVAILABLE", 1..=3),
        (Fault::Error("KeyUnavailableException"), "UNAVAILABLE", "KMS_UNAVAILABLE", 1..=3),
        (Fault::Slow(LIMIT * 3), "UNAVAILABLE", "KMS_UNAVAILABLE", 1..=3),
        (Fault::Garbage, "UNAVAILABLE", "KMS_UNAVAILABLE", 1..=3),
        (Fault::CutOff, "UNAVAILABLE", "KMS_UNAVAILABLE", 1..=3),
        (Fault::Error("AccessDeniedException"), "UNAVAILABLE", "KEY_DISABLED", 1..=1),
        (Fault::Error("DisabledException"), "UNAVAILABLE", "KEY_DISABLED", 1..=1),
        (Fault::Error("KMSInvalidStateException"), "UNAVAILABLE", "KEY_DISABLED", 1..=1),
        (Fault::Error("IncorrectKeyException"), "UNAVAILABLE", "KEY_DISABLED", 1..=1),
        (Fault::AnotherKey, "INTERNAL_SERVER_ERROR", "SEALED_VALUE_REFUSED", 1..=3),
    ] {
        let before = world.database.number("SELECT count(*) FROM subjects").await.unwrap();
        faulty.set(Some(fault.clone()));
        world.app.core().keys.forget(world.tenant).await;
        let _ = faulty.calls();
        let began = Instant::now();
        let refusal = world.owner.refused(REGISTER, json!({ "id": "never" })).await;
        assert!(refusal.is(code, reason), "{fault:?}: {refusal:?}");
        assert!(began.elapsed() < LIMIT + Duration::from_millis(800), "{fault:?} took {:?}", began.elapsed());
        let calls = faulty.calls();
        assert!(tries.contains(&calls), "{fault:?}: {calls} calls");
        for name in ["example.com", "arn:", "http", "Exception"] {
            assert!(!refusal.message.contains(name), "{refusal:?}");
        }
        // Whose keys are held does not notice.
        other.ask("{ subject(ref: { externalId: \"two\" }) { profile { attributes } } }", json!({})).await;
        assert_eq!(world.database.number("SELECT count(*) FROM subjects").await.unwrap(), before, "{fault:?}");
        faulty.set(None);
        comes_back(&world).await;
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_callers_at_once_are_one_call_of_kms_and_readiness_tells_when_it_is_down() {
    let kms = KmsEmulator::start().await;
    let faulty = FaultyKms::before(kms.endpoint()).await;
    let service = AwsKms::with(kms.config_at(&faulty.endpoint), kms.key_id.clone(), LIMIT).await;
    let world = World::start_with(Engine::Postgres, |core| core.keys = KeyRing::new(Box::new(service))).await;
    world.expect_log("UNAVAILABLE");
    // A hundred refusals go on record at once, through a dozen connections.
    world.expect_log("slow threshold");
    world.ask(REGISTER, json!({ "id": "one" })).await;
    world.app.core().keys.forget(world.tenant).await;
    let _ = faulty.calls();
    let callers = (0..100).map(|_| world.owner.ask(PROFILE, json!({ "id": "one" })));
    for seen in join_all(callers).await {
        assert_eq!(seen["subject"]["profile"]["attributes"]["name"], "Ada Lovelace");
    }
    assert_eq!(faulty.calls(), 1);

    // A slow KMS keeps no database connection: a hundred wait for it, and the other tenant works.
    let (_, other) = world.another_tenant("borealis").await;
    world.subject_for(&other, "two").await;
    faulty.set(Some(Fault::Slow(LIMIT * 3)));
    world.app.core().keys.forget(world.tenant).await;
    let waiting = join_all((0..100).map(|_| world.owner.send(PROFILE, json!({ "id": "one" }))));
    let working = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let began = Instant::now();
        other.ask("{ subject(ref: { externalId: \"two\" }) { profile { attributes } } }", json!({})).await;
        began.elapsed()
    };
    let (refused, took) = join(waiting, working).await;
    assert!(refused.iter().all(|answer| answer["errors"][0]["extensions"]["reason"] == "KMS_UNAVAILABLE"));
    assert!(took < Duration::from_secs(1), "another tenant waited {took:?}");

    assert_eq!(readiness(&world).await, (503, json!({ "database": true, "kms": false })));
    faulty.set(None);
    comes_back(&world).await;
    for _ in 0..60 {
        if readiness(&world).await == (200, json!({ "database": true, "kms": true })) {
            return world.finish().await;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("it does not become ready again");
}

const SET_KEY: &str =
    "mutation($arn: String) { setTenantKey(input: { slug: \"acme\", kmsKeyArn: $arn }) { tenant { kmsKeyArn } } }";
const WRAPPED_BY: &str = "SELECT kms_key FROM tenant_keys WHERE retired_at IS NULL AND tenant_id = (SELECT id FROM tenants WHERE slug = 'acme') ORDER BY version";

/// Both engines in one story: an emulator takes seconds to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_that_brings_its_own_key_can_end_access_to_its_data_and_to_nobody_elses() {
    let kms = KmsEmulator::start().await;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = world_on(&kms, engine).await;
        world.expect_log("UNAVAILABLE");
        let operator = operator(&world).await;
        let (_, other) = world.another_tenant("borealis").await;
        world.subject_for(&other, "two").await;
        world.ask(REGISTER, json!({ "id": "one" })).await;
        let own = kms.another_key().await;

        for (arn, reason) in [("alias/ours".to_owned(), "INVALID_ARN"), (format!("{own}0"), "KEY_UNUSABLE")] {
            let refusal = operator.refused(SET_KEY, json!({ "arn": arn })).await;
            assert!(
                refusal.is("BAD_USER_INPUT", reason) && refusal.field.as_deref() == Some("kmsKeyArn"),
                "{refusal:?}"
            );
        }
        let set = operator.ask(SET_KEY, json!({ "arn": own })).await;
        assert_eq!(set["setTenantKey"]["tenant"]["kmsKeyArn"], own);
        assert_eq!(world.database.texts(WRAPPED_BY).await.unwrap(), [own.as_str()]);
        world
            .ask("mutation { rotateTenantKey(input: { reason: \"new\" }) { keys { currentVersion } } }", json!({}))
            .await;
        assert_eq!(world.database.texts(WRAPPED_BY).await.unwrap(), [own.as_str(), own.as_str()]);
        world.drain().await;

        for pending_deletion in [false, true] {
            if pending_deletion {
                kms.client.schedule_key_deletion().key_id(&own).pending_window_in_days(7).send().await.unwrap();
            } else {
                kms.client.disable_key().key_id(&own).send().await.unwrap();
            }
            world.app.core().keys.forget(world.tenant).await;
            assert!(world.owner.refused(PROFILE, json!({ "id": "one" })).await.is("UNAVAILABLE", "KEY_DISABLED"));
            let back = operator.refused(SET_KEY, json!({ "arn": null })).await;
            assert!(back.is("UNAVAILABLE", "KEY_DISABLED"), "nobody but its owner brings it back: {back:?}");
            other.ask("{ subject(ref: { externalId: \"two\" }) { profile { attributes } } }", json!({})).await;
            assert_eq!(readiness(&world).await.0, 200, "one tenant's key is not the service's");
            if pending_deletion {
                kms.client.cancel_key_deletion().key_id(&own).send().await.unwrap();
            }
            kms.client.enable_key().key_id(&own).send().await.unwrap();
            comes_back(&world).await;
        }

        operator.ask(SET_KEY, json!({ "arn": null })).await;
        kms.client.disable_key().key_id(&own).send().await.unwrap();
        world.app.core().keys.forget(world.tenant).await;
        comes_back(&world).await;
        let wrapped = "SELECT count(*) FROM audit_entries WHERE action = 'tenant.key_wrapped' AND outcome = 'SUCCESS'";
        assert_eq!(world.database.number(wrapped).await.unwrap(), 2);
        world.finish().await;
    }
}
