//! Subjects and their sealed data.

mod file;
mod formats;
mod record;
mod subject;

use async_graphql::{Context, ID, InputObject, MergedObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use recital_domain::{
    access::TenantKeyState,
    error::Result,
    vault::{
        self as room, Anonymise, Anonymised, NewRecord, RegisterSubject, StoreRecords, Stored, Tokenise, UpdateProfile,
    },
};
use recital_entities::SubjectStatus;
use serde_json::Value;

pub use file::{PersonalFile, file};
pub use record::{PersonalRecord, record};
pub use subject::{Subject, subject};

use crate::{
    access::TenantKeys,
    auth::{app, viewer},
    connection::{Connection, connect, page_cost, page_request},
    errors::ApiResult,
    ids::global_id,
    scalars::EmailAddress,
    subject_ref::SubjectRef,
};

#[derive(InputObject, Default)]
struct SubjectFilter {
    status: Option<SubjectStatus>,
    verification_overdue: Option<bool>,
}

#[derive(MergedObject, Default)]
pub struct VaultQuery(SubjectsQuery, formats::FormatsQuery);

#[derive(Default)]
pub struct SubjectsQuery;

#[Object]
impl SubjectsQuery {
    /// Subjects, erased ones too, oldest first.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn subjects(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        filter: Option<SubjectFilter>,
    ) -> ApiResult<Connection<Subject>> {
        let page = page_request(ctx, (first, after, last, before))?;
        let SubjectFilter { status, verification_overdue } = filter.unwrap_or_default();
        let filter = room::SubjectFilter { status, verification_overdue };
        Ok(connect(room::list_subjects(app(ctx), viewer(ctx)?, filter, page).await?, |row| row.id.0, Subject))
    }

    /// A subject by any of the three references; null for one that names nobody here.
    async fn subject(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ref")] reference: SubjectRef,
    ) -> ApiResult<Option<Subject>> {
        Ok(room::find(app(ctx), viewer(ctx)?, &reference.parse_or_nobody()).await?.map(Subject))
    }
}

#[derive(InputObject)]
struct RegisterSubjectInput {
    external_id: Option<String>,
    email: Option<EmailAddress>,
    /// BCP 47; the tenant's own when it is not given.
    locale: Option<String>,
    attributes: Option<Value>,
    /// The same key with the same input gets the same answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<RegisterSubjectInput> for RegisterSubject {
    fn from(input: RegisterSubjectInput) -> Self {
        Self {
            external_id: input.external_id,
            email: input.email.map(|email| email.0),
            locale: input.locale,
            attributes: input.attributes,
            idempotency_key: input.idempotency_key,
        }
    }
}

#[derive(InputObject)]
struct UpdateProfileInput {
    subject: SubjectRef,
    /// What is named is set, null removes, the rest stays.
    attributes: Value,
    /// The version last seen: CONFLICT when somebody else was faster.
    expected_version: Option<i32>,
}

#[derive(SimpleObject)]
struct SubjectPayload {
    subject: Subject,
}

#[derive(InputObject)]
struct StoreRecordsInput {
    records: Vec<PersonalRecordInput>,
    /// The same key with the same input gets the same answer for 24 hours.
    idempotency_key: Option<String>,
}

#[derive(InputObject)]
struct PersonalRecordInput {
    subject: SubjectRef,
    data_type: String,
    purpose: String,
    payload: Value,
    /// When the data was collected, which its period counts from; now when it is not given.
    created_at: Option<DateTime<Utc>>,
}

impl StoreRecordsInput {
    fn parse(self) -> Result<StoreRecords> {
        let parse = |(index, record): (usize, PersonalRecordInput)| {
            let subject = record.subject.parse();
            Ok(NewRecord {
                subject: subject.map_err(|error| error.on_field(format!("records.{index}.subject")))?,
                data_type: record.data_type,
                purpose: record.purpose,
                payload: record.payload,
                created_at: record.created_at,
            })
        };
        let records = self.records.into_iter().enumerate().map(parse).collect::<Result<_>>()?;
        Ok(StoreRecords { records, idempotency_key: self.idempotency_key })
    }
}

#[derive(SimpleObject)]
struct StoreRecordsPayload {
    /// In the order of the input.
    records: Vec<StoredRecord>,
}

/// What became of one record.
#[derive(SimpleObject)]
struct StoredRecord {
    id: ID,
    /// Null for one that goes with the account, or never.
    expires_at: Option<DateTime<Utc>>,
    /// Dotted paths of what the purpose may not collect, and what was therefore not stored: the first 100.
    removed_fields: Vec<String>,
    removed_field_count: usize,
}

impl From<Stored> for StoredRecord {
    fn from(stored: Stored) -> Self {
        let Stored { id, expires_at, removed_fields } = stored;
        let (removed_fields, removed_field_count) = (removed_fields.names, removed_fields.count);
        Self { id: global_id("PersonalRecord", id.0), expires_at, removed_fields, removed_field_count }
    }
}

