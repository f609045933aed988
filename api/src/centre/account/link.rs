//! Signing in with a mailed link: asking for it, and using it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::accounts;
use recital_entities::AccountLinkKind;

use super::session::{Browser, CsrfToken, Posted};
use crate::{centre::frame::Frame, http::ApiState};

/// Answers the same whoever has the address.
pub async fn send(State(state): State<ApiState>, posted: Posted) -> Response {
    request(&state, &posted, AccountLinkKind::SignIn).await
}

/// Has a link mailed, and says that whoever is known gets one.
pub(super) async fn request(state: &ApiState, posted: &Posted, kind: AccountLinkKind) -> Response {
    let browser = &posted.browser;
    match accounts::request_link(&state.app, &browser.at_the_door(), kind, posted.field("email")).await {
        Ok(()) => browser.page(StatusCode::OK, &Asked { frame: browser.visitor.frame.clone() }),
        Err(error) => browser.refuse(&error),
    }
}

#[derive(Template)]
#[template(path = "centre/account/asked.html")]
struct Asked {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "centre/account/link.html")]
struct LinkPage {
    frame: Frame,
    csrf: CsrfToken,
}

/// A button, and nothing happens without it.
pub async fn show(
    State(state): State<ApiState>,
    Path((_, link)): Path<(String, String)>,
    browser: Browser,
) -> Response {
    match accounts::check_sign_in_link(&state.app, &browser.at_the_door(), &link).await {
        Ok(()) => {
            let link = LinkPage { frame: browser.visitor.frame.clone(), csrf: browser.csrf() };
            browser.page(StatusCode::OK, &link)
        }
        Err(error) => browser.refuse(&error),
    }
}

pub async fn enter(
    State(state): State<ApiState>,
    Path((_, link)): Path<(String, String)>,
    Posted { browser, .. }: Posted,
) -> Response {
    match accounts::sign_in_by_link(&state.app, &browser.at_the_door(), &link).await {
        Ok(token) => browser.signed_in(&token),
        Err(error) => browser.refuse(&error),
    }
}
