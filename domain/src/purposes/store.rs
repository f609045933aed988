//! Writing purposes, each change as a version of its own.

use std::collections::BTreeSet;

use recital_entities::{
    PurposeStatus, Strings,
    purposes::{purpose_versions, purposes},
};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use super::{Definition, get};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    retention,
};

/// Lets one change of the tenant's purposes through at a time.
pub(super) async fn one_at_a_time(tx: &TenantTx) -> Result<()> {
    tx.serialise("purposes").await
}

/// The purpose of that key, as long as it is in use.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT for a retired one.
pub(super) async fn get_active(tx: &TenantTx, key: &str) -> Result<purposes::Model> {
    let purpose = get(tx, key).await?;
    if purpose.status == PurposeStatus::Retired {
        return Err(Error::conflict("PURPOSE_RETIRED", "this purpose is retired, and stays so"));
    }
    Ok(purpose)
}

/// Adds purposes in their first version, in two statements however many they are.
pub(super) async fn create<'a>(
    tx: &TenantTx,
    definitions: impl IntoIterator<Item = (&'a str, &'a Definition)>,
) -> Result<Vec<purposes::Model>> {
    let rows: Vec<_> = definitions.into_iter().map(|(key, definition)| first_version(tx, key, definition)).collect();
    tx.insert_all(rows.iter().cloned().map(purposes::Model::into_active_model).collect()).await?;
    keep_versions(tx, &rows).await?;
    Ok(rows)
}

/// Makes the next version of a purpose. With `reconsent`, consents for earlier versions no longer count. Where the
/// period changed, the records that go by it are stamped anew after the commit.
pub(super) async fn revise(
    tx: &TenantTx,
    old: &purposes::Model,
    definition: &Definition,
    reconsent: bool,
) -> Result<purposes::Model> {
    let mut row = stated(old.clone(), definition);
    row.version = old.version + 1;
    row.updated_at = tx.now();
    if reconsent {
        row.consent_since_version = row.version;
    }
    if old.retention != row.retention {
        let data_types: BTreeSet<_> = old.data_collected.0.iter().chain(&row.data_collected.0).collect();
        for data_type in data_types {
            retention::restamp_later(tx, data_type).await?;
        }
    }
    replace(tx, row).await
}

/// Takes a purpose out of use, as a version of its own.
pub(super) async fn retire(tx: &TenantTx, old: purposes::Model) -> Result<purposes::Model> {
    let version = old.version + 1;
    replace(tx, purposes::Model { version, status: PurposeStatus::Retired, updated_at: tx.now(), ..old }).await
}

async fn replace(tx: &TenantTx, row: purposes::Model) -> Result<purposes::Model> {
    let row = tx.update(row.into_active_model().reset_all()).await?;
    keep_versions(tx, std::slice::from_ref(&row)).await?;
    Ok(row)
}

fn first_version(tx: &TenantTx, key: &str, definition: &Definition) -> purposes::Model {
    let blank = purposes::Model {
        tenant_id: tx.tenant(),
        id: tx.new_id(),
        key: key.to_owned(),
        name: String::new(),
        description: String::new(),
        lawful_basis: definition.lawful_basis,
        version: 1,
        status: PurposeStatus::Active,
        data_collected: Strings::default(),
        fields: None,
        retention: definition.retention,
        storage_location: String::new(),
        legitimate_interest_assessment: None,
        special_category: false,
        special_category_condition: None,
        recipients: Strings::default(),
        transfers_outside_eu: false,
        transfer_safeguards: None,
        consent_valid_for: None,
        consent_expiry_notice: None,
        sale_or_sharing: false,
        consent_since_version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    stated(blank, definition)
}

/// The row with what the definition states.
fn stated(row: purposes::Model, definition: &Definition) -> purposes::Model {
    let definition = definition.clone();
    purposes::Model {
        name: definition.name,
        description: definition.description,
        lawful_basis: definition.lawful_basis,
        data_collected: definition.data_collected.into(),
        fields: definition.fields.map(Strings),
        retention: definition.retention,
        storage_location: definition.storage_location,
        legitimate_interest_assessment: definition.legitimate_interest_assessment,
        special_category: definition.special_category,
        special_category_condition: definition.special_category_condition,
        recipients: definition.recipients.into(),
        transfers_outside_eu: definition.transfers_outside_eu,
        transfer_safeguards: definition.transfer_safeguards,
        consent_valid_for: definition.consent_valid_for,
        consent_expiry_notice: definition.consent_expiry_notice,
        sale_or_sharing: definition.sale_or_sharing,
        ..row
    }
}

/// Keeps the rows as they are now, whole, with who made them so.
async fn keep_versions(tx: &TenantTx, rows: &[purposes::Model]) -> Result<()> {
    let versions = rows.iter().map(|row| {
        let definition = serde_json::to_value(Definition::from(row)).map_err(Error::internal)?;
        let version = purpose_versions::Model {
            tenant_id: tx.tenant(),
            purpose_id: row.id,
            version: row.version,
            status: row.status,
            lawful_basis: row.lawful_basis,
            data_collected: row.data_collected.clone(),
            fields: row.fields.clone(),
            retention: row.retention,
            special_category: row.special_category,
            consent_since_version: row.consent_since_version,
            definition,
            effective_from: tx.now(),
            changed_by: tx.actor(),
        };
        Ok(version.into_active_model())
    });
    tx.insert_all(versions.collect::<Result<_>>()?).await
}
