//! The mails about accounts. The address is opened at the moment of sending; a crash between sending and recording sends
//! the same mail again: same Message-ID, same link.

use chrono::{DateTime, Utc};
use recital_entities::{
    AccountLinkId, AccountLinkKind, SubjectId, SubjectStatus, TenantId,
    access::tenants,
    accounts::account_links::{Column, Entity, Model},
    vault::subjects,
};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{
    account,
    link::{self, Asked},
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    mail::{Kind, Letter, MailError, OutgoingMail, Sender, compose},
    vault::{self, SubjectRef},
    viewer::{Permission, Viewer},
};

/// Looks who asked for a link, and mails it to them; to an address that nobody has nothing is sent.
///
/// # Errors
/// UNAVAILABLE with `MAIL_NOT_SENT` when the mail server will not have it now: try again.
pub(crate) async fn mail_link(app: &App, viewer: &Viewer, id: AccountLinkId) -> Result<()> {
    let working = || Entity::find().filter(Column::Id.eq(id));
    if !app.read(viewer, Permission::VaultReveal, async |tx| tx.exists(working()).await).await? {
        return Ok(());
    }
    let prepared = app.write(viewer, Permission::VaultReveal, async |tx| {
        let row = tx.get("link", working().lock_exclusive()).await?;
        prepare(app, tx, row).await
    });
    match prepared.await? {
        Some((kind, mail)) => send(app, viewer, kind, mail).await,
        None => Ok(()),
    }
}

/// Tells a person that their password was changed, and how to change it if it was not them.
///
/// # Errors
/// As [`mail_link`].
pub(crate) async fn tell_of_new_password(
    app: &App,
    viewer: &Viewer,
    subject: SubjectId,
    at: DateTime<Utc>,
) -> Result<()> {
    let person = app.read(viewer, Permission::VaultReveal, async |tx| {
        let subject = vault::find_subject(tx, &SubjectRef::Id(subject)).await?;
        Ok(Some(subject).filter(|subject| subject.status != SubjectStatus::Erased && subject.email.is_some()))
    });
    let Some(person) = person.await? else { return Ok(()) };
    let kind = Kind::AccountPasswordChanged;
    let mail = app.write(viewer, Permission::VaultReveal, async |tx| {
        let link = page(app, tx, "forgotten").await?;
        let id = format!("password-changed-{subject}-{}", at.timestamp());
        let to = address(tx, &person).await?;
        let mail = letter(tx, (kind, id), to, &person.locale, &link).await?;
        Ok(Event::AccountMailPrepared { id: tx.tenant(), kind: kind.into() }.with(mail))
    });
    send(app, viewer, kind, mail.await?).await
}

type Prepared = Option<(Kind, OutgoingMail)>;

/// From the first look on the row names its subject, so that it goes with them.
async fn prepare(app: &App, tx: &TenantTx, row: Model) -> Result<Audited<Prepared>> {
    let asked = link::asked(tx, &row).await?;
    let found = whose(tx, &row, asked.as_ref()).await?;
    let (kind, to, language) = match (row.kind, found, asked) {
        (AccountLinkKind::SignUp, Some((subject, true)), _) => {
            bind(tx, &row, &subject, AccountLinkKind::SignIn).await?;
            (Kind::AccountExists, address(tx, &subject).await?, subject.locale)
        }
        (AccountLinkKind::SignUp, found, Some(asked)) => {
            if let Some((subject, _)) = found {
                name_subject(tx, &row, subject.id).await?;
            }
            (Kind::AccountConfirmation, asked.email, asked.language)
        }
        (AccountLinkKind::SignIn, Some((subject, _)), _) => {
            bind(tx, &row, &subject, row.kind).await?;
            (Kind::AccountSignIn, address(tx, &subject).await?, subject.locale)
        }
        (AccountLinkKind::NewPassword, Some((subject, true)), _) => {
            bind(tx, &row, &subject, row.kind).await?;
            (Kind::AccountNewPassword, address(tx, &subject).await?, subject.locale)
        }
        _ => {
            tx.delete(Entity::delete_many().filter(Column::Id.eq(row.id))).await?;
            return Ok(Event::AccountLinkDropped { id: tx.tenant(), kind: row.kind }.with(None));
        }
    };
    let leads_to = match kind {
        Kind::AccountConfirmation => "confirm",
        Kind::AccountNewPassword => "new-password",
        _ => "link",
    };
    let link = format!("{}/{}", page(app, tx, leads_to).await?, link::token(tx, row.id).await?.reveal());
    let mail = letter(tx, (kind, format!("account-{}", row.id)), to, &language, &link).await?;
    Ok(Event::AccountMailPrepared { id: tx.tenant(), kind: kind.into() }.with(Some((kind, mail))))
}

