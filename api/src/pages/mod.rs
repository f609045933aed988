//! The people's pages: server-rendered, without JavaScript.

mod inbox;

use axum::Router;

use crate::http::ApiState;

/// All pages.
pub fn router(state: &ApiState) -> Router<ApiState> {
    Router::new().merge(inbox::router(state))
}
