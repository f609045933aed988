//! A file about a person. Its content goes over HTTP: see `docs/files.md`.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    vault::{self as room, Described},
};
use recital_entities::{FileId, retention::legal_holds, vault::files};

use crate::{
    batch::{Batch, Loaded, load},
    errors::ApiResult,
    ids::global_id,
    retention::LegalHold,
};

/// A file about a person, with the purpose it is kept for and the time it goes.
pub struct PersonalFile(pub files::Model);

#[Object]
impl PersonalFile {
    pub async fn id(&self) -> ID {
        global_id("PersonalFile", self.0.id.0)
    }

    async fn data_type(&self) -> &str {
        &self.0.data_type
    }

    /// The purpose's key.
    async fn purpose(&self, ctx: &Context<'_>) -> ApiResult<String> {
        let purpose = load(ctx, self.0.purpose_id).await?;
        Ok(purpose.ok_or_else(|| Error::not_found("purpose"))?.key)
    }

    /// Decrypts; needs the permission, and is audited. Null for a file without one.
    async fn name(&self, ctx: &Context<'_>) -> ApiResult<Option<String>> {
        Ok(self.described(ctx).await?.name)
    }

    /// Decrypts; needs the permission, and is audited.
    async fn media_type(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(self.described(ctx).await?.media_type)
    }

    /// Of the content, as hexadecimal digits. Decrypts; needs the permission, and is audited.
    async fn sha256(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(hex::encode(self.described(ctx).await?.sha256))
    }

    /// Of the content, in bytes.
    async fn size_bytes(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "GraphQL's Int ends at 2 GiB; a Float counts bytes up to 8 PiB")]
        let size = self.0.size_bytes as f64;
        size
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Null for one that goes with the account, or never.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// The holds in force that keep it past its end.
    async fn held_by(&self, ctx: &Context<'_>) -> ApiResult<Vec<LegalHold>> {
        let holds = load(ctx, HoldsOf(self.0.id)).await?.unwrap_or_default();
        Ok(holds.into_iter().map(LegalHold).collect())
    }
}

impl PersonalFile {
    async fn described(&self, ctx: &Context<'_>) -> ApiResult<Described> {
        Ok(load(ctx, DescriptionOf(self.0.id)).await?.ok_or_else(|| Error::not_found("file"))?)
    }
}

impl Loader<FileId> for Batch {
    type Value = files::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[FileId]) -> Loaded<HashMap<FileId, files::Model>> {
        Ok(room::files_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// Null for another tenant's.
pub async fn file(ctx: &Context<'_>, id: FileId) -> ApiResult<Option<PersonalFile>> {
    Ok(load(ctx, id).await?.map(PersonalFile))
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct DescriptionOf(FileId);

impl Loader<DescriptionOf> for Batch {
    type Value = Described;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[DescriptionOf]) -> Loaded<HashMap<DescriptionOf, Described>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let described = room::describe_files(&self.app, &self.viewer, ids).await?;
        Ok(described.into_iter().map(|(id, described)| (DescriptionOf(id), described)).collect())
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct HoldsOf(FileId);

impl Loader<HoldsOf> for Batch {
    type Value = Vec<legal_holds::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[HoldsOf]) -> Loaded<HashMap<HoldsOf, Self::Value>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let holds = room::holds_of_files(&self.app, &self.viewer, ids).await?;
        Ok(holds.into_iter().map(|(id, holds)| (HoldsOf(id), holds)).collect())
    }
}
