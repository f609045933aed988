//! What just changed, for subscribers: ids only, after the commit, in every process.
//!
//! On PostgreSQL the commit itself sends the ids, and each process that has subscribers listens on a connection of its
//! own: a sender hears itself there too, and nowhere else, so that nothing is told twice. On SQLite one process is all
//! there is, and it tells itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use futures::stream::{self, Stream};
use recital_entities::{ConsentEventId, SubjectRequestId, TenantId};
use tokio::sync::{
    OnceCell,
    broadcast::{self, error::RecvError},
};
use uuid::Uuid;

use crate::{
    app::App,
    db::{Db, Notice, Notices},
    error::{Error, Result},
};

/// A committed change that somebody may be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Change {
    Consent(ConsentEventId),
    SubjectRequest(SubjectRequestId),
    /// A credential was revoked, or a tenant is not served any more.
    AccessEnded,
    /// Whatever changed for a while was not heard, of any tenant: look again. Never sent between processes.
    #[serde(skip)]
    Missed,
}

type Told = (TenantId, Change);

/// How many changes a subscriber may be behind.
const BACKLOG: usize = 1024;

/// Carries changes to this process's subscribers.
pub struct Bus {
    sender: broadcast::Sender<Told>,
    /// Set once this process hears what all processes commit.
    listening: OnceCell<()>,
    access: AccessEpoch,
}

/// Counts the times that somebody's access ended, in whatever process.
type AccessEpoch = Arc<AtomicU64>;

impl Default for Bus {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG), listening: OnceCell::new(), access: Arc::default() }
    }
}

impl Bus {
    pub(crate) fn publish(&self, tenant: TenantId, changes: Vec<Change>) {
        for change in changes {
            // Nobody listening is no failure.
            let _ = self.sender.send((tenant, change));
        }
    }

    /// All tenants' changes from now on; the first subscriber starts the listening.
    pub(crate) async fn subscribe(&self, db: &Db) -> Result<broadcast::Receiver<Told>> {
        self.listening.get_or_try_init(|| self.listen(db)).await?;
        Ok(self.sender.subscribe())
    }

    /// A number that changes whenever somebody's access ends: who was let in under another is looked at again. What
    /// this process ended counts from the commit on, what others ended as soon as they are heard.
    pub(crate) async fn access_epoch(&self, db: &Db) -> Result<u64> {
        self.listening.get_or_try_init(|| self.listen(db)).await?;
        Ok(self.access.load(Ordering::SeqCst))
    }

    /// Before anything that comes after the commit.
    pub(crate) fn heed(&self, changes: &[Change]) {
        if changes.contains(&Change::AccessEnded) {
            self.access.fetch_add(1, Ordering::SeqCst);
        }
    }

    async fn listen(&self, db: &Db) -> Result<()> {
        if let Some(notices) = db.listen().await? {
            tokio::spawn(forward(notices, self.sender.clone(), Arc::clone(&self.access)));
        }
        Ok(())
    }
}

async fn forward(mut notices: Notices, sender: broadcast::Sender<Told>, access: AccessEpoch) {
    while let Some(notice) = notices.next().await {
        let told = match notice {
            Notice::Payload(payload) => serde_json::from_str::<Told>(&payload),
            Notice::Gap => {
                // Somebody's access may have ended meanwhile.
                access.fetch_add(1, Ordering::SeqCst);
                Ok((TenantId(Uuid::nil()), Change::Missed))
            }
        };
        match told {
            Ok((_, Change::AccessEnded)) => drop(access.fetch_add(1, Ordering::SeqCst)),
            Ok(told) => drop(sender.send(told)),
            Err(error) => tracing::warn!(%error, "a change that this version does not know"),
        }
    }
}

/// One tenant's changes from now on, and [`Change::Missed`] where some may not have been heard. Whoever falls behind by more than the backlog gets UNAVAILABLE with `LAGGED`, and
/// no more.
pub(crate) async fn watch(app: &App, tenant: TenantId) -> Result<impl Stream<Item = Result<Change>> + use<>> {
    let changes = app.changes().await?;
    Ok(stream::unfold(Some(changes), move |changes| async move {
        let mut changes = changes?;
        loop {
            match changes.recv().await {
                Ok((of, change)) if of == tenant || change == Change::Missed => {
                    return Some((Ok(change), Some(changes)));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Some((Err(lagged()), None)),
                Err(RecvError::Closed) => return None,
            }
        }
    }))
}

pub(crate) fn lagged() -> Error {
    Error::unavailable("LAGGED", "changes were missed: read the history, then subscribe again")
}

/// How a change travels between processes.
pub(crate) fn payload(tenant: TenantId, change: Change) -> Result<String> {
    serde_json::to_string(&(tenant, change)).map_err(Error::internal)
}