/// Who has the address, and whether they have an account.
async fn whose(tx: &TenantTx, row: &Model, asked: Option<&Asked>) -> Result<Option<(subjects::Model, bool)>> {
    let reference = match (row.subject_id, asked) {
        (Some(id), _) => SubjectRef::Id(id),
        (None, Some(asked)) => SubjectRef::Email(asked.email.clone()),
        (None, None) => return Ok(None),
    };
    let Some(subject) = vault::find_subject_if_any(tx, &reference).await? else { return Ok(None) };
    let has_account = account::find(tx, subject.id).await?.is_some();
    Ok(Some((subject, has_account)))
}

/// What was asked for is not needed any more.
async fn bind(tx: &TenantTx, row: &Model, subject: &subjects::Model, kind: AccountLinkKind) -> Result<()> {
    let mut bound = recital_entities::accounts::account_links::ActiveModel::from(row.clone());
    bound.kind = Set(kind);
    bound.subject_id = Set(Some(subject.id));
    bound.asked = Set(None);
    bound.expires_at = Set(row.expires_at.min(row.created_at + link::life(kind)));
    tx.update(bound).await?;
    Ok(())
}

async fn name_subject(tx: &TenantTx, row: &Model, subject: SubjectId) -> Result<()> {
    let mut named = recital_entities::accounts::account_links::ActiveModel::from(row.clone());
    named.subject_id = Set(Some(subject));
    tx.update(named).await?;
    Ok(())
}

async fn address(tx: &TenantTx, subject: &subjects::Model) -> Result<String> {
    let address = vault::open_email(tx, subject).await?;
    address.ok_or_else(|| Error::conflict("NO_ADDRESS", "this subject has no e-mail address"))
}

/// An account page of the tenant's privacy centre.
async fn page(app: &App, tx: &TenantTx, page: &str) -> Result<String> {
    let tenant = tx.one_global(tenants::Entity::find_by_id::<TenantId>(tx.tenant())).await?;
    let slug = tenant.ok_or_else(|| Error::not_found("tenant"))?.slug;
    Ok(format!("{}/privacy/{slug}/account/{page}", app.core().settings.public_url))
}

/// Nobody is greeted by a name that whoever filled in a form chose.
async fn letter(
    tx: &TenantTx,
    (kind, id): (Kind, String),
    to: String,
    locale: &str,
    link: &str,
) -> Result<OutgoingMail> {
    compose(&Sender::of(tx).await?, Letter { kind, id, to, name: None, locale, link: Some(link), arguments: &[] })
}

async fn send(app: &App, viewer: &Viewer, kind: Kind, mail: OutgoingMail) -> Result<()> {
    let (id, kind) = (viewer.tenant(), kind.into());
    let happened = match app.core().mailer.send(mail).await {
        Ok(()) => Event::AccountMailSent { id, kind },
        Err(MailError::Refused(_)) => Event::AccountMailBounced { id, kind },
        Err(later @ MailError::Later(_)) => {
            return Err(Error::unavailable("MAIL_NOT_SENT", "the mail server did not take the mail").because(later));
        }
    };
    app.write(viewer, Permission::VaultReveal, async |_| Ok(happened.with(()))).await
}
