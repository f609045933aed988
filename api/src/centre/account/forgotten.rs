//! A forgotten password: asking for a link with which a new one is chosen.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use recital_entities::AccountLinkKind;

use super::{
    link,
    session::{Browser, CsrfToken, Posted},
};
use crate::{centre::frame::Frame, http::ApiState};

#[derive(Template)]
#[template(path = "centre/account/forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    csrf: CsrfToken,
}

pub async fn show(browser: Browser) -> Response {
    let forgotten = ForgottenPage { frame: browser.visitor.frame.clone(), csrf: browser.csrf() };
    browser.page(StatusCode::OK, &forgotten)
}

/// Answers the same whoever has the address.
pub async fn send(State(state): State<ApiState>, posted: Posted) -> Response {
    link::request(&state, &posted, AccountLinkKind::NewPassword).await
}
