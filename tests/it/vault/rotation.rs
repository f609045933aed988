//! Keys that change while they are used: blind indexes, and how long clear keys are held.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures::future::join_all;
use recital_domain::{keys::Holding, telemetry::metrics, vault, viewer::Permission};
use recital_tests::{Engine, World, both_engines, on_both_engines};
use serde_json::{Value, json};

const KEYS: &str = "{ tenant { keys { currentVersion rewrapPending indexPending } } }";
const ROTATE: &str = "mutation { rotateTenantKey(input: { reason: \"yearly\" }) { keys { currentVersion } } }";
const FIND: &str = "query($ref: SubjectRef!) { subject(ref: $ref) { id } }";
const REGISTER: &str = "mutation($id: String, $email: EmailAddress) { registerSubject(input: { externalId: $id, email: $email }) { subject { id } } }";
const INDEX_KEYS: &str = "SELECT count(*) FROM tenant_secrets WHERE kind = 'INDEX'";

async fn is_found(world: &World, name: &str, id: &str) {
    for reference in [json!({ "externalId": name }), json!({ "email": format!("{}@Example.com", name.to_uppercase()) })]
    {
        assert_eq!(world.ask(FIND, json!({ "ref": reference })).await["subject"]["id"], id, "{reference}");
    }
}

/// Nobody can take the address or the name of somebody who is there already, in whatever form.
async fn is_taken(world: &World, name: &str) {
    let email = world.owner.refused(REGISTER, json!({ "email": format!("{name}@EXAMPLE.com") })).await;
    assert!(email.is("CONFLICT", "SUBJECT_EXISTS") && email.field.as_deref() == Some("email"), "{email:?}");
    let external = world.owner.refused(REGISTER, json!({ "id": name })).await;
    assert!(
        external.is("CONFLICT", "SUBJECT_EXISTS") && external.field.as_deref() == Some("externalId"),
        "{external:?}"
    );
}

async fn pending(world: &World) -> Value {
    world.ask(KEYS, json!({})).await["tenant"]["keys"]["indexPending"].clone()
}

async fn rewrap(world: &World) {
    vault::rewrap_tenant(&world.app, world.tenant, world.job("story").correlation()).await.unwrap();
}

async fn reason(world: &World, external_id: &str) -> Value {
    const DECIDE: &str = "query($id: String!) {
        processingDecision(subject: { externalId: $id }, purpose: \"image_to_3d_conversion\") { reason } }";
    world.ask(DECIDE, json!({ "id": external_id })).await["processingDecision"]["reason"].take()
}

both_engines! {
    async fn a_new_index_key_loses_nobody_and_lets_nobody_in_twice(world: World) {
        let (ada, bea) = (world.subject("ada").await, world.subject("bea").await);
        world.import_registers().await;
        const TOKENISE: &str = "mutation { tokenise(input: { subject: { externalId: \"ada\" }, purpose: \"image_to_3d_conversion\", values: [\"v\"], stable: true }) { tokens } }";
        let token = world.ask(TOKENISE, json!({})).await["tokenise"]["tokens"].clone();
        world.ask(ROTATE, json!({})).await;
        world.drain().await;
        // Another process may not know the new key yet: it is looked with, not written with.
        assert_eq!(pending(&world).await, 2);
        let cyd = world.subject("cyd").await;
        assert_eq!(pending(&world).await, 3);
        for (name, id) in [("ada", &ada), ("bea", &bea), ("cyd", &cyd)] {
            is_found(&world, name, id).await;
            assert_eq!(reason(&world, name).await, "OTHER_LAWFUL_BASIS", "decisions find them too");
        }
        is_taken(&world, "ada").await;

        world.advance(TimeDelta::minutes(11));
        let dan = world.subject("dan").await;
        assert_eq!(pending(&world).await, 3, "who is new is under the new key");
        is_taken(&world, "ada").await;
        let racers = ["eve@example.com", "EVE@example.com"].map(|email| world.owner.send(REGISTER, json!({ "email": email })));
        let refused = join_all(racers).await.iter().filter(|answer| answer.get("errors").is_some()).count();
        assert_eq!(refused, 1);

        rewrap(&world).await;
        assert_eq!(pending(&world).await, 0);
        assert_eq!(world.database.number(INDEX_KEYS).await.unwrap(), 2, "a late writer may still use the old one");
        world.advance(TimeDelta::minutes(11));
        rewrap(&world).await;
        assert_eq!(world.database.number(INDEX_KEYS).await.unwrap(), 1);
        for (name, id) in [("ada", &ada), ("bea", &bea), ("cyd", &cyd), ("dan", &dan)] {
            is_found(&world, name, id).await;
        }
        is_taken(&world, "dan").await;
        assert_eq!(world.ask(TOKENISE, json!({})).await["tokenise"]["tokens"], token, "tokens stay the same");
        world.finish().await;
    }

    async fn an_erased_persons_index_does_not_come_back(world: World) {
        let id = world.subject("ada").await;
        world.ask(ROTATE, json!({})).await;
        world.advance(TimeDelta::minutes(11));
        let erase = "UPDATE subjects SET status = 'ERASED', email = NULL, email_index = NULL, external_id = NULL, external_id_index = NULL";
        world.database.execute(erase).await.unwrap();
        rewrap(&world).await;
        assert_eq!(pending(&world).await, 0);
        let indexed = "SELECT count(*) FROM subjects WHERE email_index IS NOT NULL OR external_id_index IS NOT NULL";
        assert_eq!(world.database.number(indexed).await.unwrap(), 0, "{id}");
        world.finish().await;
    }

    async fn one_address_in_many_spellings_is_one_person(world: World) {
        world.ask(REGISTER, json!({ "email": "Rene\u{301}e@b\u{fc}cher.example.com" })).await;
        for same in ["REN\u{c9}E@B\u{dc}CHER.example.com", "ren\u{e9}e@xn--bcher-kva.example.com"] {
            assert!(world.owner.refused(REGISTER, json!({ "email": same })).await.is("CONFLICT", "SUBJECT_EXISTS"), "{same}");
        }
        for other in ["rene@b\u{fc}cher.example.com", "ren.\u{e9}e@b\u{fc}cher.example.com", "ren\u{e9}e+x@b\u{fc}cher.example.com"] {
            world.ask(REGISTER, json!({ "email": other })).await;
        }
        world.finish().await;
    }
}

fn unwraps() -> u64 {
    let name = "recital_kms_calls_total{operation=\"unwrap\",outcome=\"done\"} ";
    metrics::render().lines().find_map(|line| line.strip_prefix(name)?.parse().ok()).unwrap_or(0)
}

on_both_engines! { clear_keys_are_held_for_a_time_and_a_number_of_uses_and_then_wiped }

async fn clear_keys_are_held_for_a_time_and_a_number_of_uses_and_then_wiped(engine: Engine) {
    let holding = Holding { held_for: Duration::from_secs(1), largest_use: 5 };
    let world = World::start_with(engine, |core| core.keys.hold(holding)).await;
    let id = world.subject("ada").await;
    let before = unwraps();
    for _ in 0..12 {
        is_found(&world, "ada", &id).await;
    }
    assert!(unwraps() >= before + 4, "24 uses, five to a key: {}", unwraps() - before);

    let keys = world.app.read(&world.job("story"), Permission::SubjectRead, async |tx| tx.keys().await).await.unwrap();
    let held = Arc::downgrade(&keys);
    drop(keys);
    // Nobody asks: the keys go all the same.
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert!(held.upgrade().is_none(), "clear keys are still in memory");
    world.finish().await;
}
