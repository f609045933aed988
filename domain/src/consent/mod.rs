//! Consent and the processing decision (Articles 5(1)(a)-(b), 6, 7, 9, 18, 21).
//!
//! Promised here: what was decided is kept as events that nobody changes; where consent stands is derived from them in
//! the same transaction; withdrawing is as easy as giving and holds from the commit on (Article 7(3)); and a decision
//! is always made on committed rows, never on a cache.

mod append;
mod check;
mod confirm;
mod confirmation;
mod consequences;
mod decide;
mod expire;
mod export;
mod fold;
mod gpc;
mod history;
mod import;
mod link;
mod list;
mod mails;
mod notice;
mod object;
mod own;
mod preferences;
mod present;
mod receipt;
mod receipt_document;
mod record;
mod replay;
mod rule;
mod version;
mod watch;
mod withdraw;

pub(crate) use append::hold_subject;
pub use check::{DecisionCheck, decision, decisions};
pub use confirm::{ConfirmationView, confirm, open_confirmation, resend_confirmation};
pub use decide::{Decision, Standing, decide, decide_all};
pub use expire::expire_tenant;
pub use export::{ExportRow, export_page};
pub use gpc::{OptedOut, opt_out};
pub use import::{ImportBatch, ImportRow, Reject, import_batch, import_progress};
pub use list::{by_ids, events_by_ids, events_of, of_subjects};
pub(crate) use mails::{mail_confirmation, mail_expiry};
pub use notice::notices;
pub use object::{lift_objection, object};
pub use own::{OwnChange, OwnConsent, change_own, own_consents, own_receipt};
pub use preferences::{
    Change, Choice, CreatedPreferenceLink, PreferencesView, PreferencesVisit, change_preference,
    create_preference_link, open_preferences,
};
pub use receipt::receipt;
pub(crate) use record::keep as record_within;
pub use record::{RecordConsent, record};
pub use watch::watch;
pub(crate) use withdraw::withdraw_within;
pub use withdraw::{WithdrawConsent, can_be_withdrawn, withdraw};
