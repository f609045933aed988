//! Tenants, as the people who run the service see them.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::access::{self as room, CloseTenant, CreateTenant, TenantLimits};
use recital_entities::{TenantId, TenantStatus, access::tenants};

use super::schema::operator;
use crate::{
    auth::app,
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::global_id,
    scalars::EmailAddress,
};

/// One customer.
pub struct OperatorTenant(tenants::Model);

#[Object]
impl OperatorTenant {
    pub async fn id(&self) -> ID {
        global_id("OperatorTenant", self.0.id.0)
    }

    async fn slug(&self) -> &str {
        &self.0.slug
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn status(&self) -> TenantStatus {
        self.0.status
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When a closing tenant's keys and rows are destroyed.
    async fn closes_at(&self) -> Option<DateTime<Utc>> {
        self.0.closes_at
    }

    /// Counted at the moment.
    #[graphql(complexity = "20 + child_complexity")]
    async fn usage(&self, ctx: &Context<'_>) -> ApiResult<Usage> {
        Ok(room::usage(app(ctx), operator(ctx)?, self.0.id).await?.into())
    }

    async fn limits(&self) -> Limits {
        Limits {
            requests_per_minute: self.0.requests_per_minute,
            subjects: self.0.max_subjects,
            mails_per_hour: self.0.mails_per_hour,
        }
    }

    /// The KMS key that the tenant brought; null: the service's own wraps its key.
    async fn kms_key_arn(&self) -> Option<&str> {
        self.0.kms_key.as_deref()
    }

    /// Of the newest key; zero once the tenant is closed.
    #[graphql(complexity = 10)]
    async fn key_version(&self, ctx: &Context<'_>) -> ApiResult<i32> {
        Ok(room::key_version(app(ctx), operator(ctx)?, self.0.id).await?)
    }
}

/// What a tenant uses. Days begin at midnight UTC.
#[derive(SimpleObject)]
struct Usage {
    /// Erased ones not counted.
    subjects: i32,
    records: i32,
    /// Of sealed record payloads; counts no further than the largest Int.
    stored_bytes: i32,
    /// Requests of today that changed or opened something, and so left evidence.
    requests_today: i32,
    mails_today: i32,
}

impl From<room::Usage> for Usage {
    fn from(usage: room::Usage) -> Self {
        Self {
            subjects: count(usage.subjects),
            records: count(usage.records),
            stored_bytes: count(usage.stored_bytes),
            requests_today: count(usage.requests_today),
            mails_today: count(usage.mails_today),
        }
    }
}

fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// How much a tenant may use.
#[derive(SimpleObject)]
struct Limits {
    requests_per_minute: i32,
    subjects: i32,
    mails_per_hour: i32,
}

pub async fn tenant(ctx: &Context<'_>, id: TenantId) -> ApiResult<Option<OperatorTenant>> {
    Ok(room::tenants_by_ids(app(ctx), operator(ctx)?, vec![id]).await?.pop().map(OperatorTenant))
}

#[derive(InputObject, Default)]
struct TenantFilter {
    status: Option<TenantStatus>,
}

#[derive(Default)]
pub struct TenantQuery;

#[Object]
impl TenantQuery {
    /// Every tenant, closed ones too, oldest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<TenantFilter>,
    ) -> ApiResult<Connection<OperatorTenant>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let status = filter.unwrap_or_default().status;
        Ok(connect(room::list_tenants(app(ctx), operator(ctx)?, status, page).await?, |row| row.id.0, OperatorTenant))
    }

    /// Null where no tenant has that slug.
    async fn tenant(&self, ctx: &Context<'_>, slug: String) -> ApiResult<Option<OperatorTenant>> {
        Ok(room::get_tenant_as(app(ctx), operator(ctx)?, &slug).await?.map(OperatorTenant))
    }
}

#[derive(InputObject)]
struct CreateTenantInput {
    slug: String,
    name: String,
    owner_email: EmailAddress,
    #[graphql(default = "Owner")]
    owner_name: String,
    controller_name: String,
    contact_email: EmailAddress,
    #[graphql(default = "UTC")]
    time_zone: String,
    #[graphql(default = "en")]
    locale: String,
}

