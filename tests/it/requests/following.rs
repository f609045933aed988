//! What the person gets: mails in their language, and a link to prove who they are and to follow the request.

use chrono::TimeDelta;
use recital_domain::requests;
use recital_tests::{World, both_engines};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{CANCEL, OPEN, erase, link, open, person, see, steps, subjects_of_mails};

const ADA: &str = "ada@example.com";

async fn post(link: &str, action: &str) -> (StatusCode, String) {
    let answer = Client::new().post(link).form(&[("action", action)]).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn get(link: &str) -> (StatusCode, String) {
    let answer = reqwest::get(link).await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn unproven(world: &World, kind: &str, subject: &str) -> Value {
    let request = open(world, kind, subject, json!({ "identityVerified": false })).await;
    world.drain().await;
    request
}

both_engines! {
    async fn a_person_proves_who_they_are_with_a_mailed_link_once(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = unproven(&world, "ACCESS", &ada).await;
        assert_eq!(request["state"], "AWAITING_IDENTITY");
        let link = link(&world, ADA);

        // Mail scanners follow links: looking changes nothing.
        let (status, page) = get(&link).await;
        assert!(status == StatusCode::OK && page.contains("access to your data"), "{page}");
        assert!(!page.contains(ADA) && !page.contains("Lovelace"), "{page}");
        assert_eq!(Client::new().head(&link).send().await.unwrap().status(), StatusCode::OK);
        assert_eq!(see(&world, &request).await["state"], "AWAITING_IDENTITY");

        let (status, page) = post(&link, "prove").await;
        assert!(status == StatusCode::OK && page.contains("Your request is being dealt with"), "{page}");
        assert_eq!(post(&link, "prove").await.0, StatusCode::GONE);
        world.drain().await;
        assert_eq!(see(&world, &request).await["state"], "COMPLETED");
        let steps = steps(&world, &request).await;
        let told = ["opened", "mailed_identity", "identity_verified", "completed", "mailed_received", "mailed_completed"];
        assert!(told.iter().all(|step| steps.iter().any(|seen| seen == step)), "{steps:?}");
        let package = get(&super::link(&world, ADA)).await;
        assert_eq!(package.0, StatusCode::OK);

        let forged = format!("{}{}", &link[..link.len() - 1], if link.ends_with('x') { 'y' } else { 'x' });
        assert_eq!(get(&forged).await.0, StatusCode::NOT_FOUND);
        assert_eq!(post(&forged, "prove").await.0, StatusCode::NOT_FOUND);
        assert_eq!(post(&link, "other").await.0, StatusCode::BAD_REQUEST);
        world.finish().await;
    }

    async fn a_link_is_kept_as_a_hash_alone(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        unproven(&world, "ACCESS", &ada).await;
        let link = link(&world, ADA);
        let secret = link.rsplit('.').next().unwrap().as_bytes().to_vec();
        let dump = world.database.dump().await.unwrap();
        assert!(!dump.windows(secret.len()).any(|window| window == secret));
        world.finish().await;
    }

    async fn what_is_not_proven_in_time_expires_and_the_person_is_told(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = unproven(&world, "ERASURE", &ada).await;
        let link = link(&world, ADA);
        world.advance(TimeDelta::days(30));
        let (status, page) = post(&link, "prove").await;
        assert!(status == StatusCode::GONE && page.contains("closed already"), "{page}");
        for _ in 0..2 {
            requests::remind_tenant(&world.app, world.tenant, uuid::Uuid::new_v4()).await.unwrap();
            world.drain().await;
        }
        let seen = see(&world, &request).await;
        assert!(seen["state"] == "EXPIRED" && seen["closedAt"].is_string(), "{seen}");
        assert_eq!(subjects_of_mails(&world, ADA).pop().unwrap(), "Your request to Acme Ltd was not confirmed: erasure of your data");
        assert!(get(&link).await.1.contains("Not confirmed in time"));
        world.advance(TimeDelta::days(31));
        assert_eq!(get(&link).await.0, StatusCode::GONE);
        world.finish().await;
    }

    async fn a_person_takes_their_request_back(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = open(&world, "ERASURE", &ada, json!({})).await;
        assert_eq!(request["state"], "AWAITING_APPROVAL");
        world.drain().await;
        let link = link(&world, ADA);
        let (status, page) = post(&link, "cancel").await;
        assert!(status == StatusCode::OK && page.contains("The request is cancelled"), "{page}");
        assert_eq!(post(&link, "cancel").await.0, StatusCode::GONE);
        world.drain().await;
        assert_eq!(see(&world, &request).await["state"], "CANCELLED");
        assert!(steps(&world, &request).await.ends_with(&["cancelled".into(), "mailed_cancelled".into()]));
        world.finish().await;
    }

    async fn a_person_is_told_each_step_in_their_language(world: World) {
        world.import_registers().await;
        const REGISTER: &str = "mutation { registerSubject(input: { externalId: \"erika\", email: \"erika@example.com\", locale: \"de-AT\" }) { subject { id } } }";
        let erika = world.ask(REGISTER, json!({})).await["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned();
        let request = open(&world, "ERASURE", &erika, json!({})).await;
        world.drain().await;
        const EXTEND: &str = "mutation($id: ID!) { extendSubjectRequest(input: { id: $id, reason: \"sehr viele Daten\" }) { request { id } } }";
        world.ask(EXTEND, json!({ "id": request["id"] })).await;
        world.drain().await;
        const REJECT: &str = "mutation($id: ID!) { rejectSubjectRequest(input: { id: $id, reason: LEGAL_OBLIGATION,
            explanation: \"Das Gesetz <b>verlangt</b> es.\" }) { request { id } } }";
        world.ask(REJECT, json!({ "id": request["id"] })).await;
        world.drain().await;
        let mails: Vec<_> = world.inbox.mails().into_iter().filter(|mail| mail.to == "erika@example.com").collect();
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, [
            "Acme Ltd hat Ihren Antrag: Löschung Ihrer Daten",
            "Acme Ltd braucht mehr Zeit für Ihren Antrag: Löschung Ihrer Daten",
            "Acme Ltd kann Ihrem Antrag nicht entsprechen: Löschung Ihrer Daten",
        ]);
        assert!(mails[1].text.contains("sehr viele Daten") && mails[1].text.contains("1. Juni 2026"), "{}", mails[1].text);
        assert!(mails[2].text.contains("Das Gesetz <b>verlangt</b> es.") && !mails[2].html.contains("<b>"));
        assert!(mails[2].text.contains("Datenschutzbehörde"));
        let identifiers: std::collections::HashSet<_> = mails.iter().map(|mail| mail.headers["Message-ID"].clone()).collect();
        assert_eq!(identifiers.len(), 3);
        world.finish().await;
    }

    async fn an_erased_person_gets_one_last_mail_and_their_address_goes_with_it(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        let request = erase(&world, &ada).await;
        world.drain().await;
        assert_eq!(subjects_of_mails(&world, ADA).pop().unwrap(), "Acme Ltd has erased your data");
        assert_eq!(world.database.number("SELECT count(*) FROM last_addresses").await.unwrap(), 0);
        let (status, page) = get(&link(&world, ADA)).await;
        assert!(status == StatusCode::OK && page.contains("<dd>Done</dd>"), "{page}");
        assert!(world.owner.refused(CANCEL, json!({ "id": request["id"] })).await.is("CONFLICT", "REQUEST_CLOSED"));
        world.finish().await;
    }

    async fn a_restriction_ends_once_the_person_has_been_told(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        open(&world, "RESTRICTION", &ada, json!({})).await;
        world.drain().await;
        const STATUS: &str = "query($id: ID!) { subject(ref: { id: $id }) { status } }";
        const LIFT: &str = "mutation($id: ID!, $told: Boolean!) { liftRestriction(input: { subject: { id: $id }, alreadyTold: $told }) { subject { status } } }";
        let lifting = world.ask(LIFT, json!({ "id": ada, "told": false })).await;
        assert_eq!(lifting["liftRestriction"]["subject"]["status"], "RESTRICTED");
        assert!(world.owner.refused(LIFT, json!({ "id": ada, "told": false })).await.is("CONFLICT", "LIFTING_ALREADY"));
        world.drain().await;
        assert_eq!(subjects_of_mails(&world, ADA).pop().unwrap(), "Acme Ltd will use your data again");
        assert_eq!(world.ask(STATUS, json!({ "id": ada })).await["subject"]["status"], "ACTIVE");
        assert!(world.owner.refused(LIFT, json!({ "id": ada, "told": true })).await.is("CONFLICT", "NOT_RESTRICTED"));

        const NAMELESS: &str = "mutation { registerSubject(input: { externalId: \"nobody\" }) { subject { id } } }";
        let nobody = world.ask(NAMELESS, json!({})).await["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned();
        open(&world, "RESTRICTION", &nobody, json!({})).await;
        world.drain().await;
        assert!(world.owner.refused(LIFT, json!({ "id": nobody, "told": false })).await.is("CONFLICT", "PERSON_NOT_TOLD"));
        let lifted = world.ask(LIFT, json!({ "id": nobody, "told": true })).await;
        assert_eq!(lifted["liftRestriction"]["subject"]["status"], "ACTIVE");
        world.finish().await;
    }

    async fn an_objection_is_taken_back(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        open(&world, "OBJECTION", &ada, json!({ "purpose": "service_improvement" })).await;
        world.drain().await;
        const DECISION: &str = "query($id: ID!) { processingDecision(subject: { id: $id }, purpose: \"service_improvement\") { reason } }";
        const WITHDRAW: &str = "mutation($id: ID!) { withdrawObjection(input: { subject: { id: $id }, purpose: \"service_improvement\" }) { subject { id } } }";
        assert_eq!(world.ask(DECISION, json!({ "id": ada })).await["processingDecision"]["reason"], "OBJECTED");
        world.ask(WITHDRAW, json!({ "id": ada })).await;
        assert_eq!(world.ask(DECISION, json!({ "id": ada })).await["processingDecision"]["reason"], "OTHER_LAWFUL_BASIS");
        assert!(world.owner.refused(WITHDRAW, json!({ "id": ada })).await.is("CONFLICT", "NOT_OBJECTED"));
        world.finish().await;
    }

    async fn a_right_that_does_not_apply_explains_itself(world: World) {
        world.import_registers().await;
        let ada = person(&world, "ada").await;
        for (input, explained) in [
            (json!({ "type": "OBJECTION", "purpose": "agent_interaction" }), "GDPR Article 21(1)"),
            (json!({ "type": "OPT_OUT_OF_SALE" }), "CCPA 1798.120"),
        ] {
            let mut input = input;
            input["subject"] = json!({ "id": ada });
            let answer = world.owner.send(OPEN, json!({ "input": input })).await;
            assert_eq!(answer["errors"][0]["extensions"]["reason"], "RIGHT_NOT_APPLICABLE", "{answer}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains(explained), "{answer}");
        }
        world.finish().await;
    }
}
