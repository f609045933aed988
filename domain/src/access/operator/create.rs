//! Making a tenant, as an operator.

use serde_json::json;

use super::{
    Operator,
    door::{Act, operate},
};
use crate::{
    access::{CreateTenant, CreatedTenant, create_tenant},
    app::App,
    error::Result,
};

/// Makes the tenant, its key and its first owner.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field; CONFLICT with `SLUG_TAKEN`.
pub async fn create_tenant_as(app: &App, operator: &Operator, input: CreateTenant) -> Result<CreatedTenant> {
    let act = Act { action: "tenant.created", resource: input.slug.clone(), details: json!({}) };
    operate(app, operator, act, async || create_tenant(app, input).await).await
}
