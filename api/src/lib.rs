//! The tenant's GraphQL API and the people's pages, over HTTP. Resolvers parse, call a room and wrap its answer; there
//! are no rules here.

// The merged schema nests one room's future in the next.
#![recursion_limit = "256"]

mod absent;
mod access;
mod accuracy;
mod auth;
mod batch;
mod bounces;
mod centre;
mod client;
mod connection;
mod consent;
mod errors;
mod evidence;
mod files;
mod graphql_http;
mod http;
mod ids;
mod jwks;
mod limits;
mod log;
mod mail;
mod operator;
mod pages;
mod purposes;
mod requests;
mod retention;
mod scalars;
mod schema;
mod subject_ref;
mod timing;
mod vault;
mod webhooks;
mod websocket;

pub use http::{HttpOptions, operator_router, router, worker_router};
pub use operator::operator_sdl;
pub use schema::{TenantSchema, sdl};
