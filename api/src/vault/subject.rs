//! A subject, and the profile that is opened on demand.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    vault::{self as room, OpenProfile, RecordFilter, Reveal, Revealed},
};
use recital_entities::{
    SubjectId, SubjectStatus,
    vault::{profile_versions, subjects},
};
use serde_json::Value;

use super::{PersonalFile, PersonalRecord};
use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, connect, page_cost, page_request},
    consent::{self, Consent, ConsentEvent},
    errors::ApiResult,
    ids::global_id,
    requests::{SubjectRequest, requests_of},
};

/// A person whose data is held.
pub struct Subject(pub subjects::Model);

#[expect(clippy::too_many_arguments, reason = "a connection that can be narrowed")]
#[Object]
impl Subject {
    pub async fn id(&self) -> ID {
        global_id("Subject", self.0.id.0)
    }

    /// What the tenant's own systems call them. Decrypts, and is audited.
    async fn external_id(&self, ctx: &Context<'_>) -> ApiResult<Option<String>> {
        if self.0.external_id.is_none() {
            return Ok(None);
        }
        load(ctx, ExternalIdOf(self.0.id)).await
    }

    async fn status(&self) -> SubjectStatus {
        self.0.status
    }

    async fn locale(&self) -> &str {
        &self.0.locale
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    async fn last_verified_at(&self) -> DateTime<Utc> {
        self.0.last_verified_at
    }

    async fn next_verification_due(&self) -> Option<DateTime<Utc>> {
        self.0.verification_due_at
    }

    /// Decrypts; needs the permission, is audited, and when a `purpose` is given shows only the fields that it may
    /// collect: FORBIDDEN with the decision's reason (RESTRICTED, CONSENT_WITHDRAWN, ..) where the purpose may not have
    /// them now. Null for an erased subject.
    async fn profile(&self, ctx: &Context<'_>, purpose: Option<String>) -> ApiResult<Option<Profile>> {
        let Some(revealed) = load(ctx, ProfileOf { subject: self.0.id, purpose }).await? else { return Ok(None) };
        Ok(revealed?.shown()?.map(|profile| Profile { subject: self.0.id, profile }))
    }

    /// Where each consent stands.
    async fn consents(&self, ctx: &Context<'_>) -> ApiResult<Vec<Consent>> {
        consent::consents_of(ctx, self.0.id).await
    }

    /// What they decided, newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn consent_history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        purpose: Option<String>,
    ) -> ApiResult<Connection<ConsentEvent>> {
        consent::history_of(ctx, self.0.id, purpose, (first, after, last, before)).await
    }

    /// Newest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> ApiResult<Connection<SubjectRequest>> {
        requests_of(ctx, self.0.id, (first, after, last, before)).await
    }

    /// What is stored about them, oldest first. With a `purpose` it is read for that purpose: what is kept for it, where
    /// it may have it now (FORBIDDEN with the decision's reason otherwise), and of payloads what it may collect.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn records(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        data_type: Option<String>,
        purpose: Option<String>,
    ) -> ApiResult<Connection<PersonalRecord>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let reveal = if purpose.is_some() { Reveal::ForTheirPurpose } else { Reveal::Whole };
        let filter = RecordFilter { data_type, purpose };
        let page = room::list_records(app(ctx), viewer(ctx)?, self.0.id, filter, page).await?;
        Ok(connect(page, |row| row.id.0, |row| PersonalRecord { row: row.clone(), reveal }))
    }

    /// The files about them, oldest first. Their content goes over `GET /files/<id>`.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn files(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        data_type: Option<String>,
    ) -> ApiResult<Connection<PersonalFile>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let page = room::list_files(app(ctx), viewer(ctx)?, self.0.id, data_type, page).await?;
        Ok(connect(page, |row| row.id.0, |row| PersonalFile(row.clone())))
    }
}

/// What is known of a person, in clear.
pub struct Profile {
    subject: SubjectId,
    profile: OpenProfile,
}

#[Object]
impl Profile {
    async fn version(&self) -> i32 {
        self.profile.version
    }

    async fn attributes(&self) -> Value {
        Value::Object(self.profile.attributes.clone())
    }

    async fn updated_at(&self) -> DateTime<Utc> {
        self.profile.updated_at
    }

    async fn updated_by(&self) -> &str {
        &self.profile.updated_by
    }

    /// Oldest first.
    async fn versions(&self, ctx: &Context<'_>) -> ApiResult<Vec<ProfileVersion>> {
        let versions = load(ctx, VersionsOf(self.subject)).await?.unwrap_or_default();
        Ok(versions.into_iter().map(ProfileVersion::from).collect())
    }
}

/// What changed, when and by whom: names of fields, never values.
#[derive(SimpleObject)]
pub struct ProfileVersion {
    version: i32,
    changed_fields: Vec<String>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl From<profile_versions::Model> for ProfileVersion {
    fn from(row: profile_versions::Model) -> Self {
        Self {
            version: row.version,
            changed_fields: row.changed_fields.0,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }
}

impl Loader<SubjectId> for Batch {
    type Value = subjects::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[SubjectId]) -> Loaded<HashMap<SubjectId, subjects::Model>> {
        Ok(room::subjects_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// The subject of a row that names it; null for another tenant's.
pub async fn subject(ctx: &Context<'_>, id: SubjectId) -> ApiResult<Option<Subject>> {
    Ok(load(ctx, id).await?.map(Subject))
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct ExternalIdOf(SubjectId);

impl Loader<ExternalIdOf> for Batch {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ExternalIdOf]) -> Loaded<HashMap<ExternalIdOf, String>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let opened = room::reveal_external_ids(&self.app, &self.viewer, ids).await?;
        Ok(opened.into_iter().map(|(id, external_id)| (ExternalIdOf(id), external_id)).collect())
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct ProfileOf {
    subject: SubjectId,
    purpose: Option<String>,
}

/// Opened for each purpose by itself: one that is refused takes no other with it.
impl Loader<ProfileOf> for Batch {
    type Value = Loaded<Revealed>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProfileOf]) -> Loaded<HashMap<ProfileOf, Loaded<Revealed>>> {
        let mut by_purpose: HashMap<Option<String>, Vec<SubjectId>> = HashMap::new();
        for key in keys {
            by_purpose.entry(key.purpose.clone()).or_default().push(key.subject);
        }
        let mut loaded = HashMap::new();
        for (purpose, subjects) in by_purpose {
            let revealed = room::reveal_profiles(&self.app, &self.viewer, subjects.clone(), purpose.clone()).await;
            let revealed = revealed.map_err(Arc::new);
            for subject in subjects {
                let one = revealed.as_ref().map(|revealed| revealed.get(&subject).cloned());
                let key = ProfileOf { subject, purpose: purpose.clone() };
                loaded.extend(one.map_err(Arc::clone).transpose().map(|one| (key, one)));
            }
        }
        Ok(loaded)
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct VersionsOf(SubjectId);

impl Loader<VersionsOf> for Batch {
    type Value = Vec<profile_versions::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<HashMap<VersionsOf, Self::Value>> {
        let subjects = keys.iter().map(|key| key.0);
        let versions = room::profile_versions(&self.app, &self.viewer, subjects.collect()).await?;
        Ok(versions.into_iter().map(|(id, versions)| (VersionsOf(id), versions)).collect())
    }
}
