//! Accounts at the privacy centre: signing up, in and out, mailed links, passwords, sessions, and what attackers try.

use chrono::TimeDelta;
use recital_domain::accounts;
use recital_tests::{Engine, World, both_engines, browse};
use reqwest::{RequestBuilder, header};
use serde_json::{Value, json};

use super::{CHAT, SET, open, set};
use crate::accuracy::{Page, entries};

pub const ADA: &str = "ada@example.com";
pub const PASSWORD: &str = "walnut harbour kettle";
const OTHER_PASSWORD: &str = "copper lantern meadow";
const DEFINE: &str = "mutation($input: DefinePurposeInput!) { definePurpose(input: $input) { purpose { version } } }";
const REVISE: &str = "mutation($input: RevisePurposeInput!) { revisePurpose(input: $input) { purpose { version } } }";
const ERASE: &str =
    "mutation($id: ID!) { openSubjectRequest(input: { subject: { id: $id }, type: ERASURE, identityVerified: true }) {
    request { id state } } }";
const FIND: &str =
    "query($email: EmailAddress!) { subject(ref: { email: $email }) { id status locale profile { attributes }
    consents { state method purpose { key } policyVersion }
    consentHistory(first: 9) { edges { node { recordedBy notice { text } } } } } }";

/// A browser without JavaScript: it keeps a cookie, and posts the forms that it was shown.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    pub centre: String,
    /// Where it is in the network.
    address: String,
    cookie: Option<String>,
    pub form: String,
}

