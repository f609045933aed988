//! The audit log and generated documents.
