pub mod account_counts;
pub mod account_links;
pub mod account_sessions;
pub mod accounts;
