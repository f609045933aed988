//! What a profile's attributes look like.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::vault::{self as room, SetFormat};
use recital_entities::{AttributeFormatType, vault::attribute_formats};
use serde_json::Value;

use crate::{
    auth::{app, viewer},
    errors::ApiResult,
};

/// What the values of one attribute look like. It holds for what is set after it was declared.
#[derive(SimpleObject)]
pub struct AttributeFormat {
    /// Dotted; the elements of a list stand at the list's own path.
    path: String,
    format: AttributeFormatType,
    /// In characters.
    min_length: Option<i32>,
    max_length: Option<i32>,
    /// Where a phone number without a country code is at home.
    region: Option<String>,
    schema: Option<Value>,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl From<attribute_formats::Model> for AttributeFormat {
    fn from(row: attribute_formats::Model) -> Self {
        Self {
            path: row.path,
            format: row.format,
            min_length: row.min_length,
            max_length: row.max_length,
            region: row.region,
            schema: row.json_schema,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        }
    }
}

#[derive(InputObject)]
struct SetAttributeFormatInput {
    /// Dotted, as in a purpose's fields; `email` always is an address and takes no format.
    path: String,
    format: AttributeFormatType,
    /// Of TEXT, in characters.
    min_length: Option<i32>,
    max_length: Option<i32>,
    /// Of PHONE, ISO 3166-1 alpha-2: then a number may come without its country code.
    region: Option<String>,
    /// Of JSON: a JSON Schema without references.
    schema: Option<Value>,
}

#[derive(SimpleObject)]
struct AttributeFormatPayload {
    format: AttributeFormat,
}

#[derive(InputObject)]
struct RemoveAttributeFormatInput {
    path: String,
}

#[derive(SimpleObject)]
struct RemoveAttributeFormatPayload {
    path: String,
}

#[derive(Default)]
pub struct FormatsQuery;

#[Object]
impl FormatsQuery {
    /// By path.
    async fn attribute_formats(&self, ctx: &Context<'_>) -> ApiResult<Vec<AttributeFormat>> {
        let rows = room::list_formats(app(ctx), viewer(ctx)?).await?;
        Ok(rows.into_iter().map(AttributeFormat::from).collect())
    }
}

#[derive(Default)]
pub struct FormatsMutation;

#[Object]
impl FormatsMutation {
    /// Declares what an attribute's values look like from now on. What is held already stays as it is until it changes.
    async fn set_attribute_format(
        &self,
        ctx: &Context<'_>,
        input: SetAttributeFormatInput,
    ) -> ApiResult<AttributeFormatPayload> {
        let SetAttributeFormatInput { path, format, min_length, max_length, region, schema } = input;
        let input = SetFormat { path, format, min_length, max_length, region, schema };
        Ok(AttributeFormatPayload { format: room::set_format(app(ctx), viewer(ctx)?, input).await?.into() })
    }

    /// Lets the attribute hold anything again.
    async fn remove_attribute_format(
        &self,
        ctx: &Context<'_>,
        input: RemoveAttributeFormatInput,
    ) -> ApiResult<RemoveAttributeFormatPayload> {
        let path = room::remove_format(app(ctx), viewer(ctx)?, input.path).await?;
        Ok(RemoveAttributeFormatPayload { path })
    }
}
