//! The row of an account.

use recital_entities::{SubjectId, accounts::accounts};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use uuid::Uuid;

use super::password::PasswordHash;
use crate::{
    db::TenantTx,
    error::{Error, Result},
    vault::{SubjectKey, SubjectRef, find_subject_if_any},
};

pub(super) async fn find(tx: &TenantTx, subject: SubjectId) -> Result<Option<accounts::Model>> {
    tx.one(accounts::Entity::find().filter(accounts::Column::SubjectId.eq(subject))).await
}

/// The subject with that address and, if they have an account, the hash of their password. The same is looked up for an
/// address that nobody has, so that it takes as long.
pub(super) async fn of_address(tx: &TenantTx, email: &str) -> Result<Option<(SubjectId, Option<PasswordHash>)>> {
    let subject = find_subject_if_any(tx, &SubjectRef::Email(email.to_owned())).await?.map(|subject| subject.id);
    let hash = password_hash(tx, subject.unwrap_or(SubjectId(Uuid::nil()))).await?;
    Ok(subject.map(|subject| (subject, hash)))
}

/// None without an account.
pub(super) async fn password_hash(tx: &TenantTx, subject: SubjectId) -> Result<Option<PasswordHash>> {
    let account = find(tx, subject).await?;
    let key = SubjectKey::of_all(tx, [subject]).await?.remove(&subject);
    let (Some(account), Some(key)) = (account, key) else { return Ok(None) };
    let clear = key.open("accounts", "password_hash", &subject, &account.password_hash)?;
    let text = String::from_utf8(clear.to_vec()).map_err(|_| Error::internal("a sealed hash is not UTF-8"))?;
    Ok(Some(text.into()))
}

/// Keeps the password of a new account, or a new one of an old account. The subject must be held.
pub(super) async fn keep(tx: &TenantTx, subject: SubjectId, hash: &str) -> Result<()> {
    let key = SubjectKey::of(tx, subject).await?;
    let created_at = find(tx, subject).await?.map_or(tx.now(), |account| account.created_at);
    let row = accounts::Model {
        tenant_id: tx.tenant(),
        subject_id: subject,
        password_hash: key.seal("accounts", "password_hash", &subject, hash.as_bytes())?,
        created_at,
        password_changed_at: tx.now(),
    };
    tx.put(row.into_active_model()).await
}
