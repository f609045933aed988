//! Time and ids come from here and nowhere else, so that a test can hold them still.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

/// What tells the time. Instants are UTC with microseconds, which is what both engines keep.
pub enum Clock {
    System,
    /// Stands still until it is moved: for tests.
    Manual(AtomicI64),
}

impl Clock {
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(AtomicI64::new(start.timestamp_micros()))
    }

    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Manual(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// Moves a manual clock; the system's goes by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}

/// Makes ids that sort by time, and among one another within a millisecond (UUID version 7, RFC 9562).
pub struct Ids(Mutex<ContextV7>);

impl Default for Ids {
    fn default() -> Self {
        Self(Mutex::new(ContextV7::new()))
    }
}

impl Ids {
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Uuid {
        let context = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
    }
}
