pub mod api_keys;
pub mod controllers;
pub mod idempotency_keys;
pub mod members;
pub mod operator_entries;
pub mod operator_tokens;
pub mod tenants;
pub mod webhook_endpoints;
