//! Retention (Articles 5(1)(e), 17): how long each data type is kept, what holds it, and the sweep that lets it go.
//!
//! A record or a file is stamped with its end when it is stored: by the policy of its data type, else by its purpose's own
//! period, in calendar arithmetic. The sweep deletes what is past that end, in short transactions that anybody may take
//! up again, and leaves per data type how many went, up to when, and on which legal basis. A legal hold wins over every
//! period, and so does a restriction (Article 18). The dry run, the run and the watch over it share one condition.

mod batch;
mod due;
mod expiry;
mod forget;
mod hold;
mod kept;
mod overdue;
mod own;
pub mod period;
mod policy;
mod preview;
mod restamp;
mod run;
mod schedule;
mod sweep;
mod types;
mod watch;

pub use batch::Progress;
pub use due::Perishable;
pub use expiry::Expiries;
pub use forget::forget_runs;
pub use hold::{
    PlaceHold, holds_by_ids, holds_for, holds_for_records, holds_on, list_holds, place_hold, release_hold,
    reveal_reasons, serialise_with_holds,
};
pub use kept::Kept;
pub use overdue::{Overdue, overdue, read_overdue};
pub use own::{AUDIT_LOGS, Own, RETENTION_RUNS, SUBJECT_REQUESTS, VERIFICATIONS, held_subjects, own_cutoff};
pub use policy::{
    Changed, SetPolicy, all as policies, check as check_policy, check_data_type, list, policies_by_ids, set, set_policy,
};
pub use preview::{Forecast, forecast};
pub use restamp::{restamp, restamp_batch, restamp_later, restamps};
pub use run::{RunResult, list_runs, results_of, runs_by_ids};
pub use schedule::{Cleanup, CleanupError, CleanupSchedule};
pub use sweep::{BATCH, advance, begin, carry_on, resume, run, sweep_tenant};
pub use watch::{publish, watch_tenant};
