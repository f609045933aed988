pub mod purpose_versions;
pub mod purposes;
