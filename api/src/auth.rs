//! From a request's credential to its viewer.

use async_graphql::Context;
use axum::http::{HeaderMap, header};
use recital_domain::{
    access,
    app::App,
    error::{Error, Result},
    viewer::{Client, Viewer},
};
use uuid::Uuid;

/// Who sent these headers; None without a credential, which only the schema's own introspection accepts.
///
/// # Errors
/// UNAUTHENTICATED for a credential that is malformed, unknown, expired or revoked.
pub async fn viewer_of(app: &App, headers: &HeaderMap, correlation: Uuid, client: Client) -> Result<Option<Viewer>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let credential = value.to_str().ok().and_then(bearer).ok_or_else(Error::unauthenticated)?;
    access::authenticate(app, credential, correlation, client).await.map(Some)
}

/// The token of `Bearer <token>` (RFC 6750).
pub fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The viewer a resolver acts for.
///
/// # Errors
/// UNAUTHENTICATED when the request carried no credential.
pub fn viewer<'a>(ctx: &'a Context<'_>) -> Result<&'a Viewer> {
    ctx.data_opt::<Viewer>().ok_or_else(Error::unauthenticated)
}

/// The product.
pub fn app<'a>(ctx: &'a Context<'_>) -> &'a App {
    ctx.data_unchecked::<App>()
}
