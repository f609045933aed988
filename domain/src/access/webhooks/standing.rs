//! What a try does to its endpoint.

use chrono::{DateTime, TimeDelta, Utc};
use recital_entities::WebhookDisabledReason;

/// An endpoint that accepts nothing for so long is told no more.
pub const PATIENCE: TimeDelta = TimeDelta::days(5);

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    /// Answered 410.
    Gone,
    Failed,
}

/// How the endpoint stands after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Well,
    FailingSince(DateTime<Utc>),
    Disabled(WebhookDisabledReason),
}

impl Standing {
    pub fn after(verdict: Verdict, failing_since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let since = failing_since.unwrap_or(now);
        match verdict {
            Verdict::Accepted => Self::Well,
            Verdict::Gone => Self::Disabled(WebhookDisabledReason::Gone),
            Verdict::Failed if now - since >= PATIENCE => Self::Disabled(WebhookDisabledReason::Failing),
            Verdict::Failed => Self::FailingSince(since),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_given_up_after_five_days_without_one_success() {
        let now = DateTime::from_timestamp(1_772_355_600, 0).unwrap();
        let ago = |hours| now - TimeDelta::hours(hours);
        for (verdict, failing_since, standing) in [
            (Verdict::Accepted, None, Standing::Well),
            (Verdict::Accepted, Some(ago(500)), Standing::Well),
            (Verdict::Gone, None, Standing::Disabled(WebhookDisabledReason::Gone)),
            (Verdict::Failed, None, Standing::FailingSince(now)),
            (Verdict::Failed, Some(ago(119)), Standing::FailingSince(ago(119))),
            (Verdict::Failed, Some(ago(120)), Standing::Disabled(WebhookDisabledReason::Failing)),
        ] {
            assert_eq!(Standing::after(verdict, failing_since, now), standing, "{verdict:?} {failing_since:?}");
        }
    }
}
