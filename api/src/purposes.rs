//! Purposes and lawful bases.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, dataloader::Loader};
use recital_domain::{error::Error, purposes as room};
use recital_entities::{LawfulBasis, PurposeId, PurposeStatus, purposes::purposes};

use crate::{
    auth::{app, viewer},
    batch::{Batch, Loaded, load},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::global_id,
    scalars::Period,
};

/// A purpose of processing and its lawful basis.
pub struct Purpose(pub purposes::Model);

#[Object]
impl Purpose {
    pub async fn id(&self) -> ID {
        global_id("Purpose", self.0.id.0)
    }

    async fn key(&self) -> &str {
        &self.0.key
    }

    async fn lawful_basis(&self) -> LawfulBasis {
        self.0.lawful_basis
    }

    async fn status(&self) -> PurposeStatus {
        self.0.status
    }

    async fn retention(&self) -> Period {
        Period(self.0.retention)
    }
}

impl Loader<PurposeId> for Batch {
    type Value = purposes::Model;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[PurposeId]) -> Loaded<HashMap<PurposeId, purposes::Model>> {
        Ok(room::find_all(&self.app, &self.viewer, ids.to_vec()).await?)
    }
}

/// The purpose of a row that names it; null for another tenant's.
pub async fn purpose(ctx: &Context<'_>, id: PurposeId) -> ApiResult<Option<Purpose>> {
    Ok(load(ctx, id).await?.map(Purpose))
}

#[derive(InputObject, Default)]
struct PurposeFilter {
    lawful_basis: Option<LawfulBasis>,
    status: Option<PurposeStatus>,
}

#[derive(Default)]
pub struct PurposesQuery;

#[Object]
impl PurposesQuery {
    /// Purposes, retired ones too, oldest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn purposes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<PurposeFilter>,
    ) -> ApiResult<Connection<Purpose>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let filter = filter.unwrap_or_default();
        let page = room::list(app(ctx), viewer(ctx)?, filter.lawful_basis, filter.status, page).await?;
        Ok(connect(page, |row| row.id.0, Purpose))
    }
}
