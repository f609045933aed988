//! Profiles: what is held about a person, sealed as one value, versioned key by key.
//!
//! The address a subject is found by is kept apart from the attributes and shown among them as `email`, so that a
//! person sees all that is held: see [`super::identifier`]. A restricted subject's profile can be corrected (restriction
//! lasts while accuracy is being verified, Article 18(1)(a)); an erased one's is gone.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use recital_entities::{
    SubjectId, SubjectStatus,
    vault::{profile_versions, profiles, subjects},
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QuerySelect as _, Set};
use serde_json::{Map, Value};

use super::{
    SubjectKey, SubjectRef,
    attributes::{MOST_ATTRIBUTES, check_profile, object},
    find_subject,
    formats::Formats,
    identifier::{EMAIL, Identifier, email_identifier, explain_taken, open_email_with, take_email},
    normalise_email,
};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

/// A profile in clear. No `Debug`: it holds personal values.
#[derive(Clone, PartialEq)]
pub struct OpenProfile {
    pub version: i32,
    pub attributes: Map<String, Value>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
}

/// What a change came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileChange {
    pub version: i32,
    /// Dotted paths, sorted; none when every value was what it was before, and then there is no new version.
    pub changed_fields: Vec<String>,
}

/// A change to a profile. No `Debug`: it holds personal values.
#[derive(Clone)]
pub struct UpdateProfile {
    pub subject: SubjectRef,
    /// A JSON object, as a merge patch at the first level (RFC 7396): what is named is set, null removes.
    pub attributes: Value,
    /// The version the caller has seen.
    pub expected_version: Option<i32>,
}

const TABLE: &str = "profiles";
/// The input's field, which refusals begin with.
pub(super) const ATTRIBUTES: &str = "attributes";

/// Changes a profile key by key.
///
/// # Errors
/// `NOT_FOUND`; `BAD_USER_INPUT` naming the attribute; CONFLICT with `VERSION_CONFLICT` when somebody else was faster
/// than `expected_version`, `SUBJECT_EXISTS` for another's address, or `SUBJECT_ERASED`.
pub async fn update(app: &App, viewer: &Viewer, input: UpdateProfile) -> Result<subjects::Model> {
    app.write(viewer, Permission::SubjectWrite, async |tx| {
        let changes = object(ATTRIBUTES, input.attributes)?;
        let subject = find_subject(tx, &input.subject).await?;
        let change = change_profile(tx, &subject, changes, input.expected_version).await?;
        let id = subject.id;
        let event = Event::ProfileUpdated { id, version: change.version, fields: change.changed_fields };
        Ok(event.with(find_subject(tx, &SubjectRef::Id(id)).await?))
    })
    .await
}

/// The whole profile, the address included.
///
/// # Errors
/// CONFLICT with `SUBJECT_ERASED`.
pub async fn open_profile(tx: &TenantTx, subject: &subjects::Model) -> Result<OpenProfile> {
    let key = SubjectKey::of(tx, subject.id).await?;
    let row = tx.one(profile_of(subject.id)).await?.ok_or_else(erased)?;
    open_profile_with(&key, subject, &row)
}

pub(super) fn open_profile_with(
    key: &SubjectKey,
    subject: &subjects::Model,
    row: &profiles::Model,
) -> Result<OpenProfile> {
    let mut attributes = open_attributes(key, row)?;
    if let Some(email) = open_email_with(key, subject)? {
        attributes.insert(EMAIL.to_owned(), Value::String(email));
    }
    let updated_by = row.updated_by.clone();
    Ok(OpenProfile { version: row.version, attributes, updated_at: row.updated_at, updated_by })
}

/// Sets what `changes` names, removes what it gives as null, and keeps the rest. What is the same as before is no
/// change.
///
/// # Errors
/// Those of [`update`].
pub async fn change_profile(
    tx: &TenantTx,
    subject: &subjects::Model,
    mut changes: Map<String, Value>,
    expected: Option<i32>,
) -> Result<ProfileChange> {
    let email = take_email(ATTRIBUTES, &mut changes)?;
    let subject = lock(tx, subject.id).await?;
    let row = tx.one(profile_of(subject.id)).await?.ok_or_else(erased)?;
    check_version(expected, row.version)?;
    let key = SubjectKey::of(tx, subject.id).await?;
    let mut attributes = open_attributes(&key, &row)?;
    Formats::load(tx).await?.conform(ATTRIBUTES, &mut changes, &attributes)?;
    let mut names = merge(&mut attributes, changes);
    check_profile(ATTRIBUTES, &attributes)?;
    if let Some(email) = email
        && change_email(tx, &key, &subject, email).await?
    {
        names.push(EMAIL.to_owned());
    }
    if names.is_empty() {
        return Ok(ProfileChange { version: row.version, changed_fields: names });
    }
    names.sort();
    let version = row.version + 1;
    tx.put(profile_row(tx, &key, subject.id, version, &attributes)?.into_active_model()).await?;
    tx.insert_all(vec![version_row(tx, subject.id, version, names.clone()).into_active_model()]).await?;
    Ok(ProfileChange { version, changed_fields: names })
}

