//! The harness: the real product on a free port, with a manual clock and mails kept in memory, on either engine.

#![expect(clippy::disallowed_methods, reason = "the harness stands outside the door")]

mod browser;
mod client;
mod database;
mod kms;
mod kms_faults;
mod laws;
mod logs;
mod outside;
mod postgres;
mod program;
mod s3;
mod search;
mod smtp;
mod world;

pub use browser::browse;
pub use client::{Client, Refusal};
pub use database::Database;
pub use kms::{KmsEmulator, python};
pub use kms_faults::{Fault, FaultyKms};
pub use logs::capture;
pub use outside::{ask_outsider, go_program, judge, node_script, python_script};
pub use postgres::PrivateCluster;
pub use program::{Ended, Program};
pub use recital_domain::db::Engine;
pub use s3::S3Emulator;
pub use search::Search;
pub use smtp::{PASSWORD as SMTP_PASSWORD, SmtpServer, USER as SMTP_USER};
pub use world::{BOUNCE_SECRET, LARGEST_FILE, World};

/// Tells each story on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$doc:meta])* async fn $name:ident($world:ident: World) $story:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[expect(clippy::wildcard_imports, reason = "a story sees what its file sees")]
            use super::*;

            async fn story($world: $crate::World) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::World::start($crate::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                story($crate::World::start($crate::Engine::Postgres).await).await;
            }
        }
    )+};
}

/// Tells stories that start what they need themselves on SQLite and on PostgreSQL: functions of an [`Engine`].
#[macro_export]
macro_rules! on_both_engines {
    ($($story:ident)+) => {$(
        mod $story {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$story($crate::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$story($crate::Engine::Postgres).await;
            }
        }
    )+};
}
