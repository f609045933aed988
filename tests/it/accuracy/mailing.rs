//! The mails themselves, in the dev inbox and over a real mail server.

use chrono::TimeDelta;
use recital_tests::{Engine, SmtpServer, World, both_engines};
use serde_json::json;

use super::{Page, REQUEST, ask, link, link_in, questions, subject};

const REGISTER: &str = "mutation($email: EmailAddress, $locale: String) { registerSubject(input: {
    email: $email, locale: $locale, attributes: { name: \"Ada Lovelace\" } }) { subject { id } } }";

async fn register(world: &World, email: &str, locale: &str) -> String {
    let registered = world.ask(REGISTER, json!({ "email": email, "locale": locale })).await;
    registered["registerSubject"]["subject"]["id"].as_str().unwrap().to_owned()
}

both_engines! {
    async fn a_mail_speaks_the_persons_language_in_text_and_in_html(world: World) {
        for (locale, tag, subject, greeting) in [
            ("en-GB", "en", "Is what Acme Ltd holds about you still right?", "Hello Ada Lovelace,"),
            ("de-AT", "de", "Stimmen Ihre Daten bei Acme Ltd noch?", "Guten Tag Ada Lovelace,"),
            ("fr", "fr", "Vos données chez Acme Ltd sont-elles toujours exactes ?", "Bonjour Ada Lovelace,"),
            ("es-MX", "es", "¿Siguen siendo correctos sus datos en Acme Ltd?", "Hola, Ada Lovelace:"),
            ("it", "it", "I Suoi dati presso Acme Ltd sono ancora corretti?", "Buongiorno Ada Lovelace,"),
            ("pt", "en", "Is what Acme Ltd holds about you still right?", "Hello Ada Lovelace,"),
        ] {
            let person = register(&world, &format!("{locale}@example.com"), locale).await;
            ask(&world, &person).await;
            let mail = world.inbox.mails().pop().unwrap();
            assert_eq!((mail.subject.as_str(), mail.headers["Content-Language"].as_str()), (subject, tag));
            assert_eq!(mail.headers["Reply-To"], "privacy@acme.example.org");
            assert!(mail.headers["From"].contains("Acme Ltd"));
            assert!(mail.html.contains(&format!("<html lang=\"{tag}\"")));
            for part in [&mail.text, &mail.html] {
                assert!(part.contains(greeting) && part.contains("Acme Ltd") && part.contains(&link(&mail)), "{part}");
                assert!(part.contains("privacy@acme.example.org"));
            }
            assert!(link(&mail).starts_with(&format!("{}/verify/", world.url)));
        }
        world.finish().await;
    }

    async fn a_mail_goes_to_nobody_who_may_not_be_written_to_any_more(world: World) {
        let person = world.subject("ada").await;
        world.ask(REQUEST, json!({ "subject": { "id": person } })).await;
        world.database.execute("UPDATE subjects SET status = 'RESTRICTED'").await.unwrap();
        world.drain().await;
        assert_eq!(world.inbox.mails().len(), 0);
        assert_eq!(questions(&world).await[0]["state"], "CANCELLED");
        world.finish().await;
    }
}

/// The product with a real mail server.
async fn world_with(server: &SmtpServer, engine: Engine) -> World {
    World::start_with(engine, |core| core.mailer = server.mailer()).await
}

/// Both engines in one story: a mail server takes a while to start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_loop_goes_over_a_real_mail_server() {
    let server = SmtpServer::start();
    for (turn, engine) in [Engine::Sqlite, Engine::Postgres].into_iter().enumerate() {
        let world = world_with(&server, engine).await;
        let person = register(&world, "ada@example.com", "fr").await;
        world.advance(TimeDelta::days(366));
        super::review(&world).await;
        let mails = server.mails(turn + 1).await;
        let mail = &mails[turn];
        assert_eq!(mail["to"], json!(["ada@example.com"]));
        let header = |name: &str| mail["headers"][name].as_str().unwrap().to_owned();
        assert_eq!(header("From"), "Acme Ltd <recital@mail.example.org>");
        assert_eq!(header("Reply-To"), "privacy@acme.example.org");
        assert_eq!(header("Subject"), "Vos données chez Acme Ltd sont-elles toujours exactes ?");
        assert_eq!((header("Auto-Submitted"), header("Content-Language")), ("auto-generated".into(), "fr".into()));
        assert!(
            header("Message-ID").starts_with("<reverification-")
                && header("Message-ID").ends_with("@mail.example.org>")
        );
        assert!(header("Content-Type").starts_with("multipart/alternative"));

        let link = link_in(mail["text"].as_str().unwrap());
        assert!(mail["html"].as_str().unwrap().contains(&link));
        assert_eq!(Page::get(&link).await.find("h1"), ["Vos données sont-elles toujours exactes ?"]);
        let form = [("action", "correct"), ("version", "1"), ("field:name", "Ada Lovelace-King")];
        assert_eq!(Page::post(&link, &form).await.status, 200);
        assert_eq!(subject(&world, &person).await["profile"]["attributes"]["name"], "Ada Lovelace-King");
        assert_eq!(questions(&world).await[0]["state"], "CORRECTED");
        world.finish().await;
    }
}
