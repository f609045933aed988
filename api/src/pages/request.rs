//! The page behind a mailed link where a person follows their request. GET and HEAD change nothing; POST proves who they
//! are, or takes the request back.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    centre,
    error::{Code, Error},
    requests::{self, Followed},
};

use super::{
    respond::{Message, page},
    say::Say,
    verify::Caller,
};
use crate::{centre::Frame, http::ApiState};

/// Shows how the request stands.
pub async fn show(State(state): State<ApiState>, Path(token): Path<String>, caller: Caller) -> Response {
    match requests::follow(&state.app, &token, &caller.visit).await {
        Ok(followed) => request_page(&state, &caller, StatusCode::OK, followed, None).await,
        Err(error) => refusal(&error, &caller),
    }
}

/// Proves the identity, or cancels.
pub async fn act(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    caller: Caller,
    form: Result<Form<BTreeMap<String, String>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let (outcome, done) = match form.get("action").map(String::as_str) {
        Some("prove") => (requests::prove_identity(&state.app, &token, &caller.visit).await, "request-page-proven"),
        Some("cancel") => (requests::cancel_own(&state.app, &token, &caller.visit).await, "request-page-cancelled"),
        _ => return stranger(StatusCode::BAD_REQUEST, "verify-failed", &caller),
    };
    match outcome {
        Ok(followed) => request_page(&state, &caller, StatusCode::OK, followed, Some(done)).await,
        Err(error) => too_late(&state, &token, &caller, &error).await,
    }
}

/// Somebody was faster, or it was done before: the page says so.
async fn too_late(state: &ApiState, token: &str, caller: &Caller, error: &Error) -> Response {
    let why = match error.reason() {
        "IDENTITY_ALREADY_VERIFIED" => "request-page-already",
        "REQUEST_CLOSED" | "LINK_EXPIRED" => "request-page-too-late",
        _ => return refusal(error, caller),
    };
    match requests::follow(&state.app, token, &caller.visit).await {
        Ok(followed) => request_page(state, caller, StatusCode::GONE, followed, Some(why)).await,
        Err(error) => refusal(&error, caller),
    }
}

fn refusal(error: &Error, caller: &Caller) -> Response {
    match (error.reason(), error.code()) {
        ("LINK_EXPIRED", _) => stranger(StatusCode::GONE, "request-page-closed", caller),
        (_, Code::NotFound) => stranger(StatusCode::NOT_FOUND, "verify-unknown", caller),
        _ => stranger(StatusCode::SERVICE_UNAVAILABLE, "verify-failed", caller),
    }
}

fn stranger(status: StatusCode, key: &str, caller: &Caller) -> Response {
    page(status, &Message::new(Say::to_stranger(&caller.accept_language), key))
}

/// The page, in the tenant's privacy centre where there is one.
async fn request_page(
    state: &ApiState,
    caller: &Caller,
    status: StatusCode,
    followed: Followed,
    note: Option<&str>,
) -> Response {
    let around = async {
        let centre = centre::find_open(&state.app, followed.asker.sender.tenant, &caller.visit).await?;
        let messages = requests::messages(&state.app, &followed, &caller.visit).await?;
        Ok((Frame::around(&followed.asker, centre.as_ref()), messages))
    };
    match around.await {
        Ok((frame, messages)) => page(status, &RequestPage::new(frame, &followed, messages, note)),
        Err(error) => refusal(&error, caller),
    }
}

#[derive(Template)]
#[template(path = "request.html")]
struct RequestPage {
    frame: Frame,
    /// What was done just now, or why it was not.
    note: Option<String>,
    what: String,
    received: String,
    due: String,
    state: String,
    can_prove: bool,
    can_cancel: bool,
    /// What the tenant wrote.
    messages: Vec<String>,
}

impl RequestPage {
    fn new(frame: Frame, followed: &Followed, messages: Vec<String>, note: Option<&str>) -> Self {
        let request = &followed.request;
        let say = frame.say.clone().with("type", request.r#type.to_string());
        Self {
            note: note.map(|key| say.text(key)),
            what: say.text("request-type"),
            received: say.date(followed.asker.date(request.received_at)),
            due: say.date(request.extended_to.unwrap_or(request.due_on)),
            state: say.text(&format!("request-page-state-{}", request.state)),
            can_prove: followed.awaits_identity(),
            can_cancel: followed.can_be_cancelled(),
            messages,
            frame,
        }
    }
}
