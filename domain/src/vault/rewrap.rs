//! Bringing everything under the newest version of the tenant's key, and destroying the versions before it.
//!
//! Safe to run at any time, under load, twice at once, and to kill half-way: each value is replaced only while it is
//! still what was read, and a row that is already done is passed over. An older version is destroyed once a pass that
//! began late enough found nothing left on it: no process can then still hold a ring that does not know the newest. A value
//! that does not open stays as it is and goes on record; while there is one, the version it names stays too.

use recital_entities::{
    Sealed, TenantEntity, TenantId,
    access::{members, webhook_endpoints},
    accounts::account_links,
    centre::centre_asks,
    evidence::{attestations, incidents},
    requests::last_addresses,
    retention::legal_holds,
    vault::{subject_keys, tenant_keys},
};
use sea_orm::{
    ColumnTrait, EntityName as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Value,
    sea_query::{CaseStatement, Expr, SimpleExpr},
};
use uuid::Uuid;

use super::{SubjectKey, reindex::reindex};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    keys::RefusedValue,
    viewer::{Actor, Permission, Viewer},
};

/// Rows of one transaction.
const BATCH: u64 = 500;

/// Job `keys.rewrap`. Answers how many values were brought over.
pub async fn rewrap_tenant(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    rewrap(app, &Viewer::new(tenant, Actor::Job("keys.rewrap"), run)).await
}

/// Brings over whatever is not under the newest versions of the tenant's key and of its index key.
pub async fn rewrap(app: &App, viewer: &Viewer) -> Result<u64> {
    Ok(rewrap_all(app, viewer).await? + reindex(app, viewer).await?)
}

async fn rewrap_all(app: &App, viewer: &Viewer) -> Result<u64> {
    let Some(mut pass) = Pass::begin(app, viewer).await? else { return Ok(0) };
    pass.subject_keys().await?;
    pass.reasons().await?;
    pass.column(members::Column::Id, members::Column::Contact).await?;
    pass.column(legal_holds::Column::Id, legal_holds::Column::Reason).await?;
    pass.column(legal_holds::Column::Id, legal_holds::Column::ReleaseReason).await?;
    pass.column(incidents::Column::Id, incidents::Column::Title).await?;
    pass.column(incidents::Column::Id, incidents::Column::Description).await?;
    pass.column(attestations::Column::Id, attestations::Column::Statement).await?;
    pass.column(webhook_endpoints::Column::Id, webhook_endpoints::Column::Secret).await?;
    pass.column(account_links::Column::Id, account_links::Column::Asked).await?;
    pass.column(centre_asks::Column::Id, centre_asks::Column::Address).await?;
    pass.column(centre_asks::Column::Id, centre_asks::Column::Note).await?;
    pass.column(last_addresses::Column::RequestId, last_addresses::Column::Address).await?;
    pass.column(webhook_endpoints::Column::Id, webhook_endpoints::Column::PreviousSecret).await?;
    pass.end().await
}

/// One pass over all that the tenant's key wraps and seals.
struct Pass<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    newest: i32,
    /// Whether every process knows the newest version.
    settled: bool,
    /// Values brought over.
    count: u64,
    /// Values that did not open.
    refused: u64,
}

/// What came of some rows.
struct Batch {
    count: u64,
    refused: Vec<Error>,
    /// The last row looked at; None at the end.
    last: Option<Uuid>,
}

impl<'a> Pass<'a> {
    /// None where there is no older version any more.
    async fn begin(app: &'a App, viewer: &'a Viewer) -> Result<Option<Self>> {
        app.core().keys.forget(viewer.tenant()).await;
        app.read(viewer, Permission::VaultRotateKey, async |tx| {
            let live = tenant_keys::Entity::find().filter(tenant_keys::Column::RetiredAt.is_null());
            let live = tx.all(live.order_by_desc(tenant_keys::Column::Version)).await?;
            let Some(newest) = live.first().filter(|_| live.len() > 1) else { return Ok(None) };
            let settled = newest.created_at + tx.core().keys.settles_after() <= tx.now();
            Ok(Some(Self { app, viewer, newest: newest.version, settled, count: 0, refused: 0 }))
        })
        .await
    }

    async fn subject_keys(&mut self) -> Result<()> {
        let (newest, mut after) = (self.newest, Some(Uuid::nil()));
        while let Some(row) = after {
            let batch = async |tx: &TenantTx| subject_key_batch(tx, newest, row).await;
            after = self.note(self.app.maintain(self.viewer, batch).await?).await?;
        }
        Ok(())
    }

