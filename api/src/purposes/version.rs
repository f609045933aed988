//! What a purpose said at any time.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{error::Error, purposes as room};
use recital_entities::{LawfulBasis, PurposeId, PurposeStatus, purposes::purpose_versions};

use crate::{
    batch::{Batch, Loaded},
    scalars::Period,
};

/// What a purpose said from then on, and who made it so.
pub struct PurposeVersion(pub purpose_versions::Model);

#[Object]
impl PurposeVersion {
    async fn version(&self) -> i32 {
        self.0.version
    }

    async fn status(&self) -> PurposeStatus {
        self.0.status
    }

    async fn lawful_basis(&self) -> LawfulBasis {
        self.0.lawful_basis
    }

    async fn data_collected(&self) -> &[String] {
        &self.0.data_collected.0
    }

    /// Null = not narrowed.
    async fn fields(&self) -> Option<&[String]> {
        self.0.fields.as_ref().map(|fields| fields.0.as_slice())
    }

    async fn retention(&self) -> Period {
        Period(self.0.retention)
    }

    async fn effective_from(&self) -> DateTime<Utc> {
        self.0.effective_from
    }

    /// As the audit log names them.
    async fn changed_by(&self) -> &str {
        &self.0.changed_by
    }

    /// Consents for versions before this one do not count under it.
    async fn consent_since_version(&self) -> i32 {
        self.0.consent_since_version
    }
}

/// A purpose's versions.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VersionsOf(pub PurposeId);

impl Loader<VersionsOf> for Batch {
    type Value = Vec<purpose_versions::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<HashMap<VersionsOf, Self::Value>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let versions = room::versions(&self.app, &self.viewer, ids).await?;
        Ok(versions.into_iter().map(|(id, versions)| (VersionsOf(id), versions)).collect())
    }
}
