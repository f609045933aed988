//! Off-boarding a tenant: refused at once, destroyed after the grace.
//!
//! What stays is what proves that it was done and names nobody: the tenant's row, the audit log with its leaves and
//! checkpoints, the register of purposes, and consent events whose sealed parts no key opens any more.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    Sealed, SubjectStatus, TenantId, TenantStatus, access, access::tenants, accounts, accuracy, centre, consent,
    evidence, requests, retention, retention::retention_standings, vault, vault::subjects, work::work_items,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use serde_json::json;

use super::{
    Operator,
    door::{Act, operate, tenant_of},
};
use crate::{
    app::App,
    bus::Change,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Event, sequence_tenant},
    vault::{LEDGER_UNAVAILABLE, enter_closing, was_closed},
    viewer::{Actor, Viewer},
};

/// Why and when.
#[derive(Clone, Debug)]
pub struct CloseTenant {
    pub slug: String,
    pub reason: String,
    /// Until then nothing is destroyed.
    pub grace_days: i32,
}

/// Refuses the tenant's callers from now on, and sets the day on which its keys and rows go.
///
/// # Errors
/// `BAD_USER_INPUT` for a grace outside 0 to 365 days; `NOT_FOUND`; CONFLICT with `ALREADY_CLOSING`.
pub async fn close_tenant(app: &App, operator: &Operator, input: CloseTenant) -> Result<tenants::Model> {
    let details = json!({ "reason": input.reason, "graceDays": input.grace_days });
    let act = Act { action: "tenant.closing", resource: input.slug.clone(), details };
    operate(app, operator, act, async || {
        if !(0..=365).contains(&input.grace_days) {
            return Err(Error::invalid("graceDays", "OUT_OF_RANGE", "a grace lasts 0 to 365 days"));
        }
        let tenant = tenant_of(app, &input.slug).await?;
        let closes_at = app.now() + TimeDelta::days(input.grace_days.into());
        app.attempt(&operator.viewer(tenant.id), async |tx| begin_closing(tx, tenant.clone(), closes_at).await).await
    })
    .await
}

async fn begin_closing(
    tx: &TenantTx,
    tenant: tenants::Model,
    closes_at: DateTime<Utc>,
) -> Result<crate::evidence::Audited<tenants::Model>> {
    let update = tenants::Entity::update_many()
        .filter(tenants::Column::Id.eq(tenant.id))
        .filter(tenants::Column::Status.is_in([TenantStatus::Active, TenantStatus::Suspended]))
        .col_expr(tenants::Column::Status, Expr::value(TenantStatus::Closing))
        .col_expr(tenants::Column::ClosesAt, Expr::value(closes_at));
    tx.announce(Change::AccessEnded);
    if tx.update_global(update).await? == 0 {
        return Err(Error::conflict("ALREADY_CLOSING", "this tenant is being closed already"));
    }
    let closing = tenants::Model { status: TenantStatus::Closing, closes_at: Some(closes_at), ..tenant };
    Ok(Event::TenantClosing { id: closing.id, closes_at: closes_at.to_rfc3339() }.with(closing))
}

/// Destroys the tenants whose grace is over. Answers how many.
pub async fn close_due_tenants(app: &App) -> Result<u64> {
    let select = tenants::Entity::find()
        .filter(tenants::Column::Status.eq(TenantStatus::Closing))
        .filter(tenants::Column::ClosesAt.lte(app.now()));
    let due = app.platform().all(select).await?;
    for tenant in &due {
        destroy(app, tenant.id).await?;
    }
    Ok(due.len() as u64)
}

/// Destroys a tenant that a restored backup has brought back.
///
/// # Errors
/// CONFLICT with `NOT_CLOSED` unless the erasure ledger says that it was closed.
pub async fn close_again(app: &App, tenant: TenantId) -> Result<()> {
    let viewer = Viewer::new(tenant, Actor::Operator, app.core().ids.next(app.now()));
    if !was_closed(app, &viewer).await? {
        return Err(Error::conflict("NOT_CLOSED", "the erasure ledger does not say that this tenant was closed"));
    }
    destroy(app, tenant).await
}

