pub mod accuracy_policies;
pub mod reverifications;
