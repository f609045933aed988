pub mod profile_versions;
pub mod profiles;
pub mod records;
pub mod subject_keys;
pub mod subjects;
pub mod tenant_keys;
pub mod tenant_secrets;
pub mod tokens;
