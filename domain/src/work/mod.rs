//! Work that follows a commit: mails, packages, erasures. Outbox and queue are one table.
//!
//! An item is enqueued in the transaction of the change that wants it and holds ids alone. A worker claims it with a
//! lease and a fencing number, extends the lease while it performs it, and marks it done; a worker that dies leaves a
//! lease that soon runs out. Failures are tried again with exponential backoff and jitter, and after the last try the
//! item is DEAD until an operator retries it. Performing an item twice does nothing a person would notice.

mod board;
mod jobs;
mod limit;
mod mend;
mod perform;
mod prune;
mod queue;
mod retry;
mod tenants;
mod workers;

pub use board::{JobBoard, ScheduledJob};
pub use jobs::{
    JobRun, claim_run, duration, extend_run, find_run, find_run_by_id, finish_run, last_run, last_runs, list_runs,
    release_run,
};
pub use mend::mend;
pub use perform::perform;
pub use prune::{prune, prune_answers};
pub(crate) use queue::unfinished_work;
pub use queue::{Claimed, Turns, claim, dead_items, extend, find_item, finish, list_items, retry, retry_all};
pub use retry::{last_try, next_try};
pub use tenants::{Served, served_tenants, unclosed_tenants};
pub use workers::{Worker, live_workers};

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    AccountLinkId, CentreAskId, ConsentConfirmationId, ConsentId, FileId, MemberId, PreferenceLinkId, RetentionRunId,
    ReverificationId, SubjectId, SubjectRequestId, WorkItemId, WorkState, global_id, work::work_items,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, ExprTrait as _, QueryFilter as _, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    access::{WebhookDelivery, WebhookDisabledMail},
    db::TenantTx,
    error::{Error, Result},
    requests::Notice,
};

/// Whoever has an item or a run in hand says so anew well within this time, or another takes over.
pub const LEASE: TimeDelta = TimeDelta::seconds(30);

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload")]
pub enum Work {
    /// Ask a subject whether their data is still right; `reminder` 0 is the first mail.
    #[serde(rename = "mail.reverification")]
    ReverificationMail { reverification: ReverificationId, reminder: i32 },
    /// Ask a person to confirm the consent they gave; `number` 1 is the first mail.
    #[serde(rename = "mail.consent_confirmation")]
    ConfirmationMail { confirmation: ConsentConfirmationId, number: i32, subject: SubjectId, purpose: String },
    /// Tell a person that their consent is about to end, with a link to their preferences.
    #[serde(rename = "mail.consent_expiry")]
    ExpiryMail {
        consent: ConsentId,
        expires_at: DateTime<Utc>,
        link: PreferenceLinkId,
        subject: SubjectId,
        purpose: String,
    },
    /// Look who asked for a link at the privacy centre's door, and mail it to them.
    #[serde(rename = "mail.account")]
    AccountMail { link: AccountLinkId },
    /// Tell a person that their password was changed.
    #[serde(rename = "mail.password_changed")]
    PasswordChangedMail { subject: SubjectId, at: DateTime<Utc> },
    /// Carry out a subject request.
    #[serde(rename = "request.fulfil")]
    FulfilRequest { request: SubjectRequestId },
    /// Tell a person how their request stands.
    #[serde(rename = "mail.request")]
    RequestMail { request: SubjectRequestId, notice: Notice },
    /// Look up what somebody without an account asked for.
    #[serde(rename = "centre.ask")]
    CentreAsk { ask: CentreAskId },
    /// Remind a member that a deadline comes near; `stage` as [`requests::remind_tenant`](crate::requests::remind_tenant) has it.
    #[serde(rename = "mail.request_reminder")]
    RequestReminder { request: SubjectRequestId, member: MemberId, stage: i32 },
    /// Tell a person that their restriction ends, and then end it.
    #[serde(rename = "restriction.lift")]
    LiftRestriction { subject: SubjectId },
    /// Stamp the records of a data type anew after its period changed.
    #[serde(rename = "retention.restamp")]
    Restamp { data_type: String },
    /// Go on with a run of the sweep that was too long for one call.
    #[serde(rename = "retention.sweep")]
    Sweep { run: RetentionRunId },
    /// Stamp when subjects are due for verification anew after the policy changed, from the subject after that one on.
    #[serde(rename = "accuracy.restamp")]
    RestampVerification { after: Option<SubjectId> },
    /// Take away the content of files whose rows are gone.
    #[serde(rename = "files.discard")]
    DiscardFiles { files: Vec<FileId> },
    /// Copy entries of the erasure ledger out of the database.
    #[serde(rename = "erasures.record")]
    RecordErasures,
    /// Tell one endpoint of one event.
    #[serde(rename = "webhook.deliver")]
    WebhookDelivery(WebhookDelivery),
    /// Write to one owner that an endpoint is told no more.
    #[serde(rename = "mail.webhook_disabled")]
    WebhookDisabledMail(WebhookDisabledMail),
    /// Bring what older versions of the tenant's key wrap under the newest.
    #[serde(rename = "keys.rewrap")]
    RewrapKeys,
}

/// The names of all kinds of work, as the table has them.
pub const KINDS: &[&str] = &[
    "mail.reverification",
    "mail.consent_confirmation",
    "mail.consent_expiry",
    "mail.account",
    "mail.password_changed",
    "request.fulfil",
    "mail.request",
    "centre.ask",
    "mail.request_reminder",
    "restriction.lift",
    "retention.restamp",
    "retention.sweep",
    "accuracy.restamp",
    "files.discard",
    "erasures.record",
    "webhook.deliver",
    "mail.webhook_disabled",
    "keys.rewrap",
];

