//! The public keys that verify a tenant's receipts and certificates: for anybody, without a credential.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use recital_domain::{access, error::Code};
use uuid::Uuid;

use crate::http::ApiState;

/// A new key is listed before anything is signed with it; a page of any origin may read the list.
const HEADERS: [(header::HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "application/jwk-set+json"),
    (header::CACHE_CONTROL, "public, max-age=60"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
];

pub async fn keys(State(state): State<ApiState>, Path(tenant): Path<Uuid>) -> Response {
    match access::published_keys(&state.app, tenant.into()).await {
        Ok(keys) => (HEADERS, Json(keys)).into_response(),
        Err(error) if error.code() == Code::NotFound => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
