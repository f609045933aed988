//! What a real mail server can do to a mail: nothing is lost, and no mail gets another's answer.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use recital_domain::mail::{MailError, Mailer, OutgoingMail, SmtpMailer, SmtpSettings, Tls};
use recital_tests::{Engine, SmtpServer, World, on_both_engines};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use super::{QUESTIONS, REQUEST, questions};

const REGISTER: &str =
    "mutation($email: EmailAddress) { registerSubject(input: { email: $email }) { subject { id } } }";

async fn world_with(settings: SmtpSettings, engine: Engine) -> World {
    let mailer = Mailer::Smtp(Arc::new(SmtpMailer::new(settings).expect("the settings are right")));
    World::start_with(engine, |core| core.mailer = mailer).await
}

/// Asks whoever has that address; answers the state of the question when all work is done.
async fn ask(world: &World, address: &str) -> Value {
    let registered = world.ask(REGISTER, json!({ "email": address })).await;
    world.ask(REQUEST, json!({ "subject": { "id": registered["registerSubject"]["subject"]["id"] } })).await;
    world.drain().await;
    questions(world).await[0]["state"].clone()
}

fn message_id(mail: &Value) -> &str {
    mail["headers"]["Message-ID"].as_str().unwrap()
}

async fn whatever_the_server_does_no_mail_is_lost(engine: Engine) {
    let server = SmtpServer::start();
    let settings = SmtpSettings { time_limit: Duration::from_secs(2), ..server.settings() };
    let world = world_with(settings, engine).await;
    let mut taken = 0;
    for (fault, deliveries) in [("later", 1), ("cut", 1), ("half", 1), ("hangs", 2)] {
        assert_eq!(ask(&world, &format!("{fault}.ada@example.com")).await, "QUEUED", "{fault}");
        assert_eq!(ask(&world, &format!("refused.{fault}@example.com")).await, "BOUNCED", "after {fault}");
        assert_eq!(ask(&world, &format!("{fault}.after@example.org")).await, "QUEUED", "a fault again");
        assert_eq!(ask(&world, &format!("good.{fault}@example.com")).await, "SENT", "after {fault}");
        world.advance(TimeDelta::seconds(10));
        assert_eq!(world.drain().await, 2, "{fault}: tried again");
        assert!(questions(&world).await.iter().all(|question| question["state"] != "QUEUED"), "{fault}");
        taken += 2 * deliveries + 1;
        assert_eq!(server.mails(taken).await.len(), taken, "{fault}");
    }
    let mails = server.mails(taken).await;
    let twice: Vec<&str> =
        mails.iter().filter(|mail| mail["to"][0] == "hangs.ada@example.com").map(message_id).collect();
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0], twice[1], "what was taken twice is one mail");
    world.finish().await;
}

async fn what_is_refused_for_good_is_shown_with_its_status(engine: Engine) {
    let server = SmtpServer::start();
    let world = world_with(server.settings(), engine).await;
    for (address, status) in [("full.ada@example.com", "552 5.2.2"), ("refused.ada@example.com", "550 5.1.1")] {
        assert_eq!(ask(&world, address).await, "BOUNCED");
        let question = &questions(&world).await[0];
        assert_eq!(question["bounceStatus"], status);
        assert_eq!(super::instant(&question["bouncedAt"]), world.now());
    }
    let filtered = "{ reverifications(filter: { state: BOUNCED }) { totalCount } }";
    assert_eq!(world.ask(filtered, json!({})).await["reverifications"]["totalCount"], 2);
    assert_eq!(super::entries(&world, "accuracy.mail_bounced").await, 2);
    world.advance(TimeDelta::days(2));
    assert_eq!(super::review(&world).await, 0, "not tried again");
    world.finish().await;
}

/// A server that says one line to whoever connects, or nothing at all, and then waits.
async fn server_that_says(line: &'static str) -> SmtpSettings {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok((mut connection, _)) = listener.accept().await {
            let _ = connection.write_all(line.as_bytes()).await;
            connections.push(connection);
        }
    });
    let from = "recital@mail.example.org".into();
    let time_limit = Duration::from_millis(500);
    SmtpSettings { host: "127.0.0.1".into(), port, tls: Tls::None, from, time_limit, ..SmtpSettings::default() }
}

async fn a_server_that_will_not_have_us_says_nothing_about_a_person(engine: Engine) {
    let server = SmtpServer::start();
    let wrong_password = SmtpSettings { password: Some("wrong".into()), ..server.settings() };
    let strange_authority = SmtpSettings { ca_pem: None, ..server.settings() };
    for settings in [
        server_that_says("554 5.3.2 no service here\r\n").await,
        server_that_says("").await,
        wrong_password,
        strange_authority,
    ] {
        let world = world_with(settings, engine).await;
        // The world before it may still let go of a connection to its database.
        world.expect_log("testing the connection on-release");
        assert_eq!(ask(&world, "ada@example.com").await, "QUEUED");
        assert_eq!(questions(&world).await[0]["bounceStatus"], Value::Null);
        world.database.execute("DELETE FROM work_items").await.unwrap();
        world.finish().await;
    }
    assert_eq!(server.mails(0).await.len(), 0);
}

on_both_engines! {
    whatever_the_server_does_no_mail_is_lost
    what_is_refused_for_good_is_shown_with_its_status
    a_server_that_will_not_have_us_says_nothing_about_a_person
}

fn mail_to(address: &str) -> OutgoingMail {
    OutgoingMail {
        id: format!("story-{address}").replace('@', "."),
        to: address.into(),
        from_name: "Acme".into(),
        reply_to: None,
        locale: "en".into(),
        subject: "A story".into(),
        text: "Words".into(),
        html: "<p>Words</p>".into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_go_side_by_side_over_a_few_connections_that_are_used_again() {
    let server = SmtpServer::start();
    let mailer = SmtpMailer::new(SmtpSettings { connections: 3, ..server.settings() }).unwrap();
    let mailer = Mailer::Smtp(Arc::new(mailer));
    let addresses: Vec<String> = (0..6).map(|number| format!("slow.{number}@example.com")).collect();
    let started = std::time::Instant::now();
    let sent = futures::future::join_all(addresses.iter().map(|address| mailer.send(mail_to(address)))).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    assert!(started.elapsed() < Duration::from_millis(5_500), "six mails of a second each, one after the other");
    for number in 0..5 {
        mailer.send(mail_to(&format!("quick.{number}@example.com"))).await.unwrap();
    }
    let refusal = mailer.send(mail_to("refused.ada@example.com")).await;
    assert!(matches!(refusal, Err(MailError::Refused(status)) if status == "550 5.1.1"));
    assert_eq!(server.mails(11).await[10]["connections"], 3);
}

/// What no mail to a person carries: it comes from no list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_is_owed_offers_no_way_out_of_a_list() {
    let server = SmtpServer::start();
    let world = world_with(server.settings(), Engine::Sqlite).await;
    assert_eq!(ask(&world, "ada@example.com").await, "SENT");
    let mails = server.mails(1).await;
    let headers = mails[0]["headers"].as_object().unwrap();
    let of_lists = ["list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence"];
    assert!(headers.keys().all(|name| !of_lists.contains(&name.to_lowercase().as_str())), "{headers:?}");
    assert!(world.ask(QUESTIONS, json!({})).await["reverifications"]["totalCount"] == 1);
    world.finish().await;
}
