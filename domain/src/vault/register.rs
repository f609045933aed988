//! A new subject: identifiers, attributes and the key that seals them.

use recital_entities::{Sealed, SubjectId, SubjectStatus, access::tenants, vault::subjects};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    SubjectKey, SubjectRef,
    attributes::{check_external_id, check_locale, check_profile, object},
    find_subject,
    formats::Formats,
    identifier::{EMAIL, Identifier, email_identifier, explain_taken, external_identifier, take_email},
    normalise_email,
    profile::{ATTRIBUTES, paths_of, profile_row, version_row},
    quota::take_place,
};
use crate::{
    accuracy,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::{Audited, Event},
    viewer::{Permission, Viewer},
};

/// A subject as a tenant's system knows it. No `Debug`: it holds personal values.
#[derive(Clone, Default, Serialize)]
pub struct RegisterSubject {
    pub external_id: Option<String>,
    pub email: Option<String>,
    /// BCP 47; the tenant's own when it is not given.
    pub locale: Option<String>,
    /// A JSON object; none is an empty one.
    pub attributes: Option<Value>,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Registers a subject under a key of their own; counted as verified now.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field, with `IDENTIFIER_REQUIRED` when there is neither e-mail nor external id;
/// CONFLICT with `SUBJECT_EXISTS` naming the field, `SUBJECT_LIMIT_REACHED`, or `IDEMPOTENCY_KEY_REUSED`.
pub async fn register(app: &App, viewer: &Viewer, input: RegisterSubject) -> Result<subjects::Model> {
    app.write(viewer, Permission::SubjectWrite, async |tx| {
        let key = input.idempotency_key.as_deref();
        let registered =
            tx.idempotent("registerSubject", key, &input, async || add_subject(tx, tx.new_id(), &input).await).await?;
        let subject = find_subject(tx, &SubjectRef::Id(*registered.value())).await?;
        Ok(registered.map(|_| subject))
    })
    .await
}

/// The same within another change, under an id of the caller's.
pub async fn add_subject(tx: &TenantTx, id: SubjectId, input: &RegisterSubject) -> Result<Audited<SubjectId>> {
    let sound = Sound::check(input, &Formats::load(tx).await?)?;
    let (key, key_row) = SubjectKey::make(tx, id).await?;
    let subject = subject_row(tx, &key, id, &sound).await?;
    tx.insert_all(vec![subject.into_active_model()]).await.map_err(explain_taken)?;
    tx.insert_all(vec![key_row]).await?;
    tx.insert_all(vec![profile_row(tx, &key, id, 1, &sound.attributes)?.into_active_model()]).await?;
    let fields = sound.field_names();
    tx.insert_all(vec![version_row(tx, id, 1, fields.clone()).into_active_model()]).await?;
    take_place(tx, id).await?;
    Ok(Event::SubjectRegistered { id, fields }.with(id))
}

/// Whether somebody could be registered so, were their identifiers free.
///
/// # Errors
/// `BAD_USER_INPUT` naming the field.
pub async fn check_registration(tx: &TenantTx, input: &RegisterSubject) -> Result<()> {
    Sound::check(input, &Formats::load(tx).await?).map(drop)
}

/// An input that passed every check.
struct Sound {
    external_id: Option<String>,
    email: Option<String>,
    locale: Option<String>,
    attributes: Map<String, Value>,
}

impl Sound {
    fn check(input: &RegisterSubject, formats: &Formats) -> Result<Self> {
        let attributes = input.attributes.clone().unwrap_or_else(|| Value::Object(Map::new()));
        let mut attributes = object(ATTRIBUTES, attributes)?;
        check_profile(ATTRIBUTES, &attributes)?;
        let email = one_email(input.email.clone(), take_email(ATTRIBUTES, &mut attributes)?.flatten())?;
        attributes.retain(|_, value| !value.is_null());
        formats.conform(ATTRIBUTES, &mut attributes, &Map::new())?;
        if let Some(external_id) = &input.external_id {
            check_external_id(external_id)?;
        }
        if let Some(locale) = &input.locale {
            check_locale(locale)?;
        }
        if email.is_none() && input.external_id.is_none() {
            let message = "a subject needs an e-mail address or an external id";
            return Err(Error::invalid("email", "IDENTIFIER_REQUIRED", message));
        }
        Ok(Self { external_id: input.external_id.clone(), email, locale: input.locale.clone(), attributes })
    }

    /// Sorted.
    fn field_names(&self) -> Vec<String> {
        let identifiers = [(EMAIL, self.email.is_some()), ("externalId", self.external_id.is_some())];
        let identifiers = identifiers.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned());
        let mut names: Vec<String> = identifiers.chain(paths_of(&self.attributes)).collect();
        names.sort();
        names
    }
}

/// The address, whether it came as identifier, as attribute or as both.
fn one_email(identifier: Option<String>, attribute: Option<String>) -> Result<Option<String>> {
    let normal = identifier.as_deref().map(normalise_email).transpose()?;
    let other = attribute.as_deref().map(normalise_email).transpose().map_err(|error| error.within("attributes"))?;
    if let (Some(normal), Some(other)) = (&normal, &other)
        && normal != other
    {
        let message = "the attribute `email` is the subject's e-mail address: give one, or the same";
        return Err(Error::invalid("attributes.email", "EMAIL_DIFFERS", message));
    }
    Ok(identifier.or(attribute))
}

async fn subject_row(tx: &TenantTx, key: &SubjectKey, id: SubjectId, sound: &Sound) -> Result<subjects::Model> {
    let external_id = match &sound.external_id {
        Some(external_id) => Some(external_identifier(tx, key, id, external_id).await?),
        None => None,
    };
    let email = match &sound.email {
        Some(email) => Some(email_identifier(tx, key, id, email).await?),
        None => None,
    };
    let (external_id, external_id_index) = columns(external_id);
    let (email, email_index) = columns(email);
    let locale = match &sound.locale {
        Some(locale) => locale.clone(),
        None => tenant_locale(tx).await?,
    };
    Ok(subjects::Model {
        tenant_id: tx.tenant(),
        id,
        status: SubjectStatus::Active,
        locale,
        external_id,
        external_id_index,
        email,
        email_index,
        index_version: tx.keys().await?.index_version(tx.now()),
        created_at: tx.now(),
        last_verified_at: tx.now(),
        verification_due_at: Some(accuracy::due_from(&accuracy::policy(tx).await?, tx.now())),
        stale: false,
        being_asked: false,
        erased_at: None,
    })
}

fn columns(identifier: Option<Identifier>) -> (Option<Sealed>, Option<Vec<u8>>) {
    identifier.map(|Identifier { sealed, index }| (sealed, index.hash)).unzip()
}

async fn tenant_locale(tx: &TenantTx) -> Result<String> {
    let tenant = tx.one_global(tenants::Entity::find_by_id(tx.tenant())).await?;
    Ok(tenant.ok_or_else(|| Error::not_found("tenant"))?.locale)
}
