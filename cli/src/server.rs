//! The running service: listeners, worker, and how it stops.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use recital_api::HttpOptions;
use recital_domain::app::App;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// The two addresses of the API half.
pub struct Listeners {
    pub api: TcpListener,
    pub operator: TcpListener,
}

impl Listeners {
    /// # Errors
    /// When an address is taken or not ours, by name.
    pub async fn bind(api: SocketAddr, operator: SocketAddr) -> Result<Self> {
        Ok(Self { api: bind(api).await?, operator: bind(operator).await? })
    }
}

/// # Errors
/// When the address is taken or not ours, by name.
pub async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// What runs in this process.
pub struct Server {
    pub app: App,
    pub listeners: Option<Listeners>,
    /// Where a process that is a worker alone shows its numbers.
    pub numbers: Option<TcpListener>,
    /// How many work items side by side; None: no worker.
    pub work_at_once: Option<usize>,
    pub http: HttpOptions,
    /// For what is under way when the process is told to stop.
    pub shutdown: Duration,
}

impl Server {
    /// Runs until `stop` is cancelled, then lets what is under way end, for as long as it may take.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn run(self, stop: CancellationToken) -> Result<()> {
        let mut parts = JoinSet::new();
        if let Some(listeners) = self.listeners {
            let api = recital_api::router(self.app.clone(), &self.http);
            parts.spawn(listen(listeners.api, api, stop.clone()));
            let board = Arc::new(recital_scheduler::Board(self.app.clone()));
            let operator = recital_api::operator_router(self.app.clone(), board, &self.http);
            parts.spawn(listen(listeners.operator, operator, stop.clone()));
        }
        if let Some(numbers) = self.numbers {
            let board = Arc::new(recital_scheduler::Board(self.app.clone()));
            parts.spawn(listen(numbers, recital_api::worker_router(self.app.clone(), board), stop.clone()));
        }
        if let Some(at_once) = self.work_at_once {
            let worker = recital_scheduler::start(self.app.clone(), at_once, stop.clone());
            parts.spawn(async move { worker.await.context("the worker ended") });
        }
        let outcome = tokio::select! {
            () = stop.cancelled() => Ok(()),
            Some(ended) = parts.join_next() => ended.context("a part of the service ended").flatten(),
        };
        stop.cancel();
        let ended = tokio::time::timeout(self.shutdown, async { while parts.join_next().await.is_some() {} }).await;
        self.app.core().db.close().await;
        if ended.is_err() {
            tracing::warn!("stopped with requests or jobs under way: their leases run out");
        }
        outcome
    }
}

async fn listen(listener: TcpListener, router: axum::Router, stop: CancellationToken) -> Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await.context("a listener ended")
}

/// Cancelled by the first SIGINT or SIGTERM; a second one ends the process where it stands.
///
/// # Errors
/// When signals cannot be listened for.
pub fn stop_on_signal() -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let told = stop.clone();
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if told.is_cancelled() {
                std::process::exit(130);
            }
            told.cancel();
        }
    });
    Ok(stop)
}
