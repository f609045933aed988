//! Evidence (Articles 5(2), 24, 30, 33): what was done, by whom, to what, with which outcome.
//!
//! Entries are appended in the change's own transaction and hold ids, words and counts, never a personal value. The
//! database refuses to change or remove one, and within seconds each is a leaf of the tenant's Merkle log, whose signed
//! checkpoints an outsider can keep: whoever changes a row behind the service's back cannot make the log verify again.
//! When an entry's own period has ended its body goes, and its hash stays.

mod age;
mod append;
mod attestations;
mod checkpoint;
mod documents;
mod event;
mod export;
mod incidents;
mod list;
mod proof;
mod sequence;
mod tiles;
pub mod tree;
mod verify;
mod verify_export;

pub use age::age_tenant;
pub use append::{append, append_failure, append_refusal, leaf};
pub use attestations::{RecordAttestation, record_attestation};
pub use checkpoint::{Checkpoint, verifier_key};
pub use documents::{
    ComplianceCheck, ComplianceReport, GeneratedDocument, Policy, PolicyPurpose, compliance_report, policy_parts,
    privacy_policy, processing_record,
};
pub use event::{Audited, Event};
pub use export::{LogHead, LogLine, export_log};
pub use incidents::{
    IncidentText, ReportIncident, incidents_by_ids, list_incidents, report_incident, reveal_incidents,
};
pub use list::{AuditFilter, entries_by_ids, list};
pub use proof::{ConsistencyProof, EntryProof, SignedCheckpoint, checkpoint, consistency, places, proof};
pub use sequence::{sequence, sequence_tenant};
pub use tiles::{published_checkpoint, published_tile};
pub use verify::{LogFault, verify_log};
pub use verify_export::{ExportFault, SoundLog, Trust, verify_export};
