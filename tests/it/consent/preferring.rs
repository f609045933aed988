//! The preference page: a person sees what they agreed to, and changes it.

use chrono::TimeDelta;
use recital_tests::{Engine, World, both_engines, browse};
use serde_json::json;

use super::{CHAT, HISTORY, RECORD, define, for_sale, give, given_with, reason, states, world_with_subject};
use crate::accuracy::{Page, entries};

const CREATE: &str = "mutation($id: ID!, $days: Int! = 30) {
    createPreferenceLink(input: { subject: { id: $id }, validForDays: $days }) { url expiresAt } }";

async fn link(world: &World, subject: &str) -> String {
    let created = world.ask(CREATE, json!({ "id": subject })).await;
    created["createPreferenceLink"]["url"].as_str().unwrap().to_owned()
}

/// The page after its redirect.
async fn change(link: &str, purpose: &str, change: &str) -> Page {
    Page::post(link, &[("purpose", purpose), ("change", change)]).await
}

async fn get_with(link: &str, header: &'static str, value: &'static str) -> Page {
    Page::of(reqwest::Client::new().get(link).header(header, value)).await
}

both_engines! {
    async fn a_person_changes_each_choice_with_one_click(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let link = link(&world, &ada).await;
        let page = Page::get(&link).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.find(".state"), ["Allowed by you since 1 March 2026."]);
        assert_eq!(page.find("button"), ["Do not allow any more"]);
        assert_eq!(states(&world, &ada).await, ["GIVEN"], "a look changes nothing");

        world.advance(TimeDelta::days(1));
        let page = change(&link, CHAT, "withdraw").await;
        assert_eq!((page.status, page.find("[role=status]").len()), (200, 1));
        assert_eq!(page.find(".state"), ["Not allowed: you took it back on 2 March 2026."]);
        assert_eq!(page.find("button"), ["Allow"]);
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_WITHDRAWN");
        assert_eq!(change(&link, CHAT, "withdraw").await.status, 200, "twice is no fault");

        change(&link, CHAT, "give").await;
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        let history = world.ask(HISTORY, json!({ "id": ada, "first": 9 })).await["subject"]["consentHistory"]["edges"].take();
        let given = &history[0]["node"];
        assert_eq!((&given["method"], &given["policyVersion"]), (&json!("PRIVACY_CENTRE"), &json!("2026-01")));
        assert!(given["notice"]["text"].as_str().unwrap().ends_with("[Allow]"), "{given}");
        assert!(given["recordedBy"].as_str().unwrap().starts_with("subject:"));
        assert_eq!(states(&world, &ada).await, ["GIVEN", "WITHDRAWN", "GIVEN"]);
        world.finish().await;
    }

    async fn a_link_is_made_by_who_may_and_works_until_it_expires(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let auditor = world.client("AUDITOR").await;
        assert!(auditor.refused(CREATE, json!({ "id": ada })).await.is("FORBIDDEN", "PERMISSION_REQUIRED"));
        for days in [0, 366] {
            let refusal = world.owner.refused(CREATE, json!({ "id": ada, "days": days })).await;
            assert!(refusal.is("BAD_USER_INPUT", "OUT_OF_RANGE"));
        }
        let link = link(&world, &ada).await;
        assert_eq!(entries(&world, "consent.preference_link_created").await, 1);
        let (_, stranger) = world.another_tenant("umbra").await;
        assert!(stranger.refused(CREATE, json!({ "id": ada })).await.is("NOT_FOUND", "NOT_FOUND"));
        let other = if link.ends_with('x') { 'y' } else { 'x' };
        for forged in [format!("{}{other}", &link[..link.len() - 1]), format!("{}/preferences/nonsense", world.url)] {
            assert_eq!(Page::get(&forged).await.status, 404);
            assert_eq!(change(&forged, CHAT, "withdraw").await.status, 404);
        }
        world.advance(TimeDelta::days(30));
        assert_eq!(Page::get(&link).await.status, 410);
        assert_eq!(change(&link, CHAT, "withdraw").await.status, 410);
        assert_eq!(states(&world, &ada).await, ["GIVEN"]);
        world.finish().await;
    }

    async fn no_other_site_and_no_flood_changes_anything(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let link = link(&world, &ada).await;
        let form = [("purpose", CHAT), ("change", "withdraw")];
        let foreign = reqwest::Client::new().post(&link).header("sec-fetch-site", "cross-site").form(&form);
        assert_eq!(Page::of(foreign).await.status, 403);
        for form in [&[("purpose", CHAT)][..], &[("purpose", CHAT), ("change", "delete")], &[("purpose", "no_such"), ("change", "give")]] {
            assert!(Page::post(&link, form).await.status >= 400);
        }
        assert_eq!(states(&world, &ada).await, ["GIVEN"]);
        let page = Page::get(&link).await;
        assert_eq!(page.headers["content-security-policy"], "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        assert!(!page.body.contains("<script") && !page.body.contains(" style="));
        let looks = futures::future::join_all((0..80).map(|_| Page::get(&link))).await;
        assert!(looks.iter().any(|page| page.status == 429), "a link is not asked for without end");
        world.finish().await;
    }

    async fn a_browser_that_says_no_to_sale_is_heeded(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, for_sale("ads")).await;
        for purpose in ["ads", CHAT] {
            world.ask(RECORD, given_with(&ada, json!({ "purpose": purpose }))).await;
        }
        let link = link(&world, &ada).await;
        for _ in 0..2 {
            let page = get_with(&link, "sec-gpc", "1").await;
            assert!(page.text().contains("Global Privacy Control"));
            assert_eq!(page.find("button").len(), 1, "what the browser refuses cannot be given here");
        }
        assert_eq!((reason(&world, &ada, "ads").await, reason(&world, &ada, CHAT).await), ("CONSENT_WITHDRAWN".into(), "CONSENT_GIVEN".into()));
        assert_eq!(states(&world, &ada).await, ["WITHDRAWN", "GIVEN", "GIVEN"], "one event of its own");
        let defiant = reqwest::Client::new().post(&link).header("sec-gpc", "1").form(&[("purpose", "ads"), ("change", "give")]);
        Page::of(defiant).await;
        assert_eq!(reason(&world, &ada, "ads").await, "CONSENT_WITHDRAWN");
        change(&link, "ads", "give").await;
        assert_eq!(reason(&world, &ada, "ads").await, "CONSENT_GIVEN", "without the signal the person decides");
        world.finish().await;
    }

    async fn what_is_special_is_given_explicitly(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "health", "name": "Health", "specialCategory": true })).await;
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "health", "given": false }))).await;
        let link = link(&world, &ada).await;
        let page = Page::get(&link).await;
        assert_eq!(page.find("button"), ["Allow explicitly"]);
        assert!(page.text().contains("Article 9 GDPR"));
        change(&link, "health", "give").await;
        assert_eq!(reason(&world, &ada, "health").await, "CONSENT_GIVEN");
        world.finish().await;
    }
}

