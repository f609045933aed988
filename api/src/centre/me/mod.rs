//! A person's own pages, once they have signed in. Every one of them is about the person of the session alone: no path
//! names anybody.

mod ask;
mod consents;
mod details;
mod overview;
mod requests;

use axum::{
    Router,
    routing::{get, post},
};
use recital_domain::error::{Code, Error};
use serde::Deserialize;

use super::{frame::Frame, visitor::Visitor};
use crate::{http::ApiState, pages::failed};

/// The pages below `/privacy/{slug}/me`.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/", get(overview::show))
        .route("/details", get(details::show).post(details::correct))
        .route("/details/confirm", post(details::confirm))
        .route("/consents", get(consents::show).post(consents::change))
        .route("/consents/{purpose}/receipt", get(consents::receipt))
        .route("/requests", get(requests::show))
        .route("/requests/{request}/cancel", post(requests::cancel))
        .route("/ask/{right}", get(ask::show).post(ask::open))
}

/// What was done just now, as the redirect after it says.
#[derive(Default, Deserialize)]
pub struct Done {
    done: Option<String>,
}

impl Done {
    /// In words; nothing for a word that is not ours.
    fn words(&self, frame: &Frame) -> Option<String> {
        self.done.as_deref().and_then(|done| frame.say.find(&format!("own-done-{done}")))
    }
}

fn refuse(error: &Error, visitor: &Visitor) -> axum::response::Response {
    match error.code() {
        Code::NotFound => visitor.nothing_here(),
        _ => failed(error, &visitor.caller),
    }
}
