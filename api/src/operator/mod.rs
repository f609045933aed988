//! The operator's GraphQL API, for the people who run the service. No type here holds personal data.

mod jobs;
mod schema;
mod tenants;

pub use schema::{OperatorState, operator_sdl};
