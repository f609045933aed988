//! Formats of attributes: declared by the tenant, held against what is set from then on.
//!
//! What is held already and is not changed stays as it is, also where it would not fit: a new format breaks nobody's
//! profile. The attribute `email` is the subject's address and is always checked as one.

use std::collections::BTreeMap;

use recital_entities::{AttributeFormatType, vault::attribute_formats};
use sea_orm::{ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Map, Value};

use super::{attributes::check_path, format::Format, identifier::EMAIL};
use crate::{
    app::App,
    db::TenantTx,
    error::{Error, Result},
    evidence::Event,
    viewer::{Permission, Viewer},
};

use attribute_formats::{Column, Entity, Model};

/// A format as it is declared.
#[derive(Clone, Debug)]
pub struct SetFormat {
    /// Dotted, as in a purpose's fields.
    pub path: String,
    pub format: AttributeFormatType,
    /// Of TEXT, in characters.
    pub min_length: Option<i32>,
    pub max_length: Option<i32>,
    /// Of PHONE: where a number without a country code is at home (ISO 3166-1 alpha-2).
    pub region: Option<String>,
    /// Of JSON: a JSON Schema that stands alone.
    pub schema: Option<Value>,
}

pub const MOST_FORMATS: usize = 200;

/// Declares the format of an attribute, in place of the one it had. It holds for what is set from then on.
///
/// # Errors
/// `BAD_USER_INPUT` naming the part at fault: `INVALID_PATH`, `RESERVED_PATH`, `NOT_USED`, `OUT_OF_RANGE`,
/// `INVALID_COUNTRY`, `REQUIRED`, `INVALID_SCHEMA`, `REFERENCE_NOT_ALLOWED`; CONFLICT with `TOO_MANY_FORMATS`.
pub async fn set_format(app: &App, viewer: &Viewer, input: SetFormat) -> Result<Model> {
    app.write(viewer, Permission::VaultConfigure, async |tx| {
        check_path("path", &input.path)?;
        if input.path == EMAIL || input.path.starts_with("email.") {
            let message = "the attribute `email` is the subject's address: it is always checked as one";
            return Err(Error::invalid("path", "RESERVED_PATH", message));
        }
        let row = row(tx, input);
        Format::of(&row)?;
        tx.serialise("vault.formats").await?;
        if tx.count(Entity::find().filter(Column::Path.ne(&row.path))).await? >= MOST_FORMATS as u64 {
            let message = format!("at most {MOST_FORMATS} attributes have a format: remove one first");
            return Err(Error::conflict("TOO_MANY_FORMATS", message));
        }
        tx.put(row.clone().into_active_model()).await?;
        let event = Event::AttributeFormatSet { id: tx.tenant(), path: row.path.clone(), format: row.format };
        Ok(event.with(row))
    })
    .await
}

/// Lets an attribute hold anything again.
///
/// # Errors
/// `NOT_FOUND` on `path` when it has no format.
pub async fn remove_format(app: &App, viewer: &Viewer, path: String) -> Result<String> {
    app.write(viewer, Permission::VaultConfigure, async |tx| {
        if tx.delete(Entity::delete_many().filter(Column::Path.eq(&path))).await? == 0 {
            return Err(Error::not_found("format").on_field("path"));
        }
        Ok(Event::AttributeFormatRemoved { id: tx.tenant(), path: path.clone() }.with(path))
    })
    .await
}

/// All formats by path.
pub async fn list_formats(app: &App, viewer: &Viewer) -> Result<Vec<Model>> {
    let select = Entity::find().order_by_asc(Column::Path);
    app.read(viewer, Permission::SubjectRead, async |tx| tx.all(select).await).await
}

fn row(tx: &TenantTx, input: SetFormat) -> Model {
    Model {
        tenant_id: tx.tenant(),
        path: input.path,
        format: input.format,
        min_length: input.min_length,
        max_length: input.max_length,
        region: input.region,
        json_schema: input.schema,
        updated_at: tx.now(),
        updated_by: tx.actor(),
    }
}

/// The tenant's formats by path.
pub(super) struct Formats(BTreeMap<String, Model>);

impl Formats {
    pub async fn load(tx: &TenantTx) -> Result<Self> {
        let rows = tx.all(Entity::find()).await?;
        Ok(Self(rows.into_iter().map(|row| (row.path.clone(), row)).collect()))
    }