/// Word of these is cancelled with the consent that it is about.
const RESTS_ON_CONSENT: &[&str] = &["consent.given", "consent.awaits_confirmation", "consent.expiring"];

/// The kind that [`Work::WebhookDelivery`] has in the table.
pub(crate) const WEBHOOK_DELIVERY: &str = "webhook.deliver";
/// The kind that [`Work::ReverificationMail`] has in the table.
pub(crate) const REVERIFICATION_MAIL: &str = "mail.reverification";

/// The kind that [`Work::LiftRestriction`] has in the table.
pub(crate) const LIFT_RESTRICTION: &str = "restriction.lift";

/// What an item is about that may end before the item is done.
fn about(subject: SubjectId, purpose: &str) -> String {
    format!("{}/{purpose}", global_id("Subject", subject.0))
}

impl Work {
    /// What rests on a consent, and is not wanted any more once that has ended: its mails, and word that it was given.
    fn about(&self) -> Option<String> {
        match self {
            Self::ConfirmationMail { subject, purpose, .. } | Self::ExpiryMail { subject, purpose, .. } => {
                Some(about(*subject, purpose))
            }
            Self::WebhookDelivery(delivery) if RESTS_ON_CONSENT.contains(&&*delivery.event) => {
                let word = |name: &str| delivery.data[name].as_str();
                Some(format!("{}/{}", word("subject")?, word("purpose")?))
            }
            _ => None,
        }
    }

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

    fn from_parts(kind: &str, payload: &Value) -> Result<Self> {
        serde_json::from_value(serde_json::json!({ "kind": kind, "payload": payload })).map_err(Error::internal)
    }
}

impl TenantTx {
    /// To be done once this transaction has committed.
    pub async fn enqueue(&self, work: Work) -> Result<WorkItemId> {
        let id = self.new_id();
        self.insert_global(self.item(id, work)?).await?;
        Ok(id)
    }

    /// Several at once, in one statement.
    pub async fn enqueue_all(&self, works: impl IntoIterator<Item = Work>) -> Result<()> {
        let items = works.into_iter().map(|work| self.item(self.new_id(), work)).collect::<Result<Vec<_>>>()?;
        if items.is_empty() { Ok(()) } else { self.insert_all_global(items).await }
    }

    /// This tenant's work of a kind that is not done, and how it stands.
    pub(crate) async fn unfinished(&self, kind: &str) -> Result<Vec<(Work, WorkState)>> {
        let select = work_items::Entity::find()
            .filter(work_items::Column::TenantId.eq(self.tenant()))
            .filter(work_items::Column::Kind.eq(kind))
            .filter(work_items::Column::State.is_in([WorkState::Ready, WorkState::Leased, WorkState::Dead]));
        let rows = self.all_global(select).await?;
        rows.into_iter().map(|row| Ok((Work::from_parts(&row.kind, &row.payload)?, row.state))).collect()
    }

    /// How many items of a kind wait or are under way.
    pub(crate) async fn waiting(&self, kind: &str) -> Result<u64> {
        let select = work_items::Entity::find()
            .filter(work_items::Column::TenantId.eq(self.tenant()))
            .filter(work_items::Column::Kind.eq(kind))
            .filter(work_items::Column::State.is_in([WorkState::Ready, WorkState::Leased]));
        self.count_global(select).await
    }

    /// Cancels what is queued for this subject and purpose. What a worker has in its hands looks for itself.
    pub(crate) async fn cancel_work(&self, subject: SubjectId, purpose: &str) -> Result<u64> {
        use work_items::Column;
        let waiting = Condition::any()
            .add(Column::State.is_in([WorkState::Ready, WorkState::Dead]))
            .add(Column::State.eq(WorkState::Leased).and(Column::LeasedUntil.lt(self.now())));
        let cancel = work_items::Entity::update_many()
            .filter(Column::TenantId.eq(self.tenant()))
            .filter(Column::About.eq(about(subject, purpose)))
            .filter(waiting)
            .col_expr(Column::State, Expr::value(WorkState::Cancelled))
            .col_expr(Column::FinishedAt, Expr::value(self.now()));
        self.update_global(cancel).await
    }

    fn item(&self, id: WorkItemId, work: Work) -> Result<work_items::ActiveModel> {
        let about = work.about();
        let (kind, payload) = work.into_parts()?;
        Ok(work_items::ActiveModel {
            id: Set(id),
            tenant_id: Set(self.tenant()),
            kind: Set(kind),
            payload: Set(payload),
            about: Set(about),
            state: Set(WorkState::Ready),
            attempts: Set(0),
            next_attempt_at: Set(Some(self.now())),
            leased_until: Set(None),
            lease: Set(None),
            last_error: Set(None),
            created_at: Set(self.now()),
            finished_at: Set(None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_work_is_named() {
        let unknown = serde_json::from_value::<Work>(serde_json::json!({ "kind": "", "payload": null })).unwrap_err();
        let listed = unknown.to_string();
        let kinds: Vec<&str> = listed.split('`').skip(3).step_by(2).collect();
        assert_eq!(kinds, KINDS, "{listed}");
    }
}
