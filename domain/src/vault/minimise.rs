//! Minimisation (Article 5(1)(c)): of a payload or a profile only what the purpose may collect is kept.
//!
//! The allowlist holds dotted paths. A path covers the value that stands there with all that is in it; arrays are looked
//! through, each element standing at the array's own path. What is dropped is told by its path, never by its value.

use std::collections::{BTreeSet, HashSet};

use recital_entities::purposes::purposes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a purpose may collect or read.
#[derive(Clone, Debug)]
pub struct Allowlist {
    /// None: the purpose is not narrowed.
    paths: Option<Paths>,
}

#[derive(Clone, Debug)]
struct Paths {
    allowed: HashSet<String>,
    /// Paths that an allowed one lies within.
    leading: HashSet<String>,
}

/// What is left, and the sorted paths of what went.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimised {
    pub kept: Map<String, Value>,
    pub removed: Vec<String>,
}

/// What went, as answers and audit entries tell it: the first names in order, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedFields {
    pub names: Vec<String>,
    pub count: usize,
}

const MOST_NAMES: usize = 100;

impl FromIterator<String> for RemovedFields {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        let names: BTreeSet<String> = names.into_iter().collect();
        Self { count: names.len(), names: names.into_iter().take(MOST_NAMES).collect() }
    }
}

impl Allowlist {
    #[must_use]
    pub fn of(purpose: &purposes::Model) -> Self {
        Self::new(purpose.fields.as_ref().map(|fields| fields.0.as_slice()))
    }

    #[must_use]
    pub fn new(fields: Option<&[String]>) -> Self {
        let paths = fields.map(|fields| Paths {
            allowed: fields.iter().cloned().collect(),
            leading: fields.iter().flat_map(|field| ancestors(field)).map(str::to_owned).collect(),
        });
        Self { paths }
    }

    /// Whether the value at `path` may be kept with all that is in it.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| {
            paths.allowed.contains(path) || ancestors(path).any(|ancestor| paths.allowed.contains(ancestor))
        })
    }

    fn leads_on(&self, path: &str) -> bool {
        self.paths.as_ref().is_some_and(|paths| paths.leading.contains(path))
    }
}

/// `a.b` and `a` for `a.b.c`.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(dot, _)| &path[..dot])
}

/// Drops what `allowlist` does not cover. An object or array of which nothing is left goes too.
#[must_use]
pub fn minimise(payload: Map<String, Value>, allowlist: &Allowlist) -> Minimised {
    let mut removed = BTreeSet::new();
    let kept = keep_map("", payload, allowlist, &mut removed);
    Minimised { kept, removed: removed.into_iter().collect() }
}

fn keep_map(
    path: &str,
    map: Map<String, Value>,
    allowlist: &Allowlist,
    removed: &mut BTreeSet<String>,
) -> Map<String, Value> {
    let mut kept = Map::new();
    for (name, value) in map {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        if let Some(value) = keep(&path, value, allowlist, removed) {
            kept.insert(name, value);
        }
    }
    kept
}

