//! Another process on a story's database.

use std::net::SocketAddr;

use recital_api::HttpOptions;
use recital_domain::{
    app::{App, Core, Settings},
    bus::Bus,
    clock::{Clock, Ids},
    db::Db,
    keys::{KeyRing, KeyService},
    mail::{Inbox, Mailer},
};
use recital_tests::World;
use tokio::net::TcpListener;

/// Its own connections, keys and subscribers. Answers where it is reached.
pub async fn replica(world: &World, keys: Box<dyn KeyService>) -> (App, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = App::new(Core {
        db: Db::open(&world.database.url, 4, recital_migration::APP_ROLE).await.expect("the database opens"),
        keys: KeyRing::new(keys),
        clock: Clock::manual(world.now()),
        ids: Ids::default(),
        mailer: Mailer::Inbox(Inbox::default()),
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
