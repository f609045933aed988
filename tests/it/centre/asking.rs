//! Asking without an account.

use chrono::TimeDelta;
use recital_domain::centre;
use recital_tests::{World, both_engines};
use reqwest::Client;
use serde_json::{Value, json};

use super::{open, set};
use crate::accuracy::Page;

const ADA: &str = "ada@example.com";
const EVE: &str = "eve@example.com";

const REQUESTS: &str = "{ subjectRequests(first: 20) { edges { node { id type regime state receivedAt subject { id } timeline { what note } } } } }";

/// Newest first.
async fn requests(world: &World) -> Vec<Value> {
    let seen = world.ask(REQUESTS, json!({})).await;
    seen["subjectRequests"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

/// The page after the redirect, with all mails sent.
async fn ask(world: &World, url: &str, right: &str, form: &[(&str, &str)]) -> Page {
    let page = Page::post(&format!("{url}/ask/{right}"), form).await;
    world.drain().await;
    page
}

fn mails(world: &World, to: &str) -> Vec<String> {
    world.inbox.mails().into_iter().filter(|mail| mail.to == to).map(|mail| mail.text).collect()
}

fn link(world: &World, to: &str) -> String {
    let mail = mails(world, to).pop().expect("a mail");
    mail.lines().find(|line| line.contains("/request/")).expect("a link").trim().to_owned()
}

async fn number(world: &World, sql: &str) -> i64 {
    world.database.number(sql).await.unwrap()
}

both_engines! {
    async fn a_person_without_an_account_asks_and_proves_their_address(world: World) {
        let url = open(&world).await;
        let ada = world.subject("ada").await;
        let form = Page::get(&format!("{url}/ask/access")).await;
        assert_eq!((form.status, form.find("h1")), (200, vec!["See your data".to_owned()]));
        assert_eq!(form.attribute("#email", "autocomplete"), "email");

        let asked_at = world.now();
        let page = ask(&world, &url, "access", &[("email", " Ada@Example.com ")]).await;
        assert_eq!((page.status, page.find("h1")), (200, vec!["Look into your mailbox".to_owned()]));
        let [request] = requests(&world).await.try_into().unwrap();
        assert_eq!((&request["type"], &request["state"], &request["subject"]["id"]), (&json!("ACCESS"), &json!("AWAITING_IDENTITY"), &json!(ada)));
        assert_eq!(request["receivedAt"].as_str().unwrap().parse(), Ok(asked_at), "the deadline counts from the asking");

        let link = link(&world, ADA);
        let page = Page::get(&link).await;
        assert_eq!(page.attribute("header .name", "href"), "/privacy/acme", "the request's page wears the centre");
        let page = Page::post(&link, &[("action", "prove")]).await;
        assert!(page.text().contains("Your request is being dealt with"), "{}", page.body);
        world.drain().await;
        assert_eq!(requests(&world).await[0]["state"], "COMPLETED");
        assert_eq!(number(&world, "SELECT count(*) FROM centre_asks WHERE address IS NOT NULL OR note IS NOT NULL").await, 0);

        set(&world, json!({ "enabled": false })).await;
        let page = Page::get(&link).await;
        assert_eq!((page.status, page.find("header a").len()), (200, 0), "a centre that is switched off is not led to");
        world.finish().await;
    }

    async fn nobody_learns_whether_an_address_is_known(world: World) {
        let url = open(&world).await;
        world.subject("ada").await;
        let known = ask(&world, &url, "erasure", &[("email", ADA)]).await;
        let unknown = ask(&world, &url, "erasure", &[("email", EVE)]).await;
        assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
        let told = mails(&world, EVE);
        assert!(told.len() == 1 && told[0].contains("Nothing is held under this address"), "{told:?}");
        assert_eq!(requests(&world).await.len(), 1);

        for _ in 0..8 {
            let again = ask(&world, &url, "access", &[("email", EVE)]).await;
            assert_eq!(again.body, known.body, "whoever asks too often learns no more");
        }
        assert_eq!(mails(&world, EVE).len(), 1, "one mail a day");
        assert_eq!(number(&world, "SELECT count(*) FROM centre_asks").await, 6, "five asks an hour for one address");

        world.advance(TimeDelta::hours(25));
        centre::forget_asks(&world.app, world.tenant, uuid::Uuid::new_v4()).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM centre_asks").await, 0, "the hash of an address is kept for a day");
        ask(&world, &url, "access", &[("email", EVE)]).await;
        assert_eq!(mails(&world, EVE).len(), 2);
        world.finish().await;
    }

    async fn whoever_asks_again_gets_the_link_once_more_and_not_every_time(world: World) {
        let url = open(&world).await;
        world.subject("ada").await;
        ask(&world, &url, "access", &[("email", ADA)]).await;
        let first = link(&world, ADA);
        for (minutes, sent) in [(1, 2), (30, 2), (40, 3)] {
            world.advance(TimeDelta::minutes(minutes));
            ask(&world, &url, "access", &[("email", ADA)]).await;
            assert_eq!((mails(&world, ADA).len(), link(&world, ADA)), (sent, first.clone()));
        }
        let ids: std::collections::BTreeSet<_> = world.inbox.mails().iter().map(|mail| mail.headers["Message-ID"].clone()).collect();
        assert_eq!(ids.len(), 3, "no mail program takes one for another");
        assert_eq!(requests(&world).await.len(), 1);
        world.finish().await;
    }

    async fn every_right_can_be_asked_for_under_the_laws_that_the_tenant_names(world: World) {
        let url = open(&world).await;
        set(&world, json!({ "regimes": ["GDPR", "CCPA"] })).await;
        const INTEREST: &str = "mutation { definePurpose(input: { key: \"fraud\", name: \"Fraud\", description: \"Finding fraud\",
            lawfulBasis: LEGITIMATE_INTERESTS, dataCollected: [\"conversation_history\"], retention: \"P30D\",
            storageLocation: \"eu\", legitimateInterestAssessment: \"weighed\" }) { purpose { id } } }";
        world.ask(INTEREST, json!({})).await;
        world.subject("ada").await;
        for (right, more, kind) in [
            ("access", ("regime", "CCPA"), "ACCESS"), ("erasure", ("regime", "GDPR"), "ERASURE"),
            ("portability", ("regime", "GDPR"), "PORTABILITY"), ("restriction", ("regime", ""), "RESTRICTION"),
            ("objection", ("purpose", "fraud"), "OBJECTION"),
        ] {
            let page = ask(&world, &url, right, &[("email", ADA), more]).await;
            assert_eq!(page.status, 200, "{right}: {}", page.body);
            assert_eq!(requests(&world).await[0]["type"], kind);
            world.advance(TimeDelta::hours(1));
        }
        assert_eq!(requests(&world).await.last().unwrap()["regime"], "CCPA");
        ask(&world, &url, "opt-out-of-sale", &[("email", ADA)]).await;
        assert_eq!((&requests(&world).await[0]["type"], &requests(&world).await[0]["regime"]), (&json!("OPT_OUT_OF_SALE"), &json!("CCPA")));
        assert_eq!(Page::get(&format!("{url}/ask/nothing")).await.status, 404);
        set(&world, json!({ "regimes": ["CCPA"] })).await;
        assert_eq!(Page::get(&format!("{url}/ask/objection")).await.status, 404, "the CCPA knows no right to object");
        world.finish().await;
    }

    async fn what_is_wrong_is_told_in_words_and_waits_for_a_member(world: World) {
        let url = open(&world).await;
        world.subject("ada").await;
        let page = ask(&world, &url, "rectification", &[("email", ADA)]).await;
        assert_eq!((page.status, page.find("#note-wrong").len()), (422, 1));
        ask(&world, &url, "rectification", &[("email", ADA), ("note", "It is Lovelace with one o.")]).await;
        Page::post(&link(&world, ADA), &[("action", "prove")]).await;
        world.drain().await;
        let request = requests(&world).await.remove(0);
        assert_eq!(request["state"], "AWAITING_APPROVAL");
        const APPROVE: &str = "mutation($id: ID!) { approveSubjectRequest(input: { id: $id }) { request { state } } }";
        world.ask(APPROVE, json!({ "id": request["id"] })).await;
        world.drain().await;
        assert_eq!(requests(&world).await[0]["state"], "COMPLETED");
        world.finish().await;
    }

    async fn what_cannot_be_sent_is_shown_beside_its_field(world: World) {
        let url = open(&world).await;
        for (right, form, field) in [
            ("access", [("email", "nobody"), ("note", "")], "email"),
            ("rectification", [("email", ADA), ("note", " ")], "note"),
        ] {
            let page = ask(&world, &url, right, &form).await;
            assert_eq!(page.status, 422);
            assert_eq!(page.attribute(&format!("#{field}"), "aria-invalid"), "true");
            assert!(page.attribute(&format!("#{field}"), "aria-describedby").contains(&format!("{field}-wrong")));
            assert_eq!(page.attribute("[role=alert] a", "href"), format!("#{field}"));
        }
        let foreign = Client::new().post(format!("{url}/ask/access")).header("sec-fetch-site", "cross-site");
        assert_eq!(Page::of(foreign.form(&[("email", ADA)])).await.status, 403);
        assert_eq!(number(&world, "SELECT count(*) FROM centre_asks").await, 0);
        world.finish().await;
    }

    async fn a_member_writes_to_the_person_and_the_mail_does_not_hold_it(world: World) {
        let url = open(&world).await;
        world.subject("ada").await;
        ask(&world, &url, "erasure", &[("email", ADA)]).await;
        let link = link(&world, ADA);
        let request = requests(&world).await.remove(0);
        const WRITE: &str = "mutation($id: ID!, $text: String!) { messageSubjectRequest(input: { id: $id, text: $text }) { request { id } } }";
        let message = "Which of your two contracts do you mean, Ms Lovelace?";
        world.ask(WRITE, json!({ "id": request["id"], "text": message })).await;
        world.drain().await;
        let mail = mails(&world, ADA).pop().unwrap();
        assert!(mail.contains("has written to you") && !mail.contains("contracts") && mail.contains(&link), "{mail}");
        assert!(!Page::get(&link).await.text().contains(message), "whoever has not proven the request to be theirs reads nothing");
        Page::post(&link, &[("action", "prove")]).await;
        assert!(Page::get(&link).await.text().contains(message));
        let empty = world.owner.refused(WRITE, json!({ "id": request["id"], "text": " " })).await;
        assert!(empty.is("BAD_USER_INPUT", "REQUIRED") && empty.field.as_deref() == Some("text"), "{empty:?}");
        let auditor = world.client("AUDITOR").await.refused(WRITE, json!({ "id": request["id"], "text": "x" })).await;
        assert!(auditor.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        world.finish().await;
    }
}
