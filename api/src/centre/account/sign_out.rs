//! Signing out of this browser.

use axum::{extract::State, response::Response};
use recital_domain::accounts;

use super::session::{MaybeSignedIn, Posted};
use crate::http::ApiState;

/// Whoever is not signed in is signed out.
pub async fn leave(
    State(state): State<ApiState>,
    MaybeSignedIn(somebody): MaybeSignedIn,
    Posted { browser, .. }: Posted,
) -> Response {
    let Some(person) = somebody else { return browser.signed_out() };
    match accounts::sign_out(&state.app, &person.viewer, person.subject, person.session.id).await {
        Ok(()) => browser.signed_out(),
        Err(error) => browser.refuse(&error),
    }
}
