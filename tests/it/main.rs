//! Stories: what users see, through the real server, on both engines.

mod access;
mod house;
mod keys;
mod vault;
