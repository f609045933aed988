//! Setting a new password with a mailed link: it ends every session, uses up every link, and the person is told by mail.

use recital_entities::{AccountLinkKind, SignInMethod};

use super::{BrowserToken, Visitor, account, link, session};
use crate::{
    app::App,
    consent,
    error::{Error, Result},
    evidence::Event,
    vault::{self, SubjectRef},
    viewer::Permission,
    work::Work,
};

/// Whether the link works. Changes nothing.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn check_new_password_link(app: &App, visitor: &Visitor, link: &str) -> Result<()> {
    link::find(app, visitor, link, AccountLinkKind::NewPassword).await.map(drop)
}

/// Sets the password and signs this browser in, and no other.
///
/// # Errors
/// `NOT_FOUND`; `BAD_USER_INPUT` on `password` with `TOO_SHORT`, `TOO_LONG` or `TOO_COMMON`.
pub async fn set_new_password(app: &App, visitor: &Visitor, link: &str, password: &str) -> Result<BrowserToken> {
    let row = link::find(app, visitor, link, AccountLinkKind::NewPassword).await?;
    let subject = row.subject_id.ok_or_else(|| Error::not_found("link"))?;
    let person = visitor.person(subject);
    let email = app.read(&person, Permission::AccountOwn, async |tx| {
        vault::open_email(tx, &vault::find_subject(tx, &SubjectRef::Id(subject)).await?).await
    });
    let known = email.await?.into_iter().chain([visitor.tenant_name.clone()]).collect();
    let hash = app.core().passwords.choose(password, known).await?;
    app.write(&person, Permission::AccountOwn, async |tx| {
        link::use_up(tx, &row).await?;
        consent::hold_subject(tx, subject).await?;
        account::keep(tx, subject, &hash).await?;
        link::drop_all(tx, subject).await?;
        let sessions_ended = session::end_all(tx, subject, None).await?;
        tx.enqueue(Work::PasswordChangedMail { subject, at: tx.now() }).await?;
        let (token, signed_in) = session::begin(tx, subject, SignInMethod::MailedLink).await?;
        Ok(Event::PasswordChanged { id: subject, sessions_ended }.with(token).and(signed_in))
    })
    .await
}
