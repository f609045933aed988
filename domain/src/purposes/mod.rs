//! Purposes and lawful bases (Articles 5(1)(b), 6, 9): the register that the code enforces.
//!
//! A purpose says on which basis which data may be processed, how long it is kept and who gets it. It comes from a
//! register file ([`import`]) or a call ([`define`], [`revise`]) and meets one rule either way ([`Definition::faults`]).
//! Each change is a version of its own, whole, with who made it and when; a change that goes beyond what people
//! consented to makes their consents ask for renewal ([`is_material`]). A purpose is never deleted: retired, it allows
//! nothing more and stays as evidence.

mod data_types;
mod define;
mod definition;
mod export;
mod fault;
mod findings;
mod get;
mod import;
mod lint;
mod material;
mod plan;
mod purpose_register;
mod register;
mod register_period;
mod retention_register;
mod retire;
mod revise;
mod store;
mod versions;

pub use data_types::{DataType, data_types};
pub use define::define;
pub use definition::Definition;
pub use export::{RegisterExport, export};
pub use fault::{Fault, Part};
pub use findings::{Finding, Severity, lint_files, lint_register};
pub use get::{by_ids, by_keys, find, find_all, get, list};
pub use import::{ImportRegister, Imported, import};
pub use material::is_material;
pub use register::File as RegisterFile;
pub use retire::retire;
pub use revise::{Patch, RevisePurpose, revise};
pub use versions::{Version, versions};
