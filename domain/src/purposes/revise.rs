//! Revising a purpose.

use recital_entities::{LawfulBasis, Period, purposes::purposes};

use super::{Definition, is_material, store};
use crate::{
    app::App,
    error::Result,
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// What happens to a part that may be missing.
#[derive(Clone, Debug, Default)]
pub enum Patch<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

/// What changes; None keeps.
#[derive(Clone, Debug, Default)]
pub struct RevisePurpose {
    pub key: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub lawful_basis: Option<LawfulBasis>,
    pub data_collected: Option<Vec<String>>,
    pub fields: Patch<Vec<String>>,
    pub retention: Option<Period>,
    pub storage_location: Option<String>,
    pub legitimate_interest_assessment: Patch<String>,
    pub special_category: Option<bool>,
    pub special_category_condition: Patch<String>,
    pub recipients: Option<Vec<String>>,
    pub transfers_outside_eu: Option<bool>,
    pub transfer_safeguards: Patch<String>,
    pub consent_valid_for: Patch<Period>,
    pub consent_expiry_notice: Patch<Period>,
    pub sale_or_sharing: Option<bool>,
    /// Consents for earlier versions no longer count. The caller answers for this: the audit log says beside it whether
    /// the change went beyond what was consented to.
    pub require_reconsent: bool,
}

/// Makes the next version. A revision that says what the purpose says already makes none.
///
/// # Errors
/// `NOT_FOUND`; CONFLICT for a retired purpose; `BAD_USER_INPUT` for a definition that would not hold.
pub async fn revise(app: &App, viewer: &Viewer, input: RevisePurpose) -> Result<purposes::Model> {
    app.write(viewer, Permission::PurposeWrite, async |tx| {
        store::one_at_a_time(tx).await?;
        let old = store::get_active(tx, &input.key).await?;
        let (key, reconsent) = (old.key.clone(), input.require_reconsent);
        let before = Definition::from(&old);
        let after = input.onto(before.clone());
        after.check(&key)?;
        if before == after && !reconsent {
            return Ok(Event::PurposeUnchanged { id: old.id, key, version: old.version }.with(old));
        }
        let material = is_material(&before, &after);
        let new = store::revise(tx, &old, &after, reconsent).await?;
        Ok(Event::PurposeRevised { id: new.id, key, version: new.version, material, reconsent }.with(new))
    })
    .await
}

impl RevisePurpose {
    fn onto(self, old: Definition) -> Definition {
        Definition {
            name: self.name.unwrap_or(old.name),
            description: self.description.unwrap_or(old.description),
            lawful_basis: self.lawful_basis.unwrap_or(old.lawful_basis),
            data_collected: self.data_collected.unwrap_or(old.data_collected),
            fields: self.fields.onto(old.fields),
            retention: self.retention.unwrap_or(old.retention),
            storage_location: self.storage_location.unwrap_or(old.storage_location),
            legitimate_interest_assessment: self
                .legitimate_interest_assessment
                .onto(old.legitimate_interest_assessment),
            special_category: self.special_category.unwrap_or(old.special_category),
            special_category_condition: self.special_category_condition.onto(old.special_category_condition),
            recipients: self.recipients.unwrap_or(old.recipients),
            transfers_outside_eu: self.transfers_outside_eu.unwrap_or(old.transfers_outside_eu),
            transfer_safeguards: self.transfer_safeguards.onto(old.transfer_safeguards),
            consent_valid_for: self.consent_valid_for.onto(old.consent_valid_for),
            consent_expiry_notice: self.consent_expiry_notice.onto(old.consent_expiry_notice),
            sale_or_sharing: self.sale_or_sharing.unwrap_or(old.sale_or_sharing),
        }
    }
}

impl<T> Patch<T> {
    fn onto(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }
}
