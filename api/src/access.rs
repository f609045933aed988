//! The tenant, its members and its keys.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    access::{self as room, Contact, CreateApiKey, InviteMember, OwnTenant, TenantKeyState},
    error::Error,
    viewer::Actor,
};
use recital_entities::{
    ApiKeyId, MemberId, Role, TenantId,
    access::{api_keys, members},
};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::{global_id, local_id},
    scalars::EmailAddress,
};

/// Who is asking.
pub struct Viewer(recital_domain::viewer::Viewer);

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ViewerKind {
    Member,
    ApiKey,
    Subject,
}

#[Object]
impl Viewer {
    async fn kind(&self) -> ViewerKind {
        match self.0.actor() {
            Actor::Member(..) => ViewerKind::Member,
            Actor::Subject(_) => ViewerKind::Subject,
            Actor::ApiKey(..) | Actor::Job(_) | Actor::Operator => ViewerKind::ApiKey,
        }
    }

    async fn role(&self) -> Option<Role> {
        self.0.role()
    }

    /// A key's name; for others what the audit log calls them.
    async fn display_name(&self, ctx: &Context<'_>) -> ApiResult<String> {
        let Actor::ApiKey(id, _) = self.0.actor() else { return Ok(self.0.actor().to_string()) };
        Ok(room::own_key_name(app(ctx), &self.0, id).await?)
    }

    /// What the role permits, by name.
    async fn permissions(&self) -> Vec<&'static str> {
        self.0.permissions()
    }
}

/// One customer of the operator: the controller whose data this is.
pub struct Tenant(OwnTenant);

#[Object]
impl Tenant {
    pub async fn id(&self) -> ID {
        global_id("Tenant", self.0.tenant.id.0)
    }

    async fn slug(&self) -> &str {
        &self.0.tenant.slug
    }

    async fn name(&self) -> &str {
        &self.0.tenant.name
    }

    async fn contact_email(&self) -> EmailAddress {
        EmailAddress(self.0.controller.contact_email.clone())
    }

    async fn locale(&self) -> &str {
        &self.0.tenant.locale
    }

    async fn time_zone(&self) -> &str {
        &self.0.tenant.time_zone
    }

    async fn controller(&self) -> Controller {
        let controller = &self.0.controller;
        Controller {
            name: controller.name.clone(),
            contact: controller.contact.clone(),
            representative: controller.representative.clone(),
            data_protection_officer: controller.data_protection_officer.clone(),
        }
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.tenant.created_at
    }

    async fn keys(&self, ctx: &Context<'_>) -> ApiResult<TenantKeys> {
        Ok(TenantKeyState::of(app(ctx), viewer(ctx)?).await?.into())
    }
}

/// Article 30(1)(a): who the controller is.
#[derive(SimpleObject)]
pub struct Controller {
    name: String,
    contact: String,
    representative: Option<String>,
    data_protection_officer: Option<String>,
}

/// How the tenant's keys stand.
#[derive(SimpleObject)]
pub struct TenantKeys {
    /// `local` or `aws-kms`.
    provider: String,
    current_version: i32,
    rotated_at: DateTime<Utc>,
    /// How many subject keys an older version still wraps.
    rewrap_pending: i32,
    /// How many subjects are still found by an older index key. Brought over once every process knows the new one.
    index_pending: i32,
}

impl From<TenantKeyState> for TenantKeys {
    fn from(state: TenantKeyState) -> Self {
        Self {
            provider: state.provider,
            current_version: state.current_version,
            rotated_at: state.rotated_at,
            rewrap_pending: i32::try_from(state.rewrap_pending).unwrap_or(i32::MAX),
            index_pending: i32::try_from(state.index_pending).unwrap_or(i32::MAX),
        }
    }
}

/// A person who works for the tenant.
pub struct Member(members::Model);

impl Member {
    /// Opened on demand, once per request for all members asked for.
    async fn contact(&self, ctx: &Context<'_>) -> ApiResult<Contact> {
        Ok(load(ctx, ContactOf(self.0.id)).await?.ok_or_else(|| Error::not_found("member"))?)
    }
}

/// A member's name and address.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ContactOf(MemberId);

impl Loader<ContactOf> for Batch {
    type Value = Contact;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ContactOf]) -> Loaded<HashMap<ContactOf, Contact>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let contacts = room::reveal_members(&self.app, &self.viewer, ids).await?;
        Ok(contacts.into_iter().map(|(id, contact)| (ContactOf(id), contact)).collect())
    }
}

#[Object]
impl Member {
    pub async fn id(&self) -> ID {
        global_id("Member", self.0.id.0)
    }

    /// Decrypts, and is audited.
    async fn email(&self, ctx: &Context<'_>) -> ApiResult<EmailAddress> {
        Ok(EmailAddress(self.contact(ctx).await?.email))
    }

    /// Decrypts, and is audited.
    async fn name(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(self.contact(ctx).await?.name)
    }

    async fn role(&self) -> Role {
        self.0.role
    }

