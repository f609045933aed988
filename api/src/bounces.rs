//! `POST /mail/bounces`: whoever runs the mail server tells of mails that came back.

use axum::{
    Extension, Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use recital_domain::{
    error::{Code, Error},
    mail::{Signature, report_bounce},
};
use serde_json::json;

use crate::http::{ApiState, Correlation};

/// 204 for every report that is signed and well-formed, whatever became of it; 404 where no secret is set.
pub async fn report(
    State(state): State<ApiState>,
    Extension(correlation): Extension<Correlation>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(secret) = &state.bounce_secret else { return StatusCode::NOT_FOUND.into_response() };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signature = Signature {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signatures: header("webhook-signature"),
    };
    match report_bounce(&state.app, secret, signature, &body, correlation.0).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &Error) -> Response {
    let status = match error.code() {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::BadUserInput => StatusCode::BAD_REQUEST,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let code: &str = error.code().into();
    let body = json!({ "code": code, "reason": error.reason(), "field": error.field(), "message": error.message() });
    (status, Json(body)).into_response()
}
