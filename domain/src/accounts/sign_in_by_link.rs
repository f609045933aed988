//! Signing in with a mailed link. GET shows a button and changes nothing, since mail scanners follow links; POST signs in,
//! once.

use recital_entities::{AccountLinkKind, SignInMethod};

use super::{BrowserToken, Visitor, link, session};
use crate::{
    app::App,
    consent,
    error::{Error, Result},
    viewer::Permission,
};

/// Whether the link works. Changes nothing.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn check_sign_in_link(app: &App, visitor: &Visitor, link: &str) -> Result<()> {
    link::find(app, visitor, link, AccountLinkKind::SignIn).await.map(drop)
}

/// Signs the browser in and uses the link up.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn sign_in_by_link(app: &App, visitor: &Visitor, link: &str) -> Result<BrowserToken> {
    let row = link::find(app, visitor, link, AccountLinkKind::SignIn).await?;
    let subject = row.subject_id.ok_or_else(|| Error::not_found("link"))?;
    app.write(&visitor.person(subject), Permission::AccountOwn, async |tx| {
        link::use_up(tx, &row).await?;
        consent::hold_subject(tx, subject).await?;
        let (token, event) = session::begin(tx, subject, SignInMethod::MailedLink).await?;
        Ok(event.with(token))
    })
    .await
}
