//! What can go wrong between the service and KMS: a proxy in front of the emulator that answers as it is told.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::net::TcpListener;

/// How KMS fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error of KMS, by its name, with status 400.
    Error(&'static str),
    /// It answers when nobody waits any more.
    Slow(Duration),
    /// 200 and no sense.
    Garbage,
    /// The connection ends in the middle of an answer.
    CutOff,
    /// A key, but not the one that was wrapped.
    AnotherKey,
}

#[derive(Clone)]
struct Proxy {
    target: String,
    http: reqwest::Client,
    fault: Arc<Mutex<Option<Fault>>>,
    calls: Arc<AtomicUsize>,
}

/// KMS behind a proxy.
pub struct FaultyKms {
    pub endpoint: String,
    proxy: Proxy,
}

impl FaultyKms {
    pub async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let proxy = Proxy {
            target: target.to_owned(),
            http: reqwest::Client::new(),
            fault: Arc::default(),
            calls: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, proxy }
    }

    /// Fails so from now on; None: not at all.
    pub fn set(&self, fault: Option<Fault>) {
        *self.proxy.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// How many calls came since this was last asked, tries counted one by one.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.proxy.calls.swap(0, Ordering::SeqCst)
    }
}

async fn answer(State(proxy): State<Proxy>, headers: HeaderMap, body: Bytes) -> Response {
    proxy.calls.fetch_add(1, Ordering::SeqCst);
    let fault = proxy.fault.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let json = |status: StatusCode, body: String| {
        (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body).into_response()
    };
    match fault {
        None => forward(&proxy, headers, body).await,
        Some(Fault::Error(name)) => {
            json(StatusCode::BAD_REQUEST, format!("{{\"__type\":\"{name}\",\"message\":\"no\"}}"))
        }
        Some(Fault::Slow(time)) => {
            tokio::time::sleep(time).await;
            forward(&proxy, headers, body).await
        }
        Some(Fault::Garbage) => json(StatusCode::OK, "<html>hello".to_owned()),
        Some(Fault::CutOff) => {
            let cut = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut off"))]);
            Response::new(Body::from_stream(cut))
        }
        Some(Fault::AnotherKey) => {
            let key = BASE64_STANDARD.encode([7; 32]);
            json(
                StatusCode::OK,
                format!("{{\"KeyId\":\"arn:aws:kms:us-east-1:000000000000:key/x\",\"Plaintext\":\"{key}\"}}"),
            )
        }
    }
}

async fn forward(proxy: &Proxy, mut headers: HeaderMap, body: Bytes) -> Response {
    headers.remove(header::HOST);
    let Ok(answer) = proxy.http.post(&proxy.target).headers(headers).body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let status = answer.status();
    let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap_or_default()));
    *response.status_mut() = status;
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
