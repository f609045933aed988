//! The texts people were shown.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use recital_domain::{consent as room, error::Error};
use recital_entities::consent::notices;

use crate::{
    batch::{Batch, Loaded, load},
    errors::ApiResult,
};

/// A text that people were shown, kept once.
pub struct Notice(notices::Model);

#[Object]
impl Notice {
    /// SHA-256 of the text's UTF-8 bytes, in hex.
    async fn hash(&self) -> String {
        hex::encode(&self.0.hash)
    }

    async fn text(&self) -> &str {
        &self.0.text
    }

    async fn first_shown_at(&self) -> DateTime<Utc> {
        self.0.first_shown_at
    }
}

/// A notice by its hash.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NoticeHash(Vec<u8>);

impl Loader<NoticeHash> for Batch {
    type Value = notices::Model;
    type Error = Arc<Error>;

    async fn load(&self, hashes: &[NoticeHash]) -> Loaded<HashMap<NoticeHash, notices::Model>> {
        let hashes = hashes.iter().map(|hash| hash.0.clone()).collect();
        let notices = room::notices(&self.app, &self.viewer, hashes).await?;
        Ok(notices.into_iter().map(|(hash, notice)| (NoticeHash(hash), notice)).collect())
    }
}

pub async fn find(ctx: &Context<'_>, hash: Vec<u8>) -> ApiResult<Option<Notice>> {
    Ok(load(ctx, NoticeHash(hash)).await?.map(Notice))
}
