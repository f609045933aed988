//! Signing out: here, or in every other browser.

use recital_entities::{
    AccountSessionId, SubjectId,
    accounts::account_sessions::{Column, Entity},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::session;
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// Ends one session of this person's.
///
/// # Errors
/// `NOT_FOUND` for one that is not theirs, or over.
pub async fn sign_out(app: &App, person: &Viewer, subject: SubjectId, session: AccountSessionId) -> Result<()> {
    app.write(person, Permission::AccountOwn, async |tx| {
        let this = Entity::delete_many().filter(Column::SubjectId.eq(subject)).filter(Column::Id.eq(session));
        match tx.delete(this).await? {
            0 => Err(Error::not_found("session")),
            count => Ok(Event::SessionsEnded { id: subject, count }.with(())),
        }
    })
    .await
}

/// Ends every session of this person's but the one they are using.
pub async fn sign_out_elsewhere(app: &App, person: &Viewer, subject: SubjectId, here: AccountSessionId) -> Result<()> {
    app.write(person, Permission::AccountOwn, async |tx| {
        let count = session::end_all(tx, subject, Some(here)).await?;
        Ok(Event::SessionsEnded { id: subject, count }.with(()))
    })
    .await
}
