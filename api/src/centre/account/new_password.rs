//! Choosing a new password with a mailed link.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use recital_domain::{accounts, error::Code};

use super::session::{Browser, CsrfToken, Posted, problem};
use crate::{centre::frame::Frame, http::ApiState};

#[derive(Template)]
#[template(path = "centre/account/new_password.html")]
struct NewPasswordPage {
    frame: Frame,
    csrf: CsrfToken,
    problem: Option<String>,
}

impl NewPasswordPage {
    fn new(browser: &Browser, problem: Option<String>) -> Self {
        Self { frame: browser.visitor.frame.clone(), csrf: browser.csrf(), problem }
    }
}

pub async fn show(
    State(state): State<ApiState>,
    Path((_, link)): Path<(String, String)>,
    browser: Browser,
) -> Response {
    match accounts::check_new_password_link(&state.app, &browser.at_the_door(), &link).await {
        Ok(()) => browser.page(StatusCode::OK, &NewPasswordPage::new(&browser, None)),
        Err(error) => browser.refuse(&error),
    }
}

pub async fn set(State(state): State<ApiState>, Path((_, link)): Path<(String, String)>, posted: Posted) -> Response {
    let browser = &posted.browser;
    match accounts::set_new_password(&state.app, &browser.at_the_door(), &link, posted.field("password")).await {
        Ok(token) => browser.signed_in(&token),
        Err(error) if error.code() == Code::BadUserInput => {
            let problem = problem(&browser.visitor.frame.say, error.reason());
            browser.page(StatusCode::UNPROCESSABLE_ENTITY, &NewPasswordPage::new(browser, Some(problem)))
        }
        Err(error) => browser.refuse(&error),
    }
}
