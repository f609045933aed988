//! Where a consent stands, from its events: the rule, on plain values.
//!
//! Events count in the order of the person's acts. The last one says where consent stands, but for one case: a consent's
//! end that was noted is void once a renewal or a "no" from before that end comes to light.

use recital_entities::{
    ConsentState,
    consent::{consent_events, consents},
};

/// The event that says where consent stands; `events` are newest first.
pub(super) fn effective<'a>(
    mut events: impl Iterator<Item = &'a consent_events::Model>,
) -> Option<&'a consent_events::Model> {
    let newest = events.next()?;
    if newest.state != ConsentState::Expired {
        return Some(newest);
    }
    match events.find(|event| event.state != ConsentState::Expired) {
        Some(act) if !is_over(act, newest) => Some(act),
        _ => Some(newest),
    }
}

/// Whether what was given in `act` had ended when `end` was noted.
pub(super) fn is_over(act: &consent_events::Model, end: &consent_events::Model) -> bool {
    act.state == ConsentState::Given && act.expires_at.is_some_and(|expires_at| expires_at <= end.recorded_at)
}

/// Where consent stands; `events` are newest first. None without an event.
pub(super) fn fold(events: &[consent_events::Model]) -> Option<consents::Model> {
    let given = events.iter().find(|event| event.state == ConsentState::Given);
    effective(events.iter()).map(|effective| standing(effective.clone(), given.map(|given| given.recorded_at)))
}

/// What an effective event and the last time of giving make of a consent.
pub(super) fn standing(
    effective: consent_events::Model,
    given_at: Option<chrono::DateTime<chrono::Utc>>,
) -> consents::Model {
    let withdrawn = effective.state == ConsentState::Withdrawn;
    consents::Model {
        tenant_id: effective.tenant_id,
        id: effective.consent_id,
        subject_id: effective.subject_id,
        purpose_id: effective.purpose_id,
        purpose_version: effective.purpose_version,
        state: effective.state,
        policy_version: effective.policy_version,
        method: effective.method,
        special_category_consent: effective.special_category_consent,
        given_at,
        withdrawn_at: withdrawn.then_some(effective.recorded_at),
        expires_at: effective.expires_at,
        notice_hash: effective.notice_hash,
        expiry_warned_for: None,
        updated_at: effective.appended_at,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use recital_entities::{ConsentEventId, ConsentId, ConsentMethod, PurposeId, SubjectId, TenantId};
    use uuid::Uuid;

    use super::*;

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn event(state: ConsentState, at: i64, ends: Option<i64>) -> consent_events::Model {
        consent_events::Model {
            tenant_id: TenantId(Uuid::nil()),
            id: ConsentEventId(Uuid::nil()),
            consent_id: ConsentId(Uuid::nil()),
            subject_id: SubjectId(Uuid::nil()),
            purpose_id: PurposeId(Uuid::nil()),
            state,
            purpose_version: 1,
            policy_version: "1".to_owned(),
            method: ConsentMethod::Api,
            special_category_consent: None,
            expires_at: ends.map(day),
            notice_hash: None,
            reason: None,
            recorded_at: day(at),
            recorded_by: String::new(),
            appended_at: day(at),
        }
    }

    #[test]
    fn the_last_act_says_where_consent_stands() {
        use ConsentState::{Expired, Given, PendingConfirmation, Refused, Withdrawn};
        let given = |at, ends| event(Given, at, ends);
        for (events, state, given_at) in [
            (vec![given(1, None)], Given, Some(1)),
            (vec![given(1, None), event(Withdrawn, 2, None)], Withdrawn, Some(1)),
            (vec![event(Withdrawn, 1, None), given(2, None)], Given, Some(2)),
            (vec![event(Refused, 1, None)], Refused, None),
            (vec![event(PendingConfirmation, 1, None), given(2, None)], Given, Some(2)),
            (vec![given(1, Some(5)), event(Expired, 5, None)], Expired, Some(1)),
            // A renewal from before the end, learnt of later: the consent goes on.
            (vec![given(1, Some(5)), given(3, Some(9)), event(Expired, 5, None)], Given, Some(3)),
            (vec![given(1, Some(5)), given(3, None), event(Expired, 5, None)], Given, Some(3)),
            // A withdrawal from before the end: there was nothing left to end.
            (vec![given(1, Some(5)), event(Withdrawn, 3, None), event(Expired, 5, None)], Withdrawn, Some(1)),
            (vec![given(1, Some(5)), event(Expired, 5, None), given(6, Some(11))], Given, Some(6)),
        ] {
            let newest_first: Vec<_> = events.into_iter().rev().collect();
            let stands = fold(&newest_first).unwrap();
            assert_eq!((stands.state, stands.given_at), (state, given_at.map(day)), "{newest_first:?}");
        }
        assert_eq!(fold(&[]), None);
    }
}
