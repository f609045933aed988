//! Bringing everything under the newest version of the tenant's key, and destroying the versions before it.
//!
//! Safe to run at any time, under load, twice at once, and to kill half-way: each value is replaced only while it is
//! still what was read, and a row that is already done is passed over. An older version is destroyed once a pass that
//! began late enough found nothing left on it: no process can then still hold a ring that does not know the newest.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::{
    Sealed, TenantEntity, TenantId,
    access::{members, webhook_endpoints},
    evidence::{attestations, incidents},
    requests::last_addresses,
    retention::legal_holds,
    vault::{subject_keys, tenant_keys},
};
use sea_orm::{
    ColumnTrait, EntityName as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};
use uuid::Uuid;

use super::SubjectKey;
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    evidence::Event,
    keys::HELD_FOR,
    viewer::{Actor, Permission, Viewer},
};

/// Rows of one transaction.
const BATCH: u64 = 200;

/// Job `keys.rewrap`. Answers how many values were brought over.
pub async fn rewrap_tenant(app: &App, tenant: TenantId, run: Uuid) -> Result<u64> {
    rewrap(app, &Viewer::new(tenant, Actor::Job("keys.rewrap"), run)).await
}

/// Brings over whatever is not under the newest version.
pub async fn rewrap(app: &App, viewer: &Viewer) -> Result<u64> {
    let Some(pass) = Pass::begin(app, viewer).await? else { return Ok(0) };
    let mut count = pass.subject_keys().await?;
    count += pass.reasons().await?;
    count += pass.column(members::Column::Id, members::Column::Contact).await?;
    count += pass.column(legal_holds::Column::Id, legal_holds::Column::Reason).await?;
    count += pass.column(legal_holds::Column::Id, legal_holds::Column::ReleaseReason).await?;
    count += pass.column(incidents::Column::Id, incidents::Column::Title).await?;
    count += pass.column(incidents::Column::Id, incidents::Column::Description).await?;
    count += pass.column(attestations::Column::Id, attestations::Column::Statement).await?;
    count += pass.column(webhook_endpoints::Column::Id, webhook_endpoints::Column::Secret).await?;
    count += pass.column(last_addresses::Column::RequestId, last_addresses::Column::Address).await?;
    pass.end(count).await?;
    Ok(count)
}

/// One pass over all that the tenant's key wraps and seals.
struct Pass<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    newest: i32,
    began_at: DateTime<Utc>,
    /// From then on every process knows the newest version.
    settled_at: DateTime<Utc>,
}

impl<'a> Pass<'a> {
    /// None where there is no older version any more.
    async fn begin(app: &'a App, viewer: &'a Viewer) -> Result<Option<Self>> {
        app.core().keys.forget(viewer.tenant()).await;
        app.read(viewer, Permission::VaultRotateKey, async |tx| {
            let live = tenant_keys::Entity::find().filter(tenant_keys::Column::RetiredAt.is_null());
            let live = tx.all(live.order_by_desc(tenant_keys::Column::Version)).await?;
            let Some(newest) = live.first().filter(|_| live.len() > 1) else { return Ok(None) };
            let held_for = TimeDelta::from_std(HELD_FOR * 2).unwrap_or(TimeDelta::MAX);
            let settled_at = newest.created_at + held_for;
            Ok(Some(Self { app, viewer, newest: newest.version, began_at: tx.now(), settled_at }))
        })
        .await
    }

    async fn subject_keys(&self) -> Result<u64> {
        let mut count = 0;
        loop {
            let done = self.app.maintain(self.viewer, async |tx| self.subject_key_batch(tx).await).await?;
            if done == 0 {
                return Ok(count);
            }
            count += done;
        }
    }

    async fn subject_key_batch(&self, tx: &TenantTx) -> Result<u64> {
        use subject_keys::Column;
        let older = subject_keys::Entity::find().filter(Column::TenantKeyVersion.lt(self.newest));
        let rows = tx.all(older.order_by_asc(Column::SubjectId).limit(BATCH)).await?;
        let keys = tx.keys_for(rows.iter().map(|row| &row.wrapped)).await?;
        for row in &rows {
            let wrapped = SubjectKey::rewrap(&keys, row)?.unwrap_or_else(|| row.wrapped.clone());
            let replace = subject_keys::Entity::update_many()
                .filter(Column::SubjectId.eq(row.subject_id))
                .filter(Column::Wrapped.eq(row.wrapped.clone()))
                .col_expr(Column::Wrapped, Expr::value(wrapped))
                .col_expr(Column::TenantKeyVersion, Expr::value(self.newest));
            tx.update_all(replace).await?;
        }
        Ok(rows.len() as u64)
    }

