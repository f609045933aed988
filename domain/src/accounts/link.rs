//! The links of account mails: `<tenant>.<secret>`. The secret follows from the tenant's link key and the row's id, so that
//! a mail that is composed again carries the same link; only its hash is stored. A link works once: using it deletes its
//! row, so that a used one, an old one and a made-up one are the same thing, nothing.

use chrono::TimeDelta;
use recital_entities::{
    AccountLinkId, AccountLinkKind, SubjectId,
    accounts::account_links::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, Select};
use serde::{Deserialize, Serialize};

use super::{Visitor, sign_up::Wanted};
use crate::{
    access::LinkToken,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    work::Work,
};

/// Who asked for a link. No `Debug`: it names a person.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    /// As it was written.
    pub email: String,
    /// BCP 47.
    pub language: String,
    /// What they signed up with.
    pub wanted: Option<Wanted>,
}

/// How long a link works. Whoever signs up may read their mail tomorrow; the others wait for theirs.
pub(super) fn life(kind: AccountLinkKind) -> TimeDelta {
    match kind {
        AccountLinkKind::SignUp => TimeDelta::hours(24),
        AccountLinkKind::SignIn => TimeDelta::minutes(15),
        AccountLinkKind::NewPassword => TimeDelta::hours(1),
    }
}

/// Keeps what was asked for, and has the worker look who it is.
pub(super) async fn ask(tx: &TenantTx, kind: AccountLinkKind, asked: &Asked) -> Result<()> {
    let id: AccountLinkId = tx.new_id();
    let clear = zeroize::Zeroizing::new(serde_json::to_vec(asked).map_err(Error::internal)?);
    let row = Model {
        tenant_id: tx.tenant(),
        id,
        kind,
        subject_id: None,
        asked: Some(tx.keys().await?.seal("account_links", "asked", &id, &clear)?),
        link_hash: token(tx, id).await?.hash(),
        created_at: tx.now(),
        expires_at: tx.now() + life(kind),
    };
    tx.insert(row.into_active_model()).await?;
    tx.enqueue(Work::AccountMail { link: id }).await?;
    Ok(())
}

/// What the row's link was asked for with; None once that is not needed any more.
pub(super) async fn asked(tx: &TenantTx, row: &Model) -> Result<Option<Asked>> {
    let Some(sealed) = &row.asked else { return Ok(None) };
    let clear = tx.keys_for([sealed]).await?.open("account_links", "asked", &row.id, sealed)?;
    serde_json::from_slice(&clear).map(Some).map_err(|_| Error::internal("a sealed value is not JSON"))
}

pub(super) async fn token(tx: &TenantTx, id: AccountLinkId) -> Result<LinkToken> {
    Ok(LinkToken::new(tx.tenant(), tx.keys().await?.link_secret(&format!("account/{id}"))))
}

/// The link that was mailed.
///
/// # Errors
/// `NOT_FOUND` for one that is used, over, another tenant's, for something else, or none at all.
pub(super) async fn find(app: &App, visitor: &Visitor, text: &str, kind: AccountLinkKind) -> Result<Model> {
    let token = LinkToken::parse(text).filter(|token| token.tenant == visitor.tenant).ok_or_else(unknown)?;
    let select = working(kind, app.now()).filter(Column::LinkHash.eq(token.hash()));
    app.look(&visitor.stranger(), async |tx| tx.one(select).await).await?.ok_or_else(unknown)
}

/// Uses the link up.
///
/// # Errors
/// `NOT_FOUND` when somebody was faster.
pub(super) async fn use_up(tx: &TenantTx, row: &Model) -> Result<()> {
    match tx.delete(Entity::delete_many().filter(Column::Id.eq(row.id)).filter(Column::ExpiresAt.gt(tx.now()))).await? {
        0 => Err(unknown()),
        _ => Ok(()),
    }
}

/// Makes every link of this person's useless.
pub(super) async fn drop_all(tx: &TenantTx, subject: SubjectId) -> Result<()> {
    tx.delete(Entity::delete_many().filter(Column::SubjectId.eq(subject))).await?;
    Ok(())
}

fn working(kind: AccountLinkKind, now: chrono::DateTime<chrono::Utc>) -> Select<Entity> {
    Entity::find().filter(Column::Kind.eq(kind)).filter(Column::ExpiresAt.gt(now))
}

fn unknown() -> Error {
    Error::not_found("link")
}