fn keep(path: &str, value: Value, allowlist: &Allowlist, removed: &mut BTreeSet<String>) -> Option<Value> {
    if allowlist.covers(path) {
        return Some(value);
    }
    match value {
        Value::Object(map) if allowlist.leads_on(path) && !map.is_empty() => {
            let kept = keep_map(path, map, allowlist, removed);
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) if allowlist.leads_on(path) && !items.is_empty() => {
            let kept: Vec<Value> = items.into_iter().filter_map(|item| keep(path, item, allowlist, removed)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => {
            removed.insert(path.to_owned());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn allow(fields: &[&str]) -> Allowlist {
        Allowlist::new(Some(&fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>()))
    }

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn only_what_is_allowed_is_kept() {
        for (fields, payload, kept, removed) in [
            (vec!["query"], json!({ "query": "q", "email": "e" }), json!({ "query": "q" }), vec!["email"]),
            (vec![], json!({ "a": 1 }), json!({}), vec!["a"]),
            (vec!["a"], json!({ "a": { "b": 1, "c": [2] } }), json!({ "a": { "b": 1, "c": [2] } }), vec![]),
            (vec!["a.b"], json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": { "b": 1 } }), vec!["a.c"]),
            (vec!["a.b"], json!({ "a": { "c": { "d": 2 } } }), json!({}), vec!["a.c"]),
            (vec!["a.b"], json!({ "a": 5 }), json!({}), vec!["a"]),
            (vec!["a.b"], json!({ "a": {} }), json!({}), vec!["a"]),
            (
                vec!["items.price"],
                json!({ "items": [{ "price": 1, "note": "n" }, { "price": 2, "note": "m" }] }),
                json!({ "items": [{ "price": 1 }, { "price": 2 }] }),
                vec!["items.note"],
            ),
            (vec!["a.b"], json!({ "a": [[{ "b": 1, "c": 2 }], 7] }), json!({ "a": [[{ "b": 1 }]] }), vec!["a", "a.c"]),
            (vec!["a.b"], json!({ "a.b": 1, "a.c": 2 }), json!({ "a.b": 1 }), vec!["a.c"]),
            (vec!["ab"], json!({ "a": { "b": 1 }, "abc": 2 }), json!({}), vec!["a", "abc"]),
            (vec!["a", "a.b"], json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": { "b": 1, "c": 2 } }), vec![]),
            (vec!["A"], json!({ "a": 1 }), json!({}), vec!["a"]),
        ] {
            let answer = minimise(map(payload.clone()), &allow(&fields));
            assert_eq!(Value::Object(answer.kept), kept, "{payload} by {fields:?}");
            assert_eq!(answer.removed, removed, "{payload} by {fields:?}");
        }
    }

    #[test]
    fn a_purpose_that_is_not_narrowed_keeps_all() {
        let payload = map(json!({ "a": { "b": [1, { "c": null }] } }));
        let answer = minimise(payload.clone(), &Allowlist::new(None));
        assert_eq!(answer, Minimised { kept: payload, removed: vec![] });
    }

    #[test]
    fn a_hundred_names_are_told_and_all_are_counted() {
        let names = |count: usize| (0..count).map(|n| format!("f{n:03}")).collect::<RemovedFields>();
        assert_eq!((names(100).names.len(), names(100).count), (100, 100));
        assert_eq!((names(101).names.len(), names(101).count), (100, 101));
        let twice: RemovedFields = ["b", "a", "b"].map(str::to_owned).into_iter().collect();
        assert_eq!(twice, RemovedFields { names: vec!["a".into(), "b".into()], count: 2 });
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i32>().prop_map(Value::from)];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn any_payload() -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::btree_map("[a-d]", any_value(), 0..4).prop_map(|map| map.into_iter().collect())
    }

    fn any_fields() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[a-d](\\.[a-d]){0,3}", 0..6)
    }

    /// All that is no container, and empty containers, each with its path.
    fn leaves(map: &Map<String, Value>) -> Vec<(String, String)> {
        fn collect(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
            match value {
                Value::Object(map) if !map.is_empty() => {
                    map.iter().for_each(|(name, value)| collect(&format!("{path}.{name}"), value, found));
                }
                Value::Array(items) if !items.is_empty() => items.iter().for_each(|item| collect(path, item, found)),
                _ => found.push((path.to_owned(), value.to_string())),
            }
        }
        let mut found = Vec::new();
        map.iter().for_each(|(name, value)| collect(name, value, &mut found));
        found
    }

    /// What the rule is, said in another way than the code says it.
    fn is_within(path: &str, fields: &[String]) -> bool {
        fields.iter().any(|field| path == *field || path.starts_with(&format!("{field}.")))
    }

    proptest! {
        #[test]
        fn what_is_inside_the_allowlist_is_kept_and_nothing_else(payload in any_payload(), fields in any_fields()) {
            let answer = minimise(payload.clone(), &Allowlist::new(Some(&fields)));
            let (inside, outside): (Vec<_>, Vec<_>) =
                leaves(&payload).into_iter().partition(|(path, _)| is_within(path, &fields));
            prop_assert_eq!(leaves(&answer.kept), inside);
            for path in &answer.removed {
                prop_assert!(!is_within(path, &fields), "{path} was removed");
            }
            for (path, _) in outside {
                let told = answer.removed.iter().any(|name| path == *name || path.starts_with(&format!("{name}.")));
                prop_assert!(told, "{path} went without a word");
            }
        }

        #[test]
        fn what_was_minimised_once_stays_as_it_is(payload in any_payload(), fields in any_fields()) {
            let allowlist = Allowlist::new(Some(&fields));
            let once = minimise(payload, &allowlist);
            let twice = minimise(once.kept.clone(), &allowlist);
            prop_assert_eq!(twice, Minimised { kept: once.kept, removed: vec![] });
        }
    }
}
