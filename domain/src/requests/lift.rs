//! Ending a restriction, of which the person is told first (Article 18(3)), and an objection.

use recital_entities::{
    SubjectId, SubjectStatus,
    vault::{restrictions, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    mail::{Kind, Letter, MailError, OutgoingMail, Sender, compose},
    purposes as register,
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
    work::Work,
};

/// Has the person told and the restriction lifted once that mail has gone out; at once where the tenant has told them
/// by other means. Until then decisions answer RESTRICTED.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `NOT_RESTRICTED`, `LIFTING_ALREADY`, or `PERSON_NOT_TOLD` for somebody without an address.
pub async fn lift_restriction(
    app: &App,
    viewer: &Viewer,
    reference: &SubjectRef,
    already_told: bool,
) -> Result<subjects::Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let subject = lock_restricted(tx, vault::find_subject(tx, reference).await?.id).await?;
        let id = subject.id;
        if already_told {
            vault::lift_restriction(tx, id).await?;
            let lifted = subjects::Model { status: SubjectStatus::Active, ..subject };
            return Ok(Event::RestrictionLifted { id }.with(lifted));
        }
        if subject.email.is_none() {
            let message = "this person has no e-mail address: tell them by other means, and say so (alreadyTold)";
            return Err(Error::conflict("PERSON_NOT_TOLD", message));
        }
        let lifting = Work::LiftRestriction { subject: id };
        if tx.unfinished(crate::work::LIFT_RESTRICTION).await?.iter().any(|(work, _)| *work == lifting) {
            return Err(Error::conflict("LIFTING_ALREADY", "the person is being told, and then the restriction ends"));
        }
        tx.enqueue(lifting).await?;
        Ok(Event::RestrictionToBeLifted { id }.with(subject))
    })
    .await
}

async fn lock_restricted(tx: &TenantTx, id: SubjectId) -> Result<subjects::Model> {
    let find = subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive();
    let subject = tx.get("subject", find).await?;
    if subject.status != SubjectStatus::Restricted {
        return Err(not_restricted());
    }
    Ok(subject)
}

fn not_restricted() -> Error {
    Error::conflict("NOT_RESTRICTED", "this subject is not restricted")
}

/// Tells the person, then lifts. An address that refuses the mail leaves the restriction in place.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT` when the mail server will not have it now: try again.
pub(crate) async fn tell_and_lift(app: &App, viewer: &Viewer, id: SubjectId) -> Result<()> {
    let reference = SubjectRef::Id(id);
    let is_restricted = async |tx: &TenantTx| {
        let subject = vault::find_subject(tx, &reference).await?;
        Ok(subject.status == SubjectStatus::Restricted && subject.email.is_some())
    };
    if !app.read(viewer, Permission::SubjectRead, is_restricted).await? {
        return Ok(());
    }
    let mail = app.write(viewer, Permission::VaultReveal, async |tx| {
        Ok(Event::RestrictionMailPrepared { id }.with(letter(tx, id).await?))
    });
    match app.core().mailer.send(mail.await?).await {
        Ok(()) => {
            app.write(viewer, Permission::RequestHandle, async |tx| {
                vault::lift_restriction(tx, id).await?;
                Ok(Event::RestrictionLifted { id }.with(()))
            })
            .await
        }
        Err(MailError::Refused(_)) => {
            let kept = async |_: &TenantTx| Ok(Event::RestrictionMailBounced { id }.with(()));
            app.write(viewer, Permission::RequestHandle, kept).await
        }
        Err(later @ MailError::Later(_)) => {
            Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later))
        }
    }
}

async fn letter(tx: &TenantTx, id: SubjectId) -> Result<OutgoingMail> {
    let subject = vault::find_subject(tx, &SubjectRef::Id(id)).await?;
    let to = vault::open_email(tx, &subject).await?;
    let to = to.ok_or_else(|| Error::conflict("NO_ADDRESS", "this subject has no e-mail address"))?;
    let open = restrictions::Entity::find()
        .filter(restrictions::Column::SubjectId.eq(id))
        .filter(restrictions::Column::LiftedAt.is_null());
    let since = tx.one(open).await?.ok_or_else(not_restricted)?.restricted_at;
    let sender = Sender::of(tx).await?;
    let letter = Letter {
        kind: Kind::RestrictionLift,
        id: format!("restriction-{id}-{}", since.timestamp()),
        to,
        name: None,
        locale: &subject.locale,
        link: None,
        arguments: &[],
    };
    compose(&sender, letter)
}

/// Ends the person's objection to a purpose: they took it back, or the tenant showed compelling grounds
/// (Article 21(1)). Answers whose it was.
///
/// # Errors
/// `NOT_FOUND` for an unknown subject or purpose; CONFLICT with `NOT_OBJECTED`.
pub async fn withdraw_objection(
    app: &App,
    viewer: &Viewer,
    reference: &SubjectRef,
    purpose: &str,
) -> Result<subjects::Model> {
    app.write(viewer, Permission::RequestHandle, async |tx| {
        let subject = vault::find_subject(tx, reference).await?;
        let purpose = register::get(tx, purpose).await?;
        if !consent::lift_objection(tx, &subject, &purpose).await? {
            return Err(Error::conflict("NOT_OBJECTED", "this person has not objected to this purpose"));
        }
        Ok(Event::ObjectionWithdrawn { id: subject.id, purpose: purpose.key }.with(subject))
    })
    .await
}
