//! Sending one mail of a question. The address is opened at this moment, never kept in a queue; the mail goes out
//! between two transactions. A crash between sending and recording sends the same mail again: same Message-ID, same
//! link.

use recital_entities::{
    ReverificationId, ReverificationState, SubjectStatus, accuracy::reverifications, vault::subjects,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Set, sea_query::Expr};
use serde_json::{Map, Value};

use super::{
    close::{ask_again_in_time, set_state},
    link::Token,
    open::{OPEN, ROOM, locked, locked_subject, mails_per_hour},
    policy::{next_reminder, policy},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::{self, Counted, Kind, Letter, MailError, OutgoingMail, Sender, compose},
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
    words::Words,
};

use reverifications::{Column, Entity, Model};

/// Sends the first mail (`reminder` 0) or a reminder, unless it went already or is no longer wanted.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT` when the mail server will not have it now: try again. `RATE_LIMITED` with
/// `MAILS_PER_HOUR` when the hour's mails have all gone, which is no failed try.
pub(crate) async fn send_mail(app: &App, viewer: &Viewer, id: ReverificationId, reminder: i32) -> Result<()> {
    match app.read(viewer, Permission::AccuracyRead, async |tx| standing(tx, id, reminder).await).await? {
        Standing::Done => Ok(()),
        Standing::Unwanted => cancel(app, viewer, id).await,
        Standing::Wanted => {
            let (mail, counted) = prepare(app, viewer, id, reminder).await?;
            match app.core().mailer.send(mail).await {
                Ok(()) => record_sent(app, viewer, id, reminder).await,
                Err(MailError::Refused(status)) => record_bounce(app, viewer, id, status).await,
                Err(later @ MailError::Later(_)) => {
                    mail::uncount(app, viewer, counted).await?;
                    Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later))
                }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Wanted,
    /// Queued, but the subject may not be written to any more.
    Unwanted,
    Done,
}

async fn standing(tx: &TenantTx, id: ReverificationId, reminder: i32) -> Result<Standing> {
    let Some(row) = tx.one(Entity::find().filter(Column::Id.eq(id))).await? else {
        return Ok(Standing::Done);
    };
    let subject = vault::find_subject(tx, &SubjectRef::Id(row.subject_id)).await?;
    let reachable = subject.status == SubjectStatus::Active && subject.email.is_some();
    Ok(match row.state {
        _ if row.expires_at <= tx.now() => Standing::Done,
        ReverificationState::Queued if reminder == 0 && reachable => Standing::Wanted,
        ReverificationState::Queued if reminder == 0 => Standing::Unwanted,
        ReverificationState::Sent if reminder > row.reminders_sent && reachable => Standing::Wanted,
        _ => Standing::Done,
    })
}

async fn cancel(app: &App, viewer: &Viewer, id: ReverificationId) -> Result<()> {
    app.write(viewer, Permission::AccuracyRequest, async |tx| {
        let row = locked(tx, id).await?;
        if row.state != ReverificationState::Queued {
            return Err(Error::conflict("NOT_QUEUED", "this question is no longer queued"));
        }
        set_state(tx, &row, ReverificationState::Cancelled).await?;
        Ok(Event::ReverificationCancelled { id, subject: row.subject_id }.with(()))
    })
    .await
}

/// Counts the mail, and opens the address and the name: a reveal, and audited as one.
async fn prepare(app: &App, viewer: &Viewer, id: ReverificationId, reminder: i32) -> Result<(OutgoingMail, Counted)> {
    app.read(viewer, Permission::AccuracyRead, require_room).await?;
    app.write(viewer, Permission::VaultReveal, async |tx| {
        let counted = mail::count(tx, ROOM, mails_per_hour(&policy(tx).await?)).await?;
        let row = tx.get("reverification", Entity::find().filter(Column::Id.eq(id))).await?;
        let subject = vault::find_subject(tx, &SubjectRef::Id(row.subject_id)).await?;
        let mail = letter(app, tx, &row, &subject, reminder).await?;
        Ok(Event::ReverificationMailPrepared { id, reminder }.with((mail, counted)))
    })
    .await
}

/// Looks before anything is written: a mail that has to wait is no refused act.
async fn require_room(tx: &TenantTx) -> Result<()> {
    match mail::left(tx, ROOM, mails_per_hour(&policy(tx).await?)).await? {
        0 => Err(mail::none_left()),
        _ => Ok(()),
    }
}

async fn letter(
    app: &App,
    tx: &TenantTx,
    row: &Model,
    subject: &subjects::Model,
    reminder: i32,
) -> Result<OutgoingMail> {
    let to = vault::open_email(tx, subject).await?;
    let to = to.ok_or_else(|| Error::conflict("NO_ADDRESS", "this subject has no e-mail address"))?;
    let profile = vault::open_profile(tx, subject).await?;
    let sender = Sender::of(tx).await?;
    let until = Words::of(&subject.locale).date(row.expires_at.with_timezone(&sender.time_zone).date_naive());
    let unanswered = policy(tx).await?.when_unanswered.to_string();
    let name = name(&profile.attributes);
    let (kind, id) = match reminder {
        0 => (Kind::Reverification, format!("reverification-{}", row.id)),
        _ => (Kind::ReverificationReminder, format!("reverification-{}-reminder-{reminder}", row.id)),
    };
    let letter = Letter {
        kind,
        id,
        to,
        name: name.as_deref(),
        locale: &subject.locale,
        link: Some(&Token::of(tx.tenant(), &*tx.keys().await?, row.id).link(app)),
        arguments: &[("until", &until), ("unanswered", &unanswered)],
    };
    compose(&sender, letter)
}

/// What a profile calls its person, when it does so in one of the usual ways.
fn name(attributes: &Map<String, Value>) -> Option<String> {
    let usual = ["name", "fullName", "full_name", "givenName", "given_name", "firstName", "first_name"];
    let name = usual.iter().find_map(|key| attributes.get(*key)?.as_str())?.trim();
    (!name.is_empty() && name.chars().count() <= 80).then(|| name.to_owned())
}

async fn record_sent(app: &App, viewer: &Viewer, id: ReverificationId, reminder: i32) -> Result<()> {
    app.write(viewer, Permission::AccuracyRequest, async |tx| {
        let row = locked(tx, id).await?;
        let sent_at = row.sent_at.unwrap_or(tx.now());
        let next = next_reminder(&policy(tx).await?, sent_at, reminder, row.expires_at);
        let is_open = OPEN.contains(&row.state);
        let mut sent = row.into_active_model();
        if is_open {
            sent.state = Set(ReverificationState::Sent);
            sent.next_reminder_at = Set(next);
        }
        sent.sent_at = Set(Some(sent_at));
        sent.last_mailed_at = Set(Some(tx.now()));
        sent.reminders_sent = Set(reminder);
        tx.update(sent).await?;
        Ok(Event::ReverificationSent { id, reminder }.with(()))
    })
    .await
}

/// A mail that had been taken came back. Nothing, for a question that is not open or not there.
pub(crate) async fn mail_bounced(app: &App, viewer: &Viewer, id: ReverificationId, status: String) -> Result<()> {
    let open = Entity::find().filter(Column::Id.eq(id)).filter(Column::State.is_in(OPEN));
    if app.read(viewer, Permission::AccuracyRead, async |tx| tx.exists(open).await).await? {
        record_bounce(app, viewer, id, status).await?;
    }
    Ok(())
}

/// The address does not take mail: shown to the tenant, and not tried again. `status` is what the mail system said, as
/// numbers.
async fn record_bounce(app: &App, viewer: &Viewer, id: ReverificationId, status: String) -> Result<()> {
    app.write(viewer, Permission::AccuracyRequest, async |tx| {
        let subject = tx.get("reverification", Entity::find().filter(Column::Id.eq(id))).await?.subject_id;
        locked_subject(tx, subject).await?;
        let row = locked(tx, id).await?;
        if OPEN.contains(&row.state) {
            set_state(tx, &row, ReverificationState::Bounced).await?;
            ask_again_in_time(tx, &policy(tx).await?, &row).await?;
            let said = Entity::update_many()
                .filter(Column::Id.eq(id))
                .col_expr(Column::BouncedAt, Expr::value(tx.now()))
                .col_expr(Column::BounceStatus, Expr::value(&status));
            tx.update_all(said).await?;
        }
        Ok(Event::ReverificationBounced { id, subject, status }.with(()))
    })
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_are_greeted_by_the_name_they_gave() {
        for (attributes, greeted) in [
            (json!({ "name": "Ada Example", "firstName": "Ada" }), Some("Ada Example")),
            (json!({ "given_name": " Ada " }), Some("Ada")),
            (json!({ "name": 7 }), None),
            (json!({ "name": "  " }), None),
            (json!({ "name": "x".repeat(81) }), None),
            (json!({}), None),
        ] {
            assert_eq!(name(attributes.as_object().unwrap()).as_deref(), greeted, "{attributes}");
        }
    }
}
