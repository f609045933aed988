//! The tenant schema: each room's queries and mutations, joined.

use async_graphql::{Context, ID, Interface, MergedObject, MergedSubscription, Object, Schema, SchemaBuilder};
use recital_domain::app::App;

use crate::{
    access::{self, AccessMutation, AccessQuery, ApiKey, Member, Tenant},
    accuracy::{self, AccuracyMutation, AccuracyQuery, Reverification},
    centre::{CentreMutation, CentreQuery},
    consent::{self, Consent, ConsentEvent, ConsentMutation, ConsentQuery, ConsentSubscription},
    errors::ApiResult,
    evidence::{self, AuditEntry, EvidenceMutation, EvidenceQuery, Incident},
    ids::parse_id,
    limits,
    mail::{MailMutation, MailQuery},
    purposes::{self, Purpose, PurposesMutation, PurposesQuery},
    requests::{self, RequestsMutation, RequestsQuery, RequestsSubscription, SubjectRequest},
    retention::{self, LegalHold, RetentionMutation, RetentionPolicy, RetentionQuery, RetentionRun},
    vault::{self, PersonalFile, PersonalRecord, Subject, VaultMutation, VaultQuery},
    webhooks::{self, WebhookEndpoint, WebhooksMutation, WebhooksQuery},
};

pub type TenantSchema = Schema<Query, Mutation, Subscription>;

#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    AccessQuery,
    AccuracyQuery,
    CentreQuery,
    ConsentQuery,
    EvidenceQuery,
    MailQuery,
    PurposesQuery,
    RequestsQuery,
    RetentionQuery,
    VaultQuery,
    WebhooksQuery,
);

#[derive(MergedObject, Default)]
pub struct Mutation(
    AccessMutation,
    AccuracyMutation,
    CentreMutation,
    ConsentMutation,
    EvidenceMutation,
    MailMutation,
    PurposesMutation,
    RequestsMutation,
    RetentionMutation,
    VaultMutation,
    WebhooksMutation,
);

#[derive(MergedSubscription, Default)]
pub struct Subscription(ConsentSubscription, RequestsSubscription);

/// Anything with an id of its own that can be fetched again.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for ever."))]
pub enum Node {
    ApiKey(ApiKey),
    AuditEntry(AuditEntry),
    Consent(Consent),
    ConsentEvent(ConsentEvent),
    Incident(Incident),
    LegalHold(LegalHold),
    Member(Member),
    PersonalFile(PersonalFile),
    PersonalRecord(PersonalRecord),
    Purpose(Purpose),
    RetentionPolicy(RetentionPolicy),
    RetentionRun(RetentionRun),
    Reverification(Reverification),
    Subject(Subject),
    SubjectRequest(SubjectRequest),
    Tenant(Tenant),
    WebhookEndpoint(WebhookEndpoint),
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null for an id that names nothing, here or at another tenant.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> ApiResult<Option<Node>> {
        find(ctx, &id).await
    }

    /// Several at once, in the order asked; at most 100.
    #[graphql(complexity = "ids.len() * child_complexity")]
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> ApiResult<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(recital_domain::error::Error::invalid("ids", "TOO_MANY", "at most 100 ids at once").into());
        }
        futures::future::try_join_all(ids.iter().map(|id| find(ctx, id))).await
    }
}

/// Each room finds its own.
async fn find(ctx: &Context<'_>, id: &ID) -> ApiResult<Option<Node>> {
    crate::auth::viewer(ctx)?;
    let Some((kind, id)) = parse_id(id) else { return Ok(None) };
    Ok(match kind.as_str() {
        "ApiKey" => access::api_key(ctx, id.into()).await?.map(Node::from),
        "AuditEntry" => evidence::entry(ctx, id.into()).await?.map(Node::from),
        "Consent" => consent::consent(ctx, id.into()).await?.map(Node::from),
        "ConsentEvent" => consent::consent_event(ctx, id.into()).await?.map(Node::from),
        "Incident" => evidence::incident(ctx, id.into()).await?.map(Node::from),
        "LegalHold" => retention::hold(ctx, id.into()).await?.map(Node::from),
        "Member" => access::member(ctx, id.into()).await?.map(Node::from),
        "PersonalFile" => vault::file(ctx, id.into()).await?.map(Node::from),
        "PersonalRecord" => vault::record(ctx, id.into()).await?.map(Node::from),
        "Purpose" => purposes::purpose(ctx, id.into()).await?.map(Node::from),
        "RetentionPolicy" => retention::policy(ctx, id.into()).await?.map(Node::from),
        "RetentionRun" => retention::run(ctx, id.into()).await?.map(Node::from),
        "Reverification" => accuracy::reverification(ctx, id.into()).await?.map(Node::from),
        "Subject" => vault::subject(ctx, id.into()).await?.map(Node::from),
        "SubjectRequest" => requests::request(ctx, id.into()).await?.map(Node::from),
        "Tenant" => access::tenant(ctx, id.into()).await?.map(Node::from),
        "WebhookEndpoint" => webhooks::endpoint(ctx, id.into()).await?.map(Node::from),
        _ => None,
    })
}

/// Builds the schema for one process. Introspection is for development.
pub fn build(app: App, development: bool) -> TenantSchema {
    let mut builder = bare().data(app);
    if !development {
        builder = builder.disable_introspection().disable_suggestions();
    }
    builder.finish()
}

fn bare() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(limits::DEPTH)
        .limit_complexity(limits::COMPLEXITY)
        .limit_recursive_depth(limits::RECURSION)
        .limit_directives(limits::DIRECTIVES)
}

/// The schema as text, as committed in `api/schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    bare().finish().sdl()
}
