//! Signing up, in and out at a tenant's privacy centre. GET and HEAD change nothing; every form carries the token of the
//! browser that it was made for.
//!
//! The rules are in `domain/src/accounts`; here are the cookie, the forms and the words.

mod confirm;
mod forgotten;
mod link;
mod new_password;
mod security;
pub mod session;
mod sign_in;
mod sign_out;
mod sign_up;

use axum::{
    Router,
    routing::{get, post},
};

use crate::http::ApiState;

/// The pages below `/privacy/{slug}/account`.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", post(sign_out::leave))
        .route("/sign-up", get(sign_up::show).post(sign_up::submit))
        .route("/confirm/{token}", get(confirm::show).post(confirm::confirm))
        .route("/link", post(link::send))
        .route("/link/{token}", get(link::show).post(link::enter))
        .route("/forgotten", get(forgotten::show).post(forgotten::send))
        .route("/new-password/{token}", get(new_password::show).post(new_password::set))
        .route("/security", get(security::show))
        .route("/security/password", post(security::change_password))
        .route("/security/sessions", post(security::end_sessions))
}
