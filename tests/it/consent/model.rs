//! Random histories: every decision, now and as of each instant past, is the one a plain model comes to.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use recital_tests::{World, both_engines};
use serde_json::{Value, json};

use super::{DECIDE, RECORD, RETIRE, REVISE, WITHDRAW, define};

const PEOPLE: [&str; 2] = ["ada", "grace"];
const PURPOSES: [&str; 2] = ["endless", "monthly"];
const STEPS: usize = 60;

#[derive(Clone, Copy, Debug)]
enum Act {
    Give { hours_ago: i64 },
    Refuse { hours_ago: i64 },
    Withdraw,
    Revise { reconsent: bool },
    Wait { hours: i64 },
}

type Step = (Act, usize, usize);

fn any_step() -> impl Strategy<Value = Step> {
    let hours_ago = prop_oneof![3 => Just(0_i64), 1 => 1..200_i64];
    let act = prop_oneof![
        4 => hours_ago.clone().prop_map(|hours_ago| Act::Give { hours_ago }),
        1 => hours_ago.prop_map(|hours_ago| Act::Refuse { hours_ago }),
        3 => Just(Act::Withdraw),
        1 => any::<bool>().prop_map(|reconsent| Act::Revise { reconsent }),
        2 => (1..400_i64).prop_map(|hours| Act::Wait { hours }),
    ];
    (act, 0..PEOPLE.len(), 0..PURPOSES.len())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Given,
    Refused,
    Withdrawn,
}

/// What a person said, when, and about which version.
struct Said {
    at: DateTime<Utc>,
    person: usize,
    purpose: usize,
    state: State,
    version: usize,
}

/// One version of a purpose: since when it stands, and the oldest version whose consents it still takes.
struct Version {
    from: DateTime<Utc>,
    accepts_since: usize,
}

#[derive(Default)]
struct Model {
    said: Vec<Said>,
    versions: [Vec<Version>; 2],
}

impl Model {
    fn version_at(&self, purpose: usize, at: DateTime<Utc>) -> usize {
        self.versions[purpose].iter().filter(|version| version.from <= at).count().max(1) - 1
    }

    /// The last thing said by then; of two at once, the one said later.
    fn last(&self, person: usize, purpose: usize, at: DateTime<Utc>) -> Option<&Said> {
        let mine = self.said.iter().filter(|said| (said.person, said.purpose) == (person, purpose) && said.at <= at);
        mine.max_by_key(|said| said.at)
    }

    fn reason(&self, person: usize, purpose: usize, at: DateTime<Utc>) -> &'static str {
        let Some(last) = self.last(person, purpose, at) else { return "NO_CONSENT" };
        let ends = (purpose == 1).then(|| last.at.checked_add_months(chrono::Months::new(1)).unwrap());
        let accepts_since = self.versions[purpose][self.version_at(purpose, at)].accepts_since;
        match last.state {
            State::Refused => "NO_CONSENT",
            State::Withdrawn => "CONSENT_WITHDRAWN",
            State::Given if ends.is_some_and(|ends| ends <= at) => "CONSENT_EXPIRED",
            State::Given if last.version < accepts_since => "RECONSENT_NEEDED",
            State::Given => "CONSENT_GIVEN",
        }
    }

    /// Keeps it, unless the same was said before; a consent that ends is renewed by giving it again.
    fn say(&mut self, person: usize, purpose: usize, state: State, at: DateTime<Utc>) {
        let version = self.version_at(purpose, at);
        let same = |last: &Said| (last.state, last.version) == (state, version);
        let renews = purpose == 1 && state == State::Given;
        if !renews && self.last(person, purpose, at).is_some_and(same) {
            return;
        }
        self.said.push(Said { at, person, purpose, state, version });
    }

    fn revise(&mut self, purpose: usize, reconsent: bool, from: DateTime<Utc>) {
        let number = self.versions[purpose].len();
        let accepts_since = if reconsent { number } else { self.versions[purpose][number - 1].accepts_since };
        self.versions[purpose].push(Version { from, accepts_since });
    }
}

async fn perform(world: &World, model: &mut Model, (act, person, purpose): Step, number: usize) {
    let now = world.now();
    let key = PURPOSES[purpose];
    let subject = json!({ "externalId": PEOPLE[person] });
    match act {
        Act::Give { hours_ago } | Act::Refuse { hours_ago } => {
            let given = matches!(act, Act::Give { .. });
            let at = now - TimeDelta::hours(hours_ago);
            let input = json!({ "subject": subject, "purpose": key, "given": given, "policyVersion": "1",
                "method": "API", "recordedAt": (hours_ago > 0).then_some(at) });
            world.ask(RECORD, json!({ "input": input })).await;
            model.say(person, purpose, if given { State::Given } else { State::Refused }, at);
        }
        Act::Withdraw => {
            let could = model.last(person, purpose, now).is_some_and(|last| last.state == State::Given);
            let answer = world.owner.send(WITHDRAW, json!({ "input": { "subject": subject, "purpose": key } })).await;
            assert_eq!(answer.get("errors").is_none(), could, "{answer}");
            if could {
                model.say(person, purpose, State::Withdrawn, now);
            }
        }
        Act::Revise { reconsent } => {
            let input = json!({ "key": key, "description": format!("change {number}"), "requireReconsent": reconsent });
            world.ask(REVISE, json!({ "input": input })).await;
            model.revise(purpose, reconsent, now);
        }
        Act::Wait { hours } => world.advance(TimeDelta::hours(hours)),
    }
}

async fn compare(world: &World, model: &Model, at: Option<DateTime<Utc>>) {
    for (person, name) in PEOPLE.iter().enumerate() {
        for (purpose, key) in PURPOSES.iter().enumerate() {
            let question = json!({ "subject": { "externalId": name }, "purpose": key, "at": at });
            let decided: Value = world.ask(DECIDE, question).await["processingDecision"].take();
            let expected = model.reason(person, purpose, at.unwrap_or_else(|| world.now()));
            assert_eq!(decided["reason"], expected, "{name} {key} at {at:?}: {decided}");
            assert_eq!(decided["allowed"], expected == "CONSENT_GIVEN");
        }
    }
}

both_engines! {
    async fn decisions_are_those_of_a_plain_model_over_random_histories(world: World) {
        define(&world, json!({ "key": "endless" })).await;
        define(&world, json!({ "key": "monthly", "consentValidFor": "P1M" })).await;
        for person in PEOPLE {
            world.subject(person).await;
        }
        let mut model = Model::default();
        for versions in &mut model.versions {
            versions.push(Version { from: world.now(), accepts_since: 0 });
        }
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
        let steps = prop::collection::vec(any_step(), STEPS).new_tree(&mut runner).unwrap().current();
        let mut instants = vec![world.now()];
        world.advance(TimeDelta::days(10));
        for (number, step) in steps.into_iter().enumerate() {
            world.advance(TimeDelta::minutes(7));
            perform(&world, &mut model, step, number).await;
            compare(&world, &model, None).await;
            instants.push(world.now() + TimeDelta::minutes(1));
        }
        world.advance(TimeDelta::hours(1));
        for at in instants {
            compare(&world, &model, Some(at)).await;
        }
        world.ask(RETIRE, json!({ "key": "endless" })).await;
        world.finish().await;
    }
}
