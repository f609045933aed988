//! `recital register lint`: files looked over by themselves, without a database.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args;
use recital_domain::purposes::{Finding, Severity, lint_files};
use serde_json::json;

use super::read;

#[derive(Args)]
pub struct Lint {
    /// Registers of purposes and retention policies, as YAML; what one says is held against the others
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Answer with a JSON array
    #[arg(long)]
    json: bool,
    /// Fail for warnings too
    #[arg(long)]
    deny_warnings: bool,
}

/// Says what is wrong and what is doubtful, as `file:line:column: severity[RULE]: message (article)`.
pub fn run(lint: &Lint) -> Result<()> {
    let texts = lint.files.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found: Vec<(String, Finding)> = (lint.files.iter().zip(lint_files(&texts)))
        .flat_map(|(path, findings)| findings.into_iter().map(|finding| (path.display().to_string(), finding)))
        .collect();
    if lint.json {
        say!("{}", serde_json::to_string_pretty(&found.iter().map(in_json).collect::<Vec<_>>())?);
    } else {
        for (path, finding) in &found {
            say!("{path}:{}", in_words(finding));
        }
    }
    let errors = found.iter().filter(|(_, finding)| finding.severity == Severity::Error).count();
    let warnings = found.len() - errors;
    if errors > 0 || (lint.deny_warnings && warnings > 0) {
        return Err(anyhow!("{errors} errors, {warnings} warnings"));
    }
    Ok(())
}

/// `line:column: severity[RULE]: message (article)`
pub fn in_words(finding: &Finding) -> String {
    let Finding { line, column, severity, rule, message, reference, .. } = finding;
    let severity: &str = severity.into();
    let reference = reference.map(|reference| format!(" ({reference})")).unwrap_or_default();
    format!("{line}:{column}: {severity}[{rule}]: {message}{reference}")
}

fn in_json((path, finding): &(String, Finding)) -> serde_json::Value {
    let Finding { line, column, severity, rule, message, reference, .. } = finding;
    json!({
        "file": path, "line": line, "column": column, "severity": severity, "rule": rule, "message": message,
        "reference": reference,
    })
}
