//! Where a person is signed in, and their password.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    accounts::{self, Session},
    error::Code,
    mail::Sender,
};
use serde::Deserialize;
use uuid::Uuid;

use super::session::{Browser, CsrfToken, Posted, SignedIn, problem, see};
use crate::{centre::frame::Frame, http::ApiState, pages::Say};

#[derive(Template)]
#[template(path = "centre/account/security.html")]
struct SecurityPage {
    frame: Frame,
    csrf: CsrfToken,
    /// What was done just now.
    done: Option<String>,
    here: String,
    elsewhere: Vec<SessionView>,
    /// The field at fault, and why.
    problem: Option<(String, String)>,
}

struct SessionView {
    id: String,
    text: String,
}

impl SecurityPage {
    /// Why that field was not accepted.
    fn wrong(&self, field: &str) -> Option<&str> {
        self.problem.as_ref().filter(|(found, _)| found == field).map(|(_, why)| &**why)
    }
}

/// What was done just now.
#[derive(Default, Deserialize)]
pub struct Done {
    done: Option<String>,
}

pub async fn show(
    State(state): State<ApiState>,
    Query(Done { done }): Query<Done>,
    person: SignedIn,
    browser: Browser,
) -> Response {
    let said = ["changed", "ended"].into_iter().find(|known| done.as_deref() == Some(known));
    let done = said.map(|said| browser.visitor.frame.say.text(&format!("account-security-{said}")));
    security(&state, StatusCode::OK, &person, &browser, done, None).await
}

async fn security(
    state: &ApiState,
    status: StatusCode,
    person: &SignedIn,
    browser: &Browser,
    done: Option<String>,
    problem: Option<(String, String)>,
) -> Response {
    let sessions = match accounts::list_sessions(&state.app, &person.viewer, person.subject).await {
        Ok(sessions) => sessions,
        Err(error) => return browser.refuse(&error),
    };
    let (frame, csrf) = (browser.visitor.frame.clone(), person.csrf.clone());
    let sender = &browser.visitor.centre.sender;
    let describe = |session: &Session| describe(&frame.say, session, sender);
    let others = sessions.iter().filter(|session| session.id != person.session.id);
    let elsewhere = others.map(|session| SessionView { id: session.id.to_string(), text: describe(session) }).collect();
    let here = describe(&person.session);
    browser.page(status, &SecurityPage { frame, csrf, done, here, elsewhere, problem })
}

/// Which browser it is, and since when.
fn describe(say: &Say, session: &Session, sender: &Sender) -> String {
    let agent = session.agent.clone().filter(|agent| agent != "other");
    let agent = agent.unwrap_or_else(|| say.text("account-session-unknown"));
    let date = session.created_at.with_timezone(&sender.time_zone).date_naive();
    say.clone().with_text("agent", agent).with_date("date", date).text("account-session")
}

/// Ends one session elsewhere, or all of them.
pub async fn end_sessions(State(state): State<ApiState>, person: SignedIn, posted: Posted) -> Response {
    let (viewer, subject) = (&person.viewer, person.subject);
    let ended = match posted.field("session").parse::<Uuid>() {
        Ok(session) => accounts::sign_out(&state.app, viewer, subject, session.into()).await,
        Err(_) => accounts::sign_out_elsewhere(&state.app, viewer, subject, person.session.id).await,
    };
    match ended {
        // One that is over already is ended.
        Err(error) if error.code() != Code::NotFound => posted.browser.refuse(&error),
        _ => see(&posted.browser.visitor.frame.path_with("/account/security", &[("done", "ended")])),
    }
}

/// Sets another password, under a session that takes the place of all there were.
pub async fn change_password(State(state): State<ApiState>, person: SignedIn, posted: Posted) -> Response {
    let (browser, current, password) = (&posted.browser, posted.field("current"), posted.field("password"));
    match accounts::change_password(&state.app, &browser.at_the_door(), person.subject, current, password).await {
        Ok(token) => {
            let on = see(&browser.visitor.frame.path_with("/account/security", &[("done", "changed")]));
            browser.keeping(on, &token)
        }
        Err(error) if matches!(error.code(), Code::BadUserInput | Code::Forbidden) => {
            let why = problem(&browser.visitor.frame.say, error.reason());
            let problem = Some((error.field().unwrap_or_default().to_owned(), why));
            security(&state, StatusCode::UNPROCESSABLE_ENTITY, &person, browser, None, problem).await
        }
        Err(error) => browser.refuse(&error),
    }
}
