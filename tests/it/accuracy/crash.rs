//! A worker that dies between sending a mail and recording it.

use recital_tests::{Engine, Program, SmtpServer, World, on_both_engines};
use serde_json::json;

use super::{REQUEST, questions};

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");

const REGISTER: &str = "mutation { registerSubject(input: { email: \"hangs.ada@example.com\" }) { subject { id } } }";

/// A worker of its own, on this world's database.
fn worker(world: &World, server: &SmtpServer) -> Program {
    let settings = [world.environment(), server.environment()].concat();
    Program::start(BINARY, world.database.folder.path(), ["worker"], &settings)
}

async fn state(world: &World) -> String {
    questions(world).await[0]["state"].as_str().unwrap().to_owned()
}

async fn a_mail_that_was_sent_and_not_recorded_goes_again_as_the_same_mail(engine: Engine) {
    let server = SmtpServer::start();
    let world = World::start(engine).await;
    world.catch_up();
    let ada = world.ask(REGISTER, json!({})).await["registerSubject"]["subject"]["id"].take();
    world.ask(REQUEST, json!({ "subject": { "id": ada } })).await;

    let first = worker(&world, &server);
    server.mails(1).await;
    first.signal("KILL").await;
    assert_eq!(first.end().await.code, None);
    assert_eq!(state(&world).await, "QUEUED", "sent, and not recorded");

    world
        .database
        .execute("UPDATE work_items SET leased_until = created_at WHERE leased_until IS NOT NULL")
        .await
        .unwrap();
    let second = worker(&world, &server);
    let mails = server.mails(2).await;
    for _ in 0..200 {
        if state(&world).await == "SENT" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(state(&world).await, "SENT");
    second.signal("TERM").await;
    second.end().await;

    let said = |mail: usize, part: &str| mails[mail][part].clone();
    assert_eq!(mails[0]["headers"]["Message-ID"], mails[1]["headers"]["Message-ID"]);
    assert_eq!(said(0, "text"), said(1, "text"), "the same link, the same words");
    assert_eq!(server.mails(2).await.len(), 2);
    world.finish().await;
}

on_both_engines! { a_mail_that_was_sent_and_not_recorded_goes_again_as_the_same_mail }
