//! The operator's schema and its endpoint.

use std::sync::Arc;

use async_graphql::{
    Context, EmptySubscription, ID, Interface, MergedObject, Object, Request, Response, Schema, SchemaBuilder,
};
use axum::http::header;
use recital_domain::{
    access::{self, Operator},
    app::App,
    error::{Error, Result},
    telemetry::metrics::GraphqlApi,
    work::JobBoard,
};

use super::{
    jobs::{self, JobMutation, JobQuery, JobRun, WorkItem},
    tenants::{self, OperatorTenant, TenantMutation, TenantQuery},
};
use crate::{
    auth::bearer,
    errors::ApiResult,
    graphql_http::{Caller, Endpoint},
    ids::parse_id,
    limits,
};

type OperatorSchema = Schema<Query, Mutation, EmptySubscription>;

#[derive(MergedObject, Default)]
pub struct Query(NodeQuery, TenantQuery, JobQuery);

#[derive(MergedObject, Default)]
pub struct Mutation(TenantMutation, JobMutation);

/// Anything with an id of its own that can be fetched again.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for ever."))]
enum Node {
    JobRun(JobRun),
    OperatorTenant(OperatorTenant),
    WorkItem(WorkItem),
}

#[derive(Default)]
struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its id; null for an id that names nothing.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> ApiResult<Option<Node>> {
        operator(ctx)?;
        let Some((kind, id)) = parse_id(&id) else { return Ok(None) };
        Ok(match kind.as_str() {
            "JobRun" => jobs::job_run(ctx, id.into()).await?.map(Node::from),
            "OperatorTenant" => tenants::tenant(ctx, id.into()).await?.map(Node::from),
            "WorkItem" => jobs::work_item(ctx, id.into()).await?.map(Node::from),
            _ => None,
        })
    }
}

/// What the operator's handlers share.
#[derive(Clone)]
pub struct OperatorState {
    app: App,
    schema: OperatorSchema,
    development: bool,
}

impl OperatorState {
    /// Builds the schema for one process. Introspection is for development.
    pub fn new(app: App, board: Arc<dyn JobBoard>, development: bool) -> Self {
        let mut builder = bare().data(app.clone()).data(board);
        if !development {
            builder = builder.disable_introspection().disable_suggestions();
        }
        Self { app, schema: builder.finish(), development }
    }
}

/// Operators, with their tokens. In development the schema can be read without one.
impl Endpoint for OperatorState {
    const API: GraphqlApi = GraphqlApi::Operator;

    async fn admit(&self, caller: Caller<'_>, request: Request) -> Result<Request> {
        let Some(value) = caller.headers.get(header::AUTHORIZATION) else {
            return if self.development { Ok(request) } else { Err(Error::unauthenticated()) };
        };
        let token = value.to_str().ok().and_then(bearer).ok_or_else(Error::unauthenticated)?;
        Ok(request.data(access::authenticate_operator(&self.app, token, caller.correlation).await?))
    }

    async fn execute(&self, request: Request) -> Response {
        self.schema.execute(request).await
    }
}

/// The operator a resolver acts for.
///
/// # Errors
/// UNAUTHENTICATED when the request carried no token.
pub fn operator<'a>(ctx: &'a Context<'_>) -> Result<&'a Operator> {
    ctx.data_opt::<Operator>().ok_or_else(Error::unauthenticated)
}

fn bare() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(limits::DEPTH)
        .limit_complexity(limits::COMPLEXITY)
        .limit_recursive_depth(limits::RECURSION)
        .limit_directives(limits::DIRECTIVES)
}

/// The schema as text, as committed in `api/operator.graphql`.
#[must_use]
pub fn operator_sdl() -> String {
    bare().finish().sdl()
}
