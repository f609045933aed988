//! The mail and the page behind its link, in a real browser.

use chrono::TimeDelta;
use recital_tests::{Engine, World, browse};
use serde_json::{Value, json};

use super::{ask, link};

const REGISTER: &str = "mutation($email: EmailAddress, $locale: String, $attributes: JSON) { registerSubject(input: {
    email: $email, locale: $locale, attributes: $attributes }) { subject { id } } }";

const UPDATE: &str = "mutation($id: ID!) { updateProfile(input: { subject: { id: $id }, attributes: {
    residence: { street: \"12 New Street\", city: \"Lovelace Town\" } } }) { subject { id } } }";

/// Asks somebody who reads that language; answers the mail's HTML and its link.
async fn mailed(world: &World, name: &str, locale: &str) -> (String, String) {
    let attributes = json!({ "name": "Ada Lovelace", "shoeSize": 38, "newsletter": true, "sinceWhen": "1990-12-10" });
    let person = json!({ "email": format!("{name}@example.com"), "locale": locale, "attributes": attributes });
    let id = world.ask(REGISTER, person).await["registerSubject"]["subject"]["id"].take();
    world.advance(TimeDelta::hours(25));
    world.ask(UPDATE, json!({ "id": id })).await;
    ask(world, id.as_str().unwrap()).await;
    let mail = world.inbox.mails().pop().unwrap();
    (mail.html.clone(), link(&mail))
}

/// `RECITAL_PICTURES` names a folder to find the pictures in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_use_mail_and_page_with_a_browser_alone() {
    let world = World::start(Engine::Sqlite).await;
    let own = world.database.folder.path().display().to_string();
    let folder = std::env::var("RECITAL_PICTURES").unwrap_or(own);
    let (mut pages, mut mails) = (Vec::<Value>::new(), Vec::<Value>::new());
    for locale in ["en", "de", "fr", "es", "it"] {
        let (html, link) = mailed(&world, locale, locale).await;
        let file = world.database.path(&format!("mail-{locale}.html"));
        std::fs::write(&file, html).unwrap();
        pages.push(link.into());
        mails.push(file.display().to_string().into());
    }
    let (_, answer) = mailed(&world, "keys", "en").await;
    browse("verify", json!({ "pages": pages, "mails": mails, "answer": answer, "folder": folder })).await;
    let corrected = "{ reverifications(filter: { state: CORRECTED }) { totalCount } }";
    assert_eq!(world.ask(corrected, json!({})).await["reverifications"]["totalCount"], 1);
    world.finish().await;
}
