//! Looking register files over before they are imported: every fault, which blocks, and every doubt, which is told.

use recital_entities::{PurposeStatus, purposes::purposes};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{
    by_keys,
    import::{Files, ImportRegister},
    lint::{self, Doubt, Known},
    plan::retired,
    purpose_register::{self, Listed},
    register::{File, Misprint},
    retention_register::{self, RetentionRegister},
};
use crate::{
    app::App,
    db::TenantTx,
    error::Result,
    retention,
    viewer::{Permission, Viewer},
};

/// Whether it keeps the file from being imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// Something in a register file, and where it stands, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub file: File,
    pub line: u64,
    pub column: u64,
    pub severity: Severity,
    /// A word in SCREAMING_SNAKE_CASE.
    pub rule: &'static str,
    pub message: String,
    /// The article it rests on; None for a fault of form.
    pub reference: Option<&'static str>,
}

/// Looks files over by themselves, each of either kind. The answers stand in their order.
#[must_use]
pub fn lint_files(files: &[&str]) -> Vec<Vec<Finding>> {
    let read: Vec<_> = files.iter().map(|yaml| Register::read(yaml)).collect();
    let mut known = Known::default();
    read.iter().flatten().for_each(|register| register.tell(&mut known));
    let findings = read.into_iter().map(|read| match read {
        Ok(register) => sorted(register.doubts(&known)),
        Err(misprints) => sorted(misprints.into_iter().map(Finding::from).collect()),
    });
    findings.collect()
}

/// Looks the files over beside what the tenant has already. Changes nothing.
///
/// # Errors
/// `BAD_USER_INPUT` with `NO_REGISTER` where neither file is given.
pub async fn lint_register(app: &App, viewer: &Viewer, input: ImportRegister) -> Result<Vec<Finding>> {
    app.read(viewer, Permission::PurposeRead, async |tx| {
        viewer.require(Permission::RetentionRead)?;
        let (files, mut misprints) = Files::read(&input)?;
        let known = by_keys(tx, files.purposes.iter().map(|listed| listed.key.as_str())).await?;
        misprints.extend(retired(&known, &files.purposes));
        let mut findings = doubts(tx, &files).await?;
        findings.extend(misprints.into_iter().map(Finding::from));
        Ok(sorted(findings))
    })
    .await
}

/// What is doubtful about the files beside what the tenant has already.
pub(super) async fn doubts(tx: &TenantTx, files: &Files) -> Result<Vec<Finding>> {
    let mut known = Known::default();
    let listed = |key: &str| files.purposes.iter().any(|listed| listed.key == key);
    let active = purposes::Entity::find().filter(purposes::Column::Status.eq(PurposeStatus::Active));
    let others = tx.all(active).await?.into_iter().filter(|purpose| !listed(&purpose.key));
    known.collected.extend(others.flat_map(|purpose| purpose.data_collected.0));
    let policies = retention::policies(tx).await?.into_iter();
    known.policies.extend(policies.map(|policy| (policy.data_type, (policy.retention, policy.deletion_method))));
    tell_purposes(&files.purposes, &mut known);
    tell_policies(files.retention.as_ref(), &mut known);
    let mut findings = doubts_of_purposes(&files.purposes, &known);
    findings.extend(files.retention.iter().flat_map(|register| doubts_of_policies(register, &known)));
    Ok(sorted(findings))
}

/// One file, sound in form.
enum Register {
    Purposes(Vec<Listed>),
    Retention(RetentionRegister),
}

impl Register {
    /// What its one key says it is; a file without either is read as a register of purposes, and says so.
    fn read(yaml: &str) -> Result<Self, Vec<Misprint>> {
        if yaml.lines().any(|line| line.trim_start_matches(['"', '\'']).starts_with("retention_policy")) {
            retention_register::read(yaml).map(Self::Retention)
        } else {
            purpose_register::read(yaml).map(Self::Purposes)
        }
    }

    fn tell(&self, known: &mut Known) {
        match self {
            Self::Purposes(listed) => tell_purposes(listed, known),
            Self::Retention(register) => tell_policies(Some(register), known),
        }
    }

