pub mod erasure_certificates;
pub mod erasure_ledger;
pub mod export_packages;
pub mod last_addresses;
pub mod request_events;
pub mod request_policies;
pub mod subject_requests;
