//! The page behind a mailed link: a person sees what is held about them and answers. GET and HEAD change nothing.

use std::{collections::BTreeMap, net::SocketAddr};

use askama::Template;
use axum::{
    extract::{ConnectInfo, Form, FromRequestParts, Path, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use recital_domain::{
    accuracy::{self, Answer, Answered, Field, FieldKind, LinkError, LinkProblem, LinkView, Visit},
    error::{Code, Error},
};

use super::{
    fields::{FieldView, PREFIX, field_views, problem_of},
    respond::{Message, page},
    say::Say,
};
use crate::{
    client::client,
    http::{ApiState, Correlation},
};

/// What a handler knows of its caller.
pub struct Caller {
    pub visit: Visit,
    pub accept_language: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let correlation = parts.extensions.get::<Correlation>().map(|id| id.0).unwrap_or_default();
        Ok(Self {
            visit: Visit { client: client(peer, &parts.headers), correlation },
            accept_language: accept_language(&parts.headers),
        })
    }
}

pub(super) fn accept_language(headers: &HeaderMap) -> String {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// Shows the data, to a person: a browser that fetches ahead of its reader gets nothing.
pub async fn show(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    caller: Caller,
) -> Response {
    if headers.contains_key("sec-purpose") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match accuracy::open_link(&state.app, &token, &caller.visit).await {
        Ok(view) => page(StatusCode::OK, &VerifyPage::new(&view, None, &BTreeMap::new())),
        Err(error) => refusal(error, &caller),
    }
}

/// Says whether the link works, and opens nothing.
pub async fn check(State(state): State<ApiState>, Path(token): Path<String>, caller: Caller) -> StatusCode {
    match accuracy::check_link(&state.app, &token, &caller.visit).await {
        Ok(_) => StatusCode::OK,
        Err(error) => refusal(error, &caller).status(),
    }
}

/// Takes the answer.
pub async fn answer(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    caller: Caller,
    form: Result<Form<BTreeMap<String, String>>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return failure(StatusCode::BAD_REQUEST, &caller) };
    let action = form.get("action").map(String::as_str);
    let (answer, done) = match action {
        Some("confirm") => (Answer::Confirm, "verify-confirmed"),
        Some("correct") => (correction(&form), "verify-corrected"),
        Some("dispute") => (Answer::Dispute, "verify-disputed"),
        Some("resend") => return resend(state, token, caller),
        _ => return failure(StatusCode::BAD_REQUEST, &caller),
    };
    match accuracy::answer(&state.app, &token, &caller.visit, answer).await {
        Ok(answered) => page(StatusCode::OK, &thanks(&answered, done)),
        Err(LinkError::Failed(error)) if can_be_mended(&error) => {
            show_again(&state, &token, &caller, &error, &form).await
        }
        Err(error) => refusal(error, &caller),
    }
}

fn correction(form: &BTreeMap<String, String>) -> Answer {
    let named = form.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone())));
    // No version at all is one that nobody has seen.
    let version = form.get("version").and_then(|version| version.parse().ok()).unwrap_or(-1);
    Answer::Correct { version, form: named.collect() }
}

fn thanks(answered: &Answered, key: &str) -> Message {
    let say = Say::of(&answered.asker);
    let corrected = answered.corrected_fields.iter().map(|field| say.label(&field.replace('.', "/"))).collect();
    Message::new(say, key).listing(corrected)
}

/// A person can put it right on the page.
fn can_be_mended(error: &Error) -> bool {
    error.code() == Code::BadUserInput || error.reason() == "VERSION_CONFLICT"
}

/// The page with what was wrong. What was entered stays, unless the data beneath it has changed.
async fn show_again(
    state: &ApiState,
    token: &str,
    caller: &Caller,
    error: &Error,
    form: &BTreeMap<String, String>,
) -> Response {
    let (status, entered) = match error.code() {
        Code::Conflict => (StatusCode::CONFLICT, &BTreeMap::new()),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, form),
    };
    match accuracy::open_link(&state.app, token, &caller.visit).await {
        Ok(view) => page(status, &VerifyPage::new(&view, Some(error), entered)),
        Err(error) => refusal(error, caller),
    }
}

/// Answers the same, and as soon, whatever the link was: the answer waits for nothing that is looked up.
fn resend(state: ApiState, token: String, caller: Caller) -> Response {
    let message = Message::new(Say::to_stranger(&caller.accept_language), "verify-resent");
    tokio::spawn(async move {
        if let Err(error) = accuracy::resend(&state.app, &token, &caller.visit).await {
            tracing::warn!(?error, "a new link was asked for and not queued");
        }
    });
    page(StatusCode::OK, &message)
}

/// Why a link does not work, and what to do about it.
pub(super) fn refusal(error: LinkError, caller: &Caller) -> Response {
    let problem = match error {
        LinkError::Problem(problem) => problem,
        LinkError::Failed(error) => return failed(&error, caller),
    };
    let (status, message) = match problem {
        LinkProblem::Unknown => {
            (StatusCode::NOT_FOUND, Message::new(Say::to_stranger(&caller.accept_language), "verify-unknown"))
        }
        LinkProblem::Used { asker, answered_at } => {
            let say = Say::of(&asker).with_date("answered", asker.date(answered_at));
            (StatusCode::GONE, Message::new(say, "verify-used"))
        }
        LinkProblem::Expired { asker, expires_at } => {
            let say = Say::of(&asker).with_date("until", asker.date(expires_at));
            (StatusCode::GONE, Message::new(say, "verify-expired").offering_resend())
        }
        LinkProblem::Closed { asker } => (StatusCode::GONE, Message::new(Say::of(&asker), "verify-closed")),
    };
    page(status, &message)
}

/// What went wrong, without what it was.
pub fn failed(error: &Error, caller: &Caller) -> Response {
    failure(status(error), caller)
}

fn status(error: &Error) -> StatusCode {
    match error.code() {
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Conflict => StatusCode::CONFLICT,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub fn failure(status: StatusCode, caller: &Caller) -> Response {
    page(status, &Message::new(Say::to_stranger(&caller.accept_language), "verify-failed"))
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    say: Say,
    version: i32,
    fields: Vec<FieldView>,
    problem: Option<String>,
}

impl VerifyPage {
    fn new(view: &LinkView, error: Option<&Error>, entered: &BTreeMap<String, String>) -> Self {
        let say = Say::of(&view.asker).with_date("until", view.asker.date(view.expires_at));
        let changed = |field: &Field| view.changed_at(field).map(|at| say.changed_on(view.asker.date(at)));
        let fields = field_views(&say, &view.attributes, error, entered, changed);
        let problem = error.map(|error| problem_of(&say, &fields, error));
        Self { problem, version: view.version, fields, say }
    }
}
