//! A record, opened on demand.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{
    error::Error,
    vault::{self as room, Reveal},
};
use recital_entities::{RecordId, retention::legal_holds, vault::records};
use serde_json::Value;

use crate::{
    batch::{Batch, Loaded, load},
    errors::ApiResult,
    ids::global_id,
    retention::LegalHold,
};

/// One piece of personal data, with the purpose it is kept for and the time it goes.
pub struct PersonalRecord {
    pub row: records::Model,
    pub reveal: Reveal,
}

#[Object]
impl PersonalRecord {
    pub async fn id(&self) -> ID {
        global_id("PersonalRecord", self.row.id.0)
    }

    async fn data_type(&self) -> &str {
        &self.row.data_type
    }

    /// The purpose's key.
    async fn purpose(&self, ctx: &Context<'_>) -> ApiResult<String> {
        let purpose = load(ctx, self.row.purpose_id).await?;
        Ok(purpose.ok_or_else(|| Error::not_found("purpose"))?.key)
    }

    /// Decrypts; needs the permission, and is audited.
    async fn payload(&self, ctx: &Context<'_>) -> ApiResult<Value> {
        Ok(load(ctx, PayloadOf(self.row.id, self.reveal)).await?.ok_or_else(|| Error::not_found("record"))?)
    }

    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }

    /// Null for one that goes with the account, or never.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.row.expires_at
    }

    /// The holds in force that keep it past its end.
    async fn held_by(&self, ctx: &Context<'_>) -> ApiResult<Vec<LegalHold>> {
        let holds = load(ctx, HoldsOf(self.row.id)).await?.unwrap_or_default();
        Ok(holds.into_iter().map(LegalHold).collect())
    }
}

impl Loader<RecordId> for Batch {
    type Value = records::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[RecordId]) -> Loaded<HashMap<RecordId, records::Model>> {
        Ok(room::records_by_ids(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// Null for another tenant's.
pub async fn record(ctx: &Context<'_>, id: RecordId) -> ApiResult<Option<PersonalRecord>> {
    Ok(load(ctx, id).await?.map(|row| PersonalRecord { row, reveal: Reveal::Whole }))
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct PayloadOf(RecordId, Reveal);

impl Loader<PayloadOf> for Batch {
    type Value = Value;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PayloadOf]) -> Loaded<HashMap<PayloadOf, Value>> {
        let mut loaded = HashMap::new();
        for how in [Reveal::Whole, Reveal::ForTheirPurpose] {
            let ids: Vec<_> = keys.iter().filter(|key| key.1 == how).map(|key| key.0).collect();
            if !ids.is_empty() {
                let opened = room::reveal_payloads(&self.app, &self.viewer, ids, how).await?;
                loaded.extend(opened.into_iter().map(|(id, payload)| (PayloadOf(id, how), payload)));
            }
        }
        Ok(loaded)
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct HoldsOf(RecordId);

impl Loader<HoldsOf> for Batch {
    type Value = Vec<legal_holds::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[HoldsOf]) -> Loaded<HashMap<HoldsOf, Self::Value>> {
        let ids = keys.iter().map(|key| key.0).collect();
        let holds = room::holds_of_records(&self.app, &self.viewer, ids).await?;
        Ok(holds.into_iter().map(|(id, holds)| (HoldsOf(id), holds)).collect())
    }
}