impl Browser {
    pub fn at(centre: &str) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let (cookie, form) = (None, String::new());
        Self { http, centre: centre.to_owned(), address: "198.51.100.7".to_owned(), cookie, form }
    }

    fn calling_from(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// `page` is a path below the centre's, or a whole address.
    fn request(&self, method: reqwest::Method, page: &str) -> RequestBuilder {
        let url = if page.starts_with("http") { page.to_owned() } else { format!("{}{page}", self.centre) };
        let request = self.http.request(method, url).header("x-forwarded-for", &self.address);
        match &self.cookie {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    pub async fn get(&mut self, page: &str) -> Page {
        let page = Page::of(self.request(reqwest::Method::GET, page)).await;
        self.keep(&page);
        page
    }

    /// Fills in the form that was shown last.
    pub async fn post(&mut self, page: &str, fields: &[(&str, &str)]) -> Page {
        let form: Vec<_> = [("form", self.form.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let page = Page::of(self.request(reqwest::Method::POST, page).form(&form)).await;
        self.keep(&page);
        page
    }

    /// Opens a page and posts its form.
    pub async fn fill(&mut self, page: &str, fields: &[(&str, &str)]) -> Page {
        let shown = self.get(page).await;
        assert_eq!(shown.status, 200, "{page}: {}", shown.body);
        self.post(page, fields).await
    }

    fn keep(&mut self, page: &Page) {
        if let Some(cookie) = page.headers.get(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            self.cookie = (!rest.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        if page.body.contains("name=\"form\"") {
            self.form = page.attribute("input[name=form]", "value");
        }
    }

    async fn sign_in(&mut self, email: &str, password: &str) -> Page {
        self.fill("/account/sign-in", &[("email", email), ("password", password)]).await
    }

    async fn is_signed_in(&mut self) -> bool {
        self.get("/account/security").await.status == 200
    }
}

/// The link in the newest mail.
fn link(world: &World) -> String {
    let mail = world.inbox.mails().pop().expect("a mail");
    mail.text.lines().find(|line| line.contains("/account/")).expect("a link").trim().to_owned()
}

async fn subjects(world: &World) -> i64 {
    rows(world, "subjects").await
}

async fn rows(world: &World, table: &str) -> i64 {
    world.database.number(&format!("SELECT count(*) FROM {table}")).await.unwrap()
}

pub async fn find(world: &World, email: &str) -> Value {
    world.ask(FIND, json!({ "email": email })).await["subject"].take()
}

fn filled<'a>(email: &'a str, consent: &'a [(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let basics = [("name", "Ada Lovelace"), ("email", email), ("password", PASSWORD)];
    basics.into_iter().chain(consent.iter().copied()).collect()
}

/// Somebody with an account, signed in. Answers the centre's address and their browser.
pub async fn member(world: &World) -> (String, Browser) {
    let centre = open(world).await;
    let mut browser = Browser::at(&centre);
    let told = browser.fill("/account/sign-up", &filled(ADA, &[])).await;
    assert_eq!(told.status, 200, "{}", told.body);
    world.drain().await;
    let done = browser.fill(&link(world), &[("password", PASSWORD)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    (centre, browser)
}

both_engines! {
    async fn somebody_signs_up_and_agrees_to_what_they_ticked_and_nothing_else(world: World) {
        let centre = open(&world).await;
        for (key, special) in [("news", false), ("health", true)] {
            let purpose = json!({ "key": key, "name": format!("The {key}"), "description": "For a story", "lawfulBasis": "CONSENT",
                "dataCollected": ["user_query"], "retention": "P30D", "storageLocation": "EU", "specialCategory": special });
            world.ask(DEFINE, json!({ "input": purpose })).await;
        }
        set(&world, json!({ "offeredPurposes": [CHAT, "news", "health"], "requiredConsents": [CHAT] })).await;
        let mut browser = Browser::at(&centre);
        let page = browser.get("/account/sign-up").await;
        assert_eq!(page.find("input[type=checkbox]").len(), 3, "each for itself");
        assert_eq!(page.find("input[checked]").len(), 0, "and none is ticked");
        assert!(page.text().contains("I agree explicitly") && page.text().contains("Needed for an account"));

        let chat = format!("consent:{CHAT}");
        let refused = browser.post("/account/sign-up", &filled(ADA, &[("consent:news", "1")])).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.find(".problem p"), ["Acme Ltd makes no account without this consent. If you do not want to give it, you can still exercise your rights without an account."]);
        assert_eq!(refused.find("input[checked]").len(), 1, "what was ticked stays");
        assert!(!refused.body.contains(PASSWORD), "a password is entered anew");
        let stale = browser.post("/account/sign-up", &filled(ADA, &[(&chat, "0")])).await;
        assert!(stale.status == 422 && stale.text().contains("has changed meanwhile"), "{}", stale.body);

        let told = browser.post("/account/sign-up", &filled(ADA, &[(&chat, "1"), ("consent:health", "1")])).await;
        assert_eq!((told.status, told.find("h1")), (200, vec!["Look into your mailbox".to_owned()]));
        world.drain().await;
        let mail = world.inbox.mails().pop().unwrap();
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "Please confirm your account at Acme Ltd"));
        assert!(!mail.text.contains("Lovelace"), "nobody writes to others in our name: {}", mail.text);
        assert_eq!((subjects(&world).await, rows(&world, "accounts").await), (0, 0), "nothing has come of it yet");

        let link = link(&world);
        let mut elsewhere = Browser::at(&centre);
        for _ in 0..2 {
            let page = elsewhere.get(&link).await;
            assert_eq!((page.status, page.find("main li").join(", ")), (200, "AI Agent Interactions, The health".to_owned()));
        }
        assert_eq!((subjects(&world).await, rows(&world, "account_links").await), (0, 1), "a look changes nothing");
        let wrong = elsewhere.post(&link, &[("password", OTHER_PASSWORD)]).await;
        assert_eq!((wrong.status, subjects(&world).await), (422, 0), "whoever only has the link opens no account");
        let before = elsewhere.cookie.clone();
        let done = elsewhere.post(&link, &[("password", PASSWORD)]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_ne!(elsewhere.cookie, before, "the session has a token that nobody had before");
        assert!(elsewhere.is_signed_in().await);
        assert_eq!(elsewhere.fill_dead(&link).await, 404, "a link works once");

        let ada = find(&world, ADA).await;
        assert_eq!(ada["profile"]["attributes"]["name"], "Ada Lovelace");
        let consents = ada["consents"].as_array().unwrap();
        assert!(consents.iter().all(|consent| consent["state"] == "GIVEN" && consent["method"] == "PRIVACY_CENTRE" && consent["policyVersion"] == "2026-03-01"), "{ada}");
        let mut keys: Vec<_> = consents.iter().map(|consent| consent["purpose"]["key"].as_str().unwrap()).collect();
        keys.sort_unstable();
        assert_eq!(keys, [CHAT, "health"]);
        let event = &ada["consentHistory"]["edges"][0]["node"];
        assert!(event["recordedBy"].as_str().unwrap().starts_with("subject:"), "{event}");
        assert!(event["notice"]["text"].as_str().unwrap().contains("[x] I agree"), "{event}");
        assert_eq!((entries(&world, "account.signed_up").await, entries(&world, "account.signed_in").await), (1, 1));
        world.finish().await;
    }

    async fn an_account_is_attached_to_whom_the_tenant_knows(world: World) {
        let centre = open(&world).await;
        let known = world.subject("ada").await;
        let mut browser = Browser::at(&centre);
        browser.fill("/account/sign-up", &filled("Ada@Example.com", &[])).await;
        world.drain().await;
        assert_eq!(browser.fill(&link(&world), &[("password", PASSWORD)]).await.status, 303);
        let ada = find(&world, ADA).await;
        assert_eq!((&ada["id"], &ada["profile"]["attributes"]["name"]), (&json!(known), &json!("ada Lovelace")), "what is known stays");
        assert_eq!(subjects(&world).await, 1);

        let told = browser.fill("/account/sign-up", &filled(ADA, &[])).await;
        let stranger = browser.fill("/account/sign-up", &filled("bob@example.com", &[])).await;
        assert_eq!(told.body, stranger.body, "nobody learns who has an account");
        world.drain().await;
        let mails = world.inbox.mails();
        let exists = mails.iter().find(|mail| mail.subject.starts_with("You already have")).unwrap();
        assert_eq!(exists.to, ADA);
        let sign_in = exists.text.lines().find(|line| line.contains("/account/link/")).unwrap().trim().to_owned();
        let mut elsewhere = Browser::at(&centre);
        assert_eq!(elsewhere.fill(&sign_in, &[]).await.status, 303);
        assert!(elsewhere.is_signed_in().await);
        world.finish().await;
    }

    async fn a_person_signs_in_and_out_by_password(world: World) {
        let (centre, mut first) = member(&world).await;
        let stolen = first.cookie.clone();
        first.get("/account/security").await;
        assert_eq!(first.post("/account/sign-out", &[]).await.status, 303);
        assert!(first.cookie.is_none(), "the cookie is taken back");
        first.cookie = stolen;
        assert!(!first.is_signed_in().await, "and what it stood for is over");

        let mut browser = Browser::at(&centre);
        assert_eq!(browser.get("/account/security").await.headers[header::LOCATION], "/privacy/acme/account/sign-in");
        for (email, password) in [(ADA, OTHER_PASSWORD), ("bob@example.com", PASSWORD), ("nonsense", PASSWORD), (ADA, "x")] {
            let wrong = browser.sign_in(email, password).await;
            assert!(wrong.status == 422 && wrong.text().contains("do not belong together"), "{email} {password}");
        }
        assert!(!browser.is_signed_in().await);
        let before = browser.cookie.clone();
        let done = browser.sign_in(" ADA@example.com ", PASSWORD).await;
        assert_eq!(done.status, 303);
        assert_ne!(browser.cookie, before);
        assert!(browser.is_signed_in().await);
        assert_eq!(entries(&world, "account.sign_in_failed").await, 4);
        world.finish().await;
    }

    async fn a_mailed_link_signs_in_once_whom_the_tenant_knows(world: World) {
        let centre = open(&world).await;
        world.subject("ada").await;
        let mut browser = Browser::at(&centre);
        browser.get("/account/sign-in").await;
        let known = browser.post("/account/link", &[("email", ADA)]).await;
        let unknown = browser.post("/account/link", &[("email", "bob@example.com")]).await;
        assert_eq!((known.status, &known.body), (200, &unknown.body));
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 1, "nothing goes to an address that nobody has");
        assert_eq!(rows(&world, "account_links").await, 1);
        let link = link(&world);
        let page = browser.get(&link).await;
        assert_eq!((page.status, page.find("main button")), (200, vec!["Sign in".to_owned()]));
        let head = Page::of(browser.request(reqwest::Method::HEAD, &link)).await;
        assert_eq!((head.status, rows(&world, "account_sessions").await), (200, 0), "a mail scanner signs nobody in");
        assert_eq!(browser.post(&link, &[]).await.status, 303);
        assert!(browser.is_signed_in().await);
        let mut thief = Browser::at(&centre);
        assert_eq!(thief.fill_dead(&link).await, 404, "once");

        browser.get("/account/sign-in").await;
        let mut late = Browser::at(&centre);
        late.get("/account/sign-in").await;
        late.post("/account/link", &[("email", ADA)]).await;
        world.drain().await;
        let late_link = self::link(&world);
        let (_, borealis) = world.another_tenant("borealis").await;
        borealis.ask(SET, json!({ "input": { "enabled": true } })).await;
        let elsewhere = late_link.replace("/privacy/acme/", "/privacy/borealis/");
        let mut stranger = Browser::at(&centre.replace("acme", "borealis"));
        assert_eq!(stranger.get(&elsewhere).await.status, 404, "another tenant's link");
        world.advance(TimeDelta::minutes(15));
        assert_eq!(late.get(&late_link).await.status, 404, "and in time");
        world.finish().await;
    }

    async fn a_new_password_ends_every_other_session_and_is_told_by_mail(world: World) {
        let (centre, mut phone) = member(&world).await;
        let mut desk = Browser::at(&centre);
        desk.get("/account/forgotten").await;
        let unknown = desk.post("/account/forgotten", &[("email", "bob@example.com")]).await;
        let known = desk.post("/account/forgotten", &[("email", ADA)]).await;
        assert_eq!(known.body, unknown.body);
        world.drain().await;
        let link = link(&world);
        let weak = desk.fill(&link, &[("password", "Password1")]).await;
        assert!(weak.status == 422 && weak.text().contains("among the first that are tried"));
        assert_eq!(desk.post(&link, &[("password", ADA)]).await.status, 422, "nor the address");
        assert!(phone.is_signed_in().await);
        let done = desk.post(&link, &[("password", OTHER_PASSWORD)]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(desk.is_signed_in().await && !phone.is_signed_in().await);
        assert_eq!(phone.fill_dead(&link).await, 404);
        world.drain().await;
        let mail = world.inbox.mails().pop().unwrap();
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), (ADA, "Your password at Acme Ltd was changed"));
        assert_eq!(phone.sign_in(ADA, PASSWORD).await.status, 422);
        assert_eq!(phone.sign_in(ADA, OTHER_PASSWORD).await.status, 303);
        assert_eq!(entries(&world, "account.password_changed").await, 1);
        world.finish().await;
    }

    async fn sessions_are_listed_ended_and_over_in_time(world: World) {
        let (centre, mut phone) = member(&world).await;
        let mut desk = Browser::at(&centre);
        desk.sign_in(ADA, PASSWORD).await;
        let page = desk.get("/account/security").await;
        assert_eq!(page.find("main button"), ["Sign out", "Sign out there", "Sign out in every other browser", "Save the password"]);
        let wrong = desk.post("/account/security/password", &[("current", OTHER_PASSWORD), ("password", OTHER_PASSWORD)]).await;
        assert_eq!((wrong.status, wrong.find("#current-wrong")), (422, vec!["This is not the right password.".to_owned()]));
        let before = desk.cookie.clone();
        desk.get("/account/security").await;
        let changed = desk.post("/account/security/password", &[("current", PASSWORD), ("password", OTHER_PASSWORD)]).await;
        assert_eq!(changed.status, 303);
        assert_ne!(desk.cookie, before, "a new session");
        assert!(desk.is_signed_in().await && !phone.is_signed_in().await, "and the only one");

        phone.sign_in(ADA, OTHER_PASSWORD).await;
        desk.get("/account/security").await;
        assert_eq!(desk.post("/account/security/sessions", &[]).await.status, 303);
        assert!(desk.is_signed_in().await && !phone.is_signed_in().await);

        for _ in 0..24 {
            world.advance(TimeDelta::minutes(29));
            assert!(desk.is_signed_in().await, "as long as it is used");
        }
        world.advance(TimeDelta::minutes(25));
        assert!(!desk.is_signed_in().await, "for half a day at most");
        desk.sign_in(ADA, OTHER_PASSWORD).await;
        assert!(desk.is_signed_in().await);
        world.advance(TimeDelta::minutes(31));
        assert!(!desk.is_signed_in().await, "and not when it lies idle");
        world.advance(TimeDelta::hours(2));
        accounts::prune_tenant(&world.app, world.tenant, uuid::Uuid::new_v4()).await.unwrap();
        for table in ["account_sessions", "account_links", "account_counts"] {
            assert_eq!(rows(&world, table).await, 0, "{table}");
        }
        assert_eq!(rows(&world, "accounts").await, 1);
        world.finish().await;
    }

    async fn nobody_learns_whether_an_address_is_known(world: World) {
        let (centre, _) = member(&world).await;
        world.subject("bob").await;
        let mut browser = Browser::at(&centre);
        browser.get("/account/sign-in").await;
        let checks = || world.app.core().passwords.checks();
        let mut bodies = Vec::new();
        // With an account, known without one, and unknown.
        for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
            let before = checks();
            let wrong = browser.post("/account/sign-in", &[("email", email), ("password", OTHER_PASSWORD)]).await;
            assert_eq!(checks() - before, 1, "{email}: a password is checked, whoever it is");
            bodies.push((wrong.status, wrong.body.replace(email, "")));
        }
        assert!(bodies.iter().all(|body| body == &bodies[0]));
        let work = "SELECT count(*) FROM work_items";
        for page in ["/account/link", "/account/forgotten"] {
            let mut answers = Vec::new();
            for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
                let before = world.database.number(work).await.unwrap();
                let told = browser.post(page, &[("email", email)]).await;
                assert_eq!(world.database.number(work).await.unwrap() - before, 1, "the same work");
                answers.push((told.status, told.body));
            }
            assert!(answers.iter().all(|answer| answer == &answers[0]), "{page}");
        }
        world.finish().await;
    }

    async fn guessing_is_limited_and_locks_nobody_else_out(world: World) {
        let (centre, _) = member(&world).await;
        let mut guesser = Browser::at(&centre).calling_from("203.0.113.9");
        for _ in 0..10 {
            assert_eq!(guesser.sign_in(ADA, OTHER_PASSWORD).await.status, 422);
        }
        let limited = guesser.sign_in(ADA, PASSWORD).await;
        assert_eq!(limited.status, 429);
        assert!(limited.headers[header::RETRY_AFTER].to_str().unwrap().parse::<u64>().unwrap() <= 900);
        assert!(limited.text().contains("Please wait 15 min"), "{}", limited.text());
        let replica = world.another_process().await;
        let other = centre.replace(&world.url, replica.url());
        let mut elsewhere = Browser::at(&other).calling_from("203.0.113.9");
        assert_eq!(elsewhere.sign_in(ADA, PASSWORD).await.status, 429, "all processes count together");
        assert_eq!(entries(&world, "account.limit_reached").await, 1, "told once");

        let mut owner = Browser::at(&centre).calling_from("198.51.100.7");
        assert_eq!(owner.sign_in(ADA, PASSWORD).await.status, 303, "she is somewhere else");
        guesser.get("/account/sign-in").await;
        assert_eq!(guesser.post("/account/link", &[("email", ADA)]).await.status, 200, "and a link can be had");
        world.drain().await;
        assert_eq!(guesser.fill(&link(&world), &[]).await.status, 303);
        world.advance(TimeDelta::minutes(16));
        let mut guesser = Browser::at(&centre).calling_from("203.0.113.9");
        assert_eq!(guesser.sign_in(ADA, PASSWORD).await.status, 303, "it ends by itself");

        let mut flooder = Browser::at(&centre).calling_from("203.0.113.77");
        flooder.get("/account/sign-in").await;
        let mails = world.inbox.mails().len();
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(flooder.post("/account/link", &[("email", ADA)]).await.status);
        }
        assert_eq!(statuses, [200, 200, 200, 429, 429, 429, 429], "five mails in an hour, the two before among them");
        world.drain().await;
        assert_eq!(world.inbox.mails().len() - mails, 3);
        world.finish().await;
    }

    async fn a_form_of_another_site_or_another_browser_does_nothing(world: World) {
        let (centre, mut ada) = member(&world).await;
        ada.get("/account/security").await;
        let (form, hers) = (ada.form.clone(), ada.clone());
        let send = |headers: Vec<(&'static str, String)>, form: String| {
            let request = hers.request(reqwest::Method::POST, "/account/sign-out").form(&[("form", form)]);
            headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
        };
        for (headers, token) in [
            (vec![], String::new()),
            (vec![], "A".repeat(43)),
            (vec![("origin", "https://evil.example.org".to_owned())], form.clone()),
            (vec![("sec-fetch-site", "cross-site".to_owned())], form.clone()),
            (vec![("sec-fetch-site", "same-site".to_owned()), ("origin", world.url.clone())], form.clone()),
        ] {
            let refused = Page::of(send(headers, token)).await;
            assert!(refused.status == 403 && refused.text().contains("Nothing was changed"), "{}", refused.body);
        }
        assert!(ada.is_signed_in().await);

        // Signing somebody in as somebody else: the attacker's form in the victim's browser.
        let mut attacker = Browser::at(&centre);
        attacker.get("/account/sign-in").await;
        let mut victim = Browser::at(&centre);
        victim.get("/account/sign-in").await;
        victim.form.clone_from(&attacker.form);
        let planted = victim.post("/account/sign-in", &[("email", ADA), ("password", PASSWORD)]).await;
        assert_eq!((planted.status, victim.is_signed_in().await), (403, false));
        let mut without = Browser::at(&centre);
        without.form.clone_from(&attacker.form);
        assert_eq!(without.post("/account/sign-in", &[("email", ADA), ("password", PASSWORD)]).await.status, 403, "without a cookie");
        let ours = send(vec![("origin", world.url.clone()), ("sec-fetch-site", "same-origin".to_owned())], form);
        assert_eq!(Page::of(ours).await.status, 303);
        assert!(!ada.is_signed_in().await);
        world.finish().await;
    }

    async fn a_cookie_opens_one_tenants_centre_and_no_script_reads_it(world: World) {
        let (centre, mut ada) = member(&world).await;
        let fresh = Browser::at(&centre).get("/account/sign-in").await;
        let cookie = fresh.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.ends_with("; Path=/privacy/acme; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(!fresh.body.contains("<script") && !fresh.body.contains(" style=") && !fresh.body.contains("src="));
        let policy = fresh.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"), "{policy}");
        let (_, borealis) = world.another_tenant("borealis").await;
        borealis.ask(SET, json!({ "input": { "enabled": true, "signUp": true } })).await;
        let mut elsewhere = Browser::at(&centre.replace("acme", "borealis"));
        elsewhere.cookie.clone_from(&ada.cookie);
        assert!(!elsewhere.is_signed_in().await);
        assert!(ada.is_signed_in().await);
        set(&world, json!({ "signUp": false })).await;
        assert_eq!(ada.get("/account/sign-up").await.status, 404);
        assert!(ada.is_signed_in().await, "who has an account keeps it");
        set(&world, json!({ "enabled": false })).await;
        let closed = ada.get("/account/security").await;
        let nobodys = Browser::at(&centre.replace("acme", "nobody")).get("/account/security").await;
        assert_eq!((closed.status, closed.body), (404, nobodys.body));
        world.finish().await;
    }

    async fn a_name_or_address_cannot_carry_more_than_it_is(world: World) {
        let centre = open(&world).await;
        let mut browser = Browser::at(&centre);
        browser.get("/account/sign-up").await;
        let fill = |name: &'static str, email: &'static str, password: &'static str| vec![("name", name), ("email", email), ("password", password)];
        for (fields, field) in [
            (fill("Ada\r\nBcc: everybody@example.org", ADA, PASSWORD), "name"),
            (fill("", ADA, PASSWORD), "name"),
            (fill("Ada", "ada@example.com\r\nBcc: everybody@example.org", PASSWORD), "email"),
            (fill("Ada", "ada", PASSWORD), "email"),
            (fill("Ada", ADA, "short"), "password"),
            (fill("Ada", ADA, "iloveyou1"), "password"),
            (fill("Ada", ADA, "ada@example.com"), "password"),
        ] {
            let refused = browser.post("/account/sign-up", &fields).await;
            assert_eq!((refused.status, refused.find(&format!("#{field}-wrong")).len()), (422, 1), "{fields:?}");
        }
        let markup = browser.post("/account/sign-up", &fill("<script>alert(1)</script>", "ada", PASSWORD)).await;
        assert!(!markup.body.contains("<script>"), "{}", markup.body);
        assert_eq!(rows(&world, "account_links").await, 0);
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 0);
        world.finish().await;
    }

    async fn an_account_goes_with_its_person(world: World) {
        let (_, mut ada) = member(&world).await;
        ada.get("/account/sign-in").await;
        ada.get("/account/forgotten").await;
        ada.post("/account/forgotten", &[("email", ADA)]).await;
        world.drain().await;
        let link = link(&world);
        let id = find(&world, ADA).await["id"].as_str().unwrap().to_owned();
        world.trust_the_voucher().await;
        world.ask(ERASE, json!({ "id": id })).await;
        world.drain().await;
        for table in ["accounts", "account_sessions", "account_links"] {
            assert_eq!(rows(&world, table).await, 0, "{table}");
        }
        assert!(!ada.is_signed_in().await);
        assert_eq!(ada.fill_dead(&link).await, 404);
        assert_eq!(ada.sign_in(ADA, PASSWORD).await.status, 422, "as if they had never been there");
        world.finish().await;
    }

    async fn what_was_agreed_to_must_still_be_what_is_asked(world: World) {
        let centre = open(&world).await;
        let mut browser = Browser::at(&centre);
        browser.fill("/account/sign-up", &filled(ADA, &[(&format!("consent:{CHAT}"), "1")])).await;
        world.drain().await;
        let link = link(&world);
        world.ask(REVISE, json!({ "input": { "key": CHAT, "description": "Sold to whoever pays", "requireReconsent": true } })).await;
        let changed = browser.fill(&link, &[("password", PASSWORD)]).await;
        assert_eq!((changed.status, subjects(&world).await), (409, 0), "{}", changed.body);
        assert_eq!(changed.find("h1"), ["What you agreed to has changed"]);
        world.advance(TimeDelta::hours(24));
        assert_eq!(browser.get(&link).await.status, 404, "a sign-up that nobody confirms is over in a day");
        world.finish().await;
    }
}

