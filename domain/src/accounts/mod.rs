//! Accounts at the privacy centre (Articles 12(2) and 32): who somebody is before they see or change what is held about
//! them.
//!
//! A person is who they say they are because they read the mail at the address that is known of them: an account is a
//! subject with a password, and a mailed link signs in whoever the tenant knows, with an account or without.
//!
//! Promised here:
//! - Nobody learns whether an address is known. What is asked for by address is kept and looked up after the answer, by
//!   the worker; a password is checked against a hash that fits nothing where there is none.
//! - Nobody is locked out: limits end by themselves, and a mailed link works while a password's does.
//! - What is stored lets nobody in: a password is hashed by Argon2id and sealed under its subject's key, links and
//!   sessions are hashes of 256 random bits, and all of it goes with the subject.

mod account;
mod attempts;
mod change_password;
mod confirm;
mod letters;
mod link;
mod new_password;
mod password;
mod prune;
mod request_link;
mod session;
mod sign_in;
mod sign_in_by_link;
mod sign_out;
mod sign_up;
mod token;
mod visitor;

pub use change_password::change_password;
pub use confirm::{PendingSignUp, confirm_sign_up, open_sign_up};
pub(crate) use letters::{mail_link, tell_of_new_password};
pub use new_password::{check_new_password_link, set_new_password};
pub use password::Passwords;
pub use prune::prune_tenant;
pub use request_link::request_link;
pub use session::{Session, find_session, list_sessions};
pub use sign_in::sign_in;
pub use sign_in_by_link::{check_sign_in_link, sign_in_by_link};
pub use sign_out::{sign_out, sign_out_elsewhere};
pub use sign_up::{AgreedTo, Offer, SignUp, offer, sign_up};
pub use token::BrowserToken;
pub use visitor::Visitor;
