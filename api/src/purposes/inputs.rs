//! What the mutations on purposes take.

use async_graphql::{InputObject, MaybeUndefined};
use recital_domain::purposes::{Definition, ImportRegister, Patch, RevisePurpose};
use recital_entities::LawfulBasis;

use crate::scalars::Period;

/// At least one of the two files.
#[derive(InputObject)]
pub struct ImportRegisterInput {
    purposes_yaml: Option<String>,
    retention_yaml: Option<String>,
    /// Answers what an import would do, and does nothing.
    #[graphql(default)]
    dry_run: bool,
}

impl From<ImportRegisterInput> for ImportRegister {
    fn from(input: ImportRegisterInput) -> Self {
        let ImportRegisterInput { purposes_yaml, retention_yaml, dry_run } = input;
        Self { purposes_yaml, retention_yaml, dry_run }
    }
}

/// At least one of the two files.
#[derive(InputObject)]
pub struct LintRegisterInput {
    purposes_yaml: Option<String>,
    retention_yaml: Option<String>,
}

impl From<LintRegisterInput> for ImportRegister {
    fn from(input: LintRegisterInput) -> Self {
        let LintRegisterInput { purposes_yaml, retention_yaml } = input;
        Self { purposes_yaml, retention_yaml, dry_run: true }
    }
}

#[derive(InputObject)]
pub struct DefinePurposeInput {
    key: String,
    name: String,
    description: String,
    lawful_basis: LawfulBasis,
    data_collected: Vec<String>,
    fields: Option<Vec<String>>,
    retention: Period,
    storage_location: String,
    legitimate_interest_assessment: Option<String>,
    #[graphql(default)]
    special_category: bool,
    special_category_condition: Option<String>,
    recipients: Option<Vec<String>>,
    #[graphql(default)]
    transfers_outside_eu: bool,
    transfer_safeguards: Option<String>,
    consent_valid_for: Option<Period>,
    consent_expiry_notice: Option<Period>,
    #[graphql(default)]
    sale_or_sharing: bool,
}

impl DefinePurposeInput {
    pub fn into_parts(self) -> (String, Definition) {
        let definition = Definition {
            name: self.name,
            description: self.description,
            lawful_basis: self.lawful_basis,
            data_collected: self.data_collected,
            fields: self.fields,
            retention: self.retention.0,
            storage_location: self.storage_location,
            legitimate_interest_assessment: self.legitimate_interest_assessment,
            special_category: self.special_category,
            special_category_condition: self.special_category_condition,
            recipients: self.recipients.unwrap_or_default(),
            transfers_outside_eu: self.transfers_outside_eu,
            transfer_safeguards: self.transfer_safeguards,
            consent_valid_for: self.consent_valid_for.map(|period| period.0),
            consent_expiry_notice: self.consent_expiry_notice.map(|period| period.0),
            sale_or_sharing: self.sale_or_sharing,
        };
        (self.key, definition)
    }
}

/// What is left out stays. `null` clears what may be missing and keeps the rest. `requireReconsent`: consents for
/// earlier versions answer `RECONSENT_NEEDED` from now on.
#[derive(InputObject)]
pub struct RevisePurposeInput {
    key: String,
    name: Option<String>,
    description: Option<String>,
    lawful_basis: Option<LawfulBasis>,
    data_collected: Option<Vec<String>>,
    fields: MaybeUndefined<Vec<String>>,
    retention: Option<Period>,
    storage_location: Option<String>,
    legitimate_interest_assessment: MaybeUndefined<String>,
    special_category: Option<bool>,
    special_category_condition: MaybeUndefined<String>,
    recipients: Option<Vec<String>>,
    transfers_outside_eu: Option<bool>,
    transfer_safeguards: MaybeUndefined<String>,
    consent_valid_for: MaybeUndefined<Period>,
    consent_expiry_notice: MaybeUndefined<Period>,
    sale_or_sharing: Option<bool>,
    require_reconsent: bool,
}

impl From<RevisePurposeInput> for RevisePurpose {
    fn from(input: RevisePurposeInput) -> Self {
        Self {
            key: input.key,
            name: input.name,
            description: input.description,
            lawful_basis: input.lawful_basis,
            data_collected: input.data_collected,
            fields: patch(input.fields),
            retention: input.retention.map(|period| period.0),
            storage_location: input.storage_location,
            legitimate_interest_assessment: patch(input.legitimate_interest_assessment),
            special_category: input.special_category,
            special_category_condition: patch(input.special_category_condition),
            recipients: input.recipients,
            transfers_outside_eu: input.transfers_outside_eu,
            transfer_safeguards: patch(input.transfer_safeguards),
            consent_valid_for: patch(input.consent_valid_for.map_value(|period| period.0)),
            consent_expiry_notice: patch(input.consent_expiry_notice.map_value(|period| period.0)),
            sale_or_sharing: input.sale_or_sharing,
            require_reconsent: input.require_reconsent,
        }
    }
}

#[derive(InputObject)]
pub struct RetirePurposeInput {
    pub key: String,
}

fn patch<T>(part: MaybeUndefined<T>) -> Patch<T> {
    match part {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}
