//! Whether what is held is sealed under keys that are in order.

use recital_entities::{
    ComplianceArea, SubjectStatus,
    vault::{subject_keys, subjects, tenant_keys},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Select,
    sea_query::{Query, SelectStatement},
};
use serde_json::json;

use super::{ComplianceCheck, worst};
use crate::{
    db::TenantTx,
    error::{Error, Result},
};

/// After this long a key should be rotated.
const ROTATED_WITHIN_DAYS: i64 = 365;

pub(super) async fn tenant_key(tx: &TenantTx) -> Result<ComplianceCheck> {
    let newest = tx.one(tenant_keys::Entity::find().order_by_desc(tenant_keys::Column::Version)).await?;
    let newest = newest.ok_or_else(|| Error::internal("a tenant without a key"))?;
    let older = subject_keys::Entity::find().filter(subject_keys::Column::TenantKeyVersion.lt(newest.version));
    let (age, pending) = ((tx.now() - newest.created_at).num_days(), tx.count(older).await?);
    Ok(ComplianceCheck {
        key: "encryption.tenant_key".into(),
        area: ComplianceArea::Encryption,
        status: worst(false, age > ROTATED_WITHIN_DAYS || pending > 0),
        title: "The tenant's key was rotated within a year, and nothing is left under an older one".into(),
        measured: json!({
            "provider": newest.provider,
            "version": newest.version,
            "rotatedAt": newest.created_at,
            "ageDays": age,
            "rewrapPending": pending,
        }),
        legal_reference: "GDPR Article 32(1)(a)",
    })
}

pub(super) async fn subject_keys(tx: &TenantTx) -> Result<ComplianceCheck> {
    let held = subjects::Column::Status.ne(SubjectStatus::Erased);
    let erased = subjects::Column::Status.eq(SubjectStatus::Erased);
    let count = async |select: Select<subjects::Entity>| tx.count(select).await;
    let people = count(subjects::Entity::find().filter(held.clone())).await?;
    let bare = subjects::Entity::find().filter(held).filter(subjects::Column::Id.not_in_subquery(keyed(tx)));
    let bare = count(bare).await?;
    let kept = subjects::Entity::find().filter(erased).filter(subjects::Column::Id.in_subquery(keyed(tx)));
    let kept = count(kept).await?;
    Ok(ComplianceCheck {
        key: "encryption.subject_keys".into(),
        area: ComplianceArea::Encryption,
        status: worst(bare > 0, kept > 0),
        title: "Every person's data is sealed under their own key, and an erased person's key is gone".into(),
        measured: json!({ "subjects": people, "withoutKey": bare, "erasedWithKey": kept }),
        legal_reference: "GDPR Articles 17(1), 32(1)(a)",
    })
}

fn keyed(tx: &TenantTx) -> SelectStatement {
    let mut keyed = Query::select();
    keyed.column(subject_keys::Column::SubjectId).from(subject_keys::Entity);
    keyed.and_where(subject_keys::Column::TenantId.eq(tx.tenant()));
    keyed
}
