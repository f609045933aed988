//! The five laws every story is held to.

use recital_domain::{evidence, work};
use recital_entities::WorkState;
use tracing::Level;

use crate::{World, logs};

/// Parts of every personal value that stories use. Contact addresses of tenants end in `example.org`.
const PERSONAL: &[&str] = &["example.com", "Lovelace", "4111111111111111", "4111 1111 1111 1111"];

pub(crate) async fn hold(world: &World) {
    no_work_is_left(world).await;
    the_log_verifies(world).await;
    no_personal_value_stands_in_clear(world).await;
    consents_stand_where_their_events_say(world).await;
    nothing_unexpected_was_logged(world);
}

async fn no_work_is_left(world: &World) {
    for state in [WorkState::Ready, WorkState::Leased, WorkState::Dead] {
        let left = work::list_items(&world.app, Some(state), Default::default()).await.expect("work is listed");
        let left: Vec<_> = left.items.iter().map(|item| (&item.kind, &item.last_error)).collect();
        assert!(left.is_empty(), "work left over, {state}: {left:?}");
    }
}

async fn the_log_verifies(world: &World) {
    evidence::sequence(&world.app).await.expect("entries are taken into the log");
    for tenant in work::served_tenants(&world.app).await.expect("tenants are listed") {
        let leaves = evidence::verify_log(&world.app, tenant.id).await;
        assert!(matches!(leaves, Ok(1..)), "the log of {}: {leaves:?}", tenant.slug);
    }
}

async fn no_personal_value_stands_in_clear(world: &World) {
    let dump = world.database.dump().await.expect("the database is read");
    for value in PERSONAL {
        if let Some(at) = dump.windows(value.len()).position(|window| window == value.as_bytes()) {
            let around = String::from_utf8_lossy(&dump[at.saturating_sub(120)..(at + 60).min(dump.len())]).into_owned();
            panic!("{value:?} stands in clear in the database: {around}");
        }
    }
}

/// The last act says where a consent stands. An end that was noted may be void: a renewal came to light later.
async fn consents_stand_where_their_events_say(world: &World) {
    const ASTRAY: &str = "SELECT count(*) FROM consents c JOIN consent_events e ON e.tenant_id = c.tenant_id
        AND e.subject_id = c.subject_id AND e.purpose_id = c.purpose_id
        WHERE e.state <> c.state AND e.state <> 'EXPIRED' AND NOT EXISTS (SELECT 1 FROM consent_events later
            WHERE later.tenant_id = e.tenant_id AND later.subject_id = e.subject_id AND later.purpose_id = e.purpose_id
            AND (later.recorded_at > e.recorded_at OR (later.recorded_at = e.recorded_at AND later.id > e.id)))";
    let astray = world.database.number(ASTRAY).await.expect("consents are counted");
    assert_eq!(astray, 0, "consents that stand where no event put them");
}

/// A caller who goes away while a transaction begins leaves PostgreSQL with nothing to roll back, which it remarks on.
fn nothing_unexpected_was_logged(world: &World) {
    let expected = world.expected_logs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (level, line) in logs::lines() {
        assert!(PERSONAL.iter().all(|value| !line.contains(value)), "a personal value was logged: {line}");
        let abandoned = line.contains("there is no transaction in progress");
        let fine = level > Level::WARN || abandoned || expected.iter().any(|text| line.contains(text));
        assert!(fine, "unexpected log line: {level} {line}");
    }
}
