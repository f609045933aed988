//! Legal holds.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{error::Error, retention as room};
use recital_entities::{LegalHoldId, retention::legal_holds};

use crate::{
    batch::{Batch, Loaded, load},
    errors::ApiResult,
    ids::global_id,
    vault::{self, Subject},
};

/// Keeps data past its period while a ground such as a lawsuit lasts.
pub struct LegalHold(pub legal_holds::Model);

#[Object]
impl LegalHold {
    pub async fn id(&self) -> ID {
        global_id("LegalHold", self.0.id.0)
    }

    /// Decrypts, and is audited.
    async fn reason(&self, ctx: &Context<'_>) -> ApiResult<String> {
        Ok(load(ctx, ReasonOf(self.0.id)).await?.ok_or_else(|| Error::not_found("legal hold"))?)
    }

    /// Null for a hold on a data type, whoever the subject is.
    async fn subject(&self, ctx: &Context<'_>) -> ApiResult<Option<Subject>> {
        match self.0.subject_id {
            Some(id) => vault::subject(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Null for a hold on a subject, whatever the data type is.
    async fn data_type(&self) -> Option<&str> {
        self.0.data_type.as_deref()
    }

    async fn placed_by(&self) -> &str {
        &self.0.placed_by
    }

    async fn placed_at(&self) -> DateTime<Utc> {
        self.0.placed_at
    }

    async fn released_at(&self) -> Option<DateTime<Utc>> {
        self.0.released_at
    }
}

/// How much of a data type that is past its end one hold keeps.
pub struct KeptByHold {
    pub hold: LegalHoldId,
    pub kept: i32,
}

#[Object]
impl KeptByHold {
    async fn hold(&self, ctx: &Context<'_>) -> ApiResult<LegalHold> {
        Ok(hold(ctx, self.hold).await?.ok_or_else(|| Error::not_found("legal hold"))?)
    }

    /// Records and files.
    async fn kept(&self) -> i32 {
        self.kept
    }
}

/// A hold's reason, opened once per request for all holds asked for.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ReasonOf(LegalHoldId);

impl Loader<ReasonOf> for Batch {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ReasonOf]) -> Loaded<HashMap<ReasonOf, String>> {
        let reasons = room::reveal_reasons(&self.app, &self.viewer, keys.iter().map(|key| key.0).collect()).await?;
        Ok(reasons.into_iter().map(|(id, reason)| (ReasonOf(id), reason)).collect())
    }
}

impl Loader<LegalHoldId> for Batch {
    type Value = legal_holds::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[LegalHoldId]) -> Loaded<HashMap<LegalHoldId, Self::Value>> {
        Ok(room::holds_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

pub async fn hold(ctx: &Context<'_>, id: LegalHoldId) -> ApiResult<Option<LegalHold>> {
    Ok(load(ctx, id).await?.map(LegalHold))
}
