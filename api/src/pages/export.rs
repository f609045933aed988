//! Fetching an export package with its link: for one person, for a while.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use recital_domain::{
    error::Error,
    requests::{self, Download},
};

use super::{
    respond::{Message, page},
    say::Say,
    verify::Caller,
};
use crate::http::ApiState;

/// Hands the package over, with its digest (RFC 9530).
pub async fn download(State(state): State<ApiState>, Path(token): Path<String>, caller: Caller) -> Response {
    let visit = caller.visit;
    match requests::download(&state.app, &token, visit.correlation, visit.client).await {
        Ok(download) => attachment(&download),
        Err(error) => refusal(&error, &caller.accept_language),
    }
}

/// Hands over a file that the package lists.
pub async fn download_file(
    State(state): State<ApiState>,
    Path((token, file)): Path<(String, uuid::Uuid)>,
    caller: Caller,
) -> Response {
    let visit = caller.visit;
    match requests::download_file(&state.app, &token, file.into(), visit.correlation, visit.client).await {
        Ok(download) => crate::files::attachment(download),
        Err(error) => refusal(&error, &caller.accept_language),
    }
}

fn attachment(download: &Download) -> Response {
    let mut response = Body::from(download.content.to_vec()).into_response();
    let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(&download.sha256));
    let disposition = format!("attachment; filename=\"{}\"", download.file_name);
    let headers = [
        (header::CONTENT_TYPE, download.format.clone()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::HeaderName::from_static("repr-digest"), digest),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn refusal(error: &Error, accept_language: &str) -> Response {
    let (status, key) = match error.reason() {
        "LINK_EXPIRED" => (StatusCode::GONE, "export-expired"),
        "NOT_FOUND" => (StatusCode::NOT_FOUND, "export-unknown"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "export-unavailable"),
    };
    page(status, &Message::new(Say::to_stranger(accept_language), key))
}
