//! Accuracy (Articles 5(1)(d), 16, 18(1)(a), 19): people are asked whether what is held about them is still right.
//!
//! A policy says how often. Whoever is due gets one mail with a link that works once; the page behind it shows them
//! their own data, and they confirm it, correct it, or dispute it, which restricts it at once. No person has two open
//! questions, and a tenant's mails keep to an hourly limit. Whoever does not answer is reminded, and then what the
//! policy says follows. A mail that is refused is shown as BOUNCED. Nothing here guesses what is right: only the person
//! or the tenant changes data.

mod answer;
mod close;
mod fields;
mod forget;
mod link;
mod list;
mod open;
mod open_link;
mod own;
mod policy;
mod request;
mod resend;
mod review;
mod send_mail;
mod set_policy;

pub use answer::{Answer, Answered, answer};
pub use fields::{Field, FieldKind, fields};
pub use forget::forget_questions;
pub use list::{by_ids, list};
pub(crate) use open::is_asked;
pub use open_link::{Asker, LinkError, LinkProblem, LinkResult, LinkView, Visit, check_link, open_link};
pub use own::{confirm_own, correct_own};
pub use policy::{due_from, policy};
pub use request::request;
pub use resend::resend;
pub use review::review_tenant;
pub(crate) use send_mail::{mail_bounced, send_mail};
pub(crate) use set_policy::restamp;
pub use set_policy::{PolicyChanges, read_policy, set_policy};
