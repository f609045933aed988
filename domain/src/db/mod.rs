//! The wall between tenants.
//!
//! Nothing outside this folder holds a connection. A query on a tenant's table runs only when it is handed to a
//! [`TenantTx`], which ANDs the tenant at the moment of execution; a query on one of the few global tables runs
//! through [`Platform`]; and [`Db`] calls the functions of the database that name the tenant themselves. On PostgreSQL
//! row-level security holds the same line once more inside the database.

mod ask;
#[expect(clippy::disallowed_types, reason = "the wall is what holds the connections")]
mod connect;
mod notify;
mod page;
mod platform;
#[expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the wall is what runs the statements")]
mod tenant_tx;

pub(crate) use ask::DecisionFacts;
pub use connect::{Connections, Db, Engine};
pub(crate) use notify::{Notice, Notices};
pub use page::{Order, Page, PageRequest};
pub use platform::Platform;
pub use tenant_tx::TenantTx;
