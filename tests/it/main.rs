//! Stories: what users see, through the real server, on both engines.

mod access;
mod accuracy;
mod house;
mod keys;
