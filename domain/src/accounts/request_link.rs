//! Asking for a mailed link: to sign in, or to set a new password.

use recital_entities::AccountLinkKind;

use super::{
    Visitor, attempts,
    link::{self, Asked},
    sign_in::address_hash,
};
use crate::{app::App, error::Result, evidence::Event, vault::normalise_email, viewer::Permission};

/// Has a link mailed to whoever has that address, if the tenant knows them. Nothing is looked up before the answer: it is
/// the same, and as soon, for an address that nobody has.
///
/// # Errors
/// `BAD_USER_INPUT` on `email`; `RATE_LIMITED` with `TOO_MANY_ATTEMPTS`, saying how long to wait.
pub async fn request_link(app: &App, visitor: &Visitor, kind: AccountLinkKind, email: &str) -> Result<()> {
    let address = normalise_email(email)?;
    attempts::try_mail(app, visitor, &address).await?;
    app.write(&visitor.stranger(), Permission::AccountOwn, async |tx| {
        let asked = Asked { email: email.trim().to_owned(), language: visitor.language.clone(), wanted: None };
        link::ask(tx, kind, &asked).await?;
        let address = address_hash(tx, &address).await?;
        Ok(Event::AccountLinkRequested { id: visitor.tenant, kind, address }.with(()))
    })
    .await
}
