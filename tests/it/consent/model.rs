//! Random histories: every decision, now and as of each instant past, is the one a plain model comes to.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use recital_domain::{
    consent::{self, DecisionCheck, RecordConsent, WithdrawConsent},
    db::TenantTx,
    error::Result as DomainResult,
    evidence::Event,
    purposes::{self, Definition, RevisePurpose},
    vault::{self, RegisterSubject, SubjectRef},
    viewer::{Permission, Viewer},
};
use recital_entities::{ConsentMethod, LawfulBasis, Period, SubjectId};
use recital_tests::{World, both_engines};

const PEOPLE: usize = 2;
const HISTORIES: u32 = 6;
const STEPS: usize = 40;

/// The purposes of a history: consent without an end and for a month at a time, and one that can be objected to.
const PURPOSES: [&str; 3] = ["endless", "monthly", "interest"];
const MONTHLY: usize = 1;
const INTEREST: usize = 2;

#[derive(Clone, Copy, Debug)]
enum Act {
    Answer { given: bool, hours_ago: i64 },
    Withdraw,
    Object,
    LiftObjection,
    Restrict,
    LiftRestriction,
    Erase,
    Revise { reconsent: bool, special: bool },
    Retire,
    Wait { hours: i64 },
}

type Step = (Act, usize, usize);

fn any_step() -> impl Strategy<Value = Step> {
    let hours_ago = prop_oneof![3 => Just(0_i64), 1 => 1..200_i64];
    let act = prop_oneof![
        40 => (prop::bool::weighted(0.8), hours_ago).prop_map(|(given, hours_ago)| Act::Answer { given, hours_ago }),
        20 => Just(Act::Withdraw),
        10 => Just(Act::Object),
        10 => Just(Act::LiftObjection),
        4 => Just(Act::Restrict),
        8 => Just(Act::LiftRestriction),
        1 => Just(Act::Erase),
        10 => any::<(bool, bool)>().prop_map(|(reconsent, special)| Act::Revise { reconsent, special }),
        1 => Just(Act::Retire),
        20 => (1..400_i64).prop_map(|hours| Act::Wait { hours }),
    ];
    (act, 0..PEOPLE, 0..PURPOSES.len())
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Given,
    Refused,
    Withdrawn,
}

/// What a person said, when, and about which version.
#[derive(Debug)]
struct Said {
    at: DateTime<Utc>,
    person: usize,
    purpose: usize,
    state: State,
    version: usize,
    explicit: bool,
}

/// One version of a purpose: since when it stands, and the oldest version whose consents it still takes.
#[derive(Clone, Copy, Debug)]
struct Version {
    from: DateTime<Utc>,
    accepts_since: usize,
    special: bool,
    retired: bool,
}

/// Something that holds from one instant to another.
#[derive(Clone, Copy, Debug)]
struct Spell {
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
}

impl Spell {
    fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

#[derive(Debug)]
struct Person {
    since: DateTime<Utc>,
    erased: Option<DateTime<Utc>>,
    restrictions: Vec<Spell>,
    objections: Vec<Spell>,
}

#[derive(Debug)]
struct Model {
    said: Vec<Said>,
    versions: [Vec<Version>; PURPOSES.len()],
    people: Vec<Person>,
}

impl Model {
    fn version_at(&self, purpose: usize, at: DateTime<Utc>) -> Option<usize> {
        self.versions[purpose].iter().filter(|version| version.from <= at).count().checked_sub(1)
    }

    fn present(&self, purpose: usize) -> Version {
        *self.versions[purpose].last().expect("a first version")
    }

    /// The last thing said by then; of two at once, the one said later.
    fn last(&self, person: usize, purpose: usize, at: DateTime<Utc>) -> Option<&Said> {
        let mine = self.said.iter().filter(|said| (said.person, said.purpose) == (person, purpose) && said.at <= at);
        mine.max_by_key(|said| said.at)
    }

