//! How much a tenant may use.

use recital_entities::access::tenants;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;

use super::{
    Operator,
    door::{Act, operate, tenant_of},
};
use crate::{
    app::App,
    error::{Error, Result},
    evidence::Event,
};

/// New limits; what is None stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct TenantLimits {
    pub requests_per_minute: Option<i32>,
    pub subjects: Option<i32>,
    pub mails_per_hour: Option<i32>,
}

/// # Errors
/// `BAD_USER_INPUT` for a limit below zero; `NOT_FOUND`.
pub async fn set_tenant_limits(
    app: &App,
    operator: &Operator,
    slug: &str,
    limits: TenantLimits,
) -> Result<tenants::Model> {
    let details = json!({
        "requestsPerMinute": limits.requests_per_minute,
        "subjects": limits.subjects,
        "mailsPerHour": limits.mails_per_hour,
    });
    let act = Act { action: "tenant.limits_set", resource: slug.to_owned(), details };
    operate(app, operator, act, async || {
        limits.check()?;
        let tenant = limits.applied_to(tenant_of(app, slug).await?);
        app.attempt(&operator.viewer(tenant.id), async |tx| {
            let update = tenants::Entity::update_many()
                .filter(tenants::Column::Id.eq(tenant.id))
                .col_expr(tenants::Column::RequestsPerMinute, Expr::value(tenant.requests_per_minute))
                .col_expr(tenants::Column::MaxSubjects, Expr::value(tenant.max_subjects))
                .col_expr(tenants::Column::MailsPerHour, Expr::value(tenant.mails_per_hour));
            tx.update_global(update).await?;
            Ok(Event::TenantLimitsSet {
                id: tenant.id,
                requests_per_minute: tenant.requests_per_minute,
                subjects: tenant.max_subjects,
                mails_per_hour: tenant.mails_per_hour,
            }
            .with(tenant.clone()))
        })
        .await
    })
    .await
}

impl TenantLimits {
    fn check(self) -> Result<()> {
        let given = [
            ("requestsPerMinute", self.requests_per_minute),
            ("subjects", self.subjects),
            ("mailsPerHour", self.mails_per_hour),
        ];
        match given.into_iter().find(|(_, limit)| limit.is_some_and(|limit| limit < 0)) {
            Some((field, _)) => Err(Error::invalid(field, "NEGATIVE_LIMIT", "a limit is zero or more")),
            None => Ok(()),
        }
    }

    fn applied_to(self, tenant: tenants::Model) -> tenants::Model {
        tenants::Model {
            requests_per_minute: self.requests_per_minute.unwrap_or(tenant.requests_per_minute),
            max_subjects: self.subjects.unwrap_or(tenant.max_subjects),
            mails_per_hour: self.mails_per_hour.unwrap_or(tenant.mails_per_hour),
            ..tenant
        }
    }
}