    async fn last_seen_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_seen_at
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A credential of the tenant's services.
pub struct ApiKey(api_keys::Model);

#[Object]
impl ApiKey {
    pub async fn id(&self) -> ID {
        global_id("ApiKey", self.0.id.0)
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Enough of the key to recognise it by.
    async fn prefix(&self) -> &str {
        &self.0.prefix
    }

    async fn role(&self) -> Role {
        self.0.role
    }

    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// To within five minutes.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

pub async fn api_key(ctx: &Context<'_>, id: ApiKeyId) -> ApiResult<Option<ApiKey>> {
    Ok(room::api_keys_by_ids(app(ctx), viewer(ctx)?, vec![id]).await?.pop().map(ApiKey))
}

pub async fn member(ctx: &Context<'_>, id: MemberId) -> ApiResult<Option<Member>> {
    Ok(room::members_by_ids(app(ctx), viewer(ctx)?, vec![id]).await?.pop().map(Member))
}

pub async fn tenant(ctx: &Context<'_>, id: TenantId) -> ApiResult<Option<Tenant>> {
    let viewer = viewer(ctx)?;
    if viewer.tenant() != id {
        return Ok(None);
    }
    Ok(Some(Tenant(room::own_tenant(app(ctx), viewer).await?)))
}

#[derive(Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Who is asking, and what they may do.
    async fn viewer(&self, ctx: &Context<'_>) -> ApiResult<Viewer> {
        Ok(Viewer(viewer(ctx)?.clone()))
    }

    /// The viewer's own tenant.
    async fn tenant(&self, ctx: &Context<'_>) -> ApiResult<Tenant> {
        Ok(Tenant(room::own_tenant(app(ctx), viewer(ctx)?).await?))
    }

    /// The people who work for the tenant, oldest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> ApiResult<Connection<Member>> {
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(room::list_members(app(ctx), viewer(ctx)?, page).await?, |row| row.id.0, Member))
    }

    /// The keys that are not revoked, oldest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> ApiResult<Connection<ApiKey>> {
        let page = page_request(ctx, (first, after, last, before))?;
        Ok(connect(room::list_api_keys(app(ctx), viewer(ctx)?, page).await?, |row| row.id.0, ApiKey))
    }
}

#[derive(InputObject)]
struct InviteMemberInput {
    email: EmailAddress,
    name: String,
    role: Role,
}

#[derive(InputObject)]
struct ChangeRoleInput {
    member: ID,
    role: Role,
}

#[derive(InputObject)]
struct RemoveMemberInput {
    member: ID,
}

#[derive(SimpleObject)]
struct SigningKeyPayload {
    /// The new key's `kid` in the tenant's JWK Set.
    key_id: String,
}

#[derive(SimpleObject)]
struct MemberPayload {
    member: Member,
}

#[derive(InputObject)]
struct CreateApiKeyInput {
    name: String,
    role: Role,
    expires_at: Option<DateTime<Utc>>,
}

/// `secret` is shown once.
#[derive(SimpleObject)]
struct CreateApiKeyPayload {
    api_key: ApiKey,
    secret: String,
}

#[derive(InputObject)]
struct RevokeApiKeyInput {
    id: ID,
}

#[derive(SimpleObject)]
struct ApiKeyPayload {
    api_key: ApiKey,
}

#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Signs receipts and certificates with a new key. What the old one signed stays verifiable: its public key stays
    /// listed.
    async fn rotate_signing_key(&self, ctx: &Context<'_>) -> ApiResult<SigningKeyPayload> {
        Ok(SigningKeyPayload { key_id: room::rotate_signing_key(app(ctx), viewer(ctx)?).await? })
    }

    /// Adds a person who works for the tenant. Nobody grants a role above their own.
    async fn invite_member(&self, ctx: &Context<'_>, input: InviteMemberInput) -> ApiResult<MemberPayload> {
        let input = InviteMember { email: input.email.0, name: input.name, role: input.role };
        Ok(MemberPayload { member: Member(room::invite_member(app(ctx), viewer(ctx)?, input).await?) })
    }

    /// Gives a member another role. The last owner stays one.
    async fn change_role(&self, ctx: &Context<'_>, input: ChangeRoleInput) -> ApiResult<MemberPayload> {
        let id = local_id(&input.member, "Member")?;
        Ok(MemberPayload { member: Member(room::change_role(app(ctx), viewer(ctx)?, id, input.role).await?) })
    }

    /// Takes a member's access away. The last owner stays.
    async fn remove_member(&self, ctx: &Context<'_>, input: RemoveMemberInput) -> ApiResult<MemberPayload> {
        let id = local_id(&input.member, "Member")?;
        Ok(MemberPayload { member: Member(room::remove_member(app(ctx), viewer(ctx)?, id).await?) })
    }

    /// Makes a credential for a service. Nobody grants a role above their own.
    async fn create_api_key(&self, ctx: &Context<'_>, input: CreateApiKeyInput) -> ApiResult<CreateApiKeyPayload> {
        let input = CreateApiKey { name: input.name, role: input.role, expires_at: input.expires_at };
        let created = room::create_api_key(app(ctx), viewer(ctx)?, input).await?;
        Ok(CreateApiKeyPayload { api_key: ApiKey(created.key), secret: created.secret })
    }

    /// Takes effect at once.
    async fn revoke_api_key(&self, ctx: &Context<'_>, input: RevokeApiKeyInput) -> ApiResult<ApiKeyPayload> {
        let id = local_id(&input.id, "ApiKey")?;
        Ok(ApiKeyPayload { api_key: ApiKey(room::revoke_api_key(app(ctx), viewer(ctx)?, id).await?) })
    }
}
