//! Stories: what users see, through the real server, on both engines.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "stories stand outside the door")]

mod access;
mod accuracy;
mod attack;
mod canary;
mod centre;
mod cli;
mod consent;
mod evidence;
mod faults;
mod house;
mod http;
mod installation;
mod key_jobs;
mod keys;
mod metrics;
mod operator;
mod purposes;
mod requests;
mod restoring;
mod retention;
mod scheduler;
mod schema;
mod vault;
mod webhooks;