    fn doubts(&self, known: &Known) -> Vec<Finding> {
        match self {
            Self::Purposes(listed) => doubts_of_purposes(listed, known),
            Self::Retention(register) => doubts_of_policies(register, known),
        }
    }
}

fn tell_purposes(listed: &[Listed], known: &mut Known) {
    known.collected.extend(listed.iter().flat_map(|listed| listed.definition.data_collected.iter().cloned()));
}

fn tell_policies(register: Option<&RetentionRegister>, known: &mut Known) {
    let policies = register.into_iter().flat_map(|register| &register.policies);
    let told = policies.map(|policy| (policy.data_type.clone(), (policy.retention, policy.deletion_method)));
    known.policies.extend(told);
}

fn doubts_of_purposes(listed: &[Listed], known: &Known) -> Vec<Finding> {
    let doubts = |listed: &Listed| {
        let doubts = lint::doubts(&listed.definition, known).into_iter();
        doubts.map(|doubt| Finding::doubt(listed, &doubt)).collect::<Vec<_>>()
    };
    listed.iter().flat_map(doubts).collect()
}

fn doubts_of_policies(register: &RetentionRegister, known: &Known) -> Vec<Finding> {
    let policies = register.policies.iter().zip(&register.places);
    let doubts = policies.flat_map(|(policy, place)| {
        lint::doubts_of_policy(policy, known).into_iter().map(|(rule, message, reference)| {
            let message = format!("`{}` {message}", policy.data_type);
            Finding::warning(File::Retention.misprint(*place, rule, message), reference)
        })
    });
    doubts.collect()
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.file, finding.line, finding.column));
    findings
}

impl Finding {
    fn doubt(listed: &Listed, doubt: &Doubt) -> Self {
        Self::warning(listed.misprint(&doubt.fault), doubt.reference)
    }

    fn warning(misprint: Misprint, reference: &'static str) -> Self {
        Self { severity: Severity::Warning, reference: Some(reference), ..misprint.into() }
    }
}

impl From<Misprint> for Finding {
    fn from(misprint: Misprint) -> Self {
        let Misprint { file, line, column, reason, message } = misprint;
        let reference = lint::reference_of(reason);
        Self { file, line, column, severity: Severity::Error, rule: reason, message, reference }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSES: &str = include_str!("../../../docs/examples/processing_purposes.yaml");
    const RETENTION: &str = include_str!("../../../docs/examples/retention_policy.yaml");

    #[test]
    fn the_examples_have_doubts_and_no_faults() {
        let findings = lint_files(&[PURPOSES, RETENTION]);
        let found = |file: usize| -> Vec<_> {
            let findings = findings[file].iter();
            findings.map(|finding| (finding.severity, finding.line, finding.rule)).collect()
        };
        let unnarrowed = found(0).into_iter().filter(|(_, _, rule)| *rule == "NOT_NARROWED");
        assert_eq!(unnarrowed.map(|(_, line, _)| line).collect::<Vec<_>>(), [33, 43]);
        assert!(found(0).iter().all(|(severity, ..)| *severity == Severity::Warning), "{findings:?}");
        assert_eq!(found(1), []);
        let alone = lint_files(&[PURPOSES]);
        assert!(alone[0].iter().all(|finding| finding.rule == "NOT_NARROWED"), "{alone:?}");
    }

    #[test]
    fn a_file_with_faults_says_them_and_raises_no_doubts_about_the_other() {
        let broken = RETENTION.replace("\"7_years\"", "\"seven years\"");
        let findings = lint_files(&[PURPOSES, &broken]);
        let [finding] = &findings[1][..] else { panic!("{findings:?}") };
        assert_eq!((finding.severity, finding.rule, finding.line), (Severity::Error, "INVALID_PERIOD", 16));
        assert_eq!(finding.reference, Some("GDPR Article 5(1)(e)"));
        assert!(findings[0].iter().all(|finding| finding.rule == "NOT_NARROWED"), "{findings:?}");
    }
}
