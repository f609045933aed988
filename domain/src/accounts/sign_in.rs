//! Signing in by password.

use recital_entities::{SignInMethod, SubjectId};

use super::{BrowserToken, Visitor, account, attempts, session};
use crate::{
    app::App,
    consent,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    vault::normalise_email,
    viewer::Permission,
};

/// Signs the browser in. An address that nobody has, one without an account and a wrong password take the same work and
/// answer the same.
///
/// # Errors
/// FORBIDDEN with `WRONG_CREDENTIALS`; `RATE_LIMITED` with `TOO_MANY_ATTEMPTS`, saying how long to wait.
pub async fn sign_in(app: &App, visitor: &Visitor, email: &str, password: &str) -> Result<BrowserToken> {
    // What is no address is tried like one that nobody has.
    let address = normalise_email(email).unwrap_or_default();
    attempts::try_password(app, visitor, &address).await?;
    let look = async |tx: &TenantTx| {
        if address.is_empty() { Ok(None) } else { account::of_address(tx, &address).await }
    };
    let (subject, hash) = app.read(&visitor.stranger(), Permission::AccountOwn, look).await?.unzip();
    let hash = hash.flatten();
    let fits = app.core().passwords.check(password, hash.as_ref().map(|hash| hash.as_str())).await?;
    match subject.filter(|_| fits) {
        Some(subject) => let_in(app, visitor, subject, &address).await,
        None => refuse(app, visitor, &address).await,
    }
}

async fn let_in(app: &App, visitor: &Visitor, subject: SubjectId, address: &str) -> Result<BrowserToken> {
    app.write(&visitor.person(subject), Permission::AccountOwn, async |tx| {
        consent::hold_subject(tx, subject).await?;
        attempts::forget_tries(tx, visitor, address).await?;
        let (token, event) = session::begin(tx, subject, SignInMethod::Password).await?;
        Ok(event.with(token))
    })
    .await
}

async fn refuse(app: &App, visitor: &Visitor, address: &str) -> Result<BrowserToken> {
    app.write(&visitor.stranger(), Permission::AccountOwn, async |tx| {
        let address = address_hash(tx, address).await?;
        Ok(Event::SignInFailed { id: visitor.tenant, address }.with(()))
    })
    .await?;
    Err(Error::refused("WRONG_CREDENTIALS", "address and password do not belong together"))
}

/// An address as the audit log names it.
pub(super) async fn address_hash(tx: &TenantTx, address: &str) -> Result<String> {
    Ok(hex::encode(tx.keys().await?.index("account-address", address)))
}
