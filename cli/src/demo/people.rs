//! Three hundred made-up people. Who has what follows from their number, so that every demo is the same.

use chrono::{DateTime, TimeDelta, Utc};
use recital_domain::{
    consent::RecordConsent,
    vault::{NewRecord, RegisterSubject, SubjectRef},
};
use recital_entities::ConsentMethod;
use serde_json::json;

pub const COUNT: u32 = 300;

/// Under legal hold, with a record past its period.
pub const HELD: Person = Person(11);

const CITIES: [&str; 5] = ["Athens", "Berlin", "Lisbon", "Tallinn", "Vienna"];
const POLICY: &str = "2025-01";
const NOTICE: &str = "We answer your questions with an AI agent and keep the conversation for 30 days. You can withdraw \
                      your consent at any time, as easily as you give it.";

/// One of them, from 1.
#[derive(Clone, Copy)]
pub struct Person(pub u32);

impl Person {
    pub fn external_id(self) -> String {
        format!("user-{:04}", self.0)
    }

    pub fn reference(self) -> SubjectRef {
        SubjectRef::ExternalId(self.external_id())
    }

    /// When they signed up: the first 429 days ago, the last 60. Those of more than a year ago are due for verification.
    pub fn joined_at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - TimeDelta::days(430 - i64::from(self.0 * 370 / COUNT))
    }

    pub fn registration(self) -> RegisterSubject {
        let city = CITIES[self.0 as usize % CITIES.len()];
        let plan = if self.0.is_multiple_of(5) { "team" } else { "free" };
        RegisterSubject {
            external_id: Some(self.external_id()),
            email: Some(format!("user-{:04}@example.com", self.0)),
            locale: Some("en".to_owned()),
            attributes: Some(json!({ "name": format!("User {}", self.0), "city": city, "plan": plan })),
            idempotency_key: None,
        }
    }

    /// Two of three consented to talk to the agent.
    fn consented(self) -> bool {
        !self.0.is_multiple_of(3)
    }

    pub fn consent(self) -> Option<RecordConsent> {
        self.consented().then(|| RecordConsent {
            subject: self.reference(),
            purpose: "agent_interaction".to_owned(),
            given: true,
            policy_version: POLICY.to_owned(),
            method: ConsentMethod::WebForm,
            special_category_consent: None,
            double_opt_in: false,
            notice_text: Some(NOTICE.to_owned()),
            recorded_at: None,
            idempotency_key: Some(format!("demo-consent-{}", self.0)),
        })
    }

    pub fn records(self, now: DateTime<Utc>) -> Vec<NewRecord> {
        let mut records = Vec::new();
        if self.consented() {
            records.push(self.conversation(now - TimeDelta::days(i64::from(self.0 % 25) + 1)));
            if self.0 % 10 == 1 {
                // Kept for 30 days: past its period.
                records.push(self.conversation(now - TimeDelta::days(45)));
            }
        }
        if self.0.is_multiple_of(4) {
            // Kept for 24 hours: every fifth of these is past its period.
            let hours = if self.0.is_multiple_of(20) { 72 } else { 5 };
            records.push(self.image(now - TimeDelta::hours(hours)));
        }
        records
    }

    fn conversation(self, at: DateTime<Utc>) -> NewRecord {
        NewRecord {
            subject: self.reference(),
            data_type: "conversation_history".to_owned(),
            purpose: "agent_interaction".to_owned(),
            payload: json!({ "query": "How do I export my models?", "session_id": format!("s-{:04}", self.0), "timestamp": at }),
            created_at: Some(at),
        }
    }

    fn image(self, at: DateTime<Utc>) -> NewRecord {
        NewRecord {
            subject: self.reference(),
            data_type: "uploaded_images".to_owned(),
            purpose: "image_to_3d_conversion".to_owned(),
            payload: json!({ "file": format!("upload-{:04}.png", self.0), "width": 1024, "height": 768 }),
            created_at: Some(at),
        }
    }
}
