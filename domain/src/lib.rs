//! Every rule of Recital, one room per capability of the law.
//!
//! Start at [`app`] (the door), then any room: each says in its first lines what the law asks and what it promises.

pub mod access;
pub mod accounts;
pub mod accuracy;
pub mod app;
pub mod bus;
pub mod centre;
pub mod clock;
pub mod config;
pub mod consent;
pub mod db;
pub mod error;
pub mod evidence;
pub mod keys;
pub mod mail;
pub mod purposes;
pub mod requests;
pub mod retention;
pub mod start;
pub mod subject_data;
pub mod telemetry;
pub mod vault;
pub mod viewer;
pub mod words;
pub mod work;
