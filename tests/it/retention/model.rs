//! Random histories of policies, holds, restrictions, withdrawals and clocks: the dry run says what the run then does,
//! and both are what a plain model comes to.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use recital_domain::{
    consent::{self, RecordConsent, WithdrawConsent},
    evidence::Event,
    purposes::{self, Definition},
    retention::{self, PlaceHold, SetPolicy},
    vault::{self, NewRecord, StoreRecords, SubjectRef},
    viewer::{Permission, Viewer},
};
use recital_entities::{ConsentMethod, DeletionMethod, LawfulBasis, LegalHoldId, Period};
use recital_tests::{World, both_engines};
use serde_json::json;

const PEOPLE: usize = 2;
const TYPES: [&str; 2] = ["words", "pictures"];
/// A purpose that rests on consent and keeps its data for 30 days, and one that the law demands, for a year.
const PURPOSES: [(&str, i64); 2] = [("chat", 30), ("duty", 365)];
const CHAT: usize = 0;
const HISTORIES: u32 = 6;
const STEPS: usize = 40;

#[derive(Clone, Copy, Debug)]
enum Act {
    Store {
        data_type: usize,
        purpose: usize,
        hours_ago: i64,
        count: usize,
    },
    /// None: on request.
    SetPolicy {
        data_type: usize,
        days: Option<u32>,
    },
    Hold {
        person: bool,
        data_type: Option<usize>,
    },
    Release {
        which: usize,
    },
    Restrict,
    LiftRestriction,
    Withdraw,
    Agree,
    Wait {
        minutes: i64,
    },
    Sweep,
}

type Step = (Act, usize);

fn any_step() -> impl Strategy<Value = Step> {
    let store = (0..TYPES.len(), 0..PURPOSES.len(), 0..1_500_i64, 1..4_usize);
    let act = prop_oneof![
        40 => store.prop_map(|(data_type, purpose, hours_ago, count)| Act::Store { data_type, purpose, hours_ago, count }),
        10 => (0..TYPES.len(), prop::option::weighted(0.8, 1..60_u32))
            .prop_map(|(data_type, days)| Act::SetPolicy { data_type, days }),
        12 => (any::<bool>(), prop::option::of(0..TYPES.len()))
            .prop_map(|(person, data_type)| Act::Hold { person, data_type }),
        8 => (0..4_usize).prop_map(|which| Act::Release { which }),
        5 => Just(Act::Restrict),
        8 => Just(Act::LiftRestriction),
        8 => Just(Act::Withdraw),
        8 => Just(Act::Agree),
        16 => (1..40_000_i64).prop_map(|minutes| Act::Wait { minutes }),
        4 => (-3_000..-1_i64).prop_map(|minutes| Act::Wait { minutes }),
        16 => Just(Act::Sweep),
    ];
    (act, 0..PEOPLE)
}

#[derive(Clone, Copy, Debug)]
struct Record {
    person: usize,
    data_type: usize,
    purpose: usize,
    created: DateTime<Utc>,
    end: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug)]
struct Hold {
    id: LegalHoldId,
    person: Option<usize>,
    data_type: Option<usize>,
}

impl Hold {
    fn covers(&self, record: &Record) -> bool {
        self.person.is_none_or(|person| person == record.person)
            && self.data_type.is_none_or(|data_type| data_type == record.data_type)
    }
}

/// Where a person stands.
#[derive(Clone, Copy, Debug)]
struct Person {
    agrees: bool,
    restricted: bool,
    /// What is said earlier than what was said before is another matter.
    said_at: DateTime<Utc>,
}

/// What a sweep does to one data type.
#[derive(Clone, Debug, Default, PartialEq)]
struct Swept {
    gone: u64,
    held: u64,
    restricted: u64,
    by_hold: BTreeMap<LegalHoldId, u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Policy {
    /// The purpose's own period.
    None,
    OnRequest,
    Days(u32),
}

struct History<'a> {
    world: &'a World,
    viewer: Viewer,
    number: u32,
    records: Vec<Record>,
    policies: [Policy; TYPES.len()],
    holds: Vec<Hold>,
    people: [Person; PEOPLE],
}