    /// Puts each value into the form it is kept in. What `held` has already stays unchecked; null removes and has no
    /// format.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` on the path of the value within `field`.
    pub fn conform(&self, field: &str, values: &mut Map<String, Value>, held: &Map<String, Value>) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { self.conform_map(field, "", values, Some(held)) }
    }

    fn conform_map(
        &self,
        field: &str,
        parent: &str,
        values: &mut Map<String, Value>,
        held: Option<&Map<String, Value>>,
    ) -> Result<()> {
        values.iter_mut().try_for_each(|(name, value)| {
            let path = if parent.is_empty() { name.clone() } else { format!("{parent}.{name}") };
            self.conform_value(field, &path, value, held.and_then(|held| held.get(name)))
        })
    }

    fn conform_value(&self, field: &str, path: &str, value: &mut Value, held: Option<&Value>) -> Result<()> {
        if value.is_null() || held == Some(value) {
            return Ok(());
        }
        // What is inside comes first, so that a schema sees it as it is kept.
        self.conform_inside(field, path, value, held)?;
        if let Some(row) = self.0.get(path) {
            *value = Format::of(row)?.apply(&format!("{field}.{path}"), value.take())?;
        }
        Ok(())
    }

    fn conform_inside(&self, field: &str, path: &str, value: &mut Value, held: Option<&Value>) -> Result<()> {
        match value {
            Value::Object(map) => self.conform_map(field, path, map, held.and_then(Value::as_object)),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.conform_inside(field, path, item, None)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn formats() -> Formats {
        let row = |path: &str, format, json_schema| Model {
            tenant_id: recital_entities::TenantId(uuid::Uuid::nil()),
            path: path.to_owned(),
            format,
            min_length: None,
            max_length: None,
            region: None,
            json_schema,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            updated_by: "story".into(),
        };
        let two = json!({ "type": "array", "maxItems": 2 });
        let rows = [
            row("phone", AttributeFormatType::Phone, None),
            row("address.country", AttributeFormatType::Country, None),
            row("homes", AttributeFormatType::Json, Some(two)),
            row("homes.country", AttributeFormatType::Country, None),
        ];
        Formats(rows.into_iter().map(|row| (row.path.clone(), row)).collect())
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn values_are_kept_in_one_form_wherever_they_stand() {
        for (given, held, kept) in [
            (
                json!({ "phone": "+43 1 5880", "other": " x " }),
                json!({}),
                json!({ "phone": "+4315880", "other": " x " }),
            ),
            (json!({ "phone": null }), json!({}), json!({ "phone": null })),
            (json!({ "address.country": "at" }), json!({}), json!({ "address.country": "AT" })),
            (json!({ "address": { "country": "at" } }), json!({}), json!({ "address": { "country": "AT" } })),
            (
                json!({ "homes": [{ "country": "at" }, { "country": "de" }] }),
                json!({}),
                json!({ "homes": [{ "country": "AT" }, { "country": "DE" }] }),
            ),
            (json!({ "phone": "none" }), json!({ "phone": "none" }), json!({ "phone": "none" })),
            (
                json!({ "address": { "country": "Narnia", "city": "new" } }),
                json!({ "address": { "country": "Narnia", "city": "old" } }),
                json!({ "address": { "country": "Narnia", "city": "new" } }),
            ),
        ] {
            let mut values = map(given.clone());
            formats().conform("attributes", &mut values, &map(held)).unwrap();
            assert_eq!(Value::Object(values), kept, "{given}");
        }
    }

    #[test]
    fn a_refusal_names_the_path() {
        for (given, field, reason) in [
            (json!({ "phone": "none" }), "corrections.phone", "INVALID_PHONE"),
            (json!({ "address": { "country": "Narnia" } }), "corrections.address.country", "INVALID_COUNTRY"),
            (json!({ "homes": [{ "country": "Narnia" }] }), "corrections.homes.country", "INVALID_COUNTRY"),
            (json!({ "homes": [1, 2, 3] }), "corrections.homes", "SCHEMA_MISMATCH"),
        ] {
            let held = map(json!({ "phone": "other" }));
            let refusal = formats().conform("corrections", &mut map(given.clone()), &held).unwrap_err();
            assert_eq!((refusal.field(), refusal.reason()), (Some(field), reason), "{given}");
        }
    }
}
