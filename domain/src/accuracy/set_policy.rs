//! Changing the policy, and the due dates that follow from it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    Period, ReverificationState, Strings, SubjectId, SubjectStatus, UnansweredAction,
    accuracy::{accuracy_policies, reverifications},
    vault::subjects,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
    sea_query::{CaseStatement, Expr},
};

use super::policy::{due_from, policy, validate};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
    work::Work,
};

/// What of the policy is to change.
#[derive(Clone, Debug, Default)]
pub struct PolicyChanges {
    pub revalidate_after: Option<Period>,
    pub remind_after: Option<Vec<Period>>,
    pub link_valid_for: Option<Period>,
    pub when_unanswered: Option<UnansweredAction>,
    pub mails_per_hour: Option<i32>,
}

impl PolicyChanges {
    fn apply(self, policy: &mut accuracy_policies::Model) {
        policy.revalidate_after = self.revalidate_after.unwrap_or(policy.revalidate_after);
        policy.link_valid_for = self.link_valid_for.unwrap_or(policy.link_valid_for);
        policy.when_unanswered = self.when_unanswered.unwrap_or(policy.when_unanswered);
        policy.mails_per_hour = self.mails_per_hour.unwrap_or(policy.mails_per_hour);
        if let Some(periods) = self.remind_after {
            policy.remind_after = Strings(periods.iter().map(ToString::to_string).collect());
        }
    }
}

/// Sets what is given and leaves the rest. A new verification period takes effect for every subject, by a work item
/// that stamps them anew.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field; see [`validate`].
pub async fn set_policy(app: &App, viewer: &Viewer, changes: PolicyChanges) -> Result<accuracy_policies::Model> {
    app.write(viewer, Permission::AccuracyConfigure, async |tx| {
        tx.serialise("accuracy.policy").await?;
        let mut wanted = policy(tx).await?;
        let before = wanted.revalidate_after;
        changes.apply(&mut wanted);
        validate(&wanted)?;
        wanted.updated_at = tx.now();
        tx.put(wanted.clone().into_active_model()).await?;
        if wanted.revalidate_after != before {
            tx.enqueue(Work::RestampVerification { after: None }).await?;
        }
        let event = Event::AccuracyPolicySet {
            id: tx.tenant(),
            revalidate_after: wanted.revalidate_after,
            remind_after: wanted.remind_after.0.clone(),
            link_valid_for: wanted.link_valid_for,
            when_unanswered: wanted.when_unanswered.to_string(),
            mails_per_hour: wanted.mails_per_hour,
        };
        Ok(event.with(wanted))
    })
    .await
}

/// The policy in force.
pub async fn read_policy(app: &App, viewer: &Viewer) -> Result<accuracy_policies::Model> {
    app.read(viewer, Permission::AccuracyRead, policy).await
}

const BATCH: u64 = 500;

/// Stamps one batch of subjects anew and enqueues the next, so that no transaction is long and a restart goes on where
/// it was.
pub(crate) async fn restamp(app: &App, viewer: &Viewer, after: Option<SubjectId>) -> Result<()> {
    app.write(viewer, Permission::AccuracyConfigure, async |tx| {
        tx.serialise("accuracy.policy").await?;
        let select = subjects::Entity::find()
            .filter(subjects::Column::Status.ne(SubjectStatus::Erased))
            .apply_if(after, |select, after| select.filter(subjects::Column::Id.gt(after)))
            .order_by_asc(subjects::Column::Id)
            .limit(BATCH);
        let batch = tx.all(select).await?;
        let count = stamp(tx, &batch).await?;
        if let Some(last) = batch.last().filter(|_| batch.len() as u64 == BATCH) {
            tx.enqueue(Work::RestampVerification { after: Some(last.id) }).await?;
        }
        Ok(Event::VerificationRestamped { id: tx.tenant(), count }.with(()))
    })
    .await
}

/// One statement for the whole batch.
async fn stamp(tx: &TenantTx, batch: &[subjects::Model]) -> Result<u64> {
    if batch.is_empty() {
        return Ok(0);
    }
    let policy = policy(tx).await?;
    let asked = last_asked_in_vain(tx, batch).await?;
    let mut due = CaseStatement::new();
    for subject in batch {
        let from = latest(subject.last_verified_at, asked.get(&subject.id).copied());
        due = due.case(subjects::Column::Id.eq(subject.id), Expr::value(due_from(&policy, from)));
    }
    let update = subjects::Entity::update_many()
        .filter(subjects::Column::Id.is_in(batch.iter().map(|subject| subject.id)))
        .col_expr(subjects::Column::VerificationDueAt, due.into());
    tx.update_all(update).await
}

/// When each subject was last asked without an answer: from then the next verification is counted.
async fn last_asked_in_vain(tx: &TenantTx, batch: &[subjects::Model]) -> Result<HashMap<SubjectId, DateTime<Utc>>> {
    use reverifications::Column;
    let select = reverifications::Entity::find()
        .select_only()
        .column(Column::SubjectId)
        .column_as(Column::RequestedAt.max(), "asked_at")
        .filter(Column::SubjectId.is_in(batch.iter().map(|subject| subject.id)))
        .filter(Column::State.is_in([ReverificationState::Unanswered, ReverificationState::Bounced]))
        .group_by(Column::SubjectId);
    Ok(tx.tuples(select).await?.into_iter().collect())
}

fn latest(verified: DateTime<Utc>, asked: Option<DateTime<Utc>>) -> DateTime<Utc> {
    asked.filter(|asked| *asked > verified).unwrap_or(verified)
}
