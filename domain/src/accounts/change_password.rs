//! Changing the password while signed in: with the old one, and a new session takes the place of all there were.

use recital_entities::{SignInMethod, SubjectId};

use super::{BrowserToken, Visitor, account, attempts, link, session};
use crate::{
    app::App,
    consent,
    error::{Error, Result},
    evidence::Event,
    vault::{self, SubjectRef},
    viewer::Permission,
    work::Work,
};

/// Sets the password and answers this browser's new token.
///
/// # Errors
/// FORBIDDEN with `WRONG_CREDENTIALS` when `current` is not the password, or there is none yet; `BAD_USER_INPUT` on
/// `password`; `RATE_LIMITED` with `TOO_MANY_ATTEMPTS`.
pub async fn change_password(
    app: &App,
    visitor: &Visitor,
    subject: SubjectId,
    current: &str,
    password: &str,
) -> Result<BrowserToken> {
    let person = visitor.person(subject);
    attempts::try_password(app, visitor, &subject.to_string()).await?;
    let (email, hash) = app
        .read(&person, Permission::AccountOwn, async |tx| {
            let email = vault::open_email(tx, &vault::find_subject(tx, &SubjectRef::Id(subject)).await?).await?;
            Ok((email, account::password_hash(tx, subject).await?))
        })
        .await?;
    if !app.core().passwords.check(current, hash.as_ref().map(|hash| hash.as_str())).await? {
        return Err(Error::refused("WRONG_CREDENTIALS", "this is not the password").on_field("current"));
    }
    let known = email.into_iter().chain([visitor.tenant_name.clone()]).collect();
    let hash = app.core().passwords.choose(password, known).await?;
    app.write(&person, Permission::AccountOwn, async |tx| {
        consent::hold_subject(tx, subject).await?;
        account::keep(tx, subject, &hash).await?;
        link::drop_all(tx, subject).await?;
        let sessions_ended = session::end_all(tx, subject, None).await?;
        tx.enqueue(Work::PasswordChangedMail { subject, at: tx.now() }).await?;
        let (token, signed_in) = session::begin(tx, subject, SignInMethod::Password).await?;
        Ok(Event::PasswordChanged { id: subject, sessions_ended }.with(token).and(signed_in))
    })
    .await
}
