//! What a purpose said at any time.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{error::Error, purposes as room};
use recital_entities::{LawfulBasis, PurposeId, PurposeStatus};

use crate::{
    batch::{Batch, Loaded},
    scalars::Period,
};

/// What a purpose said from then on, and who made it so.
pub struct PurposeVersion(pub room::Version);

#[Object]
impl PurposeVersion {
    async fn version(&self) -> i32 {
        self.0.row.version
    }

    async fn status(&self) -> PurposeStatus {
        self.0.row.status
    }

    async fn lawful_basis(&self) -> LawfulBasis {
        self.0.row.lawful_basis
    }

    async fn data_collected(&self) -> &[String] {
        &self.0.row.data_collected.0
    }

    /// Null = not narrowed.
    async fn fields(&self) -> Option<&[String]> {
        self.0.row.fields.as_ref().map(|fields| fields.0.as_slice())
    }

    async fn retention(&self) -> Period {
        Period(self.0.row.retention)
    }

    async fn name(&self) -> &str {
        &self.0.definition.name
    }

    async fn description(&self) -> &str {
        &self.0.definition.description
    }

    async fn storage_location(&self) -> &str {
        &self.0.definition.storage_location
    }

    async fn legitimate_interest_assessment(&self) -> Option<&str> {
        self.0.definition.legitimate_interest_assessment.as_deref()
    }

    async fn special_category(&self) -> bool {
        self.0.definition.special_category
    }

    async fn special_category_condition(&self) -> Option<&str> {
        self.0.definition.special_category_condition.as_deref()
    }

    async fn recipients(&self) -> &[String] {
        &self.0.definition.recipients
    }

    async fn transfers_outside_eu(&self) -> bool {
        self.0.definition.transfers_outside_eu
    }

    async fn transfer_safeguards(&self) -> Option<&str> {
        self.0.definition.transfer_safeguards.as_deref()
    }

    async fn consent_valid_for(&self) -> Option<Period> {
        self.0.definition.consent_valid_for.map(Period)
    }

    /// The fields that read otherwise in the version before; none in the first.
    async fn changed_fields(&self) -> &[String] {
        &self.0.changed_fields
    }

    /// Whether consents for the versions before it count no longer.
    async fn requires_reconsent(&self) -> bool {
        self.0.requires_reconsent
    }

    async fn effective_from(&self) -> DateTime<Utc> {
        self.0.row.effective_from
    }

    /// As the audit log names them.
    async fn changed_by(&self) -> &str {
        &self.0.row.changed_by
    }

    /// Consents for versions before this one do not count under it.
    async fn consent_since_version(&self) -> i32 {
        self.0.row.consent_since_version
    }
}

/// A purpose's versions.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VersionsOf(pub PurposeId);

impl Loader<VersionsOf> for Batch {
    type Value = Vec<room::Version>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<HashMap<VersionsOf, Self::Value>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let versions = room::versions(&self.app, &self.viewer, ids).await?;
        Ok(versions.into_iter().map(|(id, versions)| (VersionsOf(id), versions)).collect())
    }
}
