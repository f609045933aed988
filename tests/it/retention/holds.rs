//! What keeps data past its end.

use chrono::TimeDelta;
use recital_domain::{evidence::Event, retention, vault, viewer::Permission};
use recital_tests::both_engines;
use serde_json::json;

use super::{HOLD, KEPT, PREVIEW, RELEASE, RUN, RUNS, entries, hold, left, of, restrict, store};

both_engines! {
    async fn what_is_held_is_kept_until_the_hold_is_released(world: World) {
        world.import_registers().await;
        let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
        let old = world.now() - TimeDelta::days(3);
        for subject in [&ada, &grace] {
            store(&world.owner, subject, "uploaded_images", old, 1).await;
            store(&world.owner, subject, "ip_address", old, 1).await;
        }
        let on_ada = hold(&world.owner, json!({ "subject": { "email": "ada@example.com" } })).await;
        let on_type = hold(&world.owner, json!({ "dataType": "uploaded_images" })).await;
        world.ask(RUN, json!({})).await;
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (2, 1));

        world.ask(RELEASE, json!({ "id": on_ada })).await;
        world.ask(RUN, json!({})).await;
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (1, 1));

        world.ask(RELEASE, json!({ "id": on_type })).await;
        world.ask(RUN, json!({})).await;
        assert_eq!((left(&world.owner, &ada).await, left(&world.owner, &grace).await), (0, 0));
        let again = world.owner.refused(RELEASE, json!({ "id": on_type })).await;
        assert!(again.is("CONFLICT", "ALREADY_RELEASED"), "{again:?}");
        world.finish().await;
    }

    async fn a_hold_names_what_it_holds_and_why(world: World) {
        const HOLDS: &str = "query($active: Boolean) { legalHolds(active: $active) { totalCount
            edges { node { reason dataType subject { externalId } releasedAt } } } }";
        world.import_registers().await;
        world.subject("ada").await;
        for (input, code, reason, field) in [
            (json!({ "reason": "A lawsuit" }), "BAD_USER_INPUT", "HOLD_WITHOUT_SCOPE", Some("subject")),
            (json!({ "reason": " ", "dataType": "ip_address" }), "BAD_USER_INPUT", "INVALID_REASON", Some("reason")),
            (json!({ "reason": "A lawsuit", "dataType": "ip_adress" }), "BAD_USER_INPUT", "UNKNOWN_DATA_TYPE", Some("dataType")),
            (json!({ "reason": "A lawsuit", "subject": { "externalId": "nobody" } }), "NOT_FOUND", "NOT_FOUND", None),
        ] {
            let refusal = world.owner.refused(HOLD, json!({ "input": input })).await;
            assert!(refusal.is(code, reason), "{refusal:?}");
            assert_eq!(refusal.field.as_deref(), field);
        }
        let auditor = world.client("AUDITOR").await;
        let input = json!({ "reason": "A lawsuit", "dataType": "ip_address" });
        assert_eq!(auditor.refused(HOLD, json!({ "input": input })).await.code, "FORBIDDEN");

        let released = hold(&world.owner, json!({ "dataType": "ip_address" })).await;
        hold(&world.owner, json!({ "subject": { "externalId": "ada" } })).await;
        world.ask(RELEASE, json!({ "id": released })).await;
        let active = world.ask(HOLDS, json!({ "active": true })).await["legalHolds"].take();
        assert_eq!(active["totalCount"], 1);
        assert_eq!(active["edges"][0]["node"], json!({
            "reason": "A lawsuit about Lovelace", "dataType": null, "subject": { "externalId": "ada" }, "releasedAt": null,
        }));
        let opened = entries(&world, "notes.revealed").await.len();
        let all = world.ask(HOLDS, json!({})).await["legalHolds"].take();
        assert_eq!(all["edges"][1]["node"]["reason"], "A lawsuit about Lovelace");
        let revealed = entries(&world, "notes.revealed").await;
        assert_eq!(revealed.len(), opened + 1);
        assert_eq!(revealed[opened]["details"]["rows"].as_array().map(Vec::len), Some(2));
        world.finish().await;
    }

    async fn the_dry_run_and_the_run_name_what_keeps_data_and_how_much(world: World) {
        world.import_registers().await;
        let (ada, grace) = (world.subject("ada").await, world.subject("grace").await);
        let old = world.now() - TimeDelta::days(3);
        for (subject, data_type, count) in
            [(&ada, "uploaded_images", 3), (&grace, "uploaded_images", 2), (&ada, "ip_address", 1), (&grace, "ip_address", 4)]
        {
            store(&world.owner, subject, data_type, old, count).await;
        }
        let on_ada = hold(&world.owner, json!({ "subject": { "externalId": "ada" } })).await;
        let on_images = hold(&world.owner, json!({ "dataType": "uploaded_images" })).await;
        let on_both = hold(&world.owner, json!({ "subject": { "externalId": "grace" }, "dataType": "ip_address" })).await;
        let released = hold(&world.owner, json!({ "dataType": "ip_address" })).await;
        world.ask(RELEASE, json!({ "id": released })).await;
        restrict(&world, "grace").await;

        let preview = format!("{{ retentionPreview {{ dataType due held {KEPT} }} }}");
        let preview = world.ask(&preview, json!({})).await["retentionPreview"].take();
        let run = format!("mutation {{ runRetention(input: {{}}) {{ run {{ results {{ dataType deleted held {KEPT} }} }} }} }}");
        let results = world.ask(&run, json!({})).await["runRetention"]["run"]["results"].take();
        let reason = "A lawsuit about Lovelace";
        let expected = [
            ("uploaded_images", 5, 2, vec![
                json!({ "hold": { "id": on_ada, "reason": reason, "dataType": null }, "kept": 3 }),
                json!({ "hold": { "id": on_images, "reason": reason, "dataType": "uploaded_images" }, "kept": 5 }),
            ]),
            ("ip_address", 5, 4, vec![
                json!({ "hold": { "id": on_ada, "reason": reason, "dataType": null }, "kept": 1 }),
                json!({ "hold": { "id": on_both, "reason": reason, "dataType": "ip_address" }, "kept": 4 }),
            ]),
        ];
        for (data_type, held, restricted, kept_by) in expected {
            for (list, gone) in [(&preview, "due"), (&results, "deleted")] {
                let found = of(list, data_type);
                assert_eq!((&found[gone], &found["held"], &found["restricted"]), (&json!(0), &json!(held), &json!(restricted)), "{found}");
                assert_eq!(found["keptBy"], json!(kept_by), "{data_type} {gone}");
            }
        }
        let auditor = world.client("AUDITOR").await;
        let seen = auditor.ask("{ retentionRuns { edges { node { results { dataType keptBy { hold { id } kept } } } } } }", json!({})).await;
        let images = of(&seen["retentionRuns"]["edges"][0]["node"]["results"], "uploaded_images");
        assert_eq!(images["keptBy"].as_array().map(Vec::len), Some(2), "an auditor sees which");
        world.finish().await;
    }

    async fn a_hold_placed_during_a_run_is_respected(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 5).await;
        let job = world.job("retention.sweep");
        let run = retention::begin(&world.app, &job, None, world.now()).await.expect("a run");
        retention::advance(&world.app, &job, run.id, 2).await.expect("a batch");
        hold(&world.owner, json!({ "subject": { "externalId": "ada" } })).await;
        retention::carry_on(&world.app, &job, run.id, 2).await.expect("the rest");
        assert_eq!(left(&world.owner, &subject).await, 3);
        let runs = world.ask(RUNS, json!({})).await["retentionRuns"].take();
        let images = of(&runs["edges"][0]["node"]["results"], "uploaded_images");
        assert_eq!((images["deleted"].as_i64(), images["held"].as_i64()), (Some(2), Some(3)));
        world.finish().await;
    }

    async fn a_restricted_subject_s_data_is_left_until_the_restriction_is_lifted(world: World) {
        world.import_registers().await;
        let subject = world.subject("ada").await;
        store(&world.owner, &subject, "uploaded_images", world.now() - TimeDelta::days(3), 1).await;
        restrict(&world, "ada").await;
        let forecast = world.ask(PREVIEW, json!({ "type": "uploaded_images" })).await["retentionPreview"][0].take();
        assert_eq!((forecast["due"].as_i64(), forecast["held"].as_i64()), (Some(0), Some(1)));
        world.ask(RUN, json!({})).await;
        assert_eq!(left(&world.owner, &subject).await, 1);
        world.app.write(&world.job("story"), Permission::SubjectWrite, async |tx| {
            let id = vault::find_subject(tx, &vault::SubjectRef::ExternalId("ada".into())).await?.id;
            vault::lift_restriction(tx, id).await?;
            Ok(Event::RestrictionLifted { id }.with(()))
        }).await.expect("a change");
        world.ask(RUN, json!({})).await;
        assert_eq!(left(&world.owner, &subject).await, 0);
        world.finish().await;
    }
}
