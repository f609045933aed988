//! The dev inbox: the mails that would have gone out, for a developer to read. Never there in production.

use askama::Template;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse},
    routing::get,
};
use recital_domain::mail::{Mailer, ReceivedMail};

use crate::http::ApiState;

/// The inbox, where there is one.
pub fn router(state: &ApiState) -> Router<ApiState> {
    let router = Router::new();
    if state.development && matches!(state.app.core().mailer, Mailer::Inbox(_)) {
        router.route("/dev/inbox", get(page)).route("/dev/inbox.json", get(list))
    } else {
        router
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page {
    /// Newest first.
    mails: Vec<ReceivedMail>,
}

/// A mail's HTML runs no script and loads nothing; its links open in a tab of their own.
const POLICY: [(HeaderName, &str); 1] =
    [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")];

async fn page(State(state): State<ApiState>) -> impl IntoResponse {
    let mut mails = mails(&state);
    mails.reverse();
    match (Page { mails }).render() {
        Ok(page) => (POLICY, Html(page)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Every mail, oldest first.
async fn list(State(state): State<ApiState>) -> Json<Vec<ReceivedMail>> {
    Json(mails(&state))
}

fn mails(state: &ApiState) -> Vec<ReceivedMail> {
    match &state.app.core().mailer {
        Mailer::Inbox(inbox) => inbox.mails(),
        Mailer::Smtp(_) => Vec::new(),
    }
}
