//! Files over HTTP: `PUT /files`, `GET` and `DELETE /files/<id>`. `docs/files.md` shows them with curl.
//!
//! What describes a file travels in headers, percent-encoded where it is more than ASCII; the body is the content alone,
//! and streams both ways. A refusal is a problem document (RFC 9457).

use std::{net::SocketAddr, time::Duration};

use async_graphql::ID;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, FromRequestParts, Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::{Stream, StreamExt as _, stream};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use recital_domain::{
    error::{Code, Error, Result},
    vault::{self, Download, StoredFile, SubjectRef, UploadFile},
    viewer::Viewer,
};
use serde::Deserialize;
use serde_json::json;
use tracing::Instrument as _;

use crate::{
    auth,
    client::client,
    graphql_http::status_of,
    http::{ApiState, Correlation},
    ids::{global_id, local_id},
};

/// A body that says nothing for so long is given up.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

pub fn router() -> Router<ApiState> {
    Router::new().route("/files", put(upload)).route("/files/{id}", get(download).delete(delete))
}

/// Stores the body as a file.
async fn upload(
    State(state): State<ApiState>,
    Authenticated(viewer): Authenticated,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let input = input(&headers)?;
    // A task of its own: where the client goes away, it still clears up.
    let task = async move { vault::upload(&state.app, &viewer, input, patient(body)).await };
    let stored = tokio::spawn(task.in_current_span()).await.map_err(Error::internal)??;
    Ok(created(&stored))
}

fn created(stored: &StoredFile) -> Response {
    let id = global_id("PersonalFile", stored.id.0);
    let location = [(header::LOCATION, format!("/files/{}", *id))];
    let answer = json!({ "id": id, "sizeBytes": stored.size_bytes, "expiresAt": stored.expires_at });
    (StatusCode::CREATED, location, Json(answer)).into_response()
}

#[derive(Deserialize)]
struct Asked {
    /// The key of the purpose that the file is opened for.
    purpose: Option<String>,
}

/// Hands the content over, with its digest (RFC 9530). Ranges are not served.
async fn download(
    State(state): State<ApiState>,
    Authenticated(viewer): Authenticated,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let id = local_id(&ID(id), "PersonalFile")?;
    Ok(attachment(vault::download(&state.app, &viewer, id, asked.purpose).await?))
}

async fn delete(
    State(state): State<ApiState>,
    Authenticated(viewer): Authenticated,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    vault::delete_file(&state.app, &viewer, local_id(&ID(id), "PersonalFile")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file as an answer. A content that turns out not to be authentic breaks the connection off.
fn attachment(download: Download) -> Response {
    let Download { described, size_bytes, content } = download;
    let disposition = described.name.map_or_else(
        || "attachment".to_owned(),
        |name| format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(&name, NON_ALPHANUMERIC)),
    );
    let headers = [
        (header::CONTENT_TYPE, described.media_type),
        (header::CONTENT_LENGTH, size_bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::ACCEPT_RANGES, "none".to_owned()),
        // The content is a stranger's: no browser may run it as ours.
        (header::CONTENT_SECURITY_POLICY, "sandbox".to_owned()),
        (HeaderName::from_static("repr-digest"), format!("sha-256=:{}:", BASE64_STANDARD.encode(described.sha256))),
    ];
    let content = content.map(|chunk| chunk.map(|chunk| Bytes::from(chunk.to_vec())).map_err(|_| BrokenOff));
    let mut response = Body::from_stream(content).into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Why a body ended before its time; the log has the cause.
#[derive(Debug, thiserror::Error)]
#[error("the content could not be read to its end")]
pub struct BrokenOff;

fn input(headers: &HeaderMap) -> Result<UploadFile> {
    Ok(UploadFile {
        subject: subject(headers)?,
        data_type: required(headers, "recital-data-type", "dataType")?,
        purpose: required(headers, "recital-purpose", "purpose")?,
        name: text(headers, "recital-file-name", "fileName")?,
        media_type: text(headers, header::CONTENT_TYPE.as_str(), "mediaType")?
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        idempotency_key: text(headers, "idempotency-key", "idempotencyKey")?,
        announced_size: headers.get(header::CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok()),
    })
}

/// Exactly one of the three.
fn subject(headers: &HeaderMap) -> Result<SubjectRef> {
    let id = text(headers, "recital-subject-id", "subject")?;
    let external_id = text(headers, "recital-subject-external-id", "subject")?;
    let email = text(headers, "recital-subject-email", "subject")?;
    match (id, external_id, email) {
        (Some(id), None, None) => Ok(SubjectRef::Id(local_id(&ID(id), "Subject")?)),
        (None, Some(external_id), None) => Ok(SubjectRef::ExternalId(external_id)),
        (None, None, Some(email)) => Ok(SubjectRef::Email(email)),
        _ => {
            let message =
                "send exactly one of Recital-Subject-Id, Recital-Subject-External-Id and Recital-Subject-Email";
            Err(Error::invalid("subject", "SUBJECT_REQUIRED", message))
        }
    }
}

fn required(headers: &HeaderMap, name: &str, field: &str) -> Result<String> {
    let missing = || Error::invalid(field, "MISSING_HEADER", format!("send the header {name}"));
    text(headers, name, field)?.ok_or_else(missing)
}

fn text(headers: &HeaderMap, name: &str, field: &str) -> Result<Option<String>> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|value| percent_decode_str(value).decode_utf8().ok());
    let refuse = || Error::invalid(field, "INVALID_HEADER", format!("{name} is ASCII, or percent-encoded UTF-8"));
    text.map(|text| Some(text.into_owned())).ok_or_else(refuse)
}