impl<'a> History<'a> {
    async fn begin(world: &'a World, number: u32) -> Self {
        let now = world.now();
        let person = Person { agrees: false, restricted: false, said_at: now };
        let history = Self {
            world,
            viewer: world.job("story"),
            number,
            records: Vec::new(),
            policies: [Policy::None; TYPES.len()],
            holds: Vec::new(),
            people: [person; PEOPLE],
        };
        for purpose in 0..PURPOSES.len() {
            let key = history.purpose(purpose);
            let definition = history.definition(purpose);
            purposes::define(&world.app, &history.viewer, &key, definition).await.expect("a purpose");
        }
        for person in 0..PEOPLE {
            world.subject(&history.person(person)).await;
        }
        history
    }

    fn person(&self, person: usize) -> String {
        format!("p{}-{person}", self.number)
    }

    fn subject(&self, person: usize) -> SubjectRef {
        SubjectRef::ExternalId(self.person(person))
    }

    fn purpose(&self, purpose: usize) -> String {
        format!("{}_{}", PURPOSES[purpose].0, self.number)
    }

    fn data_type(&self, data_type: usize) -> String {
        format!("{}_{}", TYPES[data_type], self.number)
    }

    fn definition(&self, purpose: usize) -> Definition {
        Definition {
            name: "A purpose".to_owned(),
            description: "For a history".to_owned(),
            lawful_basis: if purpose == CHAT { LawfulBasis::Consent } else { LawfulBasis::LegalObligation },
            data_collected: (0..TYPES.len()).map(|data_type| self.data_type(data_type)).collect(),
            fields: None,
            retention: Period::days(u32::try_from(PURPOSES[purpose].1).expect("days")),
            storage_location: "EU".to_owned(),
            legitimate_interest_assessment: None,
            special_category: false,
            special_category_condition: None,
            recipients: Vec::new(),
            transfers_outside_eu: false,
            transfer_safeguards: None,
            consent_valid_for: None,
            consent_expiry_notice: None,
            sale_or_sharing: false,
        }
    }

    fn end(&self, record: &Record) -> Option<DateTime<Utc>> {
        let days = match self.policies[record.data_type] {
            Policy::Days(days) => i64::from(days),
            Policy::OnRequest => return None,
            Policy::None => PURPOSES[record.purpose].1,
        };
        Some(record.created + TimeDelta::days(days))
    }

    async fn perform(&mut self, (act, person): Step) -> Result<(), TestCaseError> {
        let now = self.world.now();
        let Person { agrees, restricted, said_at } = self.people[person];
        match act {
            Act::Store { data_type, purpose, hours_ago, count } if !restricted && (purpose != CHAT || agrees) => {
                self.store(person, data_type, purpose, now - TimeDelta::hours(hours_ago), count).await;
            }
            Act::SetPolicy { data_type, days } => self.set_policy(data_type, days).await,
            Act::Hold { person: by_person, data_type } if by_person || data_type.is_some() => {
                self.hold(by_person.then_some(person), data_type).await;
            }
            Act::Release { which } if which < self.holds.len() => {
                let hold = self.holds.remove(which);
                retention::release_hold(&self.world.app, &self.viewer, hold.id, "over").await.expect("released");
            }
            Act::Restrict if !restricted => self.restrict(person, true).await,
            Act::LiftRestriction if restricted => self.restrict(person, false).await,
            Act::Agree if !agrees && now > said_at => self.agree(person).await,
            Act::Withdraw if agrees && now > said_at => self.withdraw(person).await,
            Act::Wait { minutes } => self.world.advance(TimeDelta::minutes(minutes)),
            Act::Sweep => self.sweep().await?,
            _ => {}
        }
        Ok(())
    }

