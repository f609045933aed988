//! GraphQL over WebSocket, for subscriptions: the sub-protocol `graphql-transport-ws`, with its close codes.
//!
//! A client says who it is in `connection_init` (`{"authorization": "Bearer …"}`) or in the upgrade's own header. The
//! credential is looked at again every few seconds, so that a revoked key stops hearing within five.

use std::{net::SocketAddr, time::Duration};

use axum::{
    extract::{
        ConnectInfo, FromRequestParts as _, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    handler::Handler,
    http::{header, request::Parts},
    response::{IntoResponse as _, Response as HttpResponse},
};
use futures::stream::{self, BoxStream, StreamExt as _};
use recital_domain::{
    access,
    error::{Code, Error},
    viewer::{Client, Viewer},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_stream::StreamMap;
use tracing::Instrument as _;

use crate::{
    auth,
    batch::Batch,
    client::client,
    graphql_http::{self, Parameters},
    http::{ApiState, Correlation},
};

const PROTOCOL: &str = "graphql-transport-ws";
const INIT_WITHIN: Duration = Duration::from_secs(10);
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(3);
const UNSURE_FOR: Duration = Duration::from_secs(30);
const READ_WITHIN: Duration = Duration::from_secs(2);
const MOST_OPERATIONS: usize = 50;
const LARGEST_MESSAGE: usize = 1024 * 1024;

/// `/graphql` for `GET`: an upgrade when the client asks for one, else GraphQL over HTTP.
pub async fn graphql(State(state): State<ApiState>, request: Request) -> HttpResponse {
    let (mut parts, body) = request.into_parts();
    match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => open(state, &parts, upgrade),
        Err(_) => graphql_http::graphql::<ApiState>.call(Request::from_parts(parts, body), state).await,
    }
}

/// `/graphql/ws`: an upgrade and nothing else.
pub async fn socket(State(state): State<ApiState>, request: Request) -> HttpResponse {
    let (mut parts, _) = request.into_parts();
    match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => open(state, &parts, upgrade),
        Err(refusal) => refusal.into_response(),
    }
}

fn open(state: ApiState, parts: &Parts, upgrade: WebSocketUpgrade) -> HttpResponse {
    let correlation = parts.extensions.get::<Correlation>().copied();
    let correlation = correlation.unwrap_or_else(|| Correlation(state.app.core().ids.next(state.app.now())));
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let credential = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let credential = credential.and_then(auth::bearer).map(str::to_owned);
    let client = client(peer, &parts.headers);
    let span = tracing::Span::current();
    upgrade.protocols([PROTOCOL]).max_message_size(LARGEST_MESSAGE).on_upgrade(move |socket| {
        let session = Session {
            state,
            socket,
            correlation,
            client,
            credential,
            viewer: None,
            confirmed_at: Instant::now(),
            running: StreamMap::new(),
        };
        session.serve().instrument(span)
    })
}

/// Why the server ends a connection.
struct Close(u16, &'static str);

const BAD_MESSAGE: Close = Close(4400, "Invalid message");
const UNAUTHORIZED: Close = Close(4401, "Unauthorized");
const FORBIDDEN: Close = Close(4403, "Forbidden");
const UNKNOWN_PROTOCOL: Close = Close(4406, "Subprotocol not acceptable");
const INIT_TIMEOUT: Close = Close(4408, "Connection initialisation timeout");
const DUPLICATE_ID: Close = Close(4409, "Subscriber for that id already exists");
const SECOND_INIT: Close = Close(4429, "Too many initialisation requests");
const GONE: Close = Close(1000, "Bye");
const TRY_AGAIN: Close = Close(1013, "Try again later");
const TOO_SLOW: Close = Close(1013, "Reading too slowly");

type Step = Result<(), Close>;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit { payload: Option<Init> },
    Subscribe { id: String, payload: Box<Parameters> },
    Complete { id: String },
    Ping {},
    Pong {},
}

#[derive(Deserialize, Default)]
struct Init {
    #[serde(alias = "Authorization")]
    authorization: Option<String>,
}

/// One connection. While it cannot be told whether the credential still holds, nothing is told. An operation that is running answers Some, and None at its end.
struct Session {
    state: ApiState,
    socket: WebSocket,
    correlation: Correlation,
    client: Client,
    credential: Option<String>,
    viewer: Option<Viewer>,
    /// When the credential was last seen to hold.
    confirmed_at: Instant,
    running: StreamMap<String, BoxStream<'static, Option<async_graphql::Response>>>,
}

impl Session {
    async fn serve(mut self) {
        let Close(code, reason) = match self.converse().await {
            Ok(()) => GONE,
            Err(close) => close,
        };
        // The peer may be gone already.
        let frame = CloseFrame { code, reason: reason.into() };
        let _ = self.put(Message::Close(Some(frame))).await;
    }

