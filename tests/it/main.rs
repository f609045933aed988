//! Stories: what users see, through the real server, on both engines.

mod access;
mod accuracy;
mod attack;
mod cli;
mod consent;
mod house;
mod http;
mod keys;
mod purposes;
mod retention;
mod scheduler;
mod schema;
