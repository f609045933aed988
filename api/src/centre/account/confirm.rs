//! Confirming a sign-up with the mailed link and the password.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::accounts::{self, PendingSignUp};

use super::session::{Browser, CsrfToken, Posted};
use crate::{centre::frame::Frame, http::ApiState};

#[derive(Template)]
#[template(path = "centre/account/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    csrf: CsrfToken,
    /// The language of what the tenant wrote.
    tenants_language: String,
    agreed: Vec<String>,
    is_wrong: bool,
}

/// What was agreed to, and where the password goes.
pub async fn show(
    State(state): State<ApiState>,
    Path((_, link)): Path<(String, String)>,
    browser: Browser,
) -> Response {
    confirmation(&state, &link, &browser, false).await
}

pub async fn confirm(
    State(state): State<ApiState>,
    Path((_, link)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let browser = &posted.browser;
    match accounts::confirm_sign_up(&state.app, &browser.at_the_door(), &link, posted.field("password")).await {
        Ok(token) => browser.signed_in(&token),
        Err(error) => match error.reason() {
            "WRONG_CREDENTIALS" => confirmation(&state, &link, browser, true).await,
            "ACCOUNT_EXISTS" => browser.say(StatusCode::CONFLICT, "account-exists"),
            "PURPOSE_CHANGED" => browser.say(StatusCode::CONFLICT, "account-changed"),
            "SUBJECT_LIMIT_REACHED" => browser.say(StatusCode::CONFLICT, "account-full"),
            _ => browser.refuse(&error),
        },
    }
}

async fn confirmation(state: &ApiState, link: &str, browser: &Browser, is_wrong: bool) -> Response {
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match accounts::open_sign_up(&state.app, &browser.at_the_door(), link).await {
        Ok(PendingSignUp { agreed }) => {
            let tenants_language = browser.visitor.centre.sender.locale.clone();
            let (frame, csrf) = (browser.visitor.frame.clone(), browser.csrf());
            browser.page(status, &ConfirmPage { frame, csrf, tenants_language, agreed, is_wrong })
        }
        Err(error) => browser.refuse(&error),
    }
}