#[derive(InputObject)]
struct AnonymiseInput {
    purpose: String,
    /// JSON objects, at most 1000.
    data: Vec<Value>,
}

#[derive(SimpleObject)]
struct AnonymisePayload {
    /// In the order of the input.
    data: Vec<Value>,
    /// Dotted paths of what the purpose may not collect and of free texts: the first 100.
    removed_fields: Vec<String>,
    removed_field_count: usize,
}

impl From<Anonymised> for AnonymisePayload {
    fn from(anonymised: Anonymised) -> Self {
        let Anonymised { rows, removed_fields: removed } = anonymised;
        Self { data: rows, removed_fields: removed.names, removed_field_count: removed.count }
    }
}

#[derive(InputObject)]
struct TokeniseInput {
    subject: SubjectRef,
    purpose: String,
    /// At most 1000, of 1 to 4096 bytes each.
    values: Vec<String>,
    /// The same value of this subject under this purpose gets the token it got before.
    #[graphql(default)]
    stable: bool,
}

#[derive(SimpleObject)]
struct TokenisePayload {
    /// In the order of the values.
    tokens: Vec<String>,
}

#[derive(InputObject)]
struct DetokeniseInput {
    purpose: String,
    tokens: Vec<String>,
}

#[derive(SimpleObject)]
struct DetokenisePayload {
    /// In the order of the tokens.
    values: Vec<Option<String>>,
}

#[derive(InputObject)]
struct RotateTenantKeyInput {
    reason: String,
}

#[derive(SimpleObject)]
struct TenantKeyPayload {
    keys: TenantKeys,
}

#[derive(MergedObject, Default)]
pub struct VaultMutation(DataMutation, formats::FormatsMutation);

#[derive(Default)]
pub struct DataMutation;

#[Object]
impl DataMutation {
    /// Registers a person under a key of their own. Needs an e-mail address or an external id.
    async fn register_subject(&self, ctx: &Context<'_>, input: RegisterSubjectInput) -> ApiResult<SubjectPayload> {
        Ok(SubjectPayload { subject: Subject(room::register(app(ctx), viewer(ctx)?, input.into()).await?) })
    }

    /// Changes a profile key by key. The attribute `email` is the address the subject is found by.
    async fn update_profile(&self, ctx: &Context<'_>, input: UpdateProfileInput) -> ApiResult<SubjectPayload> {
        let UpdateProfileInput { subject, attributes, expected_version } = input;
        let input = UpdateProfile { subject: subject.parse()?, attributes, expected_version };
        Ok(SubjectPayload { subject: Subject(room::update(app(ctx), viewer(ctx)?, input).await?) })
    }

    /// Minimises, checks the processing decision, encrypts, stamps the expiry. All or nothing for one call; at most
    /// 1000 records.
    async fn store_records(&self, ctx: &Context<'_>, input: StoreRecordsInput) -> ApiResult<StoreRecordsPayload> {
        let stored = room::store_records(app(ctx), viewer(ctx)?, input.parse()?).await?;
        Ok(StoreRecordsPayload { records: stored.into_iter().map(StoredRecord::from).collect() })
    }

    /// Rows for analytics: what the purpose may not collect and free text go, identifiers become keyed hashes.
    async fn anonymise(&self, ctx: &Context<'_>, input: AnonymiseInput) -> ApiResult<AnonymisePayload> {
        let input = Anonymise { purpose: input.purpose, data: input.data };
        Ok(room::anonymise(app(ctx), viewer(ctx)?, input).await?.into())
    }

    /// Random stand-ins, new ones each time unless stable ones are asked for.
    async fn tokenise(&self, ctx: &Context<'_>, input: TokeniseInput) -> ApiResult<TokenisePayload> {
        let TokeniseInput { subject, purpose, values, stable } = input;
        let input = Tokenise { subject: subject.parse()?, purpose, values, stable };
        Ok(TokenisePayload { tokens: room::tokenise(app(ctx), viewer(ctx)?, input).await? })
    }

    /// Null for a token that is unknown or another purpose's, and while its subject's data may not be processed for it.
    async fn detokenise(&self, ctx: &Context<'_>, input: DetokeniseInput) -> ApiResult<DetokenisePayload> {
        let values = room::detokenise(app(ctx), viewer(ctx)?, &input.purpose, &input.tokens).await?;
        Ok(DetokenisePayload { values })
    }

    /// What is new is sealed under the new version at once; the rest is brought over in the background.
    async fn rotate_tenant_key(&self, ctx: &Context<'_>, input: RotateTenantKeyInput) -> ApiResult<TenantKeyPayload> {
        room::rotate_key(app(ctx), viewer(ctx)?, &input.reason).await?;
        Ok(TenantKeyPayload { keys: TenantKeyState::of(app(ctx), viewer(ctx)?).await?.into() })
    }
}
