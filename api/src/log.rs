//! The tenants' logs for strangers to watch: checkpoints and hash tiles (C2SP tlog-tiles), no word of what was done.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use recital_domain::{app::App, error::Error, evidence};

/// A checkpoint is outgrown within seconds; a tile never changes.
const FRESH: &str = "no-cache";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub fn router() -> Router<App> {
    Router::new().route("/log/{slug}/checkpoint", get(checkpoint)).route("/log/{slug}/tile/{*path}", get(tile))
}

async fn checkpoint(State(app): State<App>, Path(slug): Path<String>) -> Response {
    let found = evidence::published_checkpoint(&app, &slug).await;
    answer(found, "text/plain; charset=utf-8", FRESH)
}

async fn tile(State(app): State<App>, Path((slug, path)): Path<(String, String)>) -> Response {
    let found = evidence::published_tile(&app, &slug, &path).await;
    answer(found, "application/octet-stream", FOR_EVER)
}

fn answer(
    found: Result<Option<impl IntoResponse>, Error>,
    media_type: &'static str,
    caching: &'static str,
) -> Response {
    const ANYBODY: (HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    match found {
        Ok(Some(body)) => {
            ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, caching), ANYBODY], body).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::warn!(?error, "the log could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
