//! What an import has to do, told before any of it is done: the dry run and the run share it.

use std::collections::HashMap;

use recital_entities::{PurposeStatus, access::tenants, purposes::purposes, retention::retention_policies};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};

use super::{
    Definition, Finding, Imported, by_keys,
    import::Files,
    is_material,
    purpose_register::Listed,
    register::{self, File, Misprint},
    retention_register::RetentionRegister,
    store,
};
use crate::{
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    retention::{self, SetPolicy},
};

#[derive(Default)]
pub(super) struct Plan {
    create: Vec<Listed>,
    revise: Vec<Revision>,
    policies: Vec<SetPolicy>,
    /// The sweep's new schedule and time.
    cleanup: Option<(String, String)>,
    summary: Imported,
}

struct Revision {
    old: purposes::Model,
    new: Definition,
    reconsent: bool,
}

impl Plan {
    /// Compares the files with what there is.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where a file names a retired purpose.
    pub async fn make(tx: &TenantTx, files: Files) -> Result<Self> {
        let mut plan = Self::default();
        plan.compare_purposes(tx, files.purposes).await?;
        if let Some(register) = files.retention {
            plan.compare_cleanup(tx, &register).await?;
            plan.compare_policies(tx, register.policies).await?;
        }
        Ok(plan)
    }

    async fn compare_purposes(&mut self, tx: &TenantTx, listed: Vec<Listed>) -> Result<()> {
        let mut known = by_keys(tx, listed.iter().map(|listed| listed.key.as_str())).await?;
        register::refuse(retired(&known, &listed))?;
        for listed in listed {
            match known.remove(&listed.key) {
                None => self.create(listed),
                Some(old) => self.compare(old, listed),
            }
        }
        Ok(())
    }

    fn create(&mut self, listed: Listed) {
        self.summary.created.push(listed.key.clone());
        self.create.push(listed);
    }

    fn compare(&mut self, old: purposes::Model, listed: Listed) {
        let before = Definition::from(&old);
        if before == listed.definition {
            self.summary.unchanged.push(listed.key);
            return;
        }
        let reconsent = is_material(&before, &listed.definition);
        self.revise.push(Revision { old, new: listed.definition, reconsent });
        self.summary.revised.push(listed.key);
    }

    async fn compare_policies(&mut self, tx: &TenantTx, policies: Vec<SetPolicy>) -> Result<()> {
        let known = retention::policies(tx).await?.into_iter().map(|policy| (policy.data_type.clone(), policy));
        let known: HashMap<_, retention_policies::Model> = known.collect();
        for policy in policies {
            let name = format!("retention:{}", policy.data_type);
            let list = match known.get(&policy.data_type) {
                None => &mut self.summary.created,
                Some(old) if policy.is(old) => {
                    self.summary.unchanged.push(name);
                    continue;
                }
                Some(_) => &mut self.summary.revised,
            };
            list.push(name);
            self.policies.push(policy);
        }
        Ok(())
    }

    async fn compare_cleanup(&mut self, tx: &TenantTx, register: &RetentionRegister) -> Result<()> {
        let tenant = own_tenant(tx).await?;
        let new = (
            register.cleanup_schedule.clone().unwrap_or_else(|| tenant.cleanup_schedule.clone()),
            register.cleanup_time.clone().unwrap_or_else(|| tenant.cleanup_time.clone()),
        );
        if new != (tenant.cleanup_schedule, tenant.cleanup_time) {
            self.summary.revised.push("cleanup:schedule".to_owned());
            self.cleanup = Some(new);
        }
        Ok(())
    }

    /// Does all of it.
    pub async fn carry_out(&self, tx: &TenantTx) -> Result<()> {
        store::create(tx, self.create.iter().map(|listed| (listed.key.as_str(), &listed.definition))).await?;
        for revision in &self.revise {
            store::revise(tx, &revision.old, &revision.new, revision.reconsent).await?;
        }
        for policy in &self.policies {
            retention::set_policy(tx, policy).await?;
        }
        let Some((schedule, time)) = &self.cleanup else { return Ok(()) };
        let update = tenants::Entity::update_many()
            .col_expr(tenants::Column::CleanupSchedule, Expr::value(schedule))
            .col_expr(tenants::Column::CleanupTime, Expr::value(time))
            .filter(tenants::Column::Id.eq(tx.tenant()));
        tx.update_global(update).await?;
        Ok(())
    }

    /// What it does, or did, with the doubts about the files.
    pub fn into_summary(self, findings: Vec<Finding>) -> Imported {
        Imported { findings, ..self.summary }
    }

    /// The one audit entry of an import.
    pub fn event(&self, tx: &TenantTx, dry_run: bool) -> Event {
        let id = tx.tenant();
        let Imported { created, revised, unchanged, .. } = self.summary.clone();
        let renewed = self.revise.iter().filter(|revision| revision.reconsent);
        let reconsent = renewed.map(|revision| revision.old.key.clone()).collect();
        if dry_run {
            Event::RegisterChecked { id, created, revised, unchanged, reconsent }
        } else {
            Event::RegisterImported { id, created, revised, unchanged, reconsent }
        }
    }
}

/// The entries that name a retired purpose.
pub(super) fn retired(known: &HashMap<String, purposes::Model>, listed: &[Listed]) -> Vec<Misprint> {
    let is_retired =
        |listed: &&Listed| known.get(&listed.key).is_some_and(|purpose| purpose.status == PurposeStatus::Retired);
    let message = "the purpose of this id is retired, and stays so: take another id";
    let retired = listed.iter().filter(is_retired);
    retired.map(|listed| File::Purposes.misprint(listed.at, "PURPOSE_RETIRED", message)).collect()
}

/// The tenant's own row.
pub(super) async fn own_tenant(tx: &TenantTx) -> Result<tenants::Model> {
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    tenant.ok_or_else(|| Error::not_found("tenant"))
}
