pub mod attestations;
pub mod audit_ages;
pub mod audit_checkpoints;
pub mod audit_entries;
pub mod audit_leaves;
pub mod audit_pending;
pub mod audit_subtrees;
pub mod incidents;