    async fn converse(&mut self) -> Step {
        if self.socket.protocol().is_none_or(|protocol| protocol != PROTOCOL) {
            return Err(UNKNOWN_PROTOCOL);
        }
        let init_by = Instant::now() + INIT_WITHIN;
        let mut look_again = interval(LOOK_AGAIN_AFTER);
        loop {
            tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                    Some(Ok(message)) => self.hear(&message).await?,
                },
                Some((id, answer)) = self.running.next(), if self.is_sure() && !self.running.is_empty() => {
                    self.tell(&id, answer).await?;
                }
                _ = look_again.tick(), if self.viewer.is_some() => self.look_again().await?,
                () = sleep_until(init_by), if self.viewer.is_none() => return Err(INIT_TIMEOUT),
            }
        }
    }

    async fn hear(&mut self, message: &Message) -> Step {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) | Message::Close(_) => return Err(BAD_MESSAGE),
        };
        match serde_json::from_str(text).map_err(|_| BAD_MESSAGE)? {
            ClientMessage::ConnectionInit { payload } => self.init(payload.unwrap_or_default()).await,
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, *payload).await,
            ClientMessage::Complete { id } => {
                self.running.remove(&id);
                Ok(())
            }
            ClientMessage::Ping {} => self.send(&json!({ "type": "pong" })).await,
            ClientMessage::Pong {} => Ok(()),
        }
    }

    async fn init(&mut self, init: Init) -> Step {
        if self.viewer.is_some() {
            return Err(SECOND_INIT);
        }
        if let Some(authorization) = init.authorization {
            self.credential = auth::bearer(&authorization).map(str::to_owned);
        }
        self.viewer = Some(self.authenticate().await?);
        self.confirmed_at = Instant::now();
        self.send(&json!({ "type": "connection_ack" })).await
    }

    fn is_sure(&self) -> bool {
        self.confirmed_at.elapsed() < LOOK_AGAIN_AFTER + LOOK_AGAIN_AFTER / 2
    }

    async fn authenticate(&mut self) -> Result<Viewer, Close> {
        let credential = self.credential.as_deref().ok_or(FORBIDDEN)?;
        let viewer = access::authenticate(&self.state.app, credential, self.correlation.0, self.client.clone()).await;
        viewer.map_err(|error| if error.code() == Code::Unavailable { TRY_AGAIN } else { FORBIDDEN })
    }

    /// Ends the connection of a credential that no longer holds, and finds out whether the peer is still there.
    async fn look_again(&mut self) -> Step {
        match self.authenticate().await {
            Ok(viewer) => {
                self.viewer = Some(viewer);
                self.confirmed_at = Instant::now();
            }
            // The database may be on its way back.
            Err(Close(1013, _)) if self.confirmed_at.elapsed() < UNSURE_FOR => {}
            Err(close) => return Err(close),
        }
        self.put(Message::Ping(Vec::new().into())).await
    }

    async fn subscribe(&mut self, id: String, parameters: Parameters) -> Step {
        let viewer = self.viewer.clone().ok_or(UNAUTHORIZED)?;
        if self.running.contains_key(&id) {
            return Err(DUPLICATE_ID);
        }
        if self.running.len() >= MOST_OPERATIONS {
            let message = format!("at most {MOST_OPERATIONS} operations run on one connection");
            return self.refuse(&id, Error::rate_limited("TOO_MANY_OPERATIONS", message)).await;
        }
        let (parameters, document) = match graphql_http::with_document(parameters) {
            Ok(read) => read,
            Err((_, error)) => return self.refuse(&id, error).await,
        };
        let loader = Batch::loader(self.state.app.clone(), viewer.clone());
        let request = graphql_http::request_of(parameters, document).data(self.correlation).data(loader).data(viewer);
        let answers = self.state.schema.execute_stream(request).map(Some);
        self.running.insert(id, answers.chain(stream::once(async { None })).boxed());
        Ok(())
    }

    async fn refuse(&mut self, id: &str, error: Error) -> Step {
        let errors = [graphql_http::without_place(error)];
        self.send(&json!({ "id": id, "type": "error", "payload": errors })).await
    }

    async fn tell(&mut self, id: &str, answer: Option<async_graphql::Response>) -> Step {
        let Some(mut answer) = answer else {
            return self.send(&json!({ "id": id, "type": "complete" })).await;
        };
        if graphql_http::complete(&mut answer) {
            self.send(&json!({ "id": id, "type": "next", "payload": answer })).await
        } else {
            self.running.remove(id);
            self.send(&json!({ "id": id, "type": "error", "payload": answer.errors })).await
        }
    }

    async fn send(&mut self, message: &Value) -> Step {
        self.put(Message::Text(message.to_string().into())).await
    }

    /// Whoever does not read is let go, before what waits for them grows and before their credential is looked at too
    /// late.
    async fn put(&mut self, message: Message) -> Step {
        timeout(READ_WITHIN, self.socket.send(message)).await.map_err(|_| TOO_SLOW)?.map_err(|_| GONE)
    }
}
