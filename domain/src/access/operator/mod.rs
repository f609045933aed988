//! What the people who run the service may do: make, limit, suspend, resume and close tenants, and look after work and
//! jobs. They never see a tenant's personal data: nothing here opens a sealed value.
//!
//! Each act leaves an entry in the operator's own log, and what touches a tenant leaves one in that tenant's log too.

mod close;
mod create;
mod door;
mod health;
mod limits;
mod own_key;
mod status;
mod tenants;
mod token;
mod usage;
mod work;

pub use close::{CloseTenant, close_again, close_due_tenants, close_tenant};
pub use create::create_tenant_as;
pub use door::Operator;
pub use health::{Health, health};
pub use limits::{TenantLimits, set_tenant_limits};
pub use own_key::set_tenant_key;
pub use status::{resume_tenant, suspend_tenant};
pub use tenants::{get_tenant_as, list_tenants, tenants_by_ids};
pub use token::{authenticate_operator, create_operator_token};
pub use usage::{Usage, key_version, usage};
pub use work::{retry_all_work, retry_work, run_job};
