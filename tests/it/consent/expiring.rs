//! Consents that end.

use chrono::TimeDelta;
use recital_domain::consent;
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

use super::{HISTORY, RECORD, define, given_with, reason, states, world_with_subject};
use crate::accuracy::{Page, entries};

/// Runs the job once, then all work.
async fn expire(world: &World) -> u64 {
    let run = world.app.core().ids.next(world.now());
    let done = consent::expire_tenant(&world.app, world.tenant, run).await.expect("the job runs");
    world.drain().await;
    done
}

async fn subscribe(world: &World, ada: &str) {
    define(world, json!({ "key": "news", "name": "News", "consentValidFor": "P1Y" })).await;
    world.ask(RECORD, given_with(ada, json!({ "purpose": "news" }))).await;
}

async fn stands(world: &World, ada: &str) -> Value {
    world.ask(HISTORY, json!({ "id": ada })).await["subject"]["consents"][0]["state"].take()
}

both_engines! {
    async fn the_end_is_warned_of_once_and_is_an_event_of_its_own(world: World) {
        let ada = world_with_subject(&world).await;
        subscribe(&world, &ada).await;
        world.advance(TimeDelta::days(334));
        assert_eq!(expire(&world).await, 0, "31 days before it is too early");
        world.advance(TimeDelta::days(2));
        assert_eq!((expire(&world).await, expire(&world).await), (1, 0), "told once");
        let mails = world.inbox.mails();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains("1 March 2027") && mails[0].text.contains("News"), "{}", mails[0].text);
        let link = mails[0].text.lines().find(|line| line.contains("/preferences/")).unwrap().trim().to_owned();
        assert_eq!(Page::get(&link).await.find("h1"), ["What you agreed to"]);
        assert_eq!(entries(&world, "consent.expiring").await, 1);

        world.advance(TimeDelta::days(29));
        assert_eq!(reason(&world, &ada, "news").await, "CONSENT_EXPIRED", "before the job has run");
        assert_eq!(stands(&world, &ada).await, "GIVEN");
        assert_eq!((expire(&world).await, expire(&world).await), (1, 0));
        assert_eq!((stands(&world, &ada).await, reason(&world, &ada, "news").await), (json!("EXPIRED"), "CONSENT_EXPIRED".into()));
        assert_eq!(states(&world, &ada).await, ["EXPIRED", "GIVEN"]);
        assert_eq!(entries(&world, "consent.expired").await, 1);
        assert_eq!(Page::get(&link).await.status, 410);
        world.finish().await;
    }

    async fn a_renewal_puts_the_end_off_also_when_it_comes_to_light_late(world: World) {
        let ada = world_with_subject(&world).await;
        subscribe(&world, &ada).await;
        world.advance(TimeDelta::days(340));
        assert_eq!(expire(&world).await, 1);
        world.advance(TimeDelta::days(30));
        assert_eq!(expire(&world).await, 1);
        let on_paper = json!({ "purpose": "news", "method": "PAPER", "recordedAt": world.now() - TimeDelta::days(20) });
        let renewed = world.ask(RECORD, given_with(&ada, on_paper)).await["recordConsent"]["consent"].take();
        assert_eq!((&renewed["state"], &renewed["expiresAt"]), (&json!("GIVEN"), &json!("2028-02-14T09:00:00+00:00")));
        assert_eq!(reason(&world, &ada, "news").await, "CONSENT_GIVEN");
        assert_eq!(expire(&world).await, 0);
        world.advance(TimeDelta::days(330));
        assert_eq!(expire(&world).await, 2, "of the new end they are told again, and the old link is forgotten");
        assert_eq!(world.inbox.mails().len(), 2);
        world.finish().await;
    }

    async fn what_only_an_ended_consent_kept_is_due(world: World) {
        const STORE: &str = "mutation($input: StoreRecordsInput!) { storeRecords(input: $input) { records { id expiresAt } } }";
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "news", "consentValidFor": "P1M", "retention": "P5Y" })).await;
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "news" }))).await;
        let record = json!({ "subject": { "id": ada }, "dataType": "user_query", "purpose": "news", "payload": { "query": "?" } });
        world.ask(STORE, json!({ "input": { "records": [record] } })).await;
        world.advance(TimeDelta::days(40));
        expire(&world).await;
        let due = "SELECT count(*) FROM records WHERE expires_at < '2026-05-01'";
        assert_eq!(world.database.number(due).await.unwrap(), 1);
        world.finish().await;
    }
}
