//! What looking a register over finds.

use async_graphql::{Enum, Object};
use recital_domain::purposes::Finding;

/// A file of the registers.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "recital_domain::purposes::RegisterFile")]
enum RegisterFile {
    Purposes,
    Retention,
}

/// ERROR: the file cannot be imported. WARNING: it can, and deserves a second look.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "recital_domain::purposes::Severity")]
enum FindingSeverity {
    Error,
    Warning,
}

/// Something in a register file, where it stands, and the article it rests on.
pub struct RegisterFinding(pub Finding);

#[Object]
impl RegisterFinding {
    async fn file(&self) -> RegisterFile {
        self.0.file.into()
    }

    /// Counted from 1.
    async fn line(&self) -> u64 {
        self.0.line
    }

    /// Counted from 1.
    async fn column(&self) -> u64 {
        self.0.column
    }

    async fn severity(&self) -> FindingSeverity {
        self.0.severity.into()
    }

    /// One of the rules in `docs/registers.md`.
    async fn rule(&self) -> &str {
        self.0.rule
    }

    async fn message(&self) -> &str {
        &self.0.message
    }

    /// Null for a fault of form.
    async fn reference(&self) -> Option<&str> {
        self.0.reference
    }
}
