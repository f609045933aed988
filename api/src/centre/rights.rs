//! The rights that can be exercised in a privacy centre, in words.

use recital_domain::requests::rights;
use recital_entities::{Regime, SubjectRequestType};

use crate::pages::Say;

/// A right on a page.
pub struct RightView {
    /// Its name in a path.
    pub path: String,
    pub name: String,
    pub explanation: String,
    /// The provisions that give it.
    pub references: String,
    /// What it does not reach, and what to do instead.
    pub beyond: Option<String>,
}

/// Each right that these laws give, once.
pub fn views(say: &Say, regimes: &[Regime]) -> Vec<RightView> {
    rights::types().filter_map(|request| view(say, regimes, request)).collect()
}

/// None where none of these laws knows the right.
pub fn view(say: &Say, regimes: &[Regime], request: SubjectRequestType) -> Option<RightView> {
    let given = regimes.iter().filter_map(|regime| rights::right(request, *regime));
    let references: Vec<String> = given.map(|right| say.provision(right.reference)).collect();
    (!references.is_empty()).then(|| RightView {
        path: path_of(request),
        name: say.text(&format!("centre-right-{request}")),
        explanation: say.text(&format!("centre-right-{request}-text")),
        references: references.join(", "),
        beyond: say.find(&format!("centre-right-{request}-beyond")),
    })
}

/// `opt-out-of-sale`
pub fn path_of(request: SubjectRequestType) -> String {
    request.to_string().to_lowercase().replace('_', "-")
}

/// The right of that path.
pub fn named(path: &str) -> Option<SubjectRequestType> {
    rights::types().find(|request| path_of(*request) == path)
}

/// The laws among these that know the right.
pub fn laws(regimes: &[Regime], request: SubjectRequestType) -> Vec<Regime> {
    regimes.iter().copied().filter(|regime| rights::right(request, *regime).is_some()).collect()
}
