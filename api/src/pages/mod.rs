//! The people's pages: server-rendered, without JavaScript.

mod confirm;
mod export;
mod fields;
mod inbox;
mod pace;
mod preferences;
mod request;
mod respond;
mod say;
mod verify;

pub use fields::{FieldView, PREFIX, field_views, held, problem_of};
pub use pace::network;
pub use respond::{Message, has_gpc, is_foreign, page, see_other};
pub use say::Say;
pub use verify::{Caller, failed, failure};

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, http::header, middleware, routing::get};

use self::pace::Pace;
use crate::{centre, http::ApiState};

/// A filled-in form is small.
const LARGEST_FORM: usize = 256 * 1024;

/// All pages, and the one style sheet they share.
pub fn router(state: &ApiState) -> Router<ApiState> {
    let pace = Arc::new(Pace::new());
    let centre = Router::new()
        .nest("/privacy/{slug}", centre::router())
        .layer(middleware::from_fn_with_state(Arc::clone(&pace), pace::keep_visitor));
    Router::new()
        .route("/verify/{token}", get(verify::show).head(verify::check).post(verify::answer))
        .route("/request/{token}", get(request::show).post(request::act))
        .route("/export/{token}", get(export::download).head(export::describe))
        .route("/confirm/{token}", get(confirm::show).post(confirm::answer))
        .route("/preferences/{token}", get(preferences::show).post(preferences::change))
        .layer(middleware::from_fn_with_state(pace, pace::keep))
        .merge(centre)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(middleware::map_response(respond::guard))
        .route("/assets/style.css", get(style))
        .merge(centre::assets())
        .merge(inbox::router(state))
}

async fn style() -> impl axum::response::IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("../../assets/style.css"))
}