/// Rows first and with them the keys of people and files, then the files' content, then the log's last checkpoint, which
/// needs the tenant's key, then that key. What cannot be done now is done with the next run.
async fn destroy(app: &App, tenant: TenantId) -> Result<()> {
    let viewer = Viewer::new(tenant, Actor::Job("tenant.close"), app.core().ids.next(app.now()));
    app.attempt(&viewer, async |tx| {
        let rows = destroy_rows(tx).await?;
        Ok(Event::TenantDestroyed { id: tenant, rows }.with(()))
    })
    .await?;
    app.core().files.remove_tenant(tenant).await?;
    if let Err(error) = sequence_tenant(app, tenant).await {
        // A key that is out of use must not keep a tenant from being destroyed, here and below.
        tracing::warn!(%tenant, ?error, "a closed tenant's last entries are in no checkpoint");
    }
    if let Err(error) = enter_closing(app, &viewer).await {
        if error.reason() == LEDGER_UNAVAILABLE {
            return Err(error);
        }
        tracing::warn!(%tenant, ?error, "a closed tenant is not on the erasure ledger");
    }
    app.maintain(&viewer, destroy_keys).await?;
    app.core().keys.forget(tenant).await;
    Ok(())
}

macro_rules! destroyed {
    ($($room:ident::$table:ident),+ $(,)?) => {
        #[cfg(test)]
        const DESTROYED: &[&str] = &[$(stringify!($table)),+];

        async fn delete_all(tx: &TenantTx) -> Result<u64> {
            let mut rows = 0;
            $(rows += tx.delete($room::$table::Entity::delete_many()).await?;)+
            Ok(rows)
        }
    };
}

// Whoever points at another goes before it.
destroyed! {
    access::mail_settings, access::mail_counts, centre::centre_asks, centre::centre_settings, access::idempotency_keys, access::webhook_deliveries, access::webhook_endpoints, access::api_keys, access::members, access::controllers,
    accuracy::reverifications, accuracy::accuracy_policies,
    retention::retention_result_holds, retention::retention_results, retention::retention_runs, retention::retention_restamps, retention::retention_policies, retention::legal_holds,
    vault::restrictions,
    requests::export_packages, requests::erasure_certificates, requests::erasure_ledger, requests::last_addresses, requests::request_policies, requests::request_events, requests::subject_requests,
    accounts::account_counts, accounts::account_links, accounts::account_sessions, accounts::accounts,
    consent::objections, consent::consents, consent::notices,
    consent::consent_confirmations, consent::consent_imports, consent::preference_links,
    evidence::incidents, evidence::attestations,
    vault::tokens, vault::files, vault::uploads, vault::records, vault::profile_versions, vault::profiles, vault::subject_keys, vault::subject_counts,
    vault::attribute_formats,
}

async fn destroy_rows(tx: &TenantTx) -> Result<u64> {
    let work = work_items::Entity::delete_many().filter(work_items::Column::TenantId.eq(tx.tenant()));
    let standing = retention_standings::Entity::delete_many();
    let standing = standing.filter(retention_standings::Column::TenantId.eq(tx.tenant()));
    let rows = delete_all(tx).await? + tx.delete_global(work).await? + tx.delete_global(standing).await?;
    // Consent events point at them: what is left of a subject is an id.
    let nameless = subjects::Entity::update_many()
        .col_expr(subjects::Column::Status, Expr::value(SubjectStatus::Erased))
        .col_expr(subjects::Column::ErasedAt, Expr::value(tx.now()))
        .col_expr(subjects::Column::ExternalId, Expr::value(None::<Sealed>))
        .col_expr(subjects::Column::ExternalIdIndex, Expr::value(None::<Vec<u8>>))
        .col_expr(subjects::Column::Email, Expr::value(None::<Sealed>))
        .col_expr(subjects::Column::EmailIndex, Expr::value(None::<Vec<u8>>));
    Ok(rows + tx.update_all(nameless).await?)
}

async fn destroy_keys(tx: &TenantTx) -> Result<()> {
    tx.delete(vault::tenant_secrets::Entity::delete_many()).await?;
    tx.delete(vault::tenant_keys::Entity::delete_many()).await?;
    let closed = tenants::Entity::update_many()
        .filter(tenants::Column::Id.eq(tx.tenant()))
        .col_expr(tenants::Column::Status, Expr::value(TenantStatus::Closed));
    tx.update_global(closed).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use recital_entities::{Scope, tables};

    use super::*;

    /// Nothing personal in clear, and no key left that opens what is sealed.
    const KEPT: &[&str] = &[
        "audit_ages",
        "audit_checkpoints",
        "audit_entries",
        "audit_leaves",
        "audit_subtrees",
        "consent_events",
        "purpose_versions",
        "purposes",
        "signing_keys",
        "subjects",
        "tenant_keys",
        "tenant_secrets",
    ];

    #[test]
    fn no_table_of_a_tenant_is_forgotten_when_it_is_destroyed() {
        let tables = tables();
        let tenants = tables.iter().filter(|table| table.scope == Scope::Tenant).map(|table| table.name.as_str());
        let mut forgotten = tenants.filter(|name| !DESTROYED.contains(name) && !KEPT.contains(name));
        assert_eq!(forgotten.next(), None);
    }
}
