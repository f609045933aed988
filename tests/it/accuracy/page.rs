//! The page behind a mailed link.

use chrono::TimeDelta;
use recital_domain::{evidence::Event, vault, viewer::Permission};
use recital_tests::both_engines;
use serde_json::json;

use super::{Page, ask, at, entries, instant, link_for, questions, subject};

const REGISTER: &str = "mutation($locale: String, $attributes: JSON) { registerSubject(input: {
    externalId: \"ada\", email: \"ada@example.com\", locale: $locale, attributes: $attributes }) { subject { id } } }";

const UPDATE: &str = "mutation($id: ID!) { updateProfile(input: { subject: { id: $id }, attributes: { shoeSize: 40 } }) { subject { id } } }";

const ADA: &str = "ada@example.com";

async fn ada(world: &recital_tests::World, locale: &str) -> String {
    let attributes = json!({
        "name": "Ada <b>Lovelace</b>", "shoeSize": 38, "newsletter": true, "dateOfBirth": "1990-12-01",
        "address": { "city": "Lovelace Town", "postal_code": "12345" }, "tags": ["one", "two"],
    });
    let registered = world.ask(REGISTER, json!({ "locale": locale, "attributes": attributes })).await;
    let id = registered["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned();
    ask(world, &id).await;
    id
}

both_engines! {
    async fn looking_shows_a_person_their_own_data_and_changes_nothing(world: World) {
        let id = ada(&world, "en").await;
        let before = (questions(&world).await, subject(&world, &id).await);
        let link = link_for(&world, ADA);
        for _ in 0..2 {
            let page = Page::get(&link).await;
            assert_eq!(page.status, 200);
            assert_eq!(page.find("header"), ["Acme Ltd"]);
            let (names, values) = (page.find("dt"), page.find("dd"));
            let held: Vec<_> = names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
            for row in [
                ("Name", "Ada <b>Lovelace</b>"), ("E-mail address", ADA), ("Shoe size", "38"), ("Newsletter", "Yes"),
                ("Date of birth", "1 December 1990"), ("Address – Town or city", "Lovelace Town"), ("Tags", "one, two"),
            ] {
                assert!(held.contains(&row), "{row:?} in {held:?}");
            }
        }
        let head = Page::of(reqwest::Client::new().head(&link)).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!((questions(&world).await, subject(&world, &id).await), before);
        assert_eq!(entries(&world, "accuracy.page_opened").await, 2, "HEAD reveals nothing");
        world.finish().await;
    }

    async fn the_page_gives_nothing_away_to_third_parties(world: World) {
        ada(&world, "en").await;
        let page = Page::get(&link_for(&world, ADA)).await;
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
            ("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(page.headers[name], value);
        }
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
        for absent in ["<script", "<img", " style=", "http://", "https://"] {
            assert!(!page.body.contains(absent), "{absent}");
        }
        assert_eq!(page.find("b"), Vec::<String>::new(), "a name is never markup");
        let style = Page::get(&format!("{}/assets/style.css", world.url)).await;
        assert_eq!((style.status, style.headers["content-type"].to_str().unwrap()), (200, "text/css; charset=utf-8"));
        world.finish().await;
    }

    async fn every_value_has_a_label_in_the_persons_language(world: World) {
        ada(&world, "de-AT").await;
        let page = Page::get(&link_for(&world, ADA)).await;
        assert_eq!(page.attribute("html", "lang"), "de");
        assert_eq!(page.find("h1"), ["Stimmen Ihre Daten noch?"]);
        assert!(page.find("dd").contains(&"1. Dezember 1990".to_owned()));
        let labels = page.find("form label");
        assert!(labels.contains(&"Geburtsdatum".to_owned()) && labels.contains(&"Anschrift – Ort".to_owned()), "{labels:?}");
        let fields = page.find("form input:not([type=hidden]), form select, form textarea").len();
        assert_eq!(fields, labels.len());
        world.finish().await;
    }

    async fn a_confirmation_counts_as_a_verification(world: World) {
        let id = ada(&world, "en").await;
        let link = link_for(&world, ADA);
        world.advance(TimeDelta::days(3));
        let page = Page::post(&link, &[("action", "confirm")]).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.find("h1"), ["Thank you"]);
        let person = subject(&world, &id).await;
        assert_eq!(instant(&person["lastVerifiedAt"]), world.now());
        assert_eq!(instant(&person["nextVerificationDue"]), at("2027-03-04T09:00:00Z"));
        assert_eq!(person["profile"]["version"], 1);
        assert_eq!(questions(&world).await[0]["state"], "CONFIRMED");
        assert_eq!(instant(&questions(&world).await[0]["answeredAt"]), world.now());
        assert_eq!(entries(&world, "accuracy.confirmed").await, 1);

        for page in [Page::get(&link).await, Page::post(&link, &[("action", "dispute")]).await] {
            assert_eq!(page.status, 410);
            assert_eq!(page.find("h1"), ["You have already answered"]);
            assert!(page.text().contains("4 March 2026") && page.text().contains("privacy@acme.example.org"));
            assert!(!page.text().contains("Lovelace"));
        }
        assert_eq!(subject(&world, &id).await["status"], "ACTIVE");
        world.finish().await;
    }

    async fn a_correction_makes_a_new_version_of_the_profile(world: World) {
        let id = ada(&world, "en").await;
        let link = link_for(&world, ADA);
        let form = [
            ("action", "correct"), ("version", "1"), ("field:name", "Ada Lovelace"), ("field:shoeSize", "39"),
            ("field:newsletter", "false"), ("field:dateOfBirth", ""), ("field:address/city", "New Lovelace"),
            ("field:address/postal_code", "12345"), ("field:email", "eve@example.com"),
        ];
        let page = Page::post(&link, &form).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.find("h1"), ["Thank you, your data is corrected"]);
        assert_eq!(page.find("li"), ["Address – Town or city", "Date of birth", "Name", "Newsletter", "Shoe size"]);
        let person = subject(&world, &id).await;
        assert_eq!(person["profile"]["version"], 2);
        assert_eq!(person["profile"]["attributes"], json!({
            "name": "Ada Lovelace", "shoeSize": 39, "newsletter": false, "tags": ["one", "two"], "email": ADA,
            "address": { "city": "New Lovelace", "postal_code": "12345" },
        }));
        assert_eq!(instant(&person["lastVerifiedAt"]), world.now());
        let question = &questions(&world).await[0];
        assert_eq!(question["state"], "CORRECTED");
        assert_eq!(question["correctedFields"], json!(["address.city", "dateOfBirth", "name", "newsletter", "shoeSize"]));
        assert_eq!((entries(&world, "accuracy.corrected").await, entries(&world, "profile.updated").await), (1, 1));
        assert_eq!(Page::post(&link, &form).await.status, 410);
        world.finish().await;
    }

    async fn a_correction_that_cannot_be_saved_says_where_and_leaves_the_link_good(world: World) {
        let id = ada(&world, "en").await;
        let link = link_for(&world, ADA);
        let wrong = Page::post(&link, &[("action", "correct"), ("version", "1"), ("field:name", "Ada Byron"), ("field:shoeSize", "small")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.find(".wrong"), ["Please enter a number."]);
        assert_eq!(wrong.attribute("[aria-invalid]", "name"), "field:shoeSize");
        assert_eq!(wrong.attribute("[name='field:name']", "value"), "Ada Byron", "what was entered stays");

        let nothing = Page::post(&link, &[("action", "correct"), ("version", "1"), ("field:shoeSize", "38")]).await;
        assert_eq!(nothing.status, 422);
        assert!(nothing.text().contains("You have not changed anything"));

        world.ask(UPDATE, json!({ "id": id })).await;
        let stale = Page::post(&link, &[("action", "correct"), ("version", "1"), ("field:name", "Ada Byron")]).await;
        assert_eq!(stale.status, 409);
        assert!(stale.text().contains("Your data has changed since you opened this page"));
        assert!(stale.find("dd").contains(&"40".to_owned()));

        for form in [&[("action", "nonsense")][..], &[]] {
            assert_eq!(Page::post(&link, form).await.status, 400);
        }
        assert_eq!(subject(&world, &id).await["profile"]["version"], 2);
        assert_eq!(Page::post(&link, &[("action", "confirm")]).await.status, 200, "the link still works");
        world.finish().await;
    }

    async fn a_dispute_restricts_at_once(world: World) {
        let id = ada(&world, "en").await;
        let verified = subject(&world, &id).await["lastVerifiedAt"].clone();
        world.advance(TimeDelta::hours(1));
        let page = Page::post(&link_for(&world, ADA), &[("action", "dispute")]).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.find("h1"), ["Your data is no longer used"]);
        let person = subject(&world, &id).await;
        assert_eq!(person["status"], "RESTRICTED");
        assert_eq!(person["lastVerifiedAt"], verified, "a dispute verifies nothing");
        assert_eq!(questions(&world).await[0]["state"], "DISPUTED");
        assert_eq!((entries(&world, "accuracy.disputed").await, entries(&world, "subject.restricted").await), (1, 1));
        world.finish().await;
    }

    async fn twenty_answers_at_once_count_once(world: World) {
        let id = ada(&world, "en").await;
        let link = link_for(&world, ADA);
        let answers = (0..20).map(|number| {
            let link = link.clone();
            let size = (50 + number).to_string();
            async move {
                let form = [("action", "correct"), ("version", "1"), ("field:shoeSize", &size)];
                Page::post(&link, &form).await.status
            }
        });
        let mut statuses = futures::future::join_all(answers).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [&[200][..], &[410; 19]].concat());
        assert_eq!(subject(&world, &id).await["profile"]["version"], 2);
        assert_eq!(entries(&world, "accuracy.corrected").await, 1);
        world.finish().await;
    }

    async fn a_forged_link_looks_like_one_that_never_was(world: World) {
        ada(&world, "en").await;
        let link = link_for(&world, ADA);
        let (start, token) = link.split_at(link.find("/verify/").unwrap() + 8);
        let (tenant, secret) = token.split_once('.').unwrap();
        let (other, _) = world.another_tenant("borealis").await;
        let other = bs58(other.0.as_bytes());
        let altered = format!("{}{}", &secret[..secret.len() - 1], if secret.ends_with('2') { '3' } else { '2' });
        let forged = [
            format!("{tenant}.{altered}"), format!("{other}.{secret}"), format!("{secret}.{tenant}"),
            format!("{}.{secret}", bs58(&[7; 16])), "nonsense".to_owned(), format!("{tenant}."), "%00.%ff".to_owned(),
        ];
        let mut bodies = std::collections::BTreeSet::new();
        for token in forged {
            let page = Page::get(&format!("{start}{token}")).await;
            assert!(page.status == 404 || (token.contains('%') && page.status == 400), "{token}: {}", page.status);
            if page.status == 404 {
                bodies.insert(page.body);
            }
            let answer = Page::post(&format!("{start}{token}"), &[("action", "confirm")]).await;
            assert!([400, 404].contains(&answer.status), "{token}: {}", answer.status);
        }
        assert_eq!(bodies.len(), 1, "all look the same");
        assert!(bodies.first().unwrap().contains("copy the whole address"));
        let german = reqwest::Client::new().get(format!("{start}nonsense")).header("accept-language", "de-CH, en;q=0.5");
        assert_eq!(Page::of(german).await.find("h1"), ["Dieser Link funktioniert nicht"]);
        world.finish().await;
    }

    async fn an_erased_persons_link_is_as_if_it_had_never_been(world: World) {
        ada(&world, "en").await;
        let link = link_for(&world, ADA);
        let eraser = world.job("story.erase");
        let erase = world.app.write(&eraser, Permission::RequestHandle, async |tx| {
            let person = vault::find_subject(tx, &vault::SubjectRef::ExternalId("ada".into())).await?;
            vault::erase_subject(tx, &person).await?;
            Ok(Event::SubjectErased { id: person.id, request: None, key_destroyed: true }.with(()))
        });
        erase.await.unwrap();
        for page in [Page::get(&link).await, Page::post(&link, &[("action", "confirm")]).await] {
            assert_eq!(page.status, 404);
            assert_eq!(page.find("h1"), ["This link does not work"]);
        }
        world.finish().await;
    }

    async fn a_new_link_is_asked_for_without_waiting_for_anything_that_is_looked_up(world: World) {
        ada(&world, "en").await;
        let old = link_for(&world, ADA);
        world.advance(TimeDelta::days(31));
        let held = world.database.hold("subjects").await;
        for link in [old, format!("{}/verify/nonsense", world.url)] {
            let asked = Page::post(&link, &[("action", "resend")]);
            let page = tokio::time::timeout(std::time::Duration::from_secs(5), asked).await;
            assert_eq!(page.expect("an answer at once").status, 200);
        }
        held.release().await;
        until_queued(&world, 2).await;
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 2);
        world.finish().await;
    }

    async fn a_page_that_is_fetched_ahead_of_its_reader_shows_nothing(world: World) {
        ada(&world, "en").await;
        let link = link_for(&world, ADA);
        for purpose in ["prefetch", "prefetch;prerender"] {
            let page = Page::of(reqwest::Client::new().get(&link).header("sec-purpose", purpose)).await;
            assert_eq!((page.status, page.body.as_str()), (503, ""));
        }
        for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::PATCH] {
            assert_eq!(Page::of(reqwest::Client::new().request(method, &link)).await.status, 405);
        }
        assert_eq!(entries(&world, "accuracy.page_opened").await, 0);
        assert_eq!(questions(&world).await[0]["state"], "SENT");
        assert_eq!(Page::get(&link).await.status, 200);
        world.finish().await;
    }

    async fn whoever_is_too_quick_is_told_to_wait(world: World) {
        ada(&world, "en").await;
        let link = link_for(&world, ADA);
        let from = |address: &str, link: &str| {
            Page::of(reqwest::Client::new().get(link).header("x-forwarded-for", address).header("accept-language", "de"))
        };
        let visits = futures::future::join_all((0..60).map(|_| from("198.51.100.7", &link))).await;
        let page = visits.into_iter().find(|page| page.status == 429).expect("sixty times in a moment is too quick");
        assert!(["1", "2"].contains(&page.headers["retry-after"].to_str().unwrap()));
        assert_eq!(page.find("h1"), ["Einen Moment bitte"]);
        assert!(!page.text().contains("Lovelace"));
        let guesses = (0..200).map(|number| format!("{}/verify/guess{number}", world.url));
        let statuses = futures::future::join_all(guesses.map(|guess| async move { from("203.0.113.9", &guess).await.status }));
        assert!(statuses.await.contains(&429), "an address cannot try links by the hundred");
        assert_eq!(from("192.0.2.44", &format!("{}/verify/other", world.url)).await.status, 404, "others go on");
        assert_eq!(reqwest::get(format!("{}/healthz", world.url)).await.unwrap().status(), 204);
        world.finish().await;
    }

    async fn what_changed_since_the_person_last_looked_is_marked(world: World) {
        let id = ada(&world, "en").await;
        assert_eq!(Page::get(&link_for(&world, ADA)).await.find(".changed"), Vec::<String>::new());
        world.advance(TimeDelta::days(3));
        world.ask(UPDATE, json!({ "id": id })).await;
        let link = link_for(&world, ADA);
        let page = Page::get(&link).await;
        assert_eq!(page.find(".changed"), ["Changed on 4 March 2026"]);
        assert!(page.find("dd").contains(&"40 Changed on 4 March 2026".to_owned()));
        assert_eq!(Page::post(&link, &[("action", "confirm")]).await.status, 200);
        world.advance(TimeDelta::days(1));
        ask(&world, &id).await;
        assert_eq!(Page::get(&link_for(&world, ADA)).await.find(".changed"), Vec::<String>::new(), "seen");
        world.finish().await;
    }

    async fn whoever_was_given_the_data_is_told_of_its_correction(world: World) {
        let id = ada(&world, "en").await;
        let endpoint = "mutation { createWebhookEndpoint(input: { url: \"http://127.0.0.1:1/\", events: [\"profile.corrected\", \"subject.restricted\"] }) { secret } }";
        world.ask(endpoint, json!({})).await;
        let form = [("action", "correct"), ("version", "1"), ("field:shoeSize", "39")];
        assert_eq!(Page::post(&link_for(&world, ADA), &form).await.status, 200);
        let told = world.database.texts("SELECT CAST(payload AS text) FROM work_items WHERE kind = 'webhook.deliver'").await.unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("profile.corrected") && told[0].contains(&id) && !told[0].contains("shoeSize"), "{}", told[0]);
        world.database.execute("DELETE FROM work_items WHERE kind = 'webhook.deliver'").await.unwrap();
        world.finish().await;
    }

    async fn an_expired_link_offers_a_new_one(world: World) {
        let id = ada(&world, "en").await;
        let old = link_for(&world, ADA);
        world.advance(TimeDelta::days(30));
        for page in [Page::get(&old).await, Page::post(&old, &[("action", "confirm")]).await] {
            assert_eq!(page.status, 410);
            assert_eq!(page.find("h1"), ["This link has expired"]);
            assert!(page.text().contains("31 March 2026"));
            assert_eq!(page.find("form button"), ["Send me a new link"]);
        }
        let forged = Page::post(&format!("{}/verify/nonsense", world.url), &[("action", "resend")]).await;
        let resent = Page::post(&old, &[("action", "resend")]).await;
        assert_eq!((resent.status, &resent.body), (200, &forged.body), "nothing is told");
        until_queued(&world, 2).await;
        assert_eq!(Page::post(&old, &[("action", "resend")]).await.body, forged.body);
        settle(&world).await;
        assert_eq!(world.inbox.mails().len(), 2, "one new mail");
        let new = link_for(&world, ADA);
        assert_ne!(new, old);
        assert_eq!(Page::get(&old).await.status, 410);
        assert_eq!(Page::post(&new, &[("action", "confirm")]).await.status, 200);
        let states: Vec<_> = questions(&world).await.iter().map(|question| question["state"].clone()).collect();
        assert_eq!(states, ["CONFIRMED", "UNANSWERED"]);
        assert_eq!(instant(&subject(&world, &id).await["lastVerifiedAt"]), world.now());

        Page::post(&old, &[("action", "resend")]).await;
        settle(&world).await;
        assert_eq!(world.inbox.mails().len(), 2, "who has answered is not asked again");
        world.finish().await;
    }
}

pub(super) fn bs58(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut digits = vec![0_u32];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.iter().rev().map(|digit| char::from(ALPHABET[*digit as usize])).collect()
}

/// Waits for what was asked for in passing.
async fn until_queued(world: &recital_tests::World, questions: i64) {
    for _ in 0..200 {
        if world.database.number("SELECT count(*) FROM reverifications").await.unwrap() >= questions {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no new question was queued");
}

/// Lets what was asked for in passing come to nothing, and does all work.
async fn settle(world: &recital_tests::World) {
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    world.drain().await;
}
