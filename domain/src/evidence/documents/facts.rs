//! What the documents tell, read from the tables that the rules enforce.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use recital_entities::{
    PurposeId, PurposeStatus, SubjectStatus,
    access::{controllers, tenants},
    purposes::purposes,
    retention::retention_policies,
    vault::{records, subjects},
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
    sea_query::ExprTrait as _,
};

use crate::{
    db::TenantTx,
    error::{Error, Result},
    retention,
};

/// The tenant's processing as it is.
pub(super) struct Facts {
    pub tenant: tenants::Model,
    pub controller: controllers::Model,
    /// Those in use, oldest first.
    pub activities: Vec<Activity>,
    /// By data type.
    pub policies: BTreeMap<String, retention_policies::Model>,
    /// People whose data is held.
    pub subjects: u64,
    pub at: DateTime<Utc>,
}

/// A purpose with what is held for it.
pub(super) struct Activity {
    pub purpose: purposes::Model,
    pub held: Held,
}

/// Counts of records, and of the people they are about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    pub records: i64,
    pub subjects: i64,
}

impl Facts {
    pub async fn read(tx: &TenantTx) -> Result<Self> {
        let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
        let purposes = purposes::Entity::find()
            .filter(purposes::Column::Status.eq(PurposeStatus::Active))
            .order_by_asc(purposes::Column::Id);
        let purposes = tx.all(purposes).await?;
        let held = held(tx).await?;
        let activity =
            |purpose: purposes::Model| Activity { held: held.get(&purpose.id).copied().unwrap_or_default(), purpose };
        let policies = retention::policies(tx).await?;
        let people = subjects::Entity::find().filter(subjects::Column::Status.ne(SubjectStatus::Erased));
        Ok(Self {
            tenant: tenant.ok_or_else(|| Error::not_found("tenant"))?,
            controller: tx.get("controller", controllers::Entity::find()).await?,
            activities: purposes.into_iter().map(activity).collect(),
            policies: policies.into_iter().map(|policy| (policy.data_type.clone(), policy)).collect(),
            subjects: tx.count(people).await?,
            at: tx.now(),
        })
    }
}

async fn held(tx: &TenantTx) -> Result<BTreeMap<PurposeId, Held>> {
    let select = records::Entity::find()
        .select_only()
        .column(records::Column::PurposeId)
        .expr(Expr::col(records::Column::Id).count())
        .expr(Expr::col(records::Column::SubjectId).count_distinct())
        .group_by(records::Column::PurposeId);
    let counts: Vec<(PurposeId, i64, i64)> = tx.tuples(select).await?;
    Ok(counts.into_iter().map(|(purpose, records, subjects)| (purpose, Held { records, subjects })).collect())
}
