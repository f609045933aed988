//! Stories: what users see, through the real server, on both engines.

mod access;
mod consent;
mod house;
mod keys;
