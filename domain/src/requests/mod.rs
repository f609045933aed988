//! Subject requests (Articles 12, 15 to 18, 20 and 21; CCPA 1798.100 ff.): a person exercises a right, and the tenant
//! answers in time.
//!
//! ```text
//! AWAITING_IDENTITY → IN_PROGRESS → COMPLETED or PARTIALLY_COMPLETED
//!        ↓          ↘ AWAITING_APPROVAL ↗          from any open state: REJECTED, CANCELLED
//!     EXPIRED
//! ```
//!
//! Promised here: the deadline counts from receipt, whatever verifying takes; one person has one open request of a kind;
//! a request is carried out once, in one transaction with its new state and its audit entries, and a closed one never;
//! what was written about it is sealed under the person's key and goes with them. An erasure waits for a second member
//! unless the tenant's policy says otherwise. What cannot be carried out comes back for a decision. The person is told
//! of every step in their language, and can prove who they are, follow the request and take it back with a mailed link.

mod approve;
mod assign;
mod cancel;
mod case;
mod deadline;
mod download;
mod erasure;
mod export;
mod extend;
mod forget;
mod forget_words;
mod fulfil;
mod get;
mod letters;
mod lift;
mod link;
mod message;
mod note;
mod open;
mod opt_out;
mod own;
mod package;
mod policy;
mod reject;
mod remind;
mod replay;
mod resend;
mod reveal;
pub mod rights;
mod standing;
mod verify_identity;
mod watch;

pub use approve::approve;
pub use assign::assign;
pub use cancel::cancel;
pub use case::Step;
pub use download::{Package, download, find_package};
pub use export::export_link;
pub use extend::extend;
pub use forget::forget_packages;
pub use forget_words::forget_words;
pub use fulfil::fulfil;
pub(crate) use get::overdue;
pub use get::{
    PackageFacts, RequestFilter, by_ids, certificates, get, is_overdue, list, list_of, local_date, packages, timelines,
};
pub use letters::Notice;
pub(crate) use letters::send_mail;
pub(crate) use lift::tell_and_lift;
pub use lift::{lift_restriction, withdraw_objection};
pub use link::{Followed, cancel_own, follow, messages, prove_identity};
pub use message::message;
pub use note::note;
pub use open::{OpenRequest, open};
pub use own::{OwnRequest, erasure_is_examined, open_own, own_requests, take_back};
pub use policy::{RequestPolicyChanges, read_policy, set_policy};
pub use reject::reject;
pub use remind::remind_tenant;
pub(crate) use remind::send_reminder;
pub use replay::{Replay, look_for_returned, replay_erasures, replay_tenant};
pub(crate) use resend::send_link_again;
pub use reveal::{RequestTexts, reveal_notes, reveal_texts};
pub use standing::{Standing, standing};
pub use verify_identity::verify_identity;
pub use watch::watch;