    /// One column that is sealed under the tenant key, whatever it holds.
    async fn column<C>(&mut self, id: C, column: C) -> Result<()>
    where
        C: ColumnTrait<EntityName: TenantEntity<Column = C>>,
    {
        let mut after = Some(Uuid::nil());
        while let Some(row) = after {
            let batch = async |tx: &TenantTx| column_batch(tx, id, column, row).await;
            after = self.note(self.app.maintain(self.viewer, batch).await?).await?;
        }
        Ok(())
    }

    /// Answers where the next batch begins.
    async fn note(&mut self, batch: Batch) -> Result<Option<Uuid>> {
        self.count += batch.count;
        self.refused += batch.refused.len() as u64;
        report(self.app, self.viewer, batch.refused).await?;
        Ok(batch.last)
    }

    /// Why each version was made.
    async fn reasons(&mut self) -> Result<()> {
        use tenant_keys::Column;
        let reseal = async |tx: &TenantTx| {
            let rows = tx.all(tenant_keys::Entity::find().filter(Column::Reason.is_not_null())).await?;
            let keys = tx.keys_for(rows.iter().filter_map(|row| row.reason.as_ref())).await?;
            let mut count = 0;
            for (version, reason) in rows.into_iter().filter_map(|row| Some((row.version, row.reason?))) {
                let Some(resealed) = keys.reseal("tenant_keys", "reason", &version, &reason)? else { continue };
                let replace = tenant_keys::Entity::update_many()
                    .filter(Column::Version.eq(version))
                    .col_expr(Column::Reason, Expr::value(resealed));
                count += tx.update_all(replace).await?;
            }
            Ok(count)
        };
        self.count += self.app.maintain(self.viewer, reseal).await?;
        Ok(())
    }

    async fn end(self) -> Result<u64> {
        let (id, version, count) = (self.viewer.tenant(), self.newest, self.count);
        if count > 0 {
            let rewrapped = Event::TenantKeyRewrapped { id, version, count };
            self.app.write(self.viewer, Permission::VaultRotateKey, async |_| Ok(rewrapped.with(()))).await?;
        }
        if self.settled && self.refused == 0 {
            let destroy = async |tx: &TenantTx| {
                destroy_older(tx, version).await?;
                Ok(Event::TenantKeysDestroyed { id, before: version }.with(()))
            };
            self.app.write(self.viewer, Permission::VaultRotateKey, destroy).await?;
            self.app.core().keys.forget(id).await;
        }
        Ok(count)
    }
}

/// Puts values that did not open on record. What else is wrong ends the pass.
pub(super) async fn report(app: &App, viewer: &Viewer, refused: Vec<Error>) -> Result<()> {
    for error in refused {
        let known = error.caused_by::<RefusedValue>().is_some();
        let told = app.reported(viewer, Err::<(), _>(error)).await;
        if !known {
            return told;
        }
    }
    Ok(())
}

async fn subject_key_batch(tx: &TenantTx, newest: i32, after: Uuid) -> Result<Batch> {
    use subject_keys::Column;
    let older = subject_keys::Entity::find()
        .filter(Column::TenantKeyVersion.lt(newest))
        .filter(Column::SubjectId.gt(after))
        .order_by_asc(Column::SubjectId);
    let rows = tx.all(older.limit(BATCH)).await?;
    let keys = tx.keys_for(rows.iter().map(|row| &row.wrapped)).await?;
    let mut batch = Batch { count: 0, refused: Vec::new(), last: rows.last().map(|row| row.subject_id.0) };
    let mut replaced = Vec::with_capacity(rows.len());
    for row in rows {
        match SubjectKey::rewrap(&keys, &row) {
            Ok(wrapped) => replaced.push(Replaced {
                row: row.subject_id.0,
                new: wrapped.unwrap_or(row.wrapped.clone()),
                old: row.wrapped,
            }),
            Err(error) => batch.refused.push(error),
        }
    }
    if !replaced.is_empty() {
        let replace = subject_keys::Entity::update_many()
            .filter(Column::SubjectId.is_in(replaced.iter().map(|value| value.row)))
            .filter(Column::Wrapped.is_in(replaced.iter().map(|value| value.old.clone())))
            .col_expr(Column::TenantKeyVersion, Expr::value(newest))
            .col_expr(
                Column::Wrapped,
                chosen(Column::SubjectId, Column::Wrapped, replaced.into_iter().map(|value| (value.row, value.new))),
            );
        batch.count = tx.update_all(replace).await?;
    }
    Ok(batch)
}