/// Whether `changes` could be made to the profile as it is now. Answers them in the form in which values are kept.
///
/// # Errors
/// `BAD_USER_INPUT` naming the attribute within `field`; CONFLICT with `SUBJECT_ERASED`.
pub async fn check_changes(
    tx: &TenantTx,
    subject: SubjectId,
    field: &str,
    mut changes: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let key = SubjectKey::of(tx, subject).await?;
    let row = tx.one(profile_of(subject)).await?.ok_or_else(erased)?;
    let mut attributes = open_attributes(&key, &row)?;
    let email = take_email(field, &mut changes)?;
    if let Some(Some(email)) = &email {
        normalise_email(email).map_err(|error| error.within(field))?;
    }
    Formats::load(tx).await?.conform(field, &mut changes, &attributes)?;
    merge(&mut attributes, changes.clone());
    check_profile(field, &attributes)?;
    changes.extend(email.map(|email| (EMAIL.to_owned(), email.into())));
    Ok(changes)
}

/// The row as it is now, held until the commit: changes of one person's data and their erasure take turns.
async fn lock(tx: &TenantTx, id: SubjectId) -> Result<subjects::Model> {
    let select = subjects::Entity::find().filter(subjects::Column::Id.eq(id)).lock_exclusive();
    let subject = tx.get("subject", select).await?;
    if subject.status == SubjectStatus::Erased { Err(erased()) } else { Ok(subject) }
}

fn erased() -> Error {
    Error::conflict("SUBJECT_ERASED", "this subject was erased")
}

fn check_version(expected: Option<i32>, version: i32) -> Result<()> {
    match expected {
        Some(expected) if expected != version => {
            let message = format!("the profile is at version {version}, not {expected}: read it again");
            Err(Error::conflict("VERSION_CONFLICT", message).on_field("expectedVersion"))
        }
        _ => Ok(()),
    }
}

/// Answers the paths of what changed.
fn merge(attributes: &mut Map<String, Value>, changes: Map<String, Value>) -> Vec<String> {
    let mut paths = Vec::new();
    for (name, value) in changes {
        let after = Some(value).filter(|value| !value.is_null());
        let before = match &after {
            Some(value) => attributes.insert(name.clone(), value.clone()),
            None => attributes.remove(&name),
        };
        differences(&name, before.as_ref(), after.as_ref(), &mut paths);
    }
    told(paths)
}

/// The paths of all values, as the first version of a profile tells them.
pub(super) fn paths_of(attributes: &Map<String, Value>) -> Vec<String> {
    let mut paths = Vec::new();
    attributes.iter().for_each(|(name, value)| differences(name, None, Some(value), &mut paths));
    told(paths)
}

