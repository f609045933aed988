//! When work that failed is tried again.

use chrono::TimeDelta;
use recital_entities::WorkItemId;

use super::WEBHOOK_DELIVERY;

/// Seconds between tries at work of our own: ten tries in three quarters of an hour.
const OWN: &[i64] = &[5, 10, 20, 40, 80, 160, 320, 640, 1_280];

/// Seconds between tries at somebody else's endpoint, which may be down for a day: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
const WEBHOOKS: &[i64] = &[5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// No item waits longer: the longest of the lists and its tenth, rounded up.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::hours(12);

fn waits(kind: &str) -> &'static [i64] {
    if kind == WEBHOOK_DELIVERY { WEBHOOKS } else { OWN }
}

/// The number of tries after which an item is given up.
#[must_use]
pub fn last_try(kind: &str) -> i32 {
    i32::try_from(waits(kind).len() + 1).unwrap_or(i32::MAX)
}

/// How long after try `attempt` (1 is the first) the next one comes; None after the last. Items that failed together
/// come apart by up to a tenth of the wait either way, each by its own id, so that the time can be told beforehand.
#[must_use]
pub fn next_try(kind: &str, item: WorkItemId, attempt: i32) -> Option<TimeDelta> {
    let tries_so_far = usize::try_from(attempt).ok()?;
    let seconds = waits(kind).get(tries_so_far.checked_sub(1)?)?;
    // The last half of a UUID of version 7 is random.
    let (_, random) = item.0.as_u64_pair();
    let spread = random.rotate_left(u32::try_from(attempt).ok()? * 7) % 201;
    Some(TimeDelta::milliseconds(seconds * (900 + i64::try_from(spread).ok()?)))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_wait_is_the_listed_one_give_or_take_a_tenth() {
        for (kind, list) in [("mail.reverification", OWN), (WEBHOOK_DELIVERY, WEBHOOKS)] {
            for item in (0..500).map(|seed| WorkItemId(Uuid::from_u128(seed * 0x9E37_79B9_7F4A_7C15_F39C))) {
                for (attempt, seconds) in (1..).zip(list) {
                    let wait = next_try(kind, item, attempt).unwrap().num_milliseconds();
                    assert!((seconds * 900..=seconds * 1_100).contains(&wait), "{kind} {attempt}: {wait}");
                    assert!(wait < LONGEST_WAIT.num_milliseconds());
                }
                assert_eq!(next_try(kind, item, last_try(kind)), None);
            }
        }
    }

    #[test]
    fn items_that_failed_together_come_apart() {
        let waits: std::collections::BTreeSet<_> = (0..100)
            .filter_map(|seed| next_try("mail", WorkItemId(Uuid::from_u128(seed * 0x9E37_79B9_7F4A_7C15_F39C)), 9))
            .collect();
        assert!(waits.len() > 30, "{waits:?}");
    }

    #[test]
    fn there_is_no_try_before_the_first_and_none_after_the_last() {
        assert_eq!((last_try("mail"), last_try(WEBHOOK_DELIVERY)), (10, 8));
        for attempt in [-1, 0, 10, 11] {
            assert_eq!(next_try("mail", WorkItemId(Uuid::nil()), attempt), None);
        }
    }
}
