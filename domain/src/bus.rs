//! What just changed, for subscribers: ids only, after the commit.

use recital_entities::{ConsentEventId, SubjectRequestId, TenantId};
use tokio::sync::broadcast;

/// A committed change that somebody may be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Change {
    Consent(ConsentEventId),
    SubjectRequest(SubjectRequestId),
}

/// Carries changes to this process's subscribers.
pub struct Bus(broadcast::Sender<(TenantId, Change)>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(1024))
    }
}

impl Bus {
    pub(crate) fn publish(&self, tenant: TenantId, changes: Vec<Change>) {
        for change in changes {
            // Nobody listening is no failure.
            let _ = self.0.send((tenant, change));
        }
    }

    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<(TenantId, Change)> {
        self.0.subscribe()
    }
}
