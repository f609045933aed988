//! Subscriptions: who hears what, in which process, and how a connection ends.

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt as _, StreamExt as _};
use recital_api::HttpOptions;
use recital_domain::{
    accounts::Passwords,
    app::{App, Core, Settings},
    bus::Bus,
    clock::{Clock, Ids},
    db::Db,
    keys::{KeyRing, LocalKms},
    mail::{Inbox, Mailer},
};
use recital_tests::{Client, Engine, World, both_engines, judge, node_script};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use super::{CHAT, RECORD, WITHDRAW, define, give, given, given_with, withdrawal, world_with_subject};

const CHANGED: &str = "subscription($purpose: String) { consentChanged(purpose: $purpose) {
    state recordedAt purpose { key } } }";

/// One end of `graphql-transport-ws`.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(url: &str, protocol: &str) -> Self {
        let url = format!("{}/graphql/ws", url.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("a request");
        if !protocol.is_empty() {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a header"));
        }
        Self(connect_async(request).await.expect("the server takes the connection").0)
    }

    /// Opened and authenticated.
    async fn of(url: &str, client: &Client) -> Self {
        let mut socket = Self::open(url, "graphql-transport-ws").await;
        socket.say(json!({ "type": "connection_init", "payload": credential(client) })).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("the server listens");
    }

    /// Subscribes, and lets a ping go round so that the subscription is in place.
    async fn subscribe(&mut self, id: &str, purpose: Option<&str>) {
        let payload = json!({ "query": CHANGED, "variables": { "purpose": purpose } });
        self.say(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
        self.say(json!({ "type": "ping" })).await;
        assert_eq!(self.hear().await, json!({ "type": "pong" }));
    }

    async fn message(&mut self) -> Message {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await;
            match message.expect("the server says something").expect("the connection stands").expect("a frame") {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    async fn hear(&mut self) -> Value {
        let message = self.message().await;
        serde_json::from_str(message.to_text().expect("text")).unwrap_or_else(|_| panic!("not JSON: {message:?}"))
    }

    /// The event in the next message.
    async fn event(&mut self) -> Value {
        let mut message = self.hear().await;
        assert_eq!(message["type"], "next", "{message}");
        message["payload"]["data"]["consentChanged"].take()
    }

    /// The code the server ends the connection with.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.message().await {
                return frame.expect("a code").code.into();
            }
        }
    }
}

fn credential(client: &Client) -> Value {
    json!({ "authorization": format!("Bearer {}", client.key()) })
}

/// Another process on the same database: its own connections, keys and subscribers.
async fn replica(world: &World) -> (App, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = App::new(Core {
        db: Db::open(&world.database.url, 4, recital_migration::APP_ROLE).await.expect("the database opens"),
        keys: KeyRing::new(Box::new(LocalKms::open(&world.database.path("master.key")).expect("a master key"))),
        clock: Clock::manual(world.now()),
        ids: Ids::default(),
        mailer: Mailer::Inbox(Inbox::default()),
        files: world.app.core().files.clone(),
        ledger: world.app.core().ledger.clone(),
        passwords: Passwords::with_cost(64, 1).expect("a cost that Argon2 knows"),
        bus: Bus::default(),
        settings: Settings { public_url: url.clone() },
        work: tokio::sync::Notify::default(),
    });
    let router = recital_api::router(app.clone(), &HttpOptions::default());
    tokio::spawn(
        async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await },
    );
    (app, url)
}

