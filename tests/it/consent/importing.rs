//! Bringing consents in from a file, and taking them out again, with the program itself.

use std::{fmt::Write as _, fs, path::Path};

use chrono::{TimeDelta, Utc};
use recital_tests::{Program, World, both_engines};
use serde_json::{Value, json};

use super::{CHAT, DECIDE, WITHDRAW, define, give, reason, states, withdrawal, world_with_subject};
use crate::accuracy::entries;

const BINARY: &str = env!("CARGO_BIN_EXE_recital-in-tests");

/// The program on the story's own database and keys.
fn recital(world: &World, arguments: &[&str]) -> Program {
    let settings = [
        ("RECITAL_ENVIRONMENT", "development".to_owned()),
        ("RECITAL_PUBLIC_URL", "http://localhost".to_owned()),
        ("RECITAL_DATABASE__URL", world.database.url.clone()),
        ("RECITAL_KEYS__PROVIDER", "local".to_owned()),
        ("RECITAL_KEYS__MASTER_KEY_FILE", world.database.path("master.key").display().to_string()),
        ("RECITAL_MAIL__PROVIDER", "inbox".to_owned()),
    ];
    Program::start(BINARY, world.database.folder.path(), arguments, &settings)
}

fn write(world: &World, name: &str, text: &str) -> String {
    fs::write(world.database.path(name), text).unwrap();
    name.to_owned()
}

async fn import(world: &World, arguments: &[&str]) -> (Option<i32>, String, String) {
    let ended = recital(world, &[&["consent", "import", "--tenant", "acme"], arguments].concat()).end().await;
    (ended.code, ended.out, ended.err)
}

