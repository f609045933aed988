//! Taking consent back, and what follows from it.

use std::time::{Duration, Instant};

use axum::{Json, Router, http::StatusCode, routing::post};
use chrono::{DateTime, TimeDelta, Utc};
use recital_tests::both_engines;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    CHAT, HISTORY, RECORD, RETIRE, WITHDRAW, decide, give, given_with, reason, states, withdrawal, world_with_subject,
};

both_engines! {
    async fn consent_decides_from_the_moment_it_is_given_until_it_is_withdrawn(world: World) {
        let ada = world_with_subject(&world).await;
        let before = decide(&world, &ada, CHAT).await;
        assert_eq!((&before["allowed"], &before["reason"]), (&json!(false), &json!("NO_CONSENT")));
        assert_eq!(before["consent"], Value::Null);

        let consent = give(&world, &ada).await;
        assert_eq!((&consent["state"], &consent["given"]), (&json!("GIVEN"), &json!(true)));
        assert_eq!(consent["purpose"]["key"], CHAT);
        assert_eq!(consent["lawfulBasis"], "CONSENT");
        assert_eq!(consent["canWithdraw"], true);
        assert!(consent["withdrawalMethod"].is_string());
        let decision = decide(&world, &ada, CHAT).await;
        assert_eq!((&decision["allowed"], &decision["reason"]), (&json!(true), &json!("CONSENT_GIVEN")));
        assert_eq!(decision["allowedFields"], json!(["query", "session_id", "timestamp"]));
        assert_eq!(decision["consent"]["id"], consent["id"]);

        let withdrawn = world.ask(WITHDRAW, withdrawal(&ada)).await["withdrawConsent"]["consent"].take();
        assert_eq!((&withdrawn["state"], &withdrawn["canWithdraw"]), (&json!("WITHDRAWN"), &json!(false)));
        assert_eq!(withdrawn["givenAt"], consent["givenAt"]);
        assert!(withdrawn["withdrawnAt"].is_string());
        let after = decide(&world, &ada, CHAT).await;
        assert_eq!((&after["allowed"], &after["reason"]), (&json!(false), &json!("CONSENT_WITHDRAWN")));

        give(&world, &ada).await;
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        assert_eq!(states(&world, &ada).await, ["GIVEN", "WITHDRAWN", "GIVEN"]);
        world.finish().await;
    }

    async fn a_withdrawn_consent_cannot_be_withdrawn_again(world: World) {
        let ada = world_with_subject(&world).await;
        assert!(world.owner.refused(WITHDRAW, withdrawal(&ada)).await.is("CONFLICT", "NO_CONSENT"));
        give(&world, &ada).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        assert!(world.owner.refused(WITHDRAW, withdrawal(&ada)).await.is("CONFLICT", "ALREADY_WITHDRAWN"));
        assert_eq!(states(&world, &ada).await, ["WITHDRAWN", "GIVEN"]);
        world.finish().await;
    }

    async fn a_retired_purpose_takes_no_consent_and_still_lets_it_be_withdrawn(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        world.ask(RETIRE, json!({ "key": CHAT })).await;
        assert_eq!(reason(&world, &ada, CHAT).await, "PURPOSE_RETIRED");
        let again = given_with(&ada, json!({ "policyVersion": "2" }));
        assert!(world.owner.refused(RECORD, again).await.is("CONFLICT", "PURPOSE_RETIRED"));
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        assert_eq!(states(&world, &ada).await, ["WITHDRAWN", "GIVEN"]);
        world.finish().await;
    }

    async fn withdrawing_makes_what_consent_alone_kept_due_for_erasure(world: World) {
        const STORE: &str = "mutation($input: StoreRecordsInput!) { storeRecords(input: $input) { records { id expiresAt } } }";
        const RECORDS: &str = "query($id: ID!) { subject(ref: { id: $id }) { records { edges { node {
            dataType expiresAt } } } } }";
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let stored = world.ask(STORE, json!({ "input": { "records": [
            { "subject": { "id": ada }, "dataType": "user_query", "purpose": CHAT, "payload": { "query": "?" } },
            { "subject": { "id": ada }, "dataType": "uploaded_images", "purpose": "image_to_3d_conversion",
              "payload": { "image": "x" } },
        ] } })).await;
        let kept = stored["storeRecords"]["records"][1]["expiresAt"].clone();
        world.advance(TimeDelta::hours(1));
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        let records = world.ask(RECORDS, json!({ "id": ada })).await["subject"]["records"]["edges"].take();
        for edge in records.as_array().unwrap() {
            let expires_at = edge["node"]["expiresAt"].clone();
            if edge["node"]["dataType"] == "user_query" {
                let expires_at: DateTime<Utc> = expires_at.as_str().unwrap().parse().unwrap();
                assert!(expires_at <= world.now());
            } else {
                assert_eq!(expires_at, kept);
            }
        }
        world.finish().await;
    }

    async fn a_withdrawal_is_told_at_once_and_overtakes_word_that_consent_was_given(world: World) {
        const LISTEN: &str = "mutation($url: String!) { createWebhookEndpoint(input: {
            url: $url, events: [\"consent.given\", \"consent.withdrawn\"] }) { endpoint { id } } }";
        let (url, mut told) = listener().await;
        let ada = world_with_subject(&world).await;
        world.ask(LISTEN, json!({ "url": url })).await;
        give(&world, &ada).await;
        // It is not taken, and waits for another try.
        world.drain().await;
        assert_eq!(told.recv().await.unwrap()["type"], "consent.given");

        let stop = CancellationToken::new();
        let worker = recital_scheduler::start(world.app.clone(), 2, stop.clone());
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        let committed = Instant::now();
        assert_eq!(told.recv().await.unwrap()["type"], "consent.withdrawn");
        let delivered = committed.elapsed();
        println!("{:?}: told {delivered:?} after the commit", world.engine);
        assert!(delivered < Duration::from_secs(5), "{delivered:?}");
        stop.cancel();
        worker.await.unwrap();
        world.advance(TimeDelta::hours(1));
        world.drain().await;
        assert!(told.try_recv().is_err(), "word that it was given is not told any more");
        let cancelled = "SELECT count(*) FROM work_items WHERE state = 'CANCELLED'";
        assert_eq!(world.database.number(cancelled).await.unwrap(), 1);
        world.finish().await;
    }

    async fn a_withdrawal_with_a_reason_leaves_no_word_of_it_in_clear(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let mut input = withdrawal(&ada);
        input["input"]["reason"] = json!("write to ada@example.com instead");
        world.ask(WITHDRAW, input).await;
        world.finish().await;
    }

    async fn fifty_clients_at_once_end_where_the_events_say(world: World) {
        // More clients than connections: some wait.
        world.expect_log("time to acquire exceeded slow threshold");
        let ada = world_with_subject(&world).await;
        let attempts = (0..50).map(|n| {
            let (client, ada) = (world.owner.clone(), ada.clone());
            tokio::spawn(async move {
                if n % 2 == 0 {
                    let version = json!({ "policyVersion": format!("version {n}") });
                    client.send(RECORD, given_with(&ada, version)).await
                } else {
                    client.send(WITHDRAW, withdrawal(&ada)).await
                }
            })
        });
        let mut withdrawn = 0;
        for answer in futures::future::join_all(attempts).await {
            let answer = answer.unwrap();
            match answer["errors"][0]["extensions"]["reason"].as_str() {
                None => withdrawn += usize::from(answer["data"]["withdrawConsent"].is_object()),
                Some(reason) => assert!(["NO_CONSENT", "ALREADY_WITHDRAWN"].contains(&reason), "{answer}"),
            }
        }
        let states = states(&world, &ada).await;
        assert_eq!(states.iter().filter(|state| *state == "GIVEN").count(), 25);
        assert_eq!(states.iter().filter(|state| *state == "WITHDRAWN").count(), withdrawn);
        let twice = states.windows(2).any(|pair| pair[0] == "WITHDRAWN" && pair[1] == "WITHDRAWN");
        assert!(!twice, "a consent was withdrawn twice: {states:?}");
        let seen = world.ask(HISTORY, json!({ "id": ada })).await;
        assert_eq!(seen["subject"]["consents"][0]["state"], states[0]);
        world.finish().await;
    }
}

/// A tenant's service that takes no word of consent given, and every other.
async fn listener() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (sender, told) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let hear = async move |Json(word): Json<Value>| {
        let given = word["type"] == "consent.given";
        sender.send(word).unwrap();
        if given { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hooks", post(hear))).await });
    (url, told)
}
