//! Mails that come back after they were taken.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use recital_tests::{BOUNCE_SECRET, World, both_engines};
use serde_json::{Value, json};

use super::{Page, ask, entries, instant, link_for, page::bs58, questions, review};

/// A report as whoever runs the mail server would send it.
struct Report {
    body: String,
    timestamp: i64,
    secret: &'static str,
}

impl Report {
    fn of(world: &World, message_id: &str, status: &str) -> Self {
        let body = json!({ "messageId": message_id, "status": status }).to_string();
        Self { body, timestamp: world.now().timestamp(), secret: BOUNCE_SECRET }
    }

    async fn send(&self, world: &World) -> (u16, Value) {
        let key = BASE64_STANDARD.decode(self.secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("msg_1.{}.{}", self.timestamp, self.body);
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        let request = reqwest::Client::new()
            .post(format!("{}/mail/bounces", world.url))
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", self.timestamp)
            .header("webhook-signature", format!("v1,{}", BASE64_STANDARD.encode(signature)))
            .body(self.body.clone());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

both_engines! {
    async fn a_mail_that_comes_back_is_shown_as_bounced(world: World) {
        let ada = world.subject("ada").await;
        ask(&world, &ada).await;
        let link = link_for(&world, "ada@example.com");
        let id = world.inbox.mails()[0].headers["Message-ID"].clone();
        world.advance(TimeDelta::hours(2));

        for (status, late) in [("4.4.7", "a delay"), ("2.0.0", "a success")] {
            assert_eq!(Report::of(&world, &id, status).send(&world).await.0, 204);
            assert_eq!(questions(&world).await[0]["state"], "SENT", "{late} is no bounce");
        }
        assert_eq!(Report::of(&world, &id, "5.1.1").send(&world).await.0, 204);
        let question = &questions(&world).await[0];
        assert_eq!((&question["state"], &question["bounceStatus"]), (&json!("BOUNCED"), &json!("5.1.1")));
        assert_eq!(instant(&question["bouncedAt"]), world.now());

        world.advance(TimeDelta::minutes(1));
        assert_eq!(Report::of(&world, &id, "5.2.2").send(&world).await.0, 204);
        assert_eq!(questions(&world).await[0]["bounceStatus"], "5.1.1", "a second report changes nothing");
        assert_eq!(entries(&world, "accuracy.mail_bounced").await, 1);
        assert_eq!(Page::get(&link).await.status, 410);
        world.advance(TimeDelta::days(8));
        assert_eq!(review(&world).await, 0, "nobody is reminded at an address that takes no mail");
        world.finish().await;
    }

    async fn a_report_tells_nothing_and_is_taken_from_those_who_sign_it_alone(world: World) {
        let ada = world.subject("ada").await;
        ask(&world, &ada).await;
        let id = world.inbox.mails()[0].headers["Message-ID"].clone();
        let good = || Report::of(&world, &id, "5.1.1");
        let unsigned = [
            Report { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", ..good() },
            Report { timestamp: (world.now() - TimeDelta::minutes(6)).timestamp(), ..good() },
            Report { timestamp: (world.now() + TimeDelta::minutes(6)).timestamp(), ..good() },
        ];
        for report in unsigned {
            let (status, refusal) = report.send(&world).await;
            assert_eq!((status, &refusal["reason"]), (401, &json!("INVALID_CREDENTIAL")));
        }
        let (other, _) = world.another_tenant("borealis").await;
        let tenant = id.split_once('.').unwrap().1.split_once('@').unwrap().0;
        let of_other = id.replace(tenant, &bs58(other.0.as_bytes()));
        for unknown in [of_other.as_str(), "<nonsense@mail.example.org>", "nonsense", ""] {
            assert_eq!(Report::of(&world, unknown, "5.1.1").send(&world).await, (204, Value::Null), "{unknown}");
        }
        for (body, field) in [("{}", "body"), ("5.1.1", "body"), ("{\"messageId\":\"<x@y>\",\"status\":\"550 <ada@example.com>\"}", "status")] {
            let (status, refusal) = Report { body: body.to_owned(), ..good() }.send(&world).await;
            assert_eq!((status, &refusal["field"]), (400, &json!(field)), "{body}");
        }
        assert_eq!(questions(&world).await[0]["state"], "SENT");
        world.finish().await;
    }
}
