//! Fetching an export package with its link: for one person, for a while, in parts where the line breaks (RFC 9110, section 14).

use std::ops::Range;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures::StreamExt as _;
use recital_domain::{
    error::{Error, Result},
    requests::{self, Package},
};

use super::{
    respond::{Message, page},
    say::Say,
    verify::Caller,
};
use crate::{files::BrokenOff, http::ApiState};

/// Says what there is to fetch. Opens nothing and counts nothing.
pub async fn describe(State(state): State<ApiState>, Path(token): Path<String>, caller: Caller) -> Response {
    match requests::find_package(&state.app, &token, caller.visit.correlation).await {
        Ok(package) => described(&package, StatusCode::OK, 0..package.size_bytes, Body::empty()),
        Err(error) => refusal(&error, &caller.accept_language),
    }
}

/// Hands the package over, or the part of it that is asked for.
pub async fn download(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    caller: Caller,
) -> Response {
    // A browser that fetches ahead of its reader gets nothing, and nothing counts.
    if headers.contains_key("sec-purpose") {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    hand_over(&state, &token, &headers, &caller).await.unwrap_or_else(|error| refusal(&error, &caller.accept_language))
}

async fn hand_over(state: &ApiState, token: &str, headers: &HeaderMap, caller: &Caller) -> Result<Response> {
    let visit = &caller.visit;
    let package = requests::find_package(&state.app, token, visit.correlation).await?;
    let (status, part) = match asked(headers, package.size_bytes, &tag(&package)) {
        Asked::Whole => (StatusCode::OK, None),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Asked::Beyond => return Ok(beyond(&package)),
    };
    let range = part.clone().unwrap_or(0..package.size_bytes);
    let content = requests::download(&state.app, token, part, visit.correlation, visit.client.clone()).await?;
    let content = content.map(|chunk| chunk.map(|chunk| Bytes::from(chunk.to_vec())).map_err(|_| BrokenOff));
    Ok(described(&package, status, range, Body::from_stream(content)))
}

/// What the request wants of a content.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    /// Nothing that there is.
    Beyond,
}

/// One range of bytes is served. What is no such range is ignored, as RFC 9110 lets a server do, and so is a range of
/// another representation than `tag` names.
fn asked(headers: &HeaderMap, size: u64, tag: &str) -> Asked {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if headers.contains_key(header::IF_RANGE) && text(header::IF_RANGE) != Some(tag) {
        return Asked::Whole;
    }
    let range = text(header::RANGE).and_then(|range| range.trim().strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return Asked::Whole };
    let number =
        |text: &str| text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(count)) if first.is_empty() => size.saturating_sub(count)..size,
        _ => return Asked::Whole,
    };
    if range.is_empty() { Asked::Beyond } else { Asked::Part(range) }
}

/// The same content has the same digest.
fn tag(package: &Package) -> String {
    let digest: String = package.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digest}\"")
}

/// With the digest of the whole (RFC 9530), whatever part this is.
fn described(package: &Package, status: StatusCode, range: Range<u64>, body: Body) -> Response {
    let mut response = (status, body).into_response();
    let digest = format!("sha-256=:{}:", BASE64_STANDARD.encode(&package.sha256));
    let mut headers = vec![
        (header::CONTENT_TYPE, package.format.clone()),
        (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", package.file_name)),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, tag(package)),
        (HeaderName::from_static("repr-digest"), digest),
    ];
    if status == StatusCode::PARTIAL_CONTENT {
        let (first, last, size) = (range.start, range.end - 1, package.size_bytes);
        headers.push((header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}")));
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn beyond(package: &Package) -> Response {
    let size = [(header::CONTENT_RANGE, format!("bytes */{}", package.size_bytes))];
    (StatusCode::RANGE_NOT_SATISFIABLE, size).into_response()
}

fn refusal(error: &Error, accept_language: &str) -> Response {
    let (status, key) = match error.reason() {
        "LINK_EXPIRED" => (StatusCode::GONE, "export-expired"),
        "NOT_FOUND" => (StatusCode::NOT_FOUND, "export-unknown"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "export-unavailable"),
    };
    page(status, &Message::new(Say::to_stranger(accept_language), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_rfc_9110_says() {
        for (range, expected) in [
            ("bytes=0-9", Asked::Part(0..10)),
            ("bytes=90-", Asked::Part(90..100)),
            ("bytes=90-500", Asked::Part(90..100)),
            ("bytes=-10", Asked::Part(90..100)),
            ("bytes=-500", Asked::Part(0..100)),
            ("bytes=0-18446744073709551615", Asked::Part(0..100)),
            ("bytes=100-", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=9-0", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=99999999999999999999-", Asked::Whole),
            ("lines=1-2", Asked::Whole),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(range))]);
            assert_eq!(asked(&headers, 100, "\"a\""), expected, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_content_is_not_served() {
        let headers = |condition| {
            let range = (header::RANGE, HeaderValue::from_static("bytes=5-"));
            HeaderMap::from_iter([range, (header::IF_RANGE, HeaderValue::from_static(condition))])
        };
        assert_eq!(asked(&headers("\"a\""), 100, "\"a\""), Asked::Part(5..100));
        for other in ["\"b\"", "W/\"a\"", "Sun, 01 Mar 2026 09:00:00 GMT"] {
            assert_eq!(asked(&headers(other), 100, "\"a\""), Asked::Whole, "{other}");
        }
    }
}
