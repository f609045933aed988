//! API keys: made, listed, revoked.

use chrono::{DateTime, Utc};
use recital_entities::{ApiKeyId, Role, access::api_keys};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{Credential, members::check_grant, members::check_name};
use crate::{
    app::App,
    bus::Change,
    db::{Order, Page, PageRequest, TenantTx},
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

#[derive(Clone, Debug)]
pub struct CreateApiKey {
    pub name: String,
    pub role: Role,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key and the one showing of its secret.
pub struct CreatedApiKey {
    pub key: api_keys::Model,
    pub secret: String,
}

/// # Errors
/// `BAD_USER_INPUT` naming the field; FORBIDDEN with `ABOVE_OWN_ROLE`.
pub async fn create_api_key(app: &App, viewer: &Viewer, input: CreateApiKey) -> Result<CreatedApiKey> {
    app.write(viewer, Permission::ApiKeyManage, async |tx| {
        check_grant(viewer, input.role)?;
        let (created, event) = add_api_key(tx, &input).await?;
        Ok(event.with(created))
    })
    .await
}

pub(super) async fn add_api_key(tx: &TenantTx, input: &CreateApiKey) -> Result<(CreatedApiKey, Event)> {
    check_name("name", &input.name)?;
    if input.expires_at.is_some_and(|expiry| expiry <= tx.now()) {
        return Err(Error::invalid("expiresAt", "IN_THE_PAST", "a key cannot expire before it is made"));
    }
    let credential = Credential::generate(tx.tenant())?;
    let row = api_keys::ActiveModel {
        tenant_id: Set(tx.tenant()),
        id: Set(tx.new_id()),
        name: Set(input.name.trim().to_owned()),
        prefix: Set(credential.prefix()),
        secret_hash: Set(credential.hash()),
        role: Set(input.role),
        created_by: Set(tx.actor()),
        created_at: Set(tx.now()),
        expires_at: Set(input.expires_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    let key = tx.insert(row).await?;
    let event = Event::ApiKeyCreated { id: key.id, role: key.role };
    Ok((CreatedApiKey { key, secret: credential.reveal() }, event))
}

/// Takes effect with the commit: the next request with this key is refused.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT with `ALREADY_REVOKED`.
pub async fn revoke_api_key(app: &App, viewer: &Viewer, id: ApiKeyId) -> Result<api_keys::Model> {
    app.write(viewer, Permission::ApiKeyManage, async |tx| {
        let key = tx.get("API key", api_keys::Entity::find().filter(api_keys::Column::Id.eq(id))).await?;
        if key.revoked_at.is_some() {
            return Err(Error::conflict("ALREADY_REVOKED", "this key is revoked already"));
        }
        tx.announce(Change::AccessEnded);
        let mut row = api_keys::ActiveModel::from(key);
        row.revoked_at = Set(Some(tx.now()));
        Ok(Event::ApiKeyRevoked { id }.with(tx.update(row).await?))
    })
    .await
}

/// Keys that are not revoked, oldest first.
pub async fn list_api_keys(app: &App, viewer: &Viewer, page: PageRequest) -> Result<Page<api_keys::Model>> {
    let select = api_keys::Entity::find().filter(api_keys::Column::RevokedAt.is_null());
    app.read(viewer, Permission::ApiKeyRead, async |tx| {
        tx.page(select, api_keys::Column::Id, Order::OldestFirst, &page).await
    })
    .await
}

/// Several keys, revoked ones too.
pub async fn api_keys_by_ids(app: &App, viewer: &Viewer, ids: Vec<ApiKeyId>) -> Result<Vec<api_keys::Model>> {
    let select = api_keys::Entity::find().filter(api_keys::Column::Id.is_in(ids));
    app.read(viewer, Permission::ApiKeyRead, async |tx| tx.all(select).await).await
}

/// The name of the key the viewer came with.
pub async fn own_key_name(app: &App, viewer: &Viewer, id: ApiKeyId) -> Result<String> {
    let select = api_keys::Entity::find().filter(api_keys::Column::Id.eq(id));
    app.look(viewer, async |tx| Ok(tx.get("API key", select).await?.name)).await
}