    /// One column that is sealed under the tenant key, whatever it holds.
    async fn column<C>(&self, id: C, column: C) -> Result<u64>
    where
        C: ColumnTrait<EntityName: TenantEntity<Column = C>>,
    {
        let (mut count, mut after) = (0, Uuid::nil());
        loop {
            let batch = async |tx: &TenantTx| self.column_batch(tx, id, column, after).await;
            let (done, last) = self.app.maintain(self.viewer, batch).await?;
            count += done;
            match last {
                Some(last) => after = last,
                None => return Ok(count),
            }
        }
    }

    /// Answers how many values were replaced, and the last row looked at.
    async fn column_batch<C>(&self, tx: &TenantTx, id: C, column: C, after: Uuid) -> Result<(u64, Option<Uuid>)>
    where
        C: ColumnTrait<EntityName: TenantEntity<Column = C>>,
    {
        let select = C::EntityName::find().select_only().columns([id, column]).filter(id.gt(after));
        let select = select.filter(column.is_not_null()).order_by_asc(id).limit(BATCH);
        let rows: Vec<(Uuid, Sealed)> = tx.tuples(select).await?;
        let keys = tx.keys_for(rows.iter().map(|(_, sealed)| sealed)).await?;
        let (table, name) = (C::EntityName::default().table_name(), column.as_str());
        let mut count = 0;
        for (row, sealed) in &rows {
            let Some(resealed) = keys.reseal(table, name, row, sealed)? else { continue };
            let replace = C::EntityName::update_many()
                .filter(id.eq(*row))
                .filter(column.eq(sealed.clone()))
                .col_expr(column, Expr::value(resealed));
            count += tx.update_all(replace).await?;
        }
        Ok((count, rows.last().map(|(row, _)| *row)))
    }

    /// Why each version was made.
    async fn reasons(&self) -> Result<u64> {
        use tenant_keys::Column;
        self.app
            .maintain(self.viewer, async |tx| {
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
            })
            .await
    }

    async fn end(&self, count: u64) -> Result<()> {
        let (id, version) = (self.viewer.tenant(), self.newest);
        if count > 0 {
            let rewrapped = Event::TenantKeyRewrapped { id, version, count };
            self.app.write(self.viewer, Permission::VaultRotateKey, async |_| Ok(rewrapped.with(()))).await?;
        }
        if self.began_at < self.settled_at {
            return Ok(());
        }
        let destroy = async |tx: &TenantTx| {
            self.destroy_older(tx).await?;
            Ok(Event::TenantKeysDestroyed { id, before: version }.with(()))
        };
        self.app.write(self.viewer, Permission::VaultRotateKey, destroy).await?;
        self.app.core().keys.forget(id).await;
        Ok(())
    }

    async fn destroy_older(&self, tx: &TenantTx) -> Result<()> {
        use tenant_keys::Column;
        let destroy = tenant_keys::Entity::update_many()
            .filter(Column::Version.lt(self.newest))
            .filter(Column::RetiredAt.is_null())
            .col_expr(Column::Wrapped, Expr::value(Vec::<u8>::new()))
            .col_expr(Column::RetiredAt, Expr::value(tx.now()));
        tx.update_all(destroy).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use recital_entities::{Class, tables};

    /// What [`super::rewrap`] brings over.
    const TENANT_SEALED: &[&str] = &[
        "attestations.statement",
        "incidents.description",
        "incidents.title",
        "legal_holds.reason",
        "legal_holds.release_reason",
        "members.contact",
        "tenant_keys.reason",
    ];

    /// What goes with its subject's key, which alone is brought over.
    const SUBJECT_SEALED: &[&str] = &[
        "consent_events.reason",
        "export_packages.content",
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
