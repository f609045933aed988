//! Cancelling against carrying out: whatever the timing, one of the two happened, and nothing between.

use std::time::Duration;

use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};

use super::{CANCEL, DECIDE, open, person, see, steps};

/// What the world looks like after a request came to its end.
#[derive(Debug, PartialEq, Eq)]
struct End {
    state: Value,
    decision: Value,
    /// Steps that end a request.
    ends: Vec<String>,
}

impl End {
    /// The plain model: a request that was cancelled has done nothing, any other has done all.
    fn of_model(cancelled: bool) -> Self {
        let (state, decision, end) = if cancelled {
            ("CANCELLED", "CONSENT_GIVEN", "cancelled")
        } else {
            ("COMPLETED", "SUBJECT_ERASED", "completed")
        };
        Self { state: json!(state), decision: json!(decision), ends: vec![end.to_owned()] }
    }

    async fn of_world(world: &World, request: &Value, subject: &str) -> Self {
        let decision = world.ask(DECIDE, json!({ "id": subject })).await["processingDecision"]["reason"].clone();
        let ends = ["cancelled", "completed", "partially_completed", "rejected"];
        let mut steps = steps(world, request).await;
        steps.retain(|step| ends.contains(&step.as_str()));
        Self { state: see(world, request).await["state"].clone(), decision, ends: steps }
    }
}

both_engines! {
    async fn cancelling_while_it_is_carried_out_leaves_one_of_the_two_and_nothing_between(world: World) {
        world.import_registers().await;
        world.trust_the_voucher().await;
        let rounds = if world.engine == Engine::Postgres { 40 } else { 12 };
        let mut cancelled_rounds = 0;
        for round in 0..rounds {
            let ada = person(&world, &format!("ada{round}")).await;
            let request = open(&world, "ERASURE", &ada, json!({})).await;
            // Two workers and a canceller; one side starts later by a time that differs from round to round.
            let head_start = Duration::from_micros(700 * (round / 2));
            let (workers_late, canceller_late) = if round % 2 == 0 { (head_start, Duration::ZERO) } else { (Duration::ZERO, head_start) };
            let work = async { tokio::time::sleep(workers_late).await; tokio::join!(world.drain(), world.drain()) };
            let cancel = async {
                tokio::time::sleep(canceller_late).await;
                world.owner.send(CANCEL, json!({ "id": request["id"] })).await
            };
            let (_, answer) = tokio::join!(work, cancel);
            world.drain().await;
            let cancelled = answer["errors"].is_null();
            cancelled_rounds += u32::from(cancelled);
            assert_eq!(End::of_world(&world, &request, &ada).await, End::of_model(cancelled), "round {round}: {answer}");
        }
        assert!(cancelled_rounds > 0, "no cancellation was ever in time");
        world.finish().await;
    }
}