both_engines! {
    async fn a_subscriber_hears_what_was_committed_and_nothing_of_another_tenant(world: World) {
        let ada = world_with_subject(&world).await;
        define(&world, json!({ "key": "news" })).await;
        let (_, other) = world.another_tenant("umbra").await;
        world.import_registers_for(&other).await;
        let theirs = world.subject_for(&other, "grace").await;

        let mut all = Socket::of(&world.url, &world.owner).await;
        all.subscribe("1", None).await;
        let mut chat = Socket::of(&world.url, &world.owner).await;
        chat.subscribe("2", Some(CHAT)).await;

        other.ask(RECORD, given_with(&theirs, json!({}))).await;
        assert!(world.owner.refused(WITHDRAW, withdrawal(&ada)).await.is("CONFLICT", "NO_CONSENT"));
        world.ask(RECORD, given_with(&ada, json!({ "purpose": "news" }))).await;
        give(&world, &ada).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;

        let heard = [all.event().await, all.event().await, all.event().await];
        let heard = heard.map(|event| (event["purpose"]["key"].clone(), event["state"].clone()));
        let expected = [("news", "GIVEN"), (CHAT, "GIVEN"), (CHAT, "WITHDRAWN")];
        assert_eq!(heard, expected.map(|(purpose, state)| (json!(purpose), json!(state))));
        assert_eq!([chat.event().await["state"].take(), chat.event().await["state"].take()], ["GIVEN", "WITHDRAWN"]);
        world.finish().await;
    }

    async fn a_subscriber_hears_of_requests_as_they_change(world: World) {
        const WATCH: &str = "subscription { subjectRequestChanged { id type state } }";
        const OPEN: &str = "mutation($subject: SubjectRef!) {
            openSubjectRequest(input: { type: ACCESS, subject: $subject }) { request { id } } }";
        let ada = world_with_subject(&world).await;
        let mut socket = Socket::of(&world.url, &world.owner).await;
        socket.say(json!({ "id": "1", "type": "subscribe", "payload": { "query": WATCH } })).await;
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "pong" }));
        let opened = world.ask(OPEN, json!({ "subject": { "id": ada } })).await;
        let heard = socket.hear().await["payload"]["data"]["subjectRequestChanged"].take();
        assert_eq!((&heard["id"], &heard["type"]), (&opened["openSubjectRequest"]["request"]["id"], &json!("ACCESS")));
        world.finish().await;
    }

    async fn a_revoked_key_stops_hearing_within_five_seconds(world: World) {
        const KEYS: &str = "{ apiKeys { edges { node { id role } } } }";
        const REVOKE: &str = "mutation($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }";
        world.import_registers().await;
        let auditor = world.client("AUDITOR").await;
        let mut socket = Socket::of(&world.url, &auditor).await;
        socket.subscribe("1", None).await;
        let keys = world.ask(KEYS, json!({})).await["apiKeys"]["edges"].take();
        let key = keys.as_array().unwrap().iter().find(|edge| edge["node"]["role"] == "AUDITOR").unwrap();
        world.ask(REVOKE, json!({ "id": key["node"]["id"] })).await;
        let closed = tokio::time::timeout(Duration::from_secs(5), socket.closed()).await;
        assert_eq!(closed.expect("it is closed in time"), 4403);
        world.finish().await;
    }

    async fn a_suspended_tenant_stops_hearing_within_five_seconds(world: World) {
        world.import_registers().await;
        let mut socket = Socket::of(&world.url, &world.owner).await;
        socket.subscribe("1", None).await;
        world.database.execute("UPDATE tenants SET status = 'SUSPENDED'").await.unwrap();
        let closed = tokio::time::timeout(Duration::from_secs(5), socket.closed()).await;
        assert_eq!(closed.expect("it is closed in time"), 4403);
        world.database.execute("UPDATE tenants SET status = 'ACTIVE'").await.unwrap();
        world.finish().await;
    }

    async fn a_connection_that_breaks_the_protocol_is_told_why(world: World) {
        let init = json!({ "type": "connection_init", "payload": credential(&world.owner) });
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": CHANGED } });
        let forged = json!({ "type": "connection_init", "payload": { "authorization": "Bearer rct_1_1" } });
        for (messages, code) in [
            (vec![json!({ "type": "nonsense" })], 4400),
            (vec![subscribe.clone()], 4401),
            (vec![json!({ "type": "connection_init" })], 4403),
            (vec![forged], 4403),
            (vec![init.clone(), subscribe.clone(), subscribe], 4409),
            (vec![init.clone(), init], 4429),
        ] {
            let mut socket = Socket::open(&world.url, "graphql-transport-ws").await;
            for message in &messages {
                socket.say(message.clone()).await;
            }
            assert_eq!(socket.closed().await, code, "{messages:?}");
        }
        assert_eq!(Socket::open(&world.url, "").await.closed().await, 4406);
        world.finish().await;
    }

    async fn what_cannot_be_watched_is_refused_by_name(world: World) {
        world.import_registers().await;
        let mut socket = Socket::of(&world.url, &world.owner).await;
        let payload = json!({ "query": CHANGED, "variables": { "purpose": "nothing" } });
        socket.say(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        let answer = socket.hear().await;
        let error = if answer["type"] == "error" { &answer["payload"][0] } else { &answer["payload"]["errors"][0] };
        assert_eq!((&error["extensions"]["code"], &error["extensions"]["field"]), (&json!("NOT_FOUND"), &json!("purpose")));

        let mut socket = Socket::of(&world.url, &world.owner).await;
        socket.say(json!({ "id": "2", "type": "subscribe", "payload": { "query": "subscription { nothing }" } })).await;
        let answer = socket.hear().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("2")));
        world.finish().await;
    }
}