/// Two purposes, one of them of a special category, for a person who reads German or English.
async fn furnished() -> (World, String) {
    let world = World::start(Engine::Sqlite).await;
    let ada = world_with_subject(&world).await;
    define(&world, json!({ "key": "news", "name": "Newsletter", "description": "We write to you once a month about what is new." })).await;
    define(
        &world,
        json!({ "key": "health", "name": "Training advice", "specialCategory": true,
        "description": "We use your heart rate to advise you." }),
    )
    .await;
    for purpose in ["news", CHAT] {
        world.ask(RECORD, given_with(&ada, json!({ "purpose": purpose }))).await;
    }
    world.ask(RECORD, given_with(&ada, json!({ "purpose": "health", "given": false }))).await;
    (world, ada)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_shows_the_page_to_everybody() {
    let (world, ada) = furnished().await;
    let url = link(&world, &ada).await;
    let given = json!({ "url": url, "purpose": "Newsletter", "on": "Allowed by you", "off": "Not allowed",
        "screenshot": std::env::var("RECITAL_SCREENSHOT").ok() });
    browse("preferences", given).await;
    assert_eq!(states(&world, &ada).await[..4], ["GIVEN", "WITHDRAWN", "GIVEN", "WITHDRAWN"]);
    assert_eq!(reason(&world, &ada, "news").await, "CONSENT_GIVEN");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_finds_no_barrier_on_the_pages_behind_mails() {
    let world = World::start(Engine::Sqlite).await;
    let ada = world_with_subject(&world).await;
    world.ask(RECORD, given_with(&ada, json!({ "doubleOptIn": true }))).await;
    crate::accuracy::ask(&world, &ada).await;
    let mails = world.inbox.mails();
    let links = mails.iter().flat_map(|mail| mail.text.lines()).filter(|line| line.starts_with("http"));
    let mut pages: Vec<String> = links.map(str::to_owned).collect();
    assert_eq!(pages.len(), 2);
    pages.push(format!("{}/verify/nonsense", world.url));
    browse("audit", json!({ "pages": pages })).await;
    world.finish().await;
}
