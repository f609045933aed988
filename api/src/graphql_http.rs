//! GraphQL over HTTP (the GraphQL Foundation's draft): negotiation, methods, status codes.
//!
//! `POST` with a JSON body runs anything; `GET` runs queries alone. A request that cannot run answers 400 as
//! `application/graphql-response+json`; an answer that ran is 200, with its errors inside.

use async_graphql::{
    Name, Request, Response, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType},
    },
};
use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Extension, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response as HttpResponse},
};
use http_body_util::LengthLimitError;
use recital_domain::{
    error::{Code, Error, Result},
    telemetry::metrics::GraphqlApi,
    viewer::Client,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::SocketAddr;
use uuid::Uuid;

use crate::{
    absent::leave_out,
    auth,
    batch::Batch,
    client::client,
    errors::ApiError,
    http::{ApiState, Correlation},
    limits,
    timing::Timing,
};

/// 1,000 records in one call fit.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

const RESPONSE_JSON: &str = "application/graphql-response+json";

/// The parameters of the draft. Anything else in the body is ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The form the client accepts its answer in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Graphql,
    Json,
}

/// A GraphQL endpoint: whom it admits, and what answers them.
pub trait Endpoint: Clone + Send + Sync + 'static {
    /// Which schema it is, in the metrics.
    const API: GraphqlApi;

    /// Puts who is asking into the request.
    ///
    /// # Errors
    /// UNAUTHENTICATED without a valid credential.
    fn admit(&self, caller: Caller<'_>, request: Request) -> impl Future<Output = Result<Request>> + Send;

    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send;
}

/// What a request says of its sender.
pub struct Caller<'a> {
    pub headers: &'a HeaderMap,
    pub correlation: Uuid,
    pub client: Client,
}

/// Tenants' services, with API keys. In development the schema can be read without one.
impl Endpoint for ApiState {
    const API: GraphqlApi = GraphqlApi::Tenant;

    async fn admit(&self, caller: Caller<'_>, request: Request) -> Result<Request> {
        let viewer = auth::viewer_of(&self.app, caller.headers, caller.correlation, caller.client).await?;
        match viewer {
            Some(viewer) => Ok(request.data(Batch::loader(self.app.clone(), viewer.clone())).data(viewer)),
            None if self.development => Ok(request),
            None => Err(Error::unauthenticated()),
        }
    }

    async fn execute(&self, request: Request) -> Response {
        self.schema.execute(request).await
    }
}

/// Answers a GraphQL request.
pub async fn graphql<E: Endpoint>(
    State(endpoint): State<E>,
    Extension(correlation): Extension<Correlation>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> HttpResponse {
    let Some(form) = negotiate(&headers) else { return StatusCode::NOT_ACCEPTABLE.into_response() };
    let read = if method == Method::GET { from_query(query.as_deref()) } else { from_body(&headers, body).await };
    let (parameters, document) = match read {
        Ok(read) => read,
        Err((status, error)) => return refuse(form, status, error),
    };
    if method == Method::GET && !only_queries(&document, parameters.operation_name.as_deref()) {
        let error = Error::invalid("query", "METHOD_NOT_ALLOWED", "only queries run over GET");
        let mut answer = refuse(form, StatusCode::METHOD_NOT_ALLOWED, error);
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return answer;
    }
    let timing = Timing::begin(E::API, &document, parameters.operation_name.as_deref());
    let request = request_of(parameters, document).data(correlation);
    let client = client(peer.map(|Extension(ConnectInfo(peer))| peer), &headers);
    let caller = Caller { headers: &headers, correlation: correlation.0, client };
    match endpoint.admit(caller, request).await {
        Ok(request) => {
            let response = endpoint.execute(request).await;
            timing.end(&response);
            answer(form, response)
        }
        Err(error) => refuse(form, status_of(&error), error),
    }
}

/// What the schema executes.
pub fn request_of(parameters: Parameters, mut document: ExecutableDocument) -> Request {
    let mut request = Request::new(parameters.query.unwrap_or_default());
    request.operation_name = parameters.operation_name;
    request.variables = parameters.variables.map(|map| Variables::from_json(map.into())).unwrap_or_default();
    leave_out(&mut document, request.operation_name.as_deref(), &request.variables);
    request.set_parsed_query(document);
    let extensions = parameters.extensions.into_iter().flatten();
    let extensions = extensions.filter_map(|(name, value)| Some((name, Value::from_json(value).ok()?)));
    request.extensions.0.extend(extensions);
    request
}

/// `application/json` unless the client prefers the newer form; None when it accepts neither.
fn negotiate(headers: &HeaderMap) -> Option<Form> {
    let Some(accept) = headers.get(header::ACCEPT) else { return Some(Form::Json) };
    let mut best: Option<(f32, Form)> = None;
    for range in accept.to_str().ok()?.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let form = match parts.next()?.to_ascii_lowercase().as_str() {
            RESPONSE_JSON => Form::Graphql,
            "application/json" | "application/*" | "*/*" => Form::Json,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(other, _)| weight > other) {
            best = Some((weight, form));
        }
    }
    best.map(|(_, form)| form)
}

pub type Read = std::result::Result<(Parameters, ExecutableDocument), (StatusCode, Error)>;

