//! The registers as files again.

use recital_entities::{PurposeStatus, access::tenants, purposes::purposes, retention::retention_policies};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Serialize;

use super::{Definition, plan::own_tenant, register_period};
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
            purposes_yaml: write_purposes(tx.all(active).await?.iter().map(|row| (row.key.clone(), row.into())))?,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_expiry_notice: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    sale_or_sharing: bool,
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

fn write_purposes(purposes: impl IntoIterator<Item = (String, Definition)>) -> Result<String> {
    let purposes: Vec<_> = purposes.into_iter().collect();
    let entries = purposes.iter().map(|(key, purpose)| PurposeEntry {
        id: key,
        name: &purpose.name,
        description: &purpose.description,
        lawful_basis: purpose.lawful_basis.to_string().to_lowercase(),
        data_collected: &purpose.data_collected,
        fields: purpose.fields.as_deref(),
        retention_period: register_period::write(purpose.retention),
        storage_location: &purpose.storage_location,
        legitimate_interest_assessment: purpose.legitimate_interest_assessment.as_deref(),
        special_category: purpose.special_category,
        special_category_condition: purpose.special_category_condition.as_deref(),
        recipients: &purpose.recipients,
        transfers_outside_eu: purpose.transfers_outside_eu,
        transfer_safeguards: purpose.transfer_safeguards.as_deref(),
        consent_valid_for: purpose.consent_valid_for.map(register_period::write),
        consent_expiry_notice: purpose.consent_expiry_notice.map(register_period::write),
        sale_or_sharing: purpose.sale_or_sharing,
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

#[cfg(test)]
mod tests {
    use proptest::{collection, option, prelude::*, sample};
    use recital_entities::{LawfulBasis, Period};
    use sea_orm::Iterable as _;

    use super::{super::purpose_register, *};

    /// Whatever somebody may write on one line, the awkward included.
    fn texts() -> impl Strategy<Value = String> {
        let awkward = [
            "yes",
            "null",
            "~",
            "1e3",
            "0x1F",
            "- a",
            "a: b",
            "#",
            "'",
            "\"",
            "*a",
            "&a",
            "!t",
            "%",
            "@",
            "{}",
            "[]",
            " pad ",
            "\u{2028}",
            "\u{feff}b",
            "a\nb",
            "\nb\n\n",
            "a \n  b",
            "<<",
            "=",
            "2026-01-01",
            "02:00",
            "\\",
            "🙂",
        ];
        let texts = prop_oneof![
            sample::select(awkward.to_vec()).prop_map(str::to_owned),
            "[^\\p{Cc}]{1,40}",
            "([ -~]{0,30}\n?){1,4}"
        ];
        texts.prop_filter("says something", |text| !text.trim().is_empty())
    }

    fn lines() -> impl Strategy<Value = String> {
        texts().prop_map(|text| text.replace('\n', " ")).prop_filter("says something", |text| !text.trim().is_empty())
    }

    fn periods() -> impl Strategy<Value = Period> {
        let spans = (0..9_u32, 0..20_u32, 0..400_u32, 0..50_u32)
            .prop_map(|(years, months, days, hours)| Period::Span { years, months, days, hours: hours + 1 });
        prop_oneof![
            Just(Period::Indefinite),
            Just(Period::UntilAccountDeletion),
            (1..999_u32).prop_map(Period::days),
            (1..99_u32).prop_map(Period::months),
            spans,
        ]
    }

    prop_compose! {
        fn definitions()(
            (name, description, storage_location) in (texts(), texts(), texts()),
            lawful_basis in sample::select(LawfulBasis::iter().collect::<Vec<_>>()),
            data_collected in collection::hash_set("[a-z0-9_]{1,12}", 1..5),
            fields in option::of(collection::hash_set("[a-zA-Z0-9_äß -]{0,5}[a-z](\\.[a-z]{1,6}){0,2}", 0..4)),
            retention in periods(),
            assessment in texts(),
            condition in option::of(texts()),
            recipients in collection::hash_set(lines(), 0..4),
            safeguards in option::of(texts()),
            consent_valid_for in option::of(periods()),
            consent_expiry_notice in option::of((1..99_u32).prop_map(Period::days)),
            sale_or_sharing: bool,
        ) -> Definition {
            Definition {
                name, description, lawful_basis, retention, storage_location, consent_valid_for,
                consent_expiry_notice, sale_or_sharing,
                data_collected: data_collected.into_iter().collect(),
                fields: fields.map(|fields| fields.into_iter().collect()),
                legitimate_interest_assessment: Some(assessment),
                special_category: condition.is_some(),
                special_category_condition: condition,
                recipients: recipients.into_iter().collect(),
                transfers_outside_eu: safeguards.is_some(),
                transfer_safeguards: safeguards,
            }
        }
    }

    proptest! {
        #[test]
        fn a_register_that_can_be_imported_survives_export_and_import(
            purposes in collection::hash_map("[a-z0-9][a-z0-9_.-]{0,9}", definitions(), 0..4),
        ) {
            let purposes: Vec<_> = purposes.into_iter().collect();
            for (key, definition) in &purposes {
                prop_assert_eq!(definition.faults(key), vec![]);
            }
            let yaml = write_purposes(purposes.clone())?;
            let read = purpose_register::read(&yaml).map_err(|found| TestCaseError::fail(format!("{found:?}: {yaml}")))?;
            let read: Vec<_> = read.into_iter().map(|listed| (listed.key, listed.definition)).collect();
            prop_assert_eq!(read, purposes, "{}", yaml);
        }
    }
}
