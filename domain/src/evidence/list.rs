//! Reading the audit log.

use chrono::{DateTime, Utc};
use recital_entities::{AuditEntryId, AuditOutcome, evidence::audit_entries};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use crate::{
    app::App,
    db::{Order, Page, PageRequest},
    error::Result,
    viewer::{Permission, Viewer},
};

/// Every part given must hold.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    pub action: Option<String>,
    pub resource_type: Option<String>,
    /// The bare id.
    pub resource_id: Option<String>,
    pub actor: Option<String>,
    pub outcome: Option<AuditOutcome>,
    /// Inclusive.
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
}

/// Entries, newest first.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    filter: AuditFilter,
    page: PageRequest,
) -> Result<Page<audit_entries::Model>> {
    use audit_entries::Column;
    let select = audit_entries::Entity::find()
        .apply_if(filter.action, |select, action| select.filter(Column::Action.eq(action)))
        .apply_if(filter.resource_type, |select, kind| select.filter(Column::ResourceType.eq(kind)))
        .apply_if(filter.resource_id, |select, id| select.filter(Column::ResourceId.eq(id)))
        .apply_if(filter.actor, |select, actor| select.filter(Column::Actor.eq(actor)))
        .apply_if(filter.outcome, |select, outcome| select.filter(Column::Outcome.eq(outcome)))
        .apply_if(filter.from, |select, from| select.filter(Column::At.gte(from)))
        .apply_if(filter.to, |select, to| select.filter(Column::At.lt(to)));
    app.read(viewer, Permission::AuditRead, async |tx| tx.page(select, Column::Id, Order::NewestFirst, &page).await)
        .await
}

/// Several entries in one statement.
pub async fn entries_by_ids(app: &App, viewer: &Viewer, ids: Vec<AuditEntryId>) -> Result<Vec<audit_entries::Model>> {
    let select = audit_entries::Entity::find().filter(audit_entries::Column::Id.is_in(ids));
    app.read(viewer, Permission::AuditRead, async |tx| tx.all(select).await).await
}
