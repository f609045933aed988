//! Importing the register files: all that they say, or nothing.

use super::{
    Finding, findings,
    plan::Plan,
    purpose_register::{self, Listed},
    register::{self, Misprint},
    retention_register::{self, RetentionRegister},
    store,
};
use crate::{
    app::App,
    error::{Error, Result},
    viewer::{Permission, Viewer},
};

/// At least one file. A dry run answers the same and changes nothing; its audit entry says `register.checked`.
#[derive(Clone, Debug, Default)]
pub struct ImportRegister {
    pub purposes_yaml: Option<String>,
    pub retention_yaml: Option<String>,
    pub dry_run: bool,
}

/// What an import did: purposes by their keys, data types as `retention:<type>`. A new time for the sweep counts as
/// revised under the name `cleanup:schedule`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub created: Vec<String>,
    pub revised: Vec<String>,
    pub unchanged: Vec<String>,
    /// What deserves a second look.
    pub findings: Vec<Finding>,
}

/// Brings the tenant's registers to what the files say. What the files do not name stays. A change that goes beyond
/// what was consented to ([`super::is_material`]) makes earlier consents for that purpose ask for renewal.
///
/// # Errors
/// `BAD_USER_INPUT` on `purposesYaml` or `retentionYaml`, with the line and column of every fault.
pub async fn import(app: &App, viewer: &Viewer, input: ImportRegister) -> Result<Imported> {
    let read = Files::read(&input);
    app.write(viewer, Permission::PurposeWrite, async |tx| {
        let (files, misprints) = read?;
        register::refuse(misprints)?;
        if files.retention.is_some() {
            viewer.require(Permission::RetentionConfigure)?;
        }
        store::one_at_a_time(tx).await?;
        let findings = findings::doubts(tx, &files).await?;
        let plan = Plan::make(tx, files).await?;
        if !input.dry_run {
            plan.carry_out(tx).await?;
        }
        Ok(plan.event(tx, input.dry_run).with(plan.into_summary(findings)))
    })
    .await
}

/// What the files say, sound in itself.
pub(super) struct Files {
    pub purposes: Vec<Listed>,
    pub retention: Option<RetentionRegister>,
}

impl Files {
    /// Both files are read to their ends, so that one answer names the faults of both; a file with faults says nothing
    /// else.
    pub fn read(input: &ImportRegister) -> Result<(Self, Vec<Misprint>)> {
        if input.purposes_yaml.is_none() && input.retention_yaml.is_none() {
            let message = "give `purposesYaml`, `retentionYaml`, or both";
            return Err(Error::invalid("purposesYaml", "NO_REGISTER", message));
        }
        let mut misprints = Vec::new();
        let purposes = input.purposes_yaml.as_deref().map(purpose_register::read);
        let purposes = purposes.unwrap_or_else(|| Ok(Vec::new())).unwrap_or_else(|found| {
            misprints.extend(found);
            Vec::new()
        });
        let retention = input.retention_yaml.as_deref().map(retention_register::read).transpose();
        let retention = retention.unwrap_or_else(|found| {
            misprints.extend(found);
            None
        });
        Ok((Self { purposes, retention }, misprints))
    }
}
