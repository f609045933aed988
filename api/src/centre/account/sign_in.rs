//! Signing in by password, and asking for a link instead.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use recital_domain::accounts;

use super::session::{Browser, CsrfToken, MaybeSignedIn, Posted, see};
use crate::{centre::frame::Frame, http::ApiState};

#[derive(Template)]
#[template(path = "centre/account/sign_in.html")]
struct SignInPage {
    frame: Frame,
    csrf: CsrfToken,
    /// As it was entered.
    email: String,
    is_wrong: bool,
    signs_up: bool,
}

impl SignInPage {
    fn new(browser: &Browser, email: &str, is_wrong: bool) -> Self {
        let signs_up = browser.visitor.centre.settings.sign_up;
        let frame = browser.visitor.frame.clone();
        Self { frame, csrf: browser.csrf(), email: email.to_owned(), is_wrong, signs_up }
    }
}

/// Whoever is signed in goes on.
pub async fn show(browser: Browser, MaybeSignedIn(somebody): MaybeSignedIn) -> Response {
    match somebody {
        Some(_) => see(&browser.home()),
        None => browser.page(StatusCode::OK, &SignInPage::new(&browser, "", false)),
    }
}

pub async fn enter(State(state): State<ApiState>, posted: Posted) -> Response {
    let (email, password) = (posted.field("email"), posted.field("password"));
    let browser = &posted.browser;
    match accounts::sign_in(&state.app, &browser.at_the_door(), email, password).await {
        Ok(token) => browser.signed_in(&token),
        Err(error) if error.reason() == "WRONG_CREDENTIALS" => {
            browser.page(StatusCode::UNPROCESSABLE_ENTITY, &SignInPage::new(browser, email, true))
        }
        Err(error) => browser.refuse(&error),
    }
}
