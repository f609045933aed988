//! Re-verification: who is asked, what they see, and what their answer does.

mod asking;
mod bounces;
mod browser;
mod crash;
mod faults;
mod limits;
mod looks;
mod mailing;
mod page;
mod policy;
mod signing;

use chrono::{DateTime, Utc};
use recital_domain::{accuracy, mail::ReceivedMail};
use recital_tests::World;
use serde_json::{Value, json};

/// What a tenant sees of a question.
const QUESTIONS: &str = "{ reverifications(first: 100) { totalCount edges { node {
    id state requestedAt sentAt remindersSent answeredAt correctedFields bouncedAt bounceStatus expiresAt subject { id status } } } } }";

const REQUEST: &str = "mutation($subject: SubjectRef!) {
    requestReverification(input: { subject: $subject }) { reverification { id state } } }";

const SET_POLICY: &str = "mutation($policy: AccuracyPolicyInput!) { setAccuracyPolicy(input: $policy) {
    policy { revalidateAfter remindAfter linkValidFor whenUnanswered mailsPerHour } } }";

const SUBJECT: &str = "query($id: ID!) { subject(ref: { id: $id }) {
    status lastVerifiedAt nextVerificationDue profile { version attributes } } }";

/// Runs the review, then all work. Answers what the review did.
async fn review(world: &World) -> u64 {
    let done = accuracy::review_tenant(&world.app, world.tenant, world.app.core().ids.next(world.now()))
        .await
        .expect("a review");
    world.drain().await;
    done
}

/// Asks one subject now.
pub async fn ask(world: &World, subject: &str) {
    world.ask(REQUEST, json!({ "subject": { "id": subject } })).await;
    world.drain().await;
}

/// The questions, newest first.
async fn questions(world: &World) -> Vec<Value> {
    let seen = world.ask(QUESTIONS, json!({})).await;
    seen["reverifications"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

async fn subject(world: &World, id: &str) -> Value {
    world.ask(SUBJECT, json!({ "id": id })).await["subject"].clone()
}

/// An instant as GraphQL writes it.
fn instant(value: &Value) -> DateTime<Utc> {
    at(value.as_str().expect("an instant"))
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The link of a mail, from its text.
fn link(mail: &ReceivedMail) -> String {
    link_in(&mail.text)
}

fn link_in(text: &str) -> String {
    let line = text.lines().find(|line| line.contains("/verify/")).expect("a link");
    line.trim().to_owned()
}

/// The link of the newest mail to that address.
fn link_for(world: &World, to: &str) -> String {
    let mails = world.inbox.mails();
    link(mails.iter().rev().find(|mail| mail.to == to).unwrap_or_else(|| panic!("no mail to {to}")))
}

/// A page as a browser without JavaScript gets it.
pub struct Page {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Page {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("text") }
    }

    pub async fn get(link: &str) -> Self {
        Self::of(reqwest::Client::new().get(link)).await
    }

    pub async fn post(link: &str, form: &[(&str, &str)]) -> Self {
        Self::of(reqwest::Client::new().post(link).form(form)).await
    }

    /// Its words, without markup.
    pub fn text(&self) -> String {
        scraper::Html::parse_document(&self.body).root_element().text().collect::<Vec<_>>().join(" ")
    }

    /// The texts of what the selector finds.
    pub fn find(&self, selector: &str) -> Vec<String> {
        let selector = scraper::Selector::parse(selector).unwrap();
        let page = scraper::Html::parse_document(&self.body);
        page.select(&selector).map(|element| element.text().collect::<String>().trim().to_owned()).collect()
    }

    /// The attribute of the one element that the selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let found = scraper::Selector::parse(selector).unwrap();
        let page = scraper::Html::parse_document(&self.body);
        let value = page.select(&found).next().and_then(|element| element.value().attr(name)).map(str::to_owned);
        value.unwrap_or_else(|| panic!("no {selector} with {name}: {}", self.body))
    }
}

/// How many audit entries there are of that action.
pub async fn entries(world: &World, action: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM audit_entries WHERE action = '{action}' AND outcome = 'SUCCESS'");
    world.database.number(&sql).await.unwrap()
}
