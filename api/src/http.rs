//! The HTTP surface: routes, and what holds for every one of them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use ipnet::IpNet;
use recital_domain::{
    app::App,
    telemetry::{Measure, metrics},
    work::JobBoard,
};
use secrecy::SecretString;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::{
    bounces,
    client::behind_proxies,
    files, graphql_http, jwks, log,
    operator::OperatorState,
    pages,
    schema::{self, TenantSchema},
    websocket,
};

const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// What the operator decides about the HTTP surface.
#[derive(Clone, Debug, Default)]
pub struct HttpOptions {
    /// GraphiQL, introspection and the dev inbox.
    pub development: bool,
    /// Serves checkpoints and hash tiles of the tenants' audit logs to anybody.
    pub public_log: bool,
    /// What reports of bounced mails are signed with; without one, none are taken.
    pub bounce_secret: Option<SecretString>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// What handlers share.
#[derive(Clone)]
pub struct ApiState {
    pub app: App,
    pub schema: TenantSchema,
    pub development: bool,
    pub bounce_secret: Option<SecretString>,
}

/// Ties a request's log lines, audit entries and answer together. Sent back as `x-request-id`.
#[derive(Clone, Copy, Debug)]
pub struct Correlation(pub Uuid);

/// The tenant-facing service: GraphQL, people's pages, health.
pub fn router(app: App, options: &HttpOptions) -> Router {
    let schema = schema::build(app.clone(), options.development);
    let (development, bounce_secret) = (options.development, options.bounce_secret.clone());
    let state = ApiState { app: app.clone(), schema, development, bounce_secret };
    let mut router = Router::new()
        .route("/graphql", get(websocket::graphql).post(graphql_http::graphql::<ApiState>))
        .route("/graphql/ws", get(websocket::socket))
        .route("/mail/bounces", post(bounces::report))
        .route("/.well-known/recital/{tenant}/jwks.json", get(jwks::keys));
    if options.development {
        router = router.route("/graphiql", get(graphiql));
    }
    let router = bounded(router.merge(pages::router(&state)));
    let mut router = router.merge(files::router()).with_state(state);
    if options.public_log {
        router = router.merge(bounded(log::router()).with_state(app.clone()));
    }
    surrounded(router, app, options)
}

/// The service for the people who run it, on a listener of its own.
pub fn operator_router(app: App, board: Arc<dyn JobBoard>, options: &HttpOptions) -> Router {
    let state = OperatorState::new(app.clone(), Arc::clone(&board), options.development);
    let graphql = graphql_http::graphql::<OperatorState>;
    let router = Router::new().route("/operator/graphql", get(graphql).post(graphql)).with_state(state);
    surrounded(bounded(router.merge(numbers(app.clone(), board))), app, options)
}

/// The numbers and the health of a process that is a worker alone.
pub fn worker_router(app: App, board: Arc<dyn JobBoard>) -> Router {
    surrounded(bounded(numbers(app.clone(), board)), app, &HttpOptions::default())
}

#[derive(Clone)]
struct Numbers {
    app: App,
    board: Arc<dyn JobBoard>,
    measure: Arc<Measure>,
}

/// Without a token: the listener is for the operator's own network, and no number here is about a person.
fn numbers(app: App, board: Arc<dyn JobBoard>) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state(Numbers { app, board, measure: Arc::default() })
}

/// Without a database there are the numbers of the process itself.
async fn scrape(State(numbers): State<Numbers>) -> impl IntoResponse {
    if let Err(error) = numbers.measure.take(&numbers.app, &*numbers.board).await {
        tracing::warn!(?error, "the database was not measured for a scrape");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render())
}

/// What holds for all but files, which have their own limits.
fn bounded<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, LONGEST_REQUEST))
}

/// What holds for both listeners.
fn surrounded(router: Router, app: App, options: &HttpOptions) -> Router {
    let proxies = Arc::clone(&options.trusted_proxies);
    router
        .route("/healthz", get(StatusCode::NO_CONTENT))
        .merge(Router::new().route("/readyz", get(ready)).with_state(app.clone()))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state((app, proxies), surround))
}

/// GraphiQL, from files of its own package, is served in development alone.
async fn graphiql() -> Html<String> {
    let source = async_graphql::http::GraphiQLSource::build();
    Html(source.endpoint("/graphql").subscription_endpoint("/graphql/ws").title("Recital").finish())
}

/// Ready when the database answers and the service's own wrapping key can be used: `{"database": true, "kms": true}`.
async fn ready(State(app): State<App>) -> impl IntoResponse {
    let (database, kms) = tokio::join!(app.core().db.ping(), app.core().keys.is_ready());
    let database = database.is_ok();
    let status = if database && kms { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "database": database, "kms": kms })))
}

/// Gives every request its id, its client's address and its span, and every answer, 4xx and 5xx included, its security
/// headers.
async fn surround(State((app, proxies)): State<(App, Arc<[IpNet]>)>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let address = behind_proxies(peer, request.headers(), &proxies);
        request.extensions_mut().insert(ConnectInfo(address));
    }
    let correlation = Correlation(app.core().ids.next(app.now()));
    request.extensions_mut().insert(correlation);
    // The path may carry a mailed link's secret: only its first segment is logged.
    let path = request.uri().path().split('/').nth(1).unwrap_or_default().to_owned();
    let span = tracing::info_span!("http", method = %request.method(), path, request_id = %correlation.0);
    let mut response = async {
        let response = next.run(request).await;
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await
    .into_response();
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(&correlation.0.to_string()) {
        headers.insert("x-request-id", id);
    }
    response
}

const SECURITY: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
];
