//! Stories: what users see, through the real server, on both engines.

mod access;
mod cli;
mod house;
mod keys;
mod retention;
mod vault;
