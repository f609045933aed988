//! Who is asked, when, and how often.

use chrono::TimeDelta;
use recital_tests::both_engines;
use serde_json::json;

use super::{Page, REQUEST, SET_POLICY, ask, at, entries, instant, link, link_for, questions, review, subject};

const WITHOUT_ADDRESS: &str = "mutation { registerSubject(input: { externalId: \"carol\" }) { subject { id } } }";

both_engines! {
    async fn the_review_mails_those_who_are_due_once_and_nobody_else(world: World) {
        let ada = world.subject("ada").await;
        world.advance(TimeDelta::days(200));
        world.subject("bob").await;
        world.ask(WITHOUT_ADDRESS, json!({})).await;
        assert_eq!(review(&world).await, 0, "nobody is due yet");

        world.advance(TimeDelta::days(166));
        assert_eq!(review(&world).await, 1);
        assert_eq!(review(&world).await, 0, "asked once");
        let mails = world.inbox.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, "ada@example.com");
        let questions = questions(&world).await;
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0]["state"], "SENT");
        assert_eq!(questions[0]["subject"]["id"], ada);
        assert_eq!(instant(&questions[0]["sentAt"]), world.now());
        for action in ["accuracy.queued", "accuracy.mail_prepared", "accuracy.mail_sent"] {
            assert_eq!(entries(&world, action).await, 1, "{action}");
        }
        world.finish().await;
    }

    async fn whoever_does_not_answer_is_reminded_and_whoever_does_is_not(world: World) {
        let silent = world.subject("silent").await;
        let quick = world.subject("quick").await;
        ask(&world, &silent).await;
        ask(&world, &quick).await;
        assert_eq!(Page::post(&link_for(&world, "quick@example.com"), &[("action", "confirm")]).await.status, 200);

        world.advance(TimeDelta::days(7));
        assert_eq!(review(&world).await, 1);
        assert_eq!(review(&world).await, 0, "reminded once");
        world.advance(TimeDelta::days(14));
        assert_eq!(review(&world).await, 1);
        let to_silent: Vec<_> = world.inbox.mails().into_iter().filter(|mail| mail.to == "silent@example.com").collect();
        assert_eq!(to_silent.len(), 3);
        assert_eq!(world.inbox.mails().len(), 4);
        assert!(to_silent[2].subject.starts_with("Reminder"), "{}", to_silent[2].subject);
        assert_eq!(link(&to_silent[0]), link(&to_silent[2]), "the link is the same");
        let ids: std::collections::BTreeSet<_> = to_silent.iter().map(|mail| mail.headers["Message-ID"].clone()).collect();
        assert_eq!(ids.len(), 3, "each mail has its own id");
        assert_eq!(questions(&world).await[1]["remindersSent"], 2);

        assert_eq!(Page::post(&link_for(&world, "silent@example.com"), &[("action", "confirm")]).await.status, 200);
        world.finish().await;
    }

    async fn what_an_unanswered_mail_leads_to_is_the_policys(world: World) {
        let stale = "SELECT count(*) FROM subjects WHERE stale";
        for (action, status, stale_ones) in [("NOTHING", "ACTIVE", 0), ("MARK_STALE", "ACTIVE", 1), ("RESTRICT", "RESTRICTED", 1)] {
            world.ask(SET_POLICY, json!({ "policy": { "whenUnanswered": action, "remindAfter": [] } })).await;
            let name = action.to_lowercase().replace('_', "");
            let person = world.subject(&name).await;
            ask(&world, &person).await;
            world.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
            assert_eq!(review(&world).await, 0, "{action}: there is a second left");
            world.advance(TimeDelta::seconds(1));
            assert_eq!(review(&world).await, 1, "{action}");
            assert_eq!(questions(&world).await[0]["state"], "UNANSWERED");
            assert_eq!(subject(&world, &person).await["status"], status, "{action}");
            assert_eq!(world.database.number(stale).await.unwrap(), stale_ones, "{action}");
            assert_eq!(review(&world).await, 0, "{action}: not asked again at once");
        }
        world.finish().await;
    }

    async fn a_person_who_does_not_answer_is_asked_again_a_period_later(world: World) {
        world.ask(SET_POLICY, json!({ "policy": { "remindAfter": [] } })).await;
        let ada = world.subject("ada").await;
        ask(&world, &ada).await;
        world.advance(TimeDelta::days(31));
        assert_eq!(review(&world).await, 1, "closed");
        assert_eq!(instant(&subject(&world, &ada).await["nextVerificationDue"]), at("2027-03-01T09:00:00Z"));
        world.advance(TimeDelta::days(334));
        assert_eq!(review(&world).await, 1, "asked again");
        assert_eq!(world.inbox.mails().len(), 2);
        world.finish().await;
    }

    async fn an_hour_has_only_so_many_mails(world: World) {
        world.ask(SET_POLICY, json!({ "policy": { "mailsPerHour": 2 } })).await;
        for name in ["one", "two", "three"] {
            world.subject(name).await;
        }
        let extra = world.subject("extra").await;
        world.advance(TimeDelta::days(366));
        assert_eq!(review(&world).await, 2);
        assert_eq!(review(&world).await, 0, "none are left in this hour");
        let refusal = world.owner.refused(REQUEST, json!({ "subject": { "id": extra } })).await;
        assert!(refusal.is("RATE_LIMITED", "MAILS_PER_HOUR"), "{refusal:?}");
        world.advance(TimeDelta::minutes(61));
        assert_eq!(review(&world).await, 2);
        assert_eq!(world.inbox.mails().len(), 4);
        world.finish().await;
    }

    async fn a_subject_is_asked_on_request_unless_there_is_a_reason_not_to(world: World) {
        let ada = world.subject("ada").await;
        let asked = world.ask(REQUEST, json!({ "subject": { "externalId": "ada" } })).await;
        assert_eq!(asked["requestReverification"]["reverification"]["state"], "QUEUED");
        let again = world.owner.refused(REQUEST, json!({ "subject": { "id": ada } })).await;
        assert!(again.is("CONFLICT", "ALREADY_OPEN"), "{again:?}");
        let nobody = world.owner.refused(REQUEST, json!({ "subject": { "email": "nobody@example.com" } })).await;
        assert!(nobody.is("NOT_FOUND", "NOT_FOUND"), "{nobody:?}");
        world.drain().await;

        assert_eq!(Page::post(&link_for(&world, "ada@example.com"), &[("action", "dispute")]).await.status, 200);
        let restricted = world.owner.refused(REQUEST, json!({ "subject": { "id": ada } })).await;
        assert!(restricted.is("CONFLICT", "SUBJECT_RESTRICTED"), "{restricted:?}");

        world.ask(WITHOUT_ADDRESS, json!({})).await;
        let unreachable = world.owner.refused(REQUEST, json!({ "subject": { "externalId": "carol" } })).await;
        assert!(unreachable.is("CONFLICT", "NO_ADDRESS"), "{unreachable:?}");

        let auditor = world.client("AUDITOR").await;
        let refusal = auditor.refused(REQUEST, json!({ "subject": { "id": ada } })).await;
        assert!(refusal.is("FORBIDDEN", "PERMISSION_REQUIRED"), "{refusal:?}");
        world.finish().await;
    }

    async fn another_tenants_questions_are_not_there(world: World) {
        let ada = world.subject("ada").await;
        ask(&world, &ada).await;
        let id = questions(&world).await[0]["id"].clone();
        let (_, other) = world.another_tenant("borealis").await;
        let seen = other.ask("query($id: ID!) { node(id: $id) { id } reverifications { totalCount } }", json!({ "id": id })).await;
        assert_eq!(seen, json!({ "node": null, "reverifications": { "totalCount": 0 } }));
        let refusal = other.refused(REQUEST, json!({ "subject": { "id": ada } })).await;
        assert!(refusal.is("NOT_FOUND", "NOT_FOUND"), "{refusal:?}");
        let mine = world.ask("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(mine["node"]["id"], id);
        world.finish().await;
    }

    async fn a_mail_whose_work_was_lost_is_queued_again(world: World) {
        let ada = world.subject("ada").await;
        world.ask(REQUEST, json!({ "subject": { "id": ada } })).await;
        world.database.execute("DELETE FROM work_items").await.unwrap();
        assert_eq!(world.drain().await, 0);
        assert_eq!(review(&world).await, 1);
        assert_eq!(review(&world).await, 0);
        assert_eq!(world.inbox.mails().len(), 1);
        world.finish().await;
    }

    async fn reviews_at_the_same_time_ask_nobody_twice(world: World) {
        for number in 0..12 {
            world.subject(&format!("person{number}")).await;
        }
        world.ask(SET_POLICY, json!({ "policy": { "mailsPerHour": 10 } })).await;
        world.advance(TimeDelta::days(366));
        let reviews = futures::future::join_all((0..4).map(|_| review(&world))).await;
        assert_eq!(reviews.iter().sum::<u64>(), 10, "{reviews:?}");
        let people: std::collections::BTreeSet<_> = world.inbox.mails().into_iter().map(|mail| mail.to).collect();
        assert_eq!((people.len(), world.inbox.mails().len()), (10, 10));
        world.finish().await;
    }

    async fn a_mail_whose_sending_was_not_recorded_goes_again_as_the_same_mail(world: World) {
        let ada = world.subject("ada").await;
        ask(&world, &ada).await;
        // As a crash between the two would leave it.
        world.database.execute("UPDATE reverifications SET state = 'QUEUED', sent_at = NULL").await.unwrap();
        world.database.execute("DELETE FROM work_items").await.unwrap();
        assert_eq!(review(&world).await, 1);
        let mails = world.inbox.mails();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0], mails[1], "the same Message-ID, the same link, the same words");
        world.finish().await;
    }
}
