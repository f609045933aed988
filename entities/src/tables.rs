//! Every table there is, for the checks that must miss none.

use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic as _, Iterable as _};

use crate::{
    Class, Classed, access, accounts, accuracy, centre, consent, evidence, purposes, requests, retention, vault, work,
};

/// Whom a table's rows belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Tenant,
    Global,
}

/// A table as the data map shows it.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub scope: Scope,
    /// Column names in order, each with what it holds.
    pub columns: Vec<(String, Class)>,
    /// Those kept as bytes: sealed values, hashes, key material.
    pub bytes: Vec<String>,
}

/// All tables, room by room. A test compares this list with the migrated schema.
#[must_use]
pub fn tables() -> Vec<Table> {
    vec![
        table::<access::tenants::Entity>(Scope::Global),
        table::<access::controllers::Entity>(Scope::Tenant),
        table::<access::mail_settings::Entity>(Scope::Tenant),
        table::<access::mail_counts::Entity>(Scope::Tenant),
        table::<centre::centre_asks::Entity>(Scope::Tenant),
        table::<centre::centre_settings::Entity>(Scope::Tenant),
        table::<access::members::Entity>(Scope::Tenant),
        table::<access::api_keys::Entity>(Scope::Tenant),
        table::<access::idempotency_keys::Entity>(Scope::Tenant),
        table::<access::operator_tokens::Entity>(Scope::Global),
        table::<access::operator_entries::Entity>(Scope::Global),
        table::<vault::tenant_keys::Entity>(Scope::Tenant),
        table::<vault::tenant_secrets::Entity>(Scope::Tenant),
        table::<vault::signing_keys::Entity>(Scope::Tenant),
        table::<vault::subjects::Entity>(Scope::Tenant),
        table::<vault::subject_counts::Entity>(Scope::Tenant),
        table::<vault::subject_keys::Entity>(Scope::Tenant),
        table::<vault::restrictions::Entity>(Scope::Tenant),
        table::<vault::attribute_formats::Entity>(Scope::Tenant),
        table::<vault::profiles::Entity>(Scope::Tenant),
        table::<vault::profile_versions::Entity>(Scope::Tenant),
        table::<vault::records::Entity>(Scope::Tenant),
        table::<vault::tokens::Entity>(Scope::Tenant),
        table::<vault::files::Entity>(Scope::Tenant),
        table::<vault::uploads::Entity>(Scope::Tenant),
        table::<accounts::accounts::Entity>(Scope::Tenant),
        table::<accounts::account_links::Entity>(Scope::Tenant),
        table::<accounts::account_sessions::Entity>(Scope::Tenant),
        table::<accounts::account_counts::Entity>(Scope::Tenant),
        table::<purposes::purposes::Entity>(Scope::Tenant),
        table::<purposes::purpose_versions::Entity>(Scope::Tenant),
        table::<consent::consents::Entity>(Scope::Tenant),
        table::<consent::consent_events::Entity>(Scope::Tenant),
        table::<consent::notices::Entity>(Scope::Tenant),
        table::<consent::consent_confirmations::Entity>(Scope::Tenant),
        table::<consent::consent_imports::Entity>(Scope::Tenant),
        table::<consent::preference_links::Entity>(Scope::Tenant),
        table::<consent::objections::Entity>(Scope::Tenant),
        table::<accuracy::accuracy_policies::Entity>(Scope::Tenant),
        table::<accuracy::reverifications::Entity>(Scope::Tenant),
        table::<retention::retention_policies::Entity>(Scope::Tenant),
        table::<retention::retention_runs::Entity>(Scope::Tenant),
        table::<retention::retention_results::Entity>(Scope::Tenant),
        table::<retention::retention_result_holds::Entity>(Scope::Tenant),
        table::<retention::retention_restamps::Entity>(Scope::Tenant),
        table::<retention::retention_standings::Entity>(Scope::Global),
        table::<retention::legal_holds::Entity>(Scope::Tenant),
        table::<requests::subject_requests::Entity>(Scope::Tenant),
        table::<requests::request_events::Entity>(Scope::Tenant),
        table::<requests::export_packages::Entity>(Scope::Tenant),
        table::<requests::erasure_certificates::Entity>(Scope::Tenant),
        table::<requests::erasure_ledger::Entity>(Scope::Tenant),
        table::<requests::request_policies::Entity>(Scope::Tenant),
        table::<requests::last_addresses::Entity>(Scope::Tenant),
        table::<evidence::audit_entries::Entity>(Scope::Tenant),
        table::<evidence::audit_leaves::Entity>(Scope::Tenant),
        table::<evidence::audit_ages::Entity>(Scope::Tenant),
        table::<evidence::audit_subtrees::Entity>(Scope::Tenant),
        table::<evidence::audit_pending::Entity>(Scope::Global),
        table::<evidence::audit_checkpoints::Entity>(Scope::Tenant),
        table::<evidence::incidents::Entity>(Scope::Tenant),
        table::<evidence::attestations::Entity>(Scope::Tenant),
        table::<access::webhook_endpoints::Entity>(Scope::Tenant),
        table::<access::webhook_deliveries::Entity>(Scope::Tenant),
        table::<work::work_items::Entity>(Scope::Global),
        table::<work::job_runs::Entity>(Scope::Global),
        table::<work::workers::Entity>(Scope::Global),
    ]
}

fn table<E: EntityTrait<Column: Classed> + Default>(scope: Scope) -> Table {
    let columns = E::Column::iter().map(|column| (column.as_str().to_owned(), column.class())).collect();
    let bytes = E::Column::iter().filter(is_bytes).map(|column| column.as_str().to_owned()).collect();
    Table { name: E::default().table_name().to_owned(), scope, columns, bytes }
}

fn is_bytes(column: &impl ColumnTrait) -> bool {
    matches!(column.def().get_column_type(), ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob)
}
