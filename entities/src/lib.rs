//! Tables, typed ids, enums and data classes. No behaviour: the rules are in `recital-domain`.
//!
//! Every table says whom it belongs to ([`TenantEntity`] or [`GlobalEntity`]) and what each of its columns
//! holds ([`Class`]); a column that is not classed does not compile.

pub mod access;
pub mod accounts;
pub mod accuracy;
pub mod centre;
pub mod consent;
pub mod evidence;
pub mod purposes;
pub mod requests;
pub mod retention;
pub mod vault;
pub mod work;

mod class;
mod enums;
mod ids;
mod period;
mod tables;
mod values;

pub use class::{Class, Classed, GlobalEntity, TenantEntity};
pub use enums::*;
pub use ids::*;
pub use period::{Period, PeriodError};
pub use tables::{Scope, Table, tables};
pub use values::{Sealed, Strings, Texts};