/// `apiKeySecret` is shown once.
#[derive(SimpleObject)]
struct CreateTenantPayload {
    tenant: OperatorTenant,
    api_key_secret: String,
}

#[derive(InputObject)]
struct TenantLimitsInput {
    slug: String,
    requests_per_minute: Option<i32>,
    subjects: Option<i32>,
    mails_per_hour: Option<i32>,
}

#[derive(InputObject)]
struct TenantKeyInput {
    slug: String,
    /// Null: the service's own key.
    kms_key_arn: Option<String>,
}

/// The reason goes into the operator's log in clear: it names no person.
#[derive(InputObject)]
struct TenantReasonInput {
    slug: String,
    reason: String,
}

/// The reason goes into the operator's log in clear: it names no person.
#[derive(InputObject)]
struct CloseTenantInput {
    slug: String,
    reason: String,
    #[graphql(default = 30)]
    grace_days: i32,
}

#[derive(SimpleObject)]
struct OperatorTenantPayload {
    tenant: OperatorTenant,
}

#[derive(Default)]
pub struct TenantMutation;

#[Object]
impl TenantMutation {
    /// Makes the tenant, its key and its first owner. The API key's secret is shown once.
    async fn create_tenant(&self, ctx: &Context<'_>, input: CreateTenantInput) -> ApiResult<CreateTenantPayload> {
        let created = room::create_tenant_as(app(ctx), operator(ctx)?, input.into()).await?;
        Ok(CreateTenantPayload { tenant: OperatorTenant(created.tenant), api_key_secret: created.api_key_secret })
    }

    /// Changes the limits that are given.
    async fn set_tenant_limits(&self, ctx: &Context<'_>, input: TenantLimitsInput) -> ApiResult<OperatorTenantPayload> {
        let limits = TenantLimits {
            requests_per_minute: input.requests_per_minute,
            subjects: input.subjects,
            mails_per_hour: input.mails_per_hour,
        };
        payload(room::set_tenant_limits(app(ctx), operator(ctx)?, &input.slug, limits).await?)
    }

    /// Has the tenant's key wrapped by a KMS key of its own, in the service's region. The key is tried out first. Whoever
    /// disables that key makes this tenant's data unavailable, and nobody else's.
    async fn set_tenant_key(&self, ctx: &Context<'_>, input: TenantKeyInput) -> ApiResult<OperatorTenantPayload> {
        payload(room::set_tenant_key(app(ctx), operator(ctx)?, &input.slug, input.kms_key_arn).await?)
    }

    /// Refuses the tenant's callers from now on; its data stays.
    async fn suspend_tenant(&self, ctx: &Context<'_>, input: TenantReasonInput) -> ApiResult<OperatorTenantPayload> {
        payload(room::suspend_tenant(app(ctx), operator(ctx)?, &input.slug, &input.reason).await?)
    }

    /// Serves a suspended tenant again.
    async fn resume_tenant(&self, ctx: &Context<'_>, input: TenantReasonInput) -> ApiResult<OperatorTenantPayload> {
        payload(room::resume_tenant(app(ctx), operator(ctx)?, &input.slug, &input.reason).await?)
    }

    /// Off-boarding: refuses the tenant's callers at once, and destroys its keys and rows after the grace.
    async fn close_tenant(&self, ctx: &Context<'_>, input: CloseTenantInput) -> ApiResult<OperatorTenantPayload> {
        let input = CloseTenant { slug: input.slug, reason: input.reason, grace_days: input.grace_days };
        payload(room::close_tenant(app(ctx), operator(ctx)?, input).await?)
    }
}

fn payload(tenant: tenants::Model) -> ApiResult<OperatorTenantPayload> {
    Ok(OperatorTenantPayload { tenant: OperatorTenant(tenant) })
}

impl From<CreateTenantInput> for CreateTenant {
    fn from(input: CreateTenantInput) -> Self {
        Self {
            slug: input.slug,
            name: input.name,
            owner_email: input.owner_email.0,
            owner_name: input.owner_name,
            controller_name: input.controller_name,
            contact_email: input.contact_email.0,
            locale: input.locale,
            time_zone: input.time_zone,
        }
    }
}