    async fn store(&mut self, person: usize, data_type: usize, purpose: usize, created: DateTime<Utc>, count: usize) {
        let record = NewRecord {
            subject: self.subject(person),
            data_type: self.data_type(data_type),
            purpose: self.purpose(purpose),
            payload: json!({ "note": "Lovelace" }),
            created_at: Some(created),
        };
        let input = StoreRecords { records: vec![record; count], idempotency_key: None };
        let stored = vault::store_records(&self.world.app, &self.viewer, input).await.expect("stored");
        let mut record = Record { person, data_type, purpose, created, end: None };
        record.end = self.end(&record);
        assert!(stored.iter().all(|stored| stored.expires_at == record.end), "{stored:?} {record:?}");
        self.records.extend(vec![record; count]);
    }

    async fn set_policy(&mut self, data_type: usize, days: Option<u32>) {
        let policy = SetPolicy {
            data_type: self.data_type(data_type),
            retention: days.map_or(Period::UntilAccountDeletion, Period::days),
            deletion_method: if days.is_some() { DeletionMethod::Automatic } else { DeletionMethod::OnRequest },
            legal_basis: "no_longer_necessary".to_owned(),
        };
        retention::set(&self.world.app, &self.viewer, policy).await.expect("a policy");
        self.world.drain().await;
        let policy = days.map_or(Policy::OnRequest, Policy::Days);
        let changed = self.policies[data_type] != policy;
        self.policies[data_type] = policy;
        let now = self.world.now();
        let records = self.records.clone();
        for (record, old) in self.records.iter_mut().zip(records) {
            if changed && old.data_type == data_type && old.end.is_none_or(|end| end > now) {
                record.end = days.map(|days| old.created + TimeDelta::days(days.into()));
            }
        }
    }

    async fn hold(&mut self, person: Option<usize>, data_type: Option<usize>) {
        let hold = PlaceHold {
            reason: "a lawsuit".to_owned(),
            subject: person.map(|person| self.subject(person)),
            data_type: data_type.map(|data_type| self.data_type(data_type)),
        };
        let id = retention::place_hold(&self.world.app, &self.viewer, hold).await.expect("a hold").id;
        self.holds.push(Hold { id, person, data_type });
    }

    async fn restrict(&mut self, person: usize, restrict: bool) {
        let subject = self.subject(person);
        let change = self.world.app.write(&self.viewer, Permission::SubjectWrite, async |tx| {
            let id = vault::find_subject(tx, &subject).await?.id;
            if restrict {
                vault::restrict(tx, id).await?
            } else {
                vault::lift_restriction(tx, id).await?
            };
            Ok(Event::SubjectRestricted { id, cause: "story".into() }.with(()))
        });
        change.await.expect("a change");
        self.people[person].restricted = restrict;
    }

    async fn agree(&mut self, person: usize) {
        let input = RecordConsent {
            subject: self.subject(person),
            purpose: self.purpose(CHAT),
            given: true,
            policy_version: "1".to_owned(),
            method: ConsentMethod::Api,
            special_category_consent: None,
            double_opt_in: false,
            notice_text: None,
            recorded_at: None,
            idempotency_key: None,
        };
        consent::record(&self.world.app, &self.viewer, input).await.expect("a consent");
        self.people[person].agrees = true;
        self.people[person].said_at = self.world.now();
    }

    async fn withdraw(&mut self, person: usize) {
        let now = self.world.now();
        let input = WithdrawConsent {
            subject: self.subject(person),
            purpose: self.purpose(CHAT),
            method: ConsentMethod::Api,
            reason: None,
        };
        consent::withdraw(&self.world.app, &self.viewer, input).await.expect("a withdrawal");
        self.people[person].agrees = false;
        self.people[person].said_at = now;
        for record in &mut self.records {
            let theirs = (record.person, record.purpose) == (person, CHAT);
            if theirs && record.end.is_none_or(|end| end > now) {
                record.end = Some(now);
            }
        }
    }