/// The body, which must not stay silent.
fn patient(body: Body) -> impl Stream<Item = Result<Bytes>> {
    stream::unfold(body.into_data_stream(), async |mut body| {
        let next = match tokio::time::timeout(LONGEST_SILENCE, body.next()).await {
            Ok(next) => next?.map_err(|error| {
                let message = "the body ended before the length that was announced";
                Error::invalid("body", "INCOMPLETE_BODY", message).because(error)
            }),
            Err(_) => Err(Error::invalid("body", "BODY_TOO_SLOW", "the body stayed silent for a minute")),
        };
        Some((next, body))
    })
}

/// Who sent the request.
struct Authenticated(Viewer);

impl FromRequestParts<ApiState> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        let correlation = parts.extensions.get::<Correlation>().map(|id| id.0).unwrap_or_default();
        let client = client(peer, &parts.headers);
        let viewer = auth::viewer_of(&state.app, &parts.headers, correlation, client).await?;
        Ok(Self(viewer.ok_or_else(Error::unauthenticated)?))
    }
}

/// A refusal as HTTP clients see it (RFC 9457), with the words that GraphQL has.
struct Problem(Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = match error.reason() {
            "FILE_TOO_LARGE" => StatusCode::PAYLOAD_TOO_LARGE,
            "BODY_TOO_SLOW" => StatusCode::REQUEST_TIMEOUT,
            _ => status_of(&error),
        };
        let code: &'static str = error.code().into();
        let problem = json!({
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": error.message(),
            "code": code,
            "reason": error.reason(),
            "field": error.field(),
        });
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if error.code() == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_person_is_named_in_exactly_one_way() {
        for (pairs, reason) in [
            (vec![("recital-subject-external-id", "caf%C3%A9 1")], None),
            (vec![("recital-subject-email", "ada@example.com")], None),
            (vec![], Some("SUBJECT_REQUIRED")),
            (
                vec![("recital-subject-external-id", "1"), ("recital-subject-email", "a@b.example")],
                Some("SUBJECT_REQUIRED"),
            ),
            (vec![("recital-subject-id", "nonsense")], Some("NOT_FOUND")),
            (vec![("recital-subject-external-id", "%FF")], Some("INVALID_HEADER")),
        ] {
            let refusal = subject(&headers(&pairs)).err();
            assert_eq!(refusal.as_ref().map(Error::reason), reason, "{pairs:?}");
        }
        let found = subject(&headers(&[("recital-subject-external-id", "caf%C3%A9 1")]));
        assert!(matches!(found, Ok(SubjectRef::ExternalId(id)) if id == "café 1"));
    }
}
