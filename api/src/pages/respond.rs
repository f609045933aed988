//! Pages as answers, and what holds for every one of them.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};

use super::say::Say;

/// A page that says something.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message {
    pub say: Say,
    pub title: String,
    pub paragraphs: Vec<String>,
    pub items: Vec<String>,
    /// Offers a new link.
    pub resend: bool,
}

impl Message {
    /// The texts `{key}-title` and `{key}`.
    pub fn new(say: Say, key: &str) -> Self {
        let (title, paragraphs) = (say.text(&format!("{key}-title")), vec![say.text(key)]);
        Self { say, title, paragraphs, items: Vec::new(), resend: false }
    }

    pub fn listing(mut self, items: Vec<String>) -> Self {
        self.items = items;
        self
    }

    pub fn offering_resend(mut self) -> Self {
        self.resend = true;
        self
    }
}

/// Renders a page under that status.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether the browser says no to sale and sharing (Global Privacy Control).
pub fn has_gpc(headers: &HeaderMap) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value == "1")
}

/// Sent by a page of another site, as far as the browser says (Fetch Metadata).
pub fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// Sends the browser to another page of ours.
pub fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Nothing is loaded but our style sheet, nothing is kept, and no search engine or other site learns of it.
pub async fn guard(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];
