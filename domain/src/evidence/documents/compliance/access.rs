//! Who can come in.

use chrono::TimeDelta;
use recital_entities::{
    ComplianceArea, Role,
    access::{api_keys, members},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{ComplianceCheck, worst};
use crate::{db::TenantTx, error::Result};

/// A key that nobody used for so long is forgotten rather than needed.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(90);

pub(super) async fn members(tx: &TenantTx) -> Result<ComplianceCheck> {
    let present = tx.all(members::Entity::find().filter(members::Column::RemovedAt.is_null())).await?;
    let owners = present.iter().filter(|member| member.role == Role::Owner).count();
    Ok(ComplianceCheck {
        key: "access.members".into(),
        area: ComplianceArea::AccessControl,
        status: worst(owners == 0, owners == 1),
        title: "Two people at least can answer for the tenant".into(),
        measured: json!({ "members": present.len(), "owners": owners }),
        legal_reference: "GDPR Articles 24, 32(1)(b)",
    })
}

pub(super) async fn api_keys(tx: &TenantTx) -> Result<ComplianceCheck> {
    let keys = tx.all(api_keys::Entity::find().filter(api_keys::Column::RevokedAt.is_null())).await?;
    let valid: Vec<_> = keys.iter().filter(|key| key.expires_at.is_none_or(|expiry| expiry > tx.now())).collect();
    let forgotten = |key: &&&api_keys::Model| key.last_used_at.unwrap_or(key.created_at) + FORGOTTEN_AFTER < tx.now();
    let forgotten = valid.iter().filter(forgotten).count();
    let endless = valid.iter().filter(|key| key.expires_at.is_none()).count();
    Ok(ComplianceCheck {
        key: "access.api_keys".into(),
        area: ComplianceArea::AccessControl,
        status: worst(false, forgotten > 0),
        title: "No valid API key has gone unused for 90 days".into(),
        measured: json!({ "validKeys": valid.len(), "unusedFor90Days": forgotten, "withoutExpiry": endless }),
        legal_reference: "GDPR Article 32(1)(b)",
    })
}