impl Browser {
    /// The status of a link that is not to work: shown and used.
    async fn fill_dead(&mut self, link: &str) -> u16 {
        self.get("/account/sign-in").await;
        let shown = self.get(link).await.status;
        let used = self.post(link, &[("password", PASSWORD)]).await.status;
        assert_eq!(shown, used);
        used
    }
}

/// `RECITAL_PICTURES` names a folder to find the pictures in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_up_and_in_with_a_browser_alone() {
    let world = World::start(Engine::Sqlite).await;
    let centre = open(&world).await;
    set(&world, json!({ "requiredConsents": [CHAT] })).await;
    let own = world.database.folder.path().display().to_string();
    let folder = std::env::var("RECITAL_PICTURES").unwrap_or(own);
    let worker = tokio::spawn({
        let app = world.app.clone();
        async move {
            loop {
                for item in recital_domain::work::claim(&app, 9).await.unwrap() {
                    let outcome = recital_domain::work::perform(&app, &item).await;
                    recital_domain::work::finish(&app, &item, &outcome).await.unwrap();
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    });
    let inbox = format!("{}/dev/inbox.json", world.url);
    browse("centre-account", json!({ "centre": centre, "inbox": inbox, "folder": folder })).await;
    worker.abort();
    assert_eq!((entries(&world, "account.signed_up").await, entries(&world, "account.password_changed").await), (1, 1));
    world.finish().await;
}
