//! Keys held by AWS KMS, against an emulator that enforces key state.

use recital_domain::keys::{AwsKms, KeyRing};
use recital_tests::{Engine, KmsEmulator, World};
use serde_json::json;

const REGISTER: &str = "mutation($id: String!) { registerSubject(input: { externalId: $id, attributes: { name: \"Ada Lovelace\" } }) { subject { id } } }";
const PROFILE: &str = "query($id: String!) { subject(ref: { externalId: $id }) { profile { attributes } } }";

async fn world_on(kms: &KmsEmulator, engine: Engine) -> World {
    let service = AwsKms::with(kms.config(), kms.key_id.clone()).await;
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
    assert_eq!(
        world.ask(PROFILE, json!({ "id": "one" })).await["subject"]["profile"]["attributes"]["name"],
        "Ada Lovelace"
    );

    kms.client.schedule_key_deletion().key_id(&kms.key_id).pending_window_in_days(7).send().await.unwrap();
    world.app.core().keys.forget(world.tenant).await;
    assert!(world.owner.refused(PROFILE, json!({ "id": "one" })).await.is("UNAVAILABLE", "KEY_DISABLED"));
    kms.client.cancel_key_deletion().key_id(&kms.key_id).send().await.unwrap();
    kms.client.enable_key().key_id(&kms.key_id).send().await.unwrap();
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
    world.ask(REGISTER, json!({ "id": "two" })).await;
    world.finish().await;
}
