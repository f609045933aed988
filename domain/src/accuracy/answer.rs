//! The person's answer: right, corrected, or disputed. It counts once, however often it is sent.

use std::collections::BTreeMap;

use recital_entities::{ReverificationState, Strings, accuracy::reverifications, vault::subjects};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _, Set};

use super::{
    fields::changes,
    open::{being_asked, locked, locked_subject},
    open_link::{Asker, Found, LinkError, LinkResult, Visit, awaits_answer, find_open},
    policy::{due_from, policy},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Code, Error, Result},
    evidence::{Audited, Event},
    vault,
    viewer::Permission,
};

/// What a person says. No `Debug`: it holds personal values.
pub enum Answer {
    /// All is right.
    Confirm,
    /// A filled-in form: the fields by their path. `version` is the one the person saw.
    Correct { version: i32, form: BTreeMap<String, String> },
    /// Wrong, or about somebody else (Article 18(1)(a)).
    Dispute,
}

/// An answer that counted.
#[derive(Debug)]
pub struct Answered {
    pub asker: Asker,
    /// Names of what was corrected.
    pub corrected_fields: Vec<String>,
}

/// Takes the answer. From its commit on the link is used.
///
/// # Errors
/// A [`LinkProblem`](super::LinkProblem) for a link that does not work; `BAD_USER_INPUT` for a correction that cannot
/// be saved, with `NO_CHANGES` for one that changes nothing; CONFLICT with `VERSION_CONFLICT` when the data changed
/// since the person saw it. The link stays good after those.
pub async fn answer(app: &App, token: &str, visit: &Visit, said: Answer) -> LinkResult<Answered> {
    let found = find_open(app, token, visit).await?;
    let viewer = found.viewer(visit);
    let outcome = app.write(&viewer, Permission::AccuracyAnswer, async |tx| take(tx, &found, said).await).await;
    match outcome {
        Ok(corrected_fields) => Ok(Answered { asker: found.asker, corrected_fields }),
        // Somebody was faster: the look-up says what they did.
        Err(lost) if lost.reason() == ALREADY_ANSWERED || lost.code() == Code::NotFound => {
            find_open(app, token, visit).await?;
            Err(LinkError::Failed(lost))
        }
        Err(error) => Err(LinkError::Failed(error)),
    }
}

const ALREADY_ANSWERED: &str = "ALREADY_ANSWERED";

async fn take(tx: &TenantTx, found: &Found, answer: Answer) -> Result<Audited<Vec<String>>> {
    let subject = locked_subject(tx, found.subject.id).await?;
    let row = locked(tx, found.row.id).await?;
    if !awaits_answer(&row, tx.now()) {
        return Err(Error::conflict(ALREADY_ANSWERED, "this question has been answered"));
    }
    match answer {
        Answer::Confirm => confirm(tx, row, subject).await,
        Answer::Correct { version, form } => correct(tx, row, subject, version, &form).await,
        Answer::Dispute => dispute(tx, row, &subject).await,
    }
}

pub(super) async fn confirm(
    tx: &TenantTx,
    row: reverifications::Model,
    subject: subjects::Model,
) -> Result<Audited<Vec<String>>> {
    let event = Event::DataConfirmed { id: row.id, subject: subject.id };
    close(tx, row, ReverificationState::Confirmed, Vec::new()).await?;
    mark_verified(tx, subject).await?;
    Ok(event.with(Vec::new()))
}

pub(super) async fn correct(
    tx: &TenantTx,
    row: reverifications::Model,
    subject: subjects::Model,
    version: i32,
    form: &BTreeMap<String, String>,
) -> Result<Audited<Vec<String>>> {
    let profile = vault::open_profile(tx, &subject).await?;
    let changes = changes(&profile.attributes, form)?;
    let change = vault::change_profile(tx, &subject, changes, Some(version)).await?;
    let fields = change.changed_fields;
    if fields.is_empty() {
        return Err(Error::invalid("changes", "NO_CHANGES", "nothing was changed"));
    }
    let corrected = Event::DataCorrected { id: row.id, subject: subject.id, fields: fields.clone() };
    let updated = Event::ProfileUpdated { id: subject.id, version: change.version, fields: fields.clone() };
    close(tx, row, ReverificationState::Corrected, fields.clone()).await?;
    mark_verified(tx, subject).await?;
    Ok(corrected.with(fields).and(updated))
}

async fn dispute(
    tx: &TenantTx,
    row: reverifications::Model,
    subject: &subjects::Model,
) -> Result<Audited<Vec<String>>> {
    let disputed = Event::DataDisputed { id: row.id, subject: subject.id }.with(Vec::new());
    close(tx, row, ReverificationState::Disputed, Vec::new()).await?;
    if vault::restrict(tx, subject.id).await? {
        return Ok(disputed.and(Event::SubjectRestricted { id: subject.id, cause: "DISPUTED".to_owned() }));
    }
    Ok(disputed)
}

async fn close(
    tx: &TenantTx,
    row: reverifications::Model,
    state: ReverificationState,
    corrected_fields: Vec<String>,
) -> Result<()> {
    let mut row = row.into_active_model();
    row.state = Set(state);
    row.answered_at = Set(Some(tx.now()));
    row.next_reminder_at = Set(None);
    row.corrected_fields = Set(Strings(corrected_fields));
    let row = tx.update(row).await?;
    being_asked(tx, [row.subject_id], false).await
}

pub(super) async fn mark_verified(tx: &TenantTx, subject: subjects::Model) -> Result<()> {
    let due = due_from(&policy(tx).await?, tx.now());
    // Read again: a correction may have changed the row.
    let select = subjects::Entity::find().filter(subjects::Column::Id.eq(subject.id)).lock_exclusive();
    let mut subject = tx.get("subject", select).await?.into_active_model();
    subject.last_verified_at = Set(tx.now());
    subject.verification_due_at = Set(Some(due));
    subject.stale = Set(false);
    tx.update(subject).await?;
    Ok(())
}