fn rejects(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn people(world: &World, count: usize) {
    const REGISTER: &str =
        "mutation($name: String) { registerSubject(input: { externalId: $name }) { subject { id } } }";
    for number in 0..count {
        world.ask(REGISTER, json!({ "name": format!("person-{number}") })).await;
    }
}

/// A table in which each of `people` decided `times`, the last time for a yes.
fn table(people: usize, times: usize) -> String {
    let mut text = "external_id,purpose,given,policy_version,recorded_at\n".to_owned();
    for (time, person) in (0..times).flat_map(|time| (0..people).map(move |person| (time, person))) {
        let at = Utc::now() - TimeDelta::days(400) + TimeDelta::days(i64::try_from(time).unwrap());
        writeln!(text, "person-{person},{CHAT},{},old,{}", (times - time) % 2 == 1, at.to_rfc3339()).unwrap();
    }
    text
}

both_engines! {
    async fn a_file_is_imported_line_by_line_and_tells_what_it_rejected(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "health", "specialCategory": true })).await;
        let file = write(&world, "old.csv", &format!(
            "external_id,email,purpose,given,policy_version,recorded_at,notice_text,special_category_consent\n\
             ada,,{CHAT},true,2019,2020-01-01T00:00:00Z,\"Old, but\nread\",\n\
             ,ADA@example.com,{CHAT},false,2019,2020-02-01T00:00:00Z,,\n\
             ada,,{CHAT},true,2019,2020-03-01T00:00:00Z,,\n\
             nobody,,{CHAT},true,2019,2020-03-01T00:00:00Z,,\n\
             ada,,no_such_purpose,true,2019,2020-03-01T00:00:00Z,,\n\
             ada,,legal_compliance,true,2019,2020-03-01T00:00:00Z,,\n\
             ada,,health,true,2019,2020-03-01T00:00:00Z,,\n\
             ada,,{CHAT},perhaps,2019,2020-03-01T00:00:00Z,,\n\
             ada,,{CHAT},true,2019,2999-01-01T00:00:00Z,,\n\
             ,,{CHAT},true,2019,2020-03-01T00:00:00Z,,\n"
        ));
        let (code, out, err) = import(&world, &[&file]).await;
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("3 accepted, 7 rejected"), "{out}");
        let told: Vec<_> = rejects(&world.database.path("old.csv.rejects.ndjson")).iter()
            .map(|reject| (reject["line"].as_u64().unwrap(), reject["reason"].as_str().unwrap().to_owned())).collect();
        let expected = [(6, "NOT_FOUND"), (7, "NOT_FOUND"), (8, "NOT_CONSENT_BASED"), (9, "SPECIAL_CATEGORY_CONSENT_REQUIRED"),
            (10, "MALFORMED_LINE"), (11, "IN_THE_FUTURE"), (12, "REQUIRED")];
        assert_eq!(told, expected.map(|(line, reason)| (line, reason.to_owned())));
        assert_eq!(states(&world, &ada).await, ["GIVEN", "REFUSED", "GIVEN"]);
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        assert_eq!(entries(&world, "consent.imported").await, 1);

        let (_, out, _) = import(&world, &[&file]).await;
        assert!(out.contains("nothing is left to do"), "{out}");
        let again = write(&world, "again.ndjson", &format!(
            "{{\"external_id\":\"ada\",\"purpose\":\"{CHAT}\",\"state\":\"GIVEN\",\"policy_version\":\"2019\",\"recorded_at\":\"2020-03-01T00:00:00Z\"}}\n"));
        let (_, out, err) = import(&world, &[&again]).await;
        assert!(out.contains("1 accepted, 0 rejected"), "{out}{err}");
        assert_eq!(states(&world, &ada).await.len(), 3, "another copy of a line is no second event");
        world.finish().await;
    }

    async fn what_is_known_here_stays_in_its_order(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        let before = (world.now() - TimeDelta::days(9)).to_rfc3339();
        let after = (world.now() + TimeDelta::days(9)).to_rfc3339();
        let line = |state: &str, at: &str| format!("{{\"external_id\":\"ada\",\"purpose\":\"{CHAT}\",\"state\":\"{state}\",\"policy_version\":\"1\",\"recorded_at\":\"{at}\"}}\n");
        let file = write(&world, "before.ndjson", &line("REFUSED", &before));
        assert_eq!(import(&world, &[&file]).await.0, Some(0));
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_GIVEN");
        let file = write(&world, "after.ndjson", &line("WITHDRAWN", &after));
        assert_eq!(import(&world, &[&file]).await.0, Some(0));
        assert_eq!(reason(&world, &ada, CHAT).await, "CONSENT_WITHDRAWN");
        world.finish().await;
    }

    async fn an_import_killed_at_any_point_goes_on_where_it_was(world: World) {
        world.import_registers().await;
        people(&world, 20).await;
        let file = write(&world, "many.csv", &(table(20, 31) + &format!("nobody,{CHAT},true,1,2020-01-01T00:00:00Z\n").repeat(3)));
        for line in ["up to line 101", "up to line 301"] {
            let mut program = recital(&world, &["consent", "import", "--tenant", "acme", "--batch", "20", &file]);
            program.says(line).await;
            program.signal("KILL").await;
            program.end().await;
        }
        let events = "SELECT count(*) FROM consent_events";
        let so_far = world.database.number(events).await.unwrap();
        assert!((300..620).contains(&so_far) && so_far % 20 == 0, "whole batches: {so_far}");
        let (code, out, err) = import(&world, &["--batch", "20", &file]).await;
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("620 accepted, 3 rejected"), "{out}");
        assert_eq!(world.database.number(events).await.unwrap(), 620);
        assert_eq!(rejects(&world.database.path("many.csv.rejects.ndjson")).len(), 3);
        let given = "SELECT count(*) FROM consents WHERE state = 'GIVEN'";
        assert_eq!(world.database.number(given).await.unwrap(), 20);
        world.finish().await;
    }

    async fn too_many_errors_stop_an_import_before_the_batch_they_are_in(world: World) {
        world_with_subject(&world).await;
        let good = format!("ada,{CHAT},true,1,2020-01-01T00:00:00Z\n");
        let bad = format!("nobody,{CHAT},true,1,2020-01-01T00:00:00Z\n");
        let text = format!("external_id,purpose,given,policy_version,recorded_at\n{good}{bad}{}{good}", bad.repeat(2));
        let file = write(&world, "bad.csv", &text);
        let (code, _, err) = import(&world, &["--batch", "2", "--max-errors", "1", &file]).await;
        assert_eq!(code, Some(1));
        assert!(err.contains("more than 1 lines were rejected") && err.contains("after line 3"), "{err}");
        assert_eq!(world.database.number("SELECT accepted FROM consent_imports").await.unwrap(), 1);
        let (code, out, err) = import(&world, &["--batch", "2", "--max-errors", "3", &file]).await;
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("2 accepted, 3 rejected"), "{out}");
        assert_eq!(rejects(&world.database.path("bad.csv.rejects.ndjson")).len(), 3);
        world.finish().await;
    }

    async fn what_is_exported_can_be_imported_elsewhere(world: World) {
        let ada = world_with_subject(&world).await;
        give(&world, &ada).await;
        world.advance(TimeDelta::hours(1));
        world.ask(WITHDRAW, withdrawal(&ada)).await;
        for format in ["csv", "ndjson"] {
            let name = format!("out.{format}");
            let export = ["consent", "export", "--tenant", "acme", "--format", format, "--output", &name];
            let ended = recital(&world, &export).end().await;
            assert_eq!(ended.code, Some(0), "{}", ended.err);
            let text = fs::read_to_string(world.database.path(&name)).unwrap();
            assert!(text.contains("ada") && text.contains("WITHDRAWN") && !text.contains("example.com"), "{text}");
        }
        let (_, other) = world.another_tenant("umbra").await;
        world.import_registers_for(&other).await;
        let theirs = world.subject_for(&other, "ada").await;
        let moved = fs::read_to_string(world.database.path("out.ndjson")).unwrap();
        let moved: String = moved.lines().map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap();
            row.as_object_mut().unwrap().remove("subject_id");
            format!("{row}\n")
        }).collect();
        write(&world, "moved.ndjson", &moved);
        let ended = recital(&world, &["consent", "import", "--tenant", "umbra", "moved.ndjson"]).end().await;
        assert!(ended.out.contains("2 accepted, 0 rejected"), "{}{}", ended.out, ended.err);
        let decided = other.ask(DECIDE, json!({ "subject": { "id": theirs }, "purpose": CHAT })).await;
        assert_eq!(decided["processingDecision"]["reason"], "CONSENT_WITHDRAWN");
        world.finish().await;
    }
}
