//! Double opt-in: consent counts once the person has confirmed it with the link they were mailed.

use chrono::TimeDelta;
use recital_tests::{World, both_engines};
use serde_json::json;

use super::{CHAT, HISTORY, RECORD, WITHDRAW, give, given_with, reason, states, withdrawal, world_with_subject};
use crate::accuracy::{Page, entries};

const ADA: &str = "ada@example.com";

fn asked(subject: &str) -> serde_json::Value {
    given_with(subject, json!({ "doubleOptIn": true, "noticeText": "May we?" }))
}

/// The link of the newest mail.
fn newest_link(world: &World) -> String {
    let mails = world.inbox.mails();
    let mail = mails.last().expect("a mail");
    assert_eq!(mail.to, ADA);
    mail.text.lines().find(|line| line.contains("/confirm/")).expect("a link").trim().to_owned()
}

both_engines! {
    async fn consent_counts_once_the_mailed_link_was_used(world: World) {
        let ada = world_with_subject(&world).await;
        let pending = world.ask(RECORD, asked(&ada)).await["recordConsent"]["consent"].take();
        assert_eq!((&pending["state"], &pending["canWithdraw"]), (&json!("PENDING_CONFIRMATION"), &json!(true)));
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_PENDING");
        world.drain().await;
        let link = newest_link(&world);
        for _ in 0..2 {
            let page = Page::get(&link).await;
            assert_eq!((page.status, page.find("h1")), (200, vec!["Do you agree?".to_owned()]));
        }
        let head = Page::of(reqwest::Client::new().head(&link)).await;
        assert_eq!(head.status, 200);
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_PENDING", "a look changes nothing");
        assert_eq!(Page::post(&link, &[("action", "nonsense")]).await.status, 400);

        world.advance(TimeDelta::hours(1));
        let clicks = (0..10).map(|_| { let link = link.clone(); async move { Page::post(&link, &[("action", "confirm")]).await.status } });
        let mut statuses = futures::future::join_all(clicks).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [&[200][..], &[410; 9]].concat(), "it works once");
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        let history = world.ask(HISTORY, json!({ "id": ada, "first": 9 })).await["subject"]["consentHistory"]["edges"].take();
        let given = &history[0]["node"];
        assert_eq!((&given["state"], &given["method"]), (&json!("GIVEN"), &json!("DOUBLE_OPT_IN")));
        assert_eq!(given["notice"]["text"], "May we?");
        assert!(given["recordedBy"].as_str().unwrap().starts_with("subject:"));
        assert_eq!(Page::get(&link).await.find("h1"), ["You have already answered"]);
        assert_eq!((entries(&world, "consent.given").await, entries(&world, "consent.awaits_confirmation").await), (1, 1));
        world.finish().await;
    }

    async fn the_mail_and_the_page_speak_the_persons_language(world: World) {
        const REGISTER: &str = "mutation($locale: String) { registerSubject(input: {
            externalId: \"ada\", email: \"ada@example.com\", locale: $locale }) { subject { id } } }";
        world.import_registers().await;
        let ada = world.ask(REGISTER, json!({ "locale": "fr-CH" })).await["registerSubject"]["subject"]["id"].take();
        world.ask(RECORD, asked(ada.as_str().unwrap())).await;
        world.drain().await;
        let mail = world.inbox.mails().pop().unwrap();
        assert!(mail.subject.starts_with("Merci de confirmer"), "{}", mail.subject);
        let page = Page::get(&newest_link(&world)).await;
        assert_eq!((page.attribute("html", "lang"), page.attribute("#purpose", "lang")), ("fr".into(), "en".into()));
        assert_eq!(page.find("h1"), ["Êtes-vous d’accord ?"]);
        world.finish().await;
    }

    async fn an_expired_link_offers_a_new_one_and_nobody_is_flooded(world: World) {
        let ada = world_with_subject(&world).await;
        world.ask(RECORD, asked(&ada)).await;
        world.drain().await;
        let old = newest_link(&world);
        world.advance(TimeDelta::days(7));
        for page in [Page::get(&old).await, Page::post(&old, &[("action", "confirm")]).await] {
            assert_eq!((page.status, page.find("h1")), (410, vec!["This link has expired".to_owned()]));
        }
        let forged = Page::post(&format!("{}/confirm/nonsense", world.url), &[("action", "resend")]).await;
        for _ in 0..5 {
            assert_eq!(Page::post(&old, &[("action", "resend")]).await.body, forged.body, "nothing is told");
        }
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 4, "three more at most in a day");
        let new = newest_link(&world);
        assert_ne!(new, old);
        let refusal = world.owner.refused(RECORD, asked(&ada)).await;
        assert!(refusal.is("RATE_LIMITED", "CONFIRMATION_MAILS"), "{refusal:?}");
        assert_eq!(states(&world, &ada).await, ["PENDING_CONFIRMATION"]);
        assert_eq!(Page::post(&new, &[("action", "confirm")]).await.status, 200);
        Page::post(&old, &[("action", "resend")]).await;
        assert_eq!(world.drain().await, 0, "who has confirmed is not asked again");
        world.finish().await;
    }

    async fn who_withdraws_is_not_asked_any_more(world: World) {
        let ada = world_with_subject(&world).await;
        world.ask(RECORD, asked(&ada)).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 0, "the queued mail was cancelled");
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_WITHDRAWN");

        world.ask(RECORD, asked(&ada)).await;
        world.drain().await;
        let link = newest_link(&world);
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        for page in [Page::get(&link).await, Page::post(&link, &[("action", "confirm")]).await] {
            assert_eq!((page.status, page.find("h1")), (410, vec!["This question is closed".to_owned()]));
        }
        assert_eq!(states(&world, &ada).await, ["WITHDRAWN", "PENDING_CONFIRMATION", "WITHDRAWN", "PENDING_CONFIRMATION"]);
        world.finish().await;
    }

    async fn a_form_with_anothers_address_ends_nothing(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let still = world.ask(RECORD, asked(&ada)).await["recordConsent"]["consent"].take();
        assert_eq!(still["state"], "GIVEN");
        world.drain().await;
        assert_eq!((world.inbox.mails().len(), states(&world, &ada).await.len()), (0, 1));

        const NOBODY: &str = "mutation { registerSubject(input: { externalId: \"mute\" }) { subject { id } } }";
        let mute = world.ask(NOBODY, json!({})).await["registerSubject"]["subject"]["id"].take();
        assert!(world.owner.refused(RECORD, asked(mute.as_str().unwrap())).await.is("CONFLICT", "NO_ADDRESS"));
        world.finish().await;
    }
}
