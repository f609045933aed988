//! The people's pages: server-rendered, without JavaScript.

use axum::Router;

use crate::http::ApiState;

/// All pages.
pub fn router(_state: &ApiState) -> Router<ApiState> {
    Router::new()
}
