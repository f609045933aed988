//! A person's own pages.

use base64::Engine as _;
use recital_tests::{Engine, World, both_engines, browse};
use serde_json::{Value, json};

use super::{
    CHAT,
    accounts::{ADA, Browser, PASSWORD, find, member},
    set,
};
use crate::accuracy::{Page, entries};

const REQUESTS: &str = "{ subjectRequests(first: 20) { edges { node { id type state } } } }";
const DECIDE: &str = "query($id: ID!, $purpose: String!) { processingDecision(subject: { id: $id }, purpose: $purpose) { allowed reason } }";

/// Newest first.
async fn requests(world: &World) -> Vec<Value> {
    let seen = world.ask(REQUESTS, json!({})).await;
    seen["subjectRequests"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

async fn reason(world: &World, subject: &str, purpose: &str) -> Value {
    world.ask(DECIDE, json!({ "id": subject, "purpose": purpose })).await["processingDecision"]["reason"].take()
}

async fn id(world: &World) -> String {
    find(world, ADA).await["id"].as_str().unwrap().to_owned()
}

/// Somebody signed in, who has agreed to the chat and said something in it.
async fn chatting(world: &World) -> (Browser, String) {
    let (_, mut browser) = member(world).await;
    let subject = id(world).await;
    change(&mut browser, "give").await;
    const STORE: &str = "mutation($id: ID!) { storeRecords(input: { records: [
        { subject: { id: $id }, dataType: \"conversation_history\", purpose: \"agent_interaction\", payload: { query: \"hello\" } },
        { subject: { id: $id }, dataType: \"conversation_history\", purpose: \"agent_interaction\", payload: { query: \"bye\" } }] }) { records { id } } }";
    world.ask(STORE, json!({ "id": subject })).await;
    (browser, subject)
}

async fn change(browser: &mut Browser, change: &str) -> Page {
    let done = browser.fill("/me/consents", &[("purpose", CHAT), ("change", change)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser.get("/me/consents").await
}

/// Opens the request that the page offers.
async fn exercise(browser: &mut Browser, right: &str, form: &[(&str, &str)]) -> Page {
    browser.fill(&format!("/me/ask/{right}"), form).await
}

both_engines! {
    async fn a_person_sees_what_is_held_on_which_ground_and_until_when(world: World) {
        let (mut browser, _) = chatting(&world).await;
        let page = browser.get("/me").await;
        assert_eq!((page.status, page.find("h1")), (200, vec!["What is held about you".to_owned()]));
        assert!(page.find("dd").contains(&ADA.to_owned()) && page.find("dd").contains(&"Ada Lovelace".to_owned()), "{:?}", page.find("dd"));
        assert_eq!(page.find("tbody th"), ["Conversation history"]);
        assert_eq!(page.find("tbody .number"), ["2"]);
        assert_eq!(page.find("tbody td:last-child"), ["31 March 2026"], "30 days, as the register says");
        assert!(page.text().contains("your consent (Article 6(1)(a) GDPR)"), "{}", page.text());
        assert!(entries(&world, "centre.data_shown").await >= 1, "each look is on record");
        assert!(!page.body.contains("<script"));

        for path in ["/me", "/me/details", "/me/consents", "/me/requests", "/me/ask/erasure"] {
            let stranger = Browser::at(&browser.centre).get(path).await;
            assert_eq!((stranger.status, stranger.headers["location"].to_str().unwrap()), (303, "/privacy/acme/account/sign-in"));
        }
        world.finish().await;
    }

    async fn a_consent_is_given_and_taken_back_with_one_click_each(world: World) {
        let (_, mut browser) = member(&world).await;
        let subject = id(&world).await;
        let page = browser.get("/me/consents").await;
        assert_eq!((page.find(".state"), page.find(".panel button")), (vec!["Not allowed.".to_owned()], vec!["Allow".to_owned()]));
        let page = change(&mut browser, "give").await;
        assert_eq!((page.find(".state"), page.find(".panel button")), (vec!["Allowed by you since 1 March 2026.".to_owned()], vec!["Do not allow any more".to_owned()]));
        assert_eq!(reason(&world, &subject, CHAT).await, "CONSENT_GIVEN");
        let receipt = browser.get(&format!("/me/consents/{CHAT}/receipt")).await;
        assert_eq!(receipt.headers["content-disposition"], "attachment; filename=\"consent-receipt.jsonld\"");
        let receipt: Value = serde_json::from_str(&receipt.body).unwrap();
        assert!(receipt["proof"]["jws"].is_string(), "{receipt}");
        let page = change(&mut browser, "withdraw").await;
        assert_eq!(reason(&world, &subject, CHAT).await, "CONSENT_WITHDRAWN");
        assert_eq!(page.find(".timeline li").len(), 2);

        const HISTORY: &str = "query($id: ID!) { subject(ref: { id: $id }) { consentHistory(first: 9) { edges { node { method recordedBy policyVersion notice { text } } } } } }";
        let history = world.ask(HISTORY, json!({ "id": subject })).await["subject"]["consentHistory"]["edges"].take();
        let given = &history[1]["node"];
        assert_eq!((&given["method"], &given["policyVersion"]), (&json!("PRIVACY_CENTRE"), &json!("2026-03-01")));
        assert!(given["notice"]["text"].as_str().unwrap().ends_with("[Allow]") && given["recordedBy"] == format!("subject:{}", given["recordedBy"].as_str().unwrap().split(':').nth(1).unwrap()));

        // What nobody is asked about here cannot be agreed to here.
        let other = browser.post("/me/consents", &[("purpose", "marketing"), ("change", "give")]).await;
        assert_eq!(other.status, 404);
        set(&world, json!({ "offeredPurposes": [] })).await;
        assert_eq!(browser.get("/me/consents").await.find(".state").len(), 1, "what was agreed to stays there to be changed");
        world.finish().await;
    }

    async fn details_are_corrected_where_they_stand_and_the_question_about_them_ends(world: World) {
        let (_, mut browser) = member(&world).await;
        let subject = id(&world).await;
        const FORMAT: &str = "mutation { setAttributeFormat(input: { path: \"phone\", format: PHONE }) { format { path } } }";
        world.ask(FORMAT, json!({})).await;
        const UPDATE: &str = "mutation($id: ID!) { updateProfile(input: { subject: { id: $id }, attributes: { phone: \"+43 1 5880\" } }) { subject { id } } }";
        world.ask(UPDATE, json!({ "id": subject })).await;
        crate::accuracy::ask(&world, &subject).await;
        assert_eq!(browser.get("/me").await.find("#asked").len(), 1);

        let page = browser.get("/me/details").await;
        let version = page.attribute("input[name=version]", "value");
        let wrong = browser.post("/me/details", &[("version", &version), ("field:phone", "none")]).await;
        assert_eq!((wrong.status, wrong.find(".wrong").len()), (422, 1), "{}", wrong.body);
        assert_eq!(wrong.attribute("[aria-invalid]", "value"), "none", "what was entered stays");
        let stale = browser.post("/me/details", &[("version", "1"), ("field:name", "Ada King Lovelace")]).await;
        assert_eq!(stale.status, 409);
        let saved = browser.post("/me/details", &[("version", &version), ("field:name", "Ada King Lovelace")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(find(&world, ADA).await["profile"]["attributes"]["name"], "Ada King Lovelace");
        let corrected = "{ reverifications(filter: { state: CORRECTED }) { totalCount } }";
        assert_eq!(world.ask(corrected, json!({})).await["reverifications"]["totalCount"], 1);
        assert_eq!(browser.get("/me").await.find("#asked").len(), 0);

        let version = browser.get("/me/details").await.attribute("input[name=version]", "value");
        let unchanged = browser.post("/me/details", &[("version", &version)]).await;
        assert_eq!(unchanged.status, 422, "a form without a change is no correction");
        assert_eq!(browser.post("/me/details/confirm", &[]).await.status, 303);
        assert_eq!(entries(&world, "accuracy.own_data_confirmed").await, 1);
        world.finish().await;
    }

    async fn a_person_fetches_their_data(world: World) {
        let (mut browser, _) = chatting(&world).await;
        let done = exercise(&mut browser, "access", &[]).await;
        assert_eq!(done.headers["location"], "/privacy/acme/me/requests?done=opened");
        world.drain().await;
        assert_eq!(requests(&world).await[0]["state"], "COMPLETED");
        let page = browser.get("/me/requests").await;
        assert_eq!(page.find(".panel h2"), ["access to your data"]);
        let package = browser.get(&page.attribute("a.button", "href")).await;
        assert!(package.status == 200 && package.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        world.finish().await;
    }

    async fn an_erasure_is_sure_examined_and_can_be_taken_back(world: World) {
        let (mut browser, _) = chatting(&world).await;
        let page = browser.get("/me/ask/erasure").await;
        assert!(page.text().contains("examines the request first"), "{}", page.text());
        assert_eq!(exercise(&mut browser, "erasure", &[]).await.status, 422, "without the tick nothing happens");
        assert!(requests(&world).await.is_empty());
        assert_eq!(exercise(&mut browser, "erasure", &[("sure", "yes")]).await.status, 303);
        world.drain().await;
        assert_eq!(requests(&world).await[0]["state"], "AWAITING_APPROVAL");
        let page = browser.get("/me/requests").await;
        let cancel = page.attribute("form[action*=cancel]", "action");
        assert_eq!(browser.post(cancel.strip_prefix("/privacy/acme").unwrap(), &[]).await.status, 303);
        assert_eq!(requests(&world).await[0]["state"], "CANCELLED");

        const AT_ONCE: &str = "mutation { setRequestPolicy(input: { erasureApproval: NONE }) { policy { erasureApproval } } }";
        world.ask(AT_ONCE, json!({})).await;
        assert!(browser.get("/me/ask/erasure").await.text().contains("It begins at once"));
        assert_eq!(exercise(&mut browser, "erasure", &[("sure", "yes")]).await.status, 303);
        world.drain().await;
        assert_eq!(requests(&world).await[0]["state"], "COMPLETED");
        assert_eq!(browser.get("/me").await.status, 303, "the account is gone with the person");
        world.finish().await;
    }

    async fn a_person_objects_and_has_their_data_set_aside(world: World) {
        let (mut browser, subject) = chatting(&world).await;
        const INTEREST: &str = "mutation { definePurpose(input: { key: \"fraud\", name: \"Fraud\", description: \"Finding fraud\",
            lawfulBasis: LEGITIMATE_INTERESTS, dataCollected: [\"conversation_history\"], retention: \"P30D\",
            storageLocation: \"eu\", legitimateInterestAssessment: \"weighed\" }) { purpose { id } } }";
        world.ask(INTEREST, json!({})).await;
        let page = browser.get("/me/ask/objection").await;
        assert!(page.text().contains("A consent you simply take back"), "the right says what it does not reach");
        for purpose in ["", CHAT, "nothing"] {
            let wrong = browser.post("/me/ask/objection", &[("purpose", purpose)]).await;
            assert_eq!((wrong.status, wrong.find("[role=alert]").len()), (422, 1), "{purpose}");
        }
        exercise(&mut browser, "objection", &[("purpose", "fraud")]).await;
        world.drain().await;
        assert_eq!(reason(&world, &subject, "fraud").await, "OBJECTED");
        exercise(&mut browser, "restriction", &[]).await;
        world.drain().await;
        assert_eq!(reason(&world, &subject, CHAT).await, "RESTRICTED");
        assert_eq!(browser.get("/me").await.find(".notice").len(), 1);
        world.finish().await;
    }

    async fn a_form_counts_only_from_the_persons_own_page_and_for_their_own_requests(world: World) {
        let (mut browser, _) = chatting(&world).await;
        let eve = world.subject("eve").await;
        const OPEN: &str = "mutation($id: ID!) { openSubjectRequest(input: { type: ERASURE, subject: { id: $id } }) { request { id } } }";
        let request = world.ask(OPEN, json!({ "id": eve })).await["openSubjectRequest"]["request"]["id"].as_str().unwrap().to_owned();
        let inner = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(request).unwrap();
        let inner = String::from_utf8(inner).unwrap().split(':').nth(1).unwrap().to_owned();
        browser.get("/me/requests").await;
        assert_eq!(browser.post(&format!("/me/requests/{inner}/cancel"), &[]).await.status, 404);
        assert_eq!(requests(&world).await[0]["state"], "AWAITING_IDENTITY");

        "forged".clone_into(&mut browser.form);
        for (path, form) in [
            ("/me/consents", vec![("purpose", CHAT), ("change", "withdraw")]), ("/me/details/confirm", vec![]),
            ("/me/ask/erasure", vec![("sure", "yes")]), ("/me/ask/access", vec![]),
        ] {
            assert_eq!(browser.post(path, &form).await.status, 403, "{path}");
        }
        assert_eq!(requests(&world).await.len(), 1);
        world.finish().await;
    }

    async fn a_message_stands_on_the_persons_own_page(world: World) {
        let (mut browser, _) = chatting(&world).await;
        exercise(&mut browser, "erasure", &[("sure", "yes")]).await;
        const WRITE: &str = "mutation($id: ID!) { messageSubjectRequest(input: { id: $id, text: \"Are you sure, Ms Lovelace?\" }) { request { id } } }";
        world.ask(WRITE, json!({ "id": requests(&world).await[0]["id"] })).await;
        const NOTE: &str = "mutation($id: ID!) { noteSubjectRequest(input: { id: $id, note: \"a difficult one\" }) { request { id } } }";
        world.ask(NOTE, json!({ "id": requests(&world).await[0]["id"] })).await;
        let page = browser.get("/me/requests").await;
        assert_eq!(page.find(".written"), ["Are you sure, Ms Lovelace?"]);
        assert!(!page.text().contains("a difficult one"), "the tenant's own notes are its own");
        world.drain().await;
        world.finish().await;
    }
}

#[tokio::test]
async fn a_person_sees_to_their_data_in_a_browser() {
    let world = World::start(Engine::Sqlite).await;
    let (browser, _) = chatting(&world).await;
    let own = world.database.folder.path().display().to_string();
    let given = json!({
        "url": browser.centre, "email": ADA, "password": PASSWORD, "purpose": "AI Agent Interactions",
        "languages": ["en", "de"], "folder": std::env::var("RECITAL_PICTURES").unwrap_or(own),
    });
    browse("centre", given).await;
    world.finish().await;
}
