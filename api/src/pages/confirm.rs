//! The page behind a confirmation mail. GET and HEAD change nothing; POST confirms, once.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use recital_domain::{
    accuracy::LinkError,
    consent::{self, ConfirmationView},
};

use super::{
    respond::{Message, page},
    say::Say,
    verify::{Caller, failure, refusal},
};
use crate::http::ApiState;

/// Shows what is to be confirmed.
pub async fn show(State(state): State<ApiState>, Path(token): Path<String>, caller: Caller) -> Response {
    match consent::open_confirmation(&state.app, &token, &caller.visit).await {
        Ok(view) => page(StatusCode::OK, &ConfirmPage::new(view)),
        Err(error) => refusal(error, &caller),
    }
}

/// Confirms, or mails a new link to whoever has an expired one.
pub async fn answer(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    caller: Caller,
    form: Result<Form<BTreeMap<String, String>>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return failure(StatusCode::BAD_REQUEST, &caller) };
    match form.get("action").map(String::as_str) {
        Some("confirm") => confirm(&state, &token, &caller).await,
        Some("resend") => resend(&state, &token, &caller).await,
        _ => failure(StatusCode::BAD_REQUEST, &caller),
    }
}

async fn confirm(state: &ApiState, token: &str, caller: &Caller) -> Response {
    match consent::confirm(&state.app, token, &caller.visit).await {
        Ok(view) => page(StatusCode::OK, &Message::new(say(&view), "confirm-done")),
        Err(error) => refusal(error, caller),
    }
}

/// Answers the same whatever the link was.
async fn resend(state: &ApiState, token: &str, caller: &Caller) -> Response {
    match consent::resend_confirmation(&state.app, token, &caller.visit).await {
        Ok(()) => page(StatusCode::OK, &Message::new(Say::to_stranger(&caller.accept_language), "verify-resent")),
        Err(error) => refusal(LinkError::Failed(error), caller),
    }
}

fn say(view: &ConfirmationView) -> Say {
    let say = Say::of(&view.asker).with_date("until", view.asker.date(view.expires_at));
    say.with_text("purpose", view.purpose.name.clone())
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    say: Say,
    /// The language of what the tenant wrote.
    tenants_language: String,
    purpose: String,
    description: String,
    special_category: bool,
}

impl ConfirmPage {
    fn new(view: ConfirmationView) -> Self {
        Self {
            say: say(&view),
            tenants_language: view.asker.sender.locale,
            purpose: view.purpose.name,
            description: view.purpose.description,
            special_category: view.purpose.special_category,
        }
    }
}