/// Down to the values that differ; a list is one value.
fn differences(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<String>) {
    if before == after {
        return;
    }
    let inside = |value: Option<&Value>| value.map_or(Some(Map::new()), |value| value.as_object().cloned());
    match (inside(before), inside(after)) {
        (Some(before), Some(after)) if !(before.is_empty() && after.is_empty()) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                differences(&format!("{path}.{name}"), before.get(name), after.get(name), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// Where the paths are very many, the names they begin with, of which a profile has no more than
/// [`MOST_ATTRIBUTES`].
fn told(paths: Vec<String>) -> Vec<String> {
    if paths.len() <= MOST_ATTRIBUTES {
        return paths;
    }
    let top = |path: String| path.split('.').next().unwrap_or_default().to_owned();
    paths.into_iter().map(top).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Answers whether the address changed.
async fn change_email(
    tx: &TenantTx,
    key: &SubjectKey,
    subject: &subjects::Model,
    email: Option<String>,
) -> Result<bool> {
    let before = open_email_with(key, subject)?;
    if before.as_deref() == email.as_deref().map(str::trim) {
        return Ok(false);
    }
    let identifier = match email {
        Some(email) => {
            let identifier = email_identifier(tx, key, subject.id, &email).await;
            Some(identifier.map_err(|error| error.within(ATTRIBUTES))?)
        }
        None if subject.external_id.is_none() => {
            let message = "without an external id the address is all this subject is found by";
            return Err(Error::invalid("attributes.email", "IDENTIFIER_REQUIRED", message));
        }
        None => None,
    };
    let mut row = subjects::ActiveModel::from(subject.clone());
    if let Some(identifier) = &identifier {
        // The older of the two identifiers' versions: what it names is all done, never less.
        row.index_version = Set(subject.index_version.min(identifier.index.version));
    }
    (row.email, row.email_index) = match identifier {
        Some(Identifier { sealed, index }) => (Set(Some(sealed)), Set(Some(index.hash))),
        None => (Set(None), Set(None)),
    };
    tx.update(row).await.map_err(explain_taken)?;
    Ok(true)
}

fn profile_of(id: SubjectId) -> sea_orm::Select<profiles::Entity> {
    profiles::Entity::find().filter(profiles::Column::SubjectId.eq(id))
}

fn open_attributes(key: &SubjectKey, row: &profiles::Model) -> Result<Map<String, Value>> {
    key.open_json(TABLE, "attributes", &row_name(row.subject_id, row.version), &row.attributes)
}

pub(super) fn profile_row(
    tx: &TenantTx,
    key: &SubjectKey,
    subject_id: SubjectId,
    version: i32,
    attributes: &Map<String, Value>,
) -> Result<profiles::Model> {
    Ok(profiles::Model {
        tenant_id: tx.tenant(),
        subject_id,
        version,
        attributes: key.seal_json(TABLE, "attributes", &row_name(subject_id, version), attributes)?,
        updated_at: tx.now(),
        updated_by: tx.actor(),
    })
}

pub(super) fn version_row(
    tx: &TenantTx,
    subject_id: SubjectId,
    version: i32,
    changed_fields: Vec<String>,
) -> profile_versions::Model {
    profile_versions::Model {
        tenant_id: tx.tenant(),
        subject_id,
        version,
        changed_fields: changed_fields.into(),
        updated_at: tx.now(),
        updated_by: tx.actor(),
    }
}

/// A value of an earlier version does not open as the current one.
fn row_name(subject: SubjectId, version: i32) -> String {
    format!("{subject}/{version}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_what_differs() {
        for (before, changes, after, changed) in [
            (json!({}), json!({ "a": 1 }), json!({ "a": 1 }), vec!["a"]),
            (json!({ "a": 1 }), json!({ "a": 1 }), json!({ "a": 1 }), vec![]),
            (json!({ "a": 1, "b": 2 }), json!({ "a": null }), json!({ "b": 2 }), vec!["a"]),
            (json!({ "a": 1 }), json!({ "b": null }), json!({ "a": 1 }), vec![]),
            (json!({ "a": { "x": 1, "y": 2 } }), json!({ "a": { "x": 1 } }), json!({ "a": { "x": 1 } }), vec!["a.y"]),
            (json!({ "a": 1 }), json!({ "a": { "x": { "y": 1 } } }), json!({ "a": { "x": { "y": 1 } } }), vec!["a"]),
            (
                json!({}),
                json!({ "a": { "x": { "y": 1 }, "z": [1] } }),
                json!({ "a": { "x": { "y": 1 }, "z": [1] } }),
                vec!["a.x.y", "a.z"],
            ),
            (json!({ "a": { "x": 1 } }), json!({ "a": null }), json!({}), vec!["a.x"]),
            (json!({}), json!({ "a": {} }), json!({ "a": {} }), vec!["a"]),
        ] {
            let (Value::Object(mut attributes), Value::Object(changes)) = (before, changes) else { unreachable!() };
            assert_eq!(merge(&mut attributes, changes), changed);
            assert_eq!(Value::Object(attributes), after);
        }
    }

    #[test]
    fn where_very_many_values_changed_the_attributes_are_named() {
        let nested = |count: usize| {
            let inner: Map<String, Value> = (0..count).map(|n| (format!("n{n:03}"), json!(n))).collect();
            paths_of(&Map::from_iter([("a".to_owned(), Value::Object(inner)), ("b".to_owned(), json!(1))]))
        };
        assert_eq!(nested(99).len(), 100);
        assert_eq!(nested(100), ["a", "b"]);
    }
}
