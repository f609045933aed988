pub mod erasure_certificates;
pub mod export_packages;
pub mod request_events;
pub mod subject_requests;