    fn reason(&self, person: usize, purpose: usize, at: DateTime<Utc>) -> &'static str {
        let Some(version) = self.version_at(purpose, at) else { return "UNKNOWN_PURPOSE" };
        let version = self.versions[purpose][version];
        let who = &self.people[person];
        if who.since > at {
            "UNKNOWN_SUBJECT"
        } else if who.erased.is_some_and(|erased| erased <= at) {
            "SUBJECT_ERASED"
        } else if who.restrictions.iter().any(|spell| spell.holds(at)) {
            "RESTRICTED"
        } else if version.retired {
            "PURPOSE_RETIRED"
        } else if purpose != INTEREST {
            self.by_consent(person, purpose, version, at)
        } else if who.objections.iter().any(|spell| spell.holds(at)) {
            "OBJECTED"
        } else {
            "OTHER_LAWFUL_BASIS"
        }
    }

    fn by_consent(&self, person: usize, purpose: usize, version: Version, at: DateTime<Utc>) -> &'static str {
        let Some(last) = self.last(person, purpose, at) else { return "NO_CONSENT" };
        let ends = (purpose == MONTHLY).then(|| last.at.checked_add_months(chrono::Months::new(1)).unwrap());
        match last.state {
            State::Refused => "NO_CONSENT",
            State::Withdrawn => "CONSENT_WITHDRAWN",
            State::Given if ends.is_some_and(|ends| ends <= at) => "CONSENT_EXPIRED",
            State::Given if last.version < version.accepts_since => "RECONSENT_NEEDED",
            State::Given if version.special && !last.explicit => "SPECIAL_CATEGORY_NOT_CONSENTED",
            State::Given => "CONSENT_GIVEN",
        }
    }

    /// Keeps it, even if the same was said before: something from in between may come to light.
    fn say(&mut self, said: Said) {
        self.said.push(said);
    }
}

/// One history: its own people and purposes in the story's world.
struct History<'a> {
    world: &'a World,
    viewer: Viewer,
    number: u32,
    subjects: Vec<SubjectId>,
    model: Model,
    instants: Vec<DateTime<Utc>>,
}

impl<'a> History<'a> {
    /// Purposes first, people ten days later, and ten more days before anything happens.
    async fn begin(world: &'a World, number: u32) -> Self {
        let viewer = world.job("story");
        let mut history = History {
            world,
            viewer,
            number,
            subjects: Vec::new(),
            model: Model { said: Vec::new(), versions: Default::default(), people: Vec::new() },
            instants: vec![world.now()],
        };
        world.advance(TimeDelta::days(10));
        for purpose in 0..PURPOSES.len() {
            purposes::define(&world.app, &history.viewer, &history.key(purpose), definition(purpose)).await.unwrap();
            let first = Version { from: world.now(), accepts_since: 0, special: false, retired: false };
            history.model.versions[purpose].push(first);
        }
        world.advance(TimeDelta::days(10));
        for person in 0..PEOPLE {
            let input = RegisterSubject { external_id: Some(format!("{number}-{person}")), ..Default::default() };
            history.subjects.push(vault::register(&world.app, &history.viewer, input).await.unwrap().id);
            let (restrictions, objections) = (Vec::new(), Vec::new());
            history.model.people.push(Person { since: world.now(), erased: None, restrictions, objections });
        }
        history.instants.push(world.now() - TimeDelta::days(1));
        history.instants.push(world.now());
        world.advance(TimeDelta::days(10));
        history
    }

    fn key(&self, purpose: usize) -> String {
        format!("{}-{}", PURPOSES[purpose], self.number)
    }

    /// A change that rooms make for one another.
    async fn change(&self, change: impl AsyncFnOnce(&TenantTx) -> DomainResult<()>) {
        let done = self.world.app.write(&self.viewer, Permission::SubjectWrite, async |tx| {
            change(tx).await?;
            Ok(Event::AnswerRepeated { id: tx.tenant(), operation: "story" }.with(()))
        });
        done.await.expect("the change is made");
    }

