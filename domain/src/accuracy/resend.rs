//! A new link for whoever comes with an expired one.

use recital_entities::{ReverificationState, SubjectStatus};

use super::{
    close::set_state,
    open::{OPEN, locked, locked_subject, take_turns},
    open_link::{Found, Visit, find},
    request::ask_one,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    viewer::Permission,
};

/// Queues a new mail when the link has expired and its question is still open in fact. Answers the same whatever the
/// link was, so that nobody learns from it whether a person is known.
///
/// # Errors
/// UNAVAILABLE when nothing could be looked up at all.
pub async fn resend(app: &App, token: &str, visit: &Visit) -> Result<()> {
    let Some(found) = find(app, token, visit).await? else { return Ok(()) };
    if !is_overdue(&found, app) {
        return Ok(());
    }
    let viewer = found.viewer(visit);
    match app.write(&viewer, Permission::AccuracyAnswer, async |tx| ask_anew(tx, &found).await).await {
        Err(error) if error.is_fault() => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Expired without an answer, the person not verified since, and still to be written to.
fn is_overdue(found: &Found, app: &App) -> bool {
    let row = &found.row;
    let expired = row.state == ReverificationState::Unanswered || OPEN.contains(&row.state);
    expired
        && row.expires_at <= app.now()
        && found.subject.last_verified_at <= row.requested_at
        && found.subject.status == SubjectStatus::Active
        && found.subject.email.is_some()
}

async fn ask_anew(tx: &TenantTx, found: &Found) -> Result<Audited<()>> {
    take_turns(tx).await?;
    let subject = locked_subject(tx, found.subject.id).await?;
    if subject.status != SubjectStatus::Active {
        return Err(Error::conflict("SUBJECT_RESTRICTED", "this subject may not be written to"));
    }
    let old = locked(tx, found.row.id).await?;
    let mut closed = None;
    if OPEN.contains(&old.state) {
        set_state(tx, &old, ReverificationState::Unanswered).await?;
        let action = "ASKED_ANEW".to_owned();
        closed = Some(Event::ReverificationUnanswered { id: old.id, subject: subject.id, action });
    }
    let new = ask_one(tx, &subject).await?;
    Ok(Event::ReverificationQueued { id: new.id, subject: subject.id }.with(()).and_all(closed))
}