/// Every sealed value is unlike every other, so that being among the old ones is being one's own.
struct Replaced {
    row: Uuid,
    old: Sealed,
    new: Sealed,
}

async fn column_batch<C>(tx: &TenantTx, id: C, column: C, after: Uuid) -> Result<Batch>
where
    C: ColumnTrait<EntityName: TenantEntity<Column = C>>,
{
    let select = C::EntityName::find().select_only().columns([id, column]).filter(id.gt(after));
    let select = select.filter(column.is_not_null()).order_by_asc(id).limit(BATCH);
    let rows: Vec<(Uuid, Sealed)> = tx.tuples(select).await?;
    let keys = tx.keys_for(rows.iter().map(|(_, sealed)| sealed)).await?;
    let (table, name) = (C::EntityName::default().table_name(), column.as_str());
    let mut batch = Batch { count: 0, refused: Vec::new(), last: rows.last().map(|(row, _)| *row) };
    let mut replaced = Vec::new();
    for (row, old) in rows {
        match keys.reseal(table, name, &row, &old) {
            Ok(Some(new)) => replaced.push(Replaced { row, old, new }),
            Ok(None) => {}
            Err(error) => batch.refused.push(error),
        }
    }
    if !replaced.is_empty() {
        let replace = C::EntityName::update_many()
            .filter(id.is_in(replaced.iter().map(|value| value.row)))
            .filter(column.is_in(replaced.iter().map(|value| value.old.clone())))
            .col_expr(column, chosen(id, column, replaced.into_iter().map(|value| (value.row, value.new))));
        batch.count = tx.update_all(replace).await?;
    }
    Ok(batch)
}

/// `CASE WHEN id = … THEN … ELSE column END`: each row its own value, in one statement.
pub(super) fn chosen<C: ColumnTrait, V: Into<Value>>(
    id: C,
    column: C,
    values: impl Iterator<Item = (Uuid, V)>,
) -> SimpleExpr {
    values
        .fold(CaseStatement::new(), |case, (row, value)| case.case(id.eq(row), Expr::value(value)))
        .finally(Expr::col(column))
        .into()
}

/// Only the wrapped key goes: that there was a version, and when, stays.
async fn destroy_older(tx: &TenantTx, newest: i32) -> Result<()> {
    use tenant_keys::Column;
    let destroy = tenant_keys::Entity::update_many()
        .filter(Column::Version.lt(newest))
        .filter(Column::RetiredAt.is_null())
        .col_expr(Column::Wrapped, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::RetiredAt, Expr::value(tx.now()));
    tx.update_all(destroy).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use recital_entities::{Class, tables};

    /// What [`super::rewrap`] brings over.
    const TENANT_SEALED: &[&str] = &[
        "account_links.asked",
        "attestations.statement",
        "centre_asks.address",
        "centre_asks.note",
        "incidents.description",
        "incidents.title",
        "last_addresses.address",
        "legal_holds.reason",
        "legal_holds.release_reason",
        "members.contact",
        "tenant_keys.reason",
    ];

    /// What goes with its subject's key, which alone is brought over.
    const SUBJECT_SEALED: &[&str] = &[
        "consent_events.reason",
        "files.media_type",
        "files.name",
        "files.sha256",
        "profiles.attributes",
        "records.payload",
        "request_events.note",
        "subject_requests.corrections",
        "subject_requests.extension_reason",
        "subject_requests.identity_evidence",
        "subject_requests.note",
        "subject_requests.rejection_explanation",
        "subjects.email",
        "subjects.external_id",
        "tokens.value",
    ];

    #[test]
    fn no_sealed_column_is_left_behind() {
        let mut personal: Vec<String> = tables()
            .into_iter()
            .flat_map(|table| table.columns.into_iter().map(move |column| (table.name.clone(), column)))
            .filter(|(_, (_, class))| matches!(class, Class::Personal | Class::Special))
            .map(|(table, (column, _))| format!("{table}.{column}"))
            .collect();
        personal.sort();
        let mut known: Vec<&str> = [TENANT_SEALED, SUBJECT_SEALED].concat();
        known.sort_unstable();
        assert_eq!(personal, known, "say which key seals a new column, and bring it over if it is the tenant's");
    }
}