    async fn perform(&mut self, (act, person, purpose): Step) {
        let now = self.world.now();
        let gone = self.model.people[person].erased.is_some();
        let retired = self.model.present(purpose).retired;
        match act {
            Act::Wait { hours } => self.world.advance(TimeDelta::hours(hours)),
            Act::Revise { reconsent, special } if !retired => self.revise(purpose, reconsent, special).await,
            Act::Retire if !retired => {
                purposes::retire(&self.world.app, &self.viewer, &self.key(purpose)).await.unwrap();
                let version = Version { from: now, retired: true, ..self.model.present(purpose) };
                self.model.versions[purpose].push(version);
            }
            _ if gone => {}
            Act::Answer { given, hours_ago } if !retired && purpose != INTEREST => {
                self.answer(person, purpose, given, hours_ago).await;
            }
            Act::Withdraw if purpose != INTEREST => self.withdraw(person, purpose).await,
            Act::Object => {
                self.object(person).await;
                open(&mut self.model.people[person].objections, now);
            }
            Act::LiftObjection => {
                self.lift_objection(person).await;
                close(&mut self.model.people[person].objections, now);
            }
            Act::Restrict => {
                self.change(async |tx| vault::restrict(tx, self.subjects[person]).await.map(drop)).await;
                open(&mut self.model.people[person].restrictions, now);
            }
            Act::LiftRestriction => {
                self.change(async |tx| vault::lift_restriction(tx, self.subjects[person]).await.map(drop)).await;
                close(&mut self.model.people[person].restrictions, now);
            }
            Act::Erase => {
                self.change(async |tx| {
                    let subject = vault::find_subject(tx, &SubjectRef::Id(self.subjects[person])).await?;
                    vault::erase_subject(tx, &subject).await.map(drop)
                })
                .await;
                self.model.people[person].erased = Some(now);
            }
            _ => {}
        }
    }

    async fn answer(&mut self, person: usize, purpose: usize, given: bool, hours_ago: i64) {
        let at = self.world.now() - TimeDelta::hours(hours_ago);
        let explicit = self.model.present(purpose).special;
        let input = RecordConsent {
            subject: SubjectRef::Id(self.subjects[person]),
            purpose: self.key(purpose),
            given,
            policy_version: "1".to_owned(),
            method: ConsentMethod::Api,
            special_category_consent: explicit.then_some(true),
            double_opt_in: false,
            notice_text: None,
            recorded_at: (hours_ago > 0).then_some(at),
            idempotency_key: None,
        };
        consent::record(&self.world.app, &self.viewer, input).await.unwrap();
        let state = if given { State::Given } else { State::Refused };
        let version = self.model.version_at(purpose, at).unwrap_or_default();
        self.model.say(Said { at, person, purpose, state, version, explicit });
    }

    async fn withdraw(&mut self, person: usize, purpose: usize) {
        let now = self.world.now();
        let input = WithdrawConsent {
            subject: SubjectRef::Id(self.subjects[person]),
            purpose: self.key(purpose),
            method: ConsentMethod::Api,
            reason: None,
        };
        let withdrawn = consent::withdraw(&self.world.app, &self.viewer, input).await;
        let last = self.model.last(person, purpose, now).filter(|last| last.state == State::Given);
        let Some(&Said { version, explicit, .. }) = last else {
            return assert!(withdrawn.is_err(), "there was nothing to withdraw");
        };
        withdrawn.unwrap();
        self.model.said.push(Said { at: now, person, purpose, state: State::Withdrawn, version, explicit });
    }

    async fn object(&self, person: usize) {
        self.change(async |tx| {
            let subject = vault::find_subject(tx, &SubjectRef::Id(self.subjects[person])).await?;
            consent::object(tx, &subject, &purposes::get(tx, &self.key(INTEREST)).await?).await
        })
        .await;
    }

