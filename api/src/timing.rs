//! How long GraphQL operations take, under names that are ours: the field at an operation's root, as the schema knows it.
//! The name that a client gives its operation is free text, and goes nowhere.

use std::{collections::HashSet, sync::LazyLock, time::Instant};

use async_graphql::{
    Response,
    parser::{
        parse_schema,
        types::{ExecutableDocument, Selection, TypeKind, TypeSystemDefinition},
    },
};
use recital_domain::telemetry::metrics::{GraphqlApi, GraphqlDuration, GraphqlOperations, GraphqlOutcome, Known};

use crate::{operator::operator_sdl, schema::sdl};

/// Several fields at the root, or none of the schema's.
const OTHER: &str = "other";

const ROOTS: &[&str] = &["Query", "Mutation"];

/// The fields at the roots of both schemas.
static FIELDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| [sdl(), operator_sdl()].iter().flat_map(|sdl| root_fields(sdl)).collect());

fn root_fields(sdl: &str) -> Vec<String> {
    let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
    let types = definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let roots = types.filter(|definition| ROOTS.contains(&definition.name.node.as_str()));
    let fields = roots.filter_map(|definition| match definition.kind {
        TypeKind::Object(object) => Some(object.fields),
        _ => None,
    });
    fields.flatten().map(|field| field.node.name.node.to_string()).collect()
}

/// An operation that is being timed.
pub struct Timing {
    api: GraphqlApi,
    field: Known,
    began: Instant,
}

impl Timing {
    pub fn begin(api: GraphqlApi, document: &ExecutableDocument, operation: Option<&str>) -> Self {
        Self { api, field: Known(root_field(document, operation)), began: Instant::now() }
    }

    pub fn end(self, response: &Response) {
        let Self { api, field, began } = self;
        let outcome = if response.is_ok() { GraphqlOutcome::Answered } else { GraphqlOutcome::Failed };
        GraphqlDuration { api, field }.observe(began.elapsed());
        GraphqlOperations { api, field, outcome }.count();
    }
}

fn root_field(document: &ExecutableDocument, operation: Option<&str>) -> &'static str {
    let mut operations = document.operations.iter();
    let executed =
        operations.find(|(name, _)| operation.is_none() || name.map(async_graphql::Name::as_str) == operation);
    let selections = executed.map(|(_, operation)| operation.node.selection_set.node.items.as_slice());
    match selections {
        Some([selection]) => match &selection.node {
            Selection::Field(field) => FIELDS.get(field.node.name.node.as_str()).map_or(OTHER, String::as_str),
            _ => OTHER,
        },
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn an_operation_is_named_by_the_schema_and_never_by_its_sender() {
        for (query, operation, name) in [
            ("{ viewer { kind } }", None, "viewer"),
            ("query ada { ada: viewer { kind } }", None, "viewer"),
            ("query a { viewer { kind } } query b { tenant { slug } }", Some("b"), "tenant"),
            ("mutation { retryWork(input: { id: \"1\" }) { workItem { id } } }", None, "retryWork"),
            ("{ viewer { kind } tenant { slug } }", None, OTHER),
            ("{ adaExampleCom }", None, OTHER),
            ("{ ... on Query { viewer { kind } } }", None, OTHER),
            ("query a { viewer { kind } }", Some("ada"), OTHER),
        ] {
            assert_eq!(root_field(&parse_query(query).unwrap(), operation), name, "{query}");
        }
    }
}
