//! The privacy centre at `/privacy/<slug>`: a tenant's own pages for the people it holds data about. Server-rendered,
//! without JavaScript.
//!
//! Every change is a POST that answers with a redirect. The language is the browser's, or the one chosen with a link:
//! `?lang=` then goes along on every link, so that nothing has to be kept in the browser for it.

mod accent;
mod account;
mod ask;
mod frame;
mod home;
mod me;
mod policy;
mod rights;
mod settings;
mod visitor;

pub use frame::Frame;
pub use settings::{CentreMutation, CentreQuery};

use axum::{Router, routing::get};

use crate::http::ApiState;

/// The pages below `/privacy/{slug}`.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/", get(home::show))
        .route("/policy", get(policy::show))
        .route("/ask/{right}", get(ask::show).post(ask::send))
        .route("/asked", get(ask::sent))
        .nest("/me", me::router())
        .nest("/account", account::router())
}

/// What the pages load.
pub fn assets() -> Router<ApiState> {
    Router::new().route("/assets/centre.css", get(accent::style)).route("/assets/accent/{file}", get(accent::accent))
}