    async fn lift_objection(&self, person: usize) {
        self.change(async |tx| {
            let subject = vault::find_subject(tx, &SubjectRef::Id(self.subjects[person])).await?;
            consent::lift_objection(tx, &subject, &purposes::get(tx, &self.key(INTEREST)).await?).await.map(drop)
        })
        .await;
    }

    async fn revise(&mut self, purpose: usize, reconsent: bool, special: bool) {
        let number = self.model.versions[purpose].len();
        let input = RevisePurpose {
            key: self.key(purpose),
            description: Some(format!("change {number}")),
            special_category: Some(special && purpose != INTEREST),
            require_reconsent: reconsent,
            ..Default::default()
        };
        purposes::revise(&self.world.app, &self.viewer, input).await.unwrap();
        let before = self.model.present(purpose);
        let accepts_since = if reconsent { number } else { before.accepts_since };
        let special = special && purpose != INTEREST;
        self.model.versions[purpose].push(Version { from: self.world.now(), accepts_since, special, retired: false });
    }

    /// Asks for every person and purpose at once.
    async fn compare(&self, at: Option<DateTime<Utc>>) -> Result<(), TestCaseError> {
        let pairs = (0..PEOPLE).flat_map(|person| (0..PURPOSES.len()).map(move |purpose| (person, purpose)));
        let checks = pairs.clone().map(|(person, purpose)| DecisionCheck {
            subject: SubjectRef::Id(self.subjects[person]),
            purpose: self.key(purpose),
        });
        let decided = consent::decisions(&self.world.app, &self.viewer, checks.collect(), at).await.unwrap();
        for ((person, purpose), decision) in pairs.zip(decided) {
            let expected = self.model.reason(person, purpose, at.unwrap_or_else(|| self.world.now()));
            let reason: &str = decision.reason.into();
            prop_assert_eq!(reason, expected, "person {} {} at {:?}: {:?}", person, PURPOSES[purpose], at, self.model);
            prop_assert_eq!(decision.allowed, ["CONSENT_GIVEN", "OTHER_LAWFUL_BASIS"].contains(&expected));
        }
        Ok(())
    }

    async fn live(mut self, steps: Vec<Step>) -> Result<(), TestCaseError> {
        for step in steps {
            self.world.advance(TimeDelta::minutes(7));
            self.perform(step).await;
            self.compare(None).await?;
            self.instants.push(self.world.now() + TimeDelta::minutes(1));
        }
        self.world.advance(TimeDelta::hours(1));
        for at in &self.instants {
            self.compare(Some(*at)).await?;
        }
        Ok(())
    }
}

fn definition(purpose: usize) -> Definition {
    let basis = if purpose == INTEREST { LawfulBasis::LegitimateInterests } else { LawfulBasis::Consent };
    Definition {
        name: "A purpose".to_owned(),
        description: "For a history".to_owned(),
        lawful_basis: basis,
        data_collected: vec!["words".to_owned()],
        fields: None,
        retention: Period::days(30),
        storage_location: "EU".to_owned(),
        legitimate_interest_assessment: (purpose == INTEREST).then(|| "assessed".to_owned()),
        special_category: false,
        special_category_condition: None,
        recipients: Vec::new(),
        transfers_outside_eu: false,
        transfer_safeguards: None,
        consent_valid_for: (purpose == MONTHLY).then(|| Period::months(1)),
        consent_expiry_notice: None,
        sale_or_sharing: false,
    }
}

fn open(spells: &mut Vec<Spell>, now: DateTime<Utc>) {
    if spells.last().is_none_or(|spell| spell.to.is_some()) {
        spells.push(Spell { from: now, to: None });
    }
}

fn close(spells: &mut [Spell], now: DateTime<Utc>) {
    if let Some(spell) = spells.last_mut() {
        spell.to = spell.to.or(Some(now));
    }
}

both_engines! {
    async fn decisions_are_those_of_a_plain_model_over_random_histories(world: World) {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
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
        assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
        world.finish().await;
    }
}
