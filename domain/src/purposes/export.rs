//! The registers as files again.

use recital_entities::{PurposeStatus, Strings, access::tenants, purposes::purposes, retention::retention_policies};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Serialize;

use super::{plan::own_tenant, register_period};
use crate::{
    app::App,
    error::{Error, Result},
    retention,
    viewer::{Permission, Viewer},
};

/// Both registers as YAML. Imported again they change nothing.
#[derive(Clone, Debug)]
pub struct RegisterExport {
    pub purposes_yaml: String,
    pub retention_yaml: String,
}

/// Purposes in use, oldest first, and every retention policy. Retired purposes are no part of a register.
pub async fn export(app: &App, viewer: &Viewer) -> Result<RegisterExport> {
    let active = purposes::Entity::find()
        .filter(purposes::Column::Status.eq(PurposeStatus::Active))
        .order_by_asc(purposes::Column::Id);
    app.read(viewer, Permission::PurposeRead, async |tx| {
        viewer.require(Permission::RetentionRead)?;
        Ok(RegisterExport {
            purposes_yaml: write_purposes(&tx.all(active).await?)?,
            retention_yaml: write_retention(&retention::policies(tx).await?, &own_tenant(tx).await?)?,
        })
    })
    .await
}

#[derive(Serialize)]
struct PurposeRegister<'a> {
    processing_purposes: Vec<PurposeEntry<'a>>,
}

#[derive(Serialize)]
struct PurposeEntry<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    lawful_basis: String,
    data_collected: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'a [String]>,
    retention_period: String,
    storage_location: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    legitimate_interest_assessment: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    special_category: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    special_category_condition: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    recipients: &'a [String],
    #[serde(skip_serializing_if = "is_false")]
    transfers_outside_eu: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_safeguards: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_valid_for: Option<String>,
}

#[derive(Serialize)]
struct RetentionRegister<'a> {
    retention_policy: RetentionPolicy<'a>,
}

#[derive(Serialize)]
struct RetentionPolicy<'a> {
    data_types: Vec<RetentionEntry<'a>>,
    cleanup_schedule: &'a str,
    cleanup_time: &'a str,
}

#[derive(Serialize)]
struct RetentionEntry<'a> {
    r#type: &'a str,
    retention: String,
    deletion_method: String,
    legal_basis: &'a str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it asks about by reference")]
fn is_false(claim: &bool) -> bool {
    !claim
}

fn write_purposes(rows: &[purposes::Model]) -> Result<String> {
    let entries = rows.iter().map(|row| PurposeEntry {
        id: &row.key,
        name: &row.name,
        description: &row.description,
        lawful_basis: row.lawful_basis.to_string().to_lowercase(),
        data_collected: &row.data_collected.0,
        fields: row.fields.as_ref().map(|Strings(fields)| fields.as_slice()),
        retention_period: register_period::write(row.retention),
        storage_location: &row.storage_location,
        legitimate_interest_assessment: row.legitimate_interest_assessment.as_deref(),
        special_category: row.special_category,
        special_category_condition: row.special_category_condition.as_deref(),
        recipients: &row.recipients.0,
        transfers_outside_eu: row.transfers_outside_eu,
        transfer_safeguards: row.transfer_safeguards.as_deref(),
        consent_valid_for: row.consent_valid_for.map(register_period::write),
    });
    write(&PurposeRegister { processing_purposes: entries.collect() })
}

fn write_retention(rows: &[retention_policies::Model], tenant: &tenants::Model) -> Result<String> {
    let entries = rows.iter().map(|row| RetentionEntry {
        r#type: &row.data_type,
        retention: register_period::write(row.retention),
        deletion_method: row.deletion_method.to_string().to_lowercase(),
        legal_basis: &row.legal_basis,
    });
    let (cleanup_schedule, cleanup_time) = (tenant.cleanup_schedule.as_str(), tenant.cleanup_time.as_str());
    let retention_policy = RetentionPolicy { data_types: entries.collect(), cleanup_schedule, cleanup_time };
    write(&RetentionRegister { retention_policy })
}

fn write(register: &impl Serialize) -> Result<String> {
    serde_saphyr::to_string(register).map_err(Error::internal)
}