    /// What is past its end, type by type; what nothing keeps is taken from the model.
    fn swept(&mut self, now: DateTime<Utc>) -> [Swept; TYPES.len()] {
        let mut swept: [Swept; TYPES.len()] = Default::default();
        let (holds, people) = (&self.holds, &self.people);
        self.records.retain(|record| {
            if record.end.is_none_or(|end| end > now) {
                return true;
            }
            let of_type = &mut swept[record.data_type];
            let holding: Vec<_> = holds.iter().filter(|hold| hold.covers(record)).collect();
            for hold in &holding {
                *of_type.by_hold.entry(hold.id).or_default() += 1;
            }
            let restricted = people[record.person].restricted;
            of_type.restricted += u64::from(restricted);
            let kept = restricted || !holding.is_empty();
            of_type.held += u64::from(kept);
            of_type.gone += u64::from(!kept);
            kept
        });
        swept
    }

    async fn sweep(&mut self) -> Result<(), TestCaseError> {
        let (app, viewer, now) = (&self.world.app, self.viewer.clone(), self.world.now());
        let forecast = retention::forecast(app, &viewer, None).await.expect("a forecast");
        let run = retention::run(app, &viewer, None).await.expect("a run");
        let results = retention::results_of(app, &viewer, vec![run.id]).await.expect("results").remove(&run.id);
        let forecast: BTreeMap<_, _> = forecast
            .into_iter()
            .map(|forecast| {
                let (held, kept) = (forecast.held, forecast.kept);
                let swept = Swept { gone: forecast.due, held, restricted: kept.restricted, by_hold: kept.by_hold };
                (forecast.data_type, swept)
            })
            .collect();
        let number = |number: i32| u64::try_from(number).expect("a count");
        let done: BTreeMap<_, _> = results
            .unwrap_or_default()
            .into_iter()
            .map(|result| {
                let by_hold = result.kept_by.into_iter().map(|(hold, kept)| (hold, number(kept))).collect();
                let row = result.row;
                let restricted = number(row.restricted);
                (row.data_type, Swept { gone: number(row.deleted), held: number(row.held), restricted, by_hold })
            })
            .collect();
        prop_assert_eq!(&forecast, &done, "the dry run and the run");
        for (data_type, expected) in self.swept(now).into_iter().enumerate() {
            let found = done.get(&self.data_type(data_type)).cloned().unwrap_or_default();
            prop_assert_eq!(found, expected, "{} of {:?}", TYPES[data_type], self.records);
        }
        let left = "SELECT count(*) FROM records r JOIN purposes p ON p.tenant_id = r.tenant_id AND p.id = r.purpose_id
            WHERE p.\"key\" LIKE '%\\_";
        let left = format!("{left}{}' ESCAPE '\\'", self.number);
        let left = self.world.database.number(&left).await.expect("a count");
        prop_assert_eq!(usize::try_from(left).expect("a count"), self.records.len());
        Ok(())
    }

    async fn live(mut self, steps: Vec<Step>) -> Result<(), TestCaseError> {
        for step in steps {
            self.world.advance(TimeDelta::seconds(421));
            self.perform(step).await?;
        }
        // What is left of this history is no concern of the next.
        for hold in std::mem::take(&mut self.holds) {
            retention::release_hold(&self.world.app, &self.viewer, hold.id, "over").await.expect("released");
        }
        self.sweep().await
    }
}

both_engines! {
    async fn the_dry_run_is_the_run_and_a_plain_model_over_random_histories(world: World) {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[15; 32]);
        let config = ProptestConfig { cases: HISTORIES, failure_persistence: None, ..Default::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let number = std::sync::atomic::AtomicU32::default();
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&prop::collection::vec(any_step(), STEPS), |steps| {
                let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                tokio::runtime::Handle::current().block_on(async {
                    History::begin(&world, number).await.live(steps).await
                })
            })
        });
        assert!(outcome.is_ok(), "{outcome:?}");
        world.finish().await;
    }
}