async fn from_body(headers: &HeaderMap, body: Body) -> Read {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (kind, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let charset = parameters.split(';').find_map(|part| part.trim().strip_prefix("charset="));
    let readable = kind.trim().eq_ignore_ascii_case("application/json")
        && charset.is_none_or(|charset| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"));
    if !readable {
        let error =
            Error::invalid("Content-Type", "UNSUPPORTED_MEDIA_TYPE", "send JSON as application/json; charset=utf-8");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let body = whole(headers, body).await?;
    let value: serde_json::Value =
        serde_json::from_slice(&body).map_err(|_| bad("body", "INVALID_JSON", "not JSON"))?;
    if value.is_array() {
        return Err(bad("body", "NO_BATCHES", "send one request at a time"));
    }
    let parameters = serde_json::from_value(value).map_err(|_| {
        bad(
            "body",
            "INVALID_PARAMETERS",
            "expected an object with `query` (text), and optionally `operationName`, `variables` and `extensions`",
        )
    })?;
    with_document(parameters)
}

/// The body in memory. One that says it is too large is refused before it is read.
async fn whole(headers: &HeaderMap, body: Body) -> std::result::Result<Bytes, (StatusCode, Error)> {
    let too_large = || {
        let error = Error::invalid("body", "BODY_TOO_LARGE", format!("at most {LARGEST_BODY} bytes"));
        (StatusCode::PAYLOAD_TOO_LARGE, error)
    };
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LARGEST_BODY) {
        return Err(too_large());
    }
    to_bytes(body, LARGEST_BODY).await.map_err(|error| match error.into_inner().downcast::<LengthLimitError>() {
        Ok(_) => too_large(),
        Err(_) => bad("body", "BODY_INCOMPLETE", "the body ended before its end"),
    })
}

fn from_query(query: Option<&str>) -> Read {
    let mut parameters = Parameters { query: None, operation_name: None, variables: None, extensions: None };
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let object =
            || serde_json::from_str(&value).map_err(|_| bad("query", "INVALID_PARAMETERS", "expected a JSON object"));
        match &*name {
            "query" => parameters.query = Some(value.into_owned()),
            "operationName" => parameters.operation_name = Some(value.into_owned()),
            "variables" => parameters.variables = object()?,
            "extensions" => parameters.extensions = object()?,
            _ => {}
        }
    }
    with_document(parameters)
}

/// Parses the query and holds it to the limits.
pub fn with_document(parameters: Parameters) -> Read {
    let query = parameters.query.as_deref().ok_or_else(|| bad("query", "MISSING_QUERY", "`query` is missing"))?;
    let check = |checked: Result<()>| checked.map_err(|error| (StatusCode::BAD_REQUEST, error));
    check(limits::check_tokens(query))?;
    let document = parse_query(query).map_err(|error| bad("query", "INVALID_SYNTAX", &error.to_string()))?;
    check(limits::check_document(&document))?;
    Ok((parameters, document))
}

fn bad(field: &str, reason: &'static str, message: &str) -> (StatusCode, Error) {
    (StatusCode::BAD_REQUEST, Error::invalid(field, reason, message))
}

fn only_queries(document: &ExecutableDocument, name: Option<&str>) -> bool {
    document
        .operations
        .iter()
        .filter(|(operation, _)| name.is_none() || operation.map(Name::as_str) == name)
        .all(|(_, operation)| operation.node.ty == OperationType::Query)
}

/// The HTTP status of a refusal.
pub fn status_of(error: &Error) -> StatusCode {
    match error.code() {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Conflict => StatusCode::CONFLICT,
        Code::BadUserInput => StatusCode::BAD_REQUEST,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A request that did not run. JSON clients of old expect 200 for a document that is wrong.
fn refuse(form: Form, status: StatusCode, error: Error) -> HttpResponse {
    let legacy = form == Form::Json && matches!(error.reason(), "INVALID_SYNTAX" | "QUERY_TOO_LARGE");
    reply(form, if legacy { StatusCode::OK } else { status }, &json!({ "errors": [without_place(error)] }))
}

/// An error of the request as a whole, which no place in the document is at fault for.
pub fn without_place(error: Error) -> ServerError {
    let mut error = async_graphql::Error::from(ApiError::from(error)).into_server_error(async_graphql::Pos::default());
    error.locations.clear();
    error
}

/// What ran, or did not pass validation.
fn answer(form: Form, mut response: Response) -> HttpResponse {
    if complete(&mut response) {
        return reply(form, StatusCode::OK, &response);
    }
    let status = if form == Form::Json { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    reply(form, status, &json!({ "errors": response.errors }))
}

/// Gives every error a code. Answers whether the request ran, rather than failing validation.
pub fn complete(response: &mut Response) -> bool {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_USER_INPUT");
            extensions.set("reason", "INVALID_DOCUMENT");
            extensions.set("field", Value::Null);
        }
    }
    response.errors.is_empty() || response.errors.iter().any(|error| !error.path.is_empty())
}

fn reply(form: Form, status: StatusCode, response: &impl Serialize) -> HttpResponse {
    let kind = match form {
        Form::Graphql => "application/graphql-response+json; charset=utf-8",
        Form::Json => "application/json; charset=utf-8",
    };
    (status, [(header::CONTENT_TYPE, kind)], Json(response)).into_response()
}
