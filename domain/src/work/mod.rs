//! Work that follows a commit: mails, packages, erasures. Outbox and queue are one table.
//!
//! An item is enqueued in the transaction of the change that wants it and holds ids alone. A worker claims it with a
//! lease and a fencing number, performs it, and marks it done; a worker that dies leaves a lease that runs out. Failures
//! are tried again with exponential backoff and jitter, and after the last try the item is DEAD until an operator
//! retries it. Performing an item twice does nothing a person would notice.

mod jobs;
mod perform;
mod queue;
mod tenants;
mod workers;

pub use jobs::{JobRun, claim_run, extend_run, find_run, finish_run, is_running, last_run, list_runs, release_run};
pub use perform::perform;
pub use queue::{Claimed, LAST_TRY, LEASE, claim, finish, list_items, retry};
pub use tenants::{Served, served_tenants};
pub use workers::{Worker, live_workers};

use recital_entities::{ReverificationId, SubjectRequestId, WorkItemId, WorkState, work::work_items};
use sea_orm::ActiveValue::Set;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    db::TenantTx,
    error::{Error, Result},
};

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload")]
pub enum Work {
    /// Ask a subject whether their data is still right; `reminder` 0 is the first mail.
    #[serde(rename = "mail.reverification")]
    ReverificationMail { reverification: ReverificationId, reminder: i32 },
    /// Carry out a subject request.
    #[serde(rename = "request.fulfil")]
    FulfilRequest { request: SubjectRequestId },
    /// Stamp the records of a data type anew after its period changed.
    #[serde(rename = "retention.restamp")]
    Restamp { data_type: String },
}

impl Work {
    fn into_parts(self) -> Result<(String, Value)> {
        match serde_json::to_value(self).map_err(Error::internal)? {
            Value::Object(mut parts) => {
                let payload = parts.remove("payload").unwrap_or_default();
                let kind = parts.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
                Ok((kind, payload))
            }
            _ => Err(Error::internal("work without a kind")),
        }
    }

    fn from_parts(kind: &str, payload: Value) -> Result<Self> {
        serde_json::from_value(serde_json::json!({ "kind": kind, "payload": payload })).map_err(Error::internal)
    }
}

impl TenantTx {
    /// To be done once this transaction has committed.
    pub async fn enqueue(&self, work: Work) -> Result<WorkItemId> {
        let (kind, payload) = work.into_parts()?;
        let id = self.new_id();
        self.insert_global(work_items::ActiveModel {
            id: Set(id),
            tenant_id: Set(self.tenant()),
            kind: Set(kind),
            payload: Set(payload),
            state: Set(WorkState::Ready),
            attempts: Set(0),
            next_attempt_at: Set(Some(self.now())),
            leased_until: Set(None),
            lease: Set(None),
            last_error: Set(None),
            created_at: Set(self.now()),
            finished_at: Set(None),
        })
        .await?;
        Ok(id)
    }
}
