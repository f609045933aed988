//! A KMS key that a tenant brought: its key is wrapped by that, and whoever holds it can end the service's access.
//!
//! Operators set it, not the tenant's own people: naming a key spends the service's AWS identity on it, and that identity may
//! use other tenants' keys too.

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
    keys::KEY_DISABLED,
};

const FIELD: &str = "kmsKeyArn";

/// Has the tenant's key wrapped by the KMS key of that ARN; None: by the service's own again. The key is tried out first,
/// and what is stored is opened before it counts.
///
/// # Errors
/// `BAD_USER_INPUT` on `kmsKeyArn` with `INVALID_ARN`, or with `KEY_UNUSABLE` when it cannot be used; `NOT_FOUND`; CONFLICT with
/// `NOT_KMS` where the local provider wraps tenant keys; UNAVAILABLE when KMS does not answer or the present key is disabled.
pub async fn set_tenant_key(
    app: &App,
    operator: &Operator,
    slug: &str,
    kms_key: Option<String>,
) -> Result<tenants::Model> {
    let act = Act { action: "tenant.key_set", resource: slug.to_owned(), details: json!({ FIELD: kms_key }) };
    operate(app, operator, act, async || {
        let tenant = tenants::Model { kms_key: kms_key.clone(), ..tenant_of(app, slug).await? };
        if let Some(arn) = &kms_key {
            try_out(app, &tenant, arn).await?;
        }
        let viewer = operator.viewer(tenant.id);
        let set = app.attempt(&viewer, async |tx| {
            let update = tenants::Entity::update_many()
                .filter(tenants::Column::Id.eq(tenant.id))
                .col_expr(tenants::Column::KmsKey, Expr::value(kms_key.clone()));
            tx.update_global(update).await?;
            let versions = tx.core().keys.wrap_by(tx, kms_key.as_deref()).await?;
            let kms_key = kms_key.clone().unwrap_or_default();
            Ok(Event::TenantKeyWrapped { id: tenant.id, kms_key, versions }.with(tenant.clone()))
        });
        let set = set.await;
        app.core().keys.forget(tenant.id).await;
        set
    })
    .await
}

async fn try_out(app: &App, tenant: &tenants::Model, arn: &str) -> Result<()> {
    if app.core().keys.provider() != "aws-kms" {
        return Err(Error::conflict("NOT_KMS", "the local provider has no keys of tenants' own: this needs `aws-kms`"));
    }
    if !is_key_arn(arn) {
        let message =
            "expected a key's ARN: arn:aws:kms:<region>:<account>:key/<id>; an alias may come to name another key";
        return Err(Error::invalid(FIELD, "INVALID_ARN", message));
    }
    app.core().keys.try_out(tenant.id, arn).await.map_err(|error| {
        if error.reason() == KEY_DISABLED {
            let message =
                "the service may not use this key: it is not there, not enabled, or its policy does not let us";
            Error::invalid(FIELD, "KEY_UNUSABLE", message).because(error)
        } else {
            error
        }
    })
}

/// `arn:<partition>:kms:<region>:<account>:key/<id>`.
fn is_key_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [arn, partition, service, region, account, resource] = parts[..] else { return false };
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let id = resource.strip_prefix("key/").unwrap_or_default();
    arn == "arn"
        && partition.starts_with("aws")
        && service == "kms"
        && !region.is_empty()
        && !id.is_empty()
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && [partition, region, id].into_iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_keys_arn_names_a_key() {
        for (text, sound) in [
            ("arn:aws:kms:eu-central-1:123456789012:key/0ea5a5b0-5d0e-4e9c-a1f0-2d5b0a9c1c11", true),
            ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0123", true),
            ("arn:aws:kms:eu-central-1:123456789012:alias/ours", false),
            ("arn:aws:s3:eu-central-1:123456789012:key/0ea5a5b0", false),
            ("arn:aws:kms:eu-central-1:1234:key/0ea5a5b0", false),
            ("arn:aws:kms::123456789012:key/0ea5a5b0", false),
            ("arn:aws:kms:eu-central-1:123456789012:key/", false),
            ("alias/ours", false),
            ("", false),
        ] {
            assert_eq!(is_key_arn(text), sound, "{text}");
        }
    }
}
