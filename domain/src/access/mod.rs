//! Tenants, members and credentials: who may come in.
//!
//! A credential names its tenant (`rct_<tenant>_<secret>`), so that no look-up is ever unscoped; of its secret only a
//! hash is kept. The tenant of a request comes from the credential alone.

mod api_keys;
mod authenticate;
mod create_tenant;
mod credential;
mod idempotency;
mod members;
mod operator;
mod signing_keys;
mod tenant;
mod webhooks;

pub use api_keys::{
    CreateApiKey, CreatedApiKey, api_keys_by_ids, create_api_key, list_api_keys, own_key_name, revoke_api_key,
};
pub(crate) use authenticate::Credentials;
pub use authenticate::authenticate;
pub use create_tenant::{CreateTenant, CreatedTenant, create_tenant};
pub use credential::{Credential, LinkToken};
pub use members::{
    Contact, InviteMember, change_role, invite_member, list_members, members_by_ids, remove_member, reveal_members,
};
pub(crate) use members::{contact_of, is_member};
pub use operator::{
    CloseTenant, Health, Operator, TenantLimits, Usage, authenticate_operator, close_again, close_due_tenants,
    close_tenant, create_operator_token, create_tenant_as, get_tenant_as, health, key_version, list_tenants,
    resume_tenant, retry_all_work, retry_work, run_job, set_tenant_key, set_tenant_limits, suspend_tenant,
    tenants_by_ids, usage,
};
pub use signing_keys::{jwks_url, published_keys, rotate_signing_key};
pub use tenant::{OwnTenant, TenantKeyState, find_tenant_by_slug, own_tenant};
pub(crate) use webhooks::{Courier, announce, deliver, tell_owner};
pub use webhooks::{
    CreateWebhookEndpoint, CreatedWebhookEndpoint, TestedWebhookEndpoint, WEBHOOK_EVENTS, WebhookDelivery,
    WebhookDisabledMail, create_webhook_endpoint, delete_webhook_endpoint, enable_webhook_endpoint,
    list_webhook_deliveries, list_webhook_endpoints, prune_deliveries, rotate_webhook_secret, test_webhook_endpoint,
    webhook_endpoints_by_ids,
};