/// Those that the `graphql-ws` library knows, and its own client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_protocol_s_own_client_is_served_and_closed_by_the_book() {
    let world = World::start(Engine::Sqlite).await;
    let ada = world_with_subject(&world).await;
    let url = format!("{}/graphql/ws", world.url.replacen("http", "ws", 1));
    let document = json!({ "url": url, "authorization": format!("Bearer {}", world.owner.key()), "query": CHANGED });
    let client = tokio::spawn(async move { judge(node_script("subscribe.mjs"), &document).await });
    while !client.is_finished() {
        tokio::time::sleep(Duration::from_millis(500)).await;
        give(&world, &ada).await;
        world.ask(WITHDRAW, withdrawal(&ada)).await;
    }
    let said = client.await.expect("it was asked").unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(said.trim(), "4400 4401 4403 4406 4408 4409 4429 GIVEN WITHDRAWN");
    world.finish().await;
}

/// What is committed while the database's notices cannot be heard is told all the same, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_database_drops_its_connections() {
    let world = World::start(Engine::Postgres).await;
    world.expect_log("the connection that carries changes");
    world.expect_log("the database does not answer");
    world.expect_log("terminating connection");
    world.expect_log("sqlx_core::pool");
    let ada = world_with_subject(&world).await;
    let (app, url) = replica(&world).await;
    let mut there = Socket::of(&url, &world.owner).await;
    there.subscribe("1", None).await;
    give(&world, &ada).await;
    assert_eq!(there.event().await["state"], "GIVEN");
    for _ in 0..3 {
        // The connection that listens and all others: what is told next is committed while nobody hears it.
        let all = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(world.database.number(all).await.expect("the administrator may") > 1);
        for (change, input, state) in
            [(WITHDRAW, withdrawal(&ada), "WITHDRAWN"), (RECORD, json!({ "input": given(&ada) }), "GIVEN")]
        {
            // A connection that is gone is noticed when it is used.
            while world.owner.send(change, input.clone()).await.get("errors").is_some() {}
            assert_eq!(there.event().await["state"], state);
        }
    }
    app.core().db.close().await;
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_subscribers_all_hear_within_a_few_seconds() {
    const MANY: usize = 100;
    let world = World::start(Engine::Postgres).await;
    let ada = world_with_subject(&world).await;
    let mut sockets = Vec::new();
    for _ in 0..MANY {
        let mut socket = Socket::of(&world.url, &world.owner).await;
        socket.subscribe("1", None).await;
        sockets.push(socket);
    }
    give(&world, &ada).await;
    let heard = futures::future::join_all(sockets.iter_mut().map(Socket::event));
    let heard = tokio::time::timeout(Duration::from_secs(10), heard).await.expect("all have heard");
    assert!(heard.iter().all(|event| event["state"] == "GIVEN"));
    world.finish().await;
}

/// On `PostgreSQL` alone: several processes on one `SQLite` file are not offered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_process_hears_each_change_once() {
    let world = World::start(Engine::Postgres).await;
    let ada = world_with_subject(&world).await;
    let (app, url) = replica(&world).await;
    let mut here = Socket::of(&world.url, &world.owner).await;
    here.subscribe("1", None).await;
    let mut there = Socket::of(&url, &world.owner).await;
    there.subscribe("1", None).await;

    give(&world, &ada).await;
    world.ask(WITHDRAW, withdrawal(&ada)).await;
    for socket in [&mut here, &mut there] {
        assert_eq!(socket.event().await["state"], "GIVEN");
        assert_eq!(socket.event().await["state"], "WITHDRAWN");
    }
    app.core().db.close().await;
    world.finish().await;
}
