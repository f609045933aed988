//! What a client leaves out is left out.
//!
//! An argument or input field whose variable has no value counts as not given, so that its default applies (GraphQL,
//! October 2021, 3.10 and 6.4.1). async-graphql takes such a variable for `null`, which would refuse
//! `importRegister(input: { dryRun: $dryRun })` and make `revisePurpose` clear what the client never mentioned. So these
//! arguments and fields are taken out of the document before it runs.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Takes out of the document what depends on variables that the request gives no value to.
pub fn leave_out(document: &mut ExecutableDocument, operation: Option<&str>, variables: &Variables) {
    let absent = absent(document, operation, variables);
    if absent.is_empty() {
        return;
    }
    for operation in operations(&mut document.operations) {
        operation.variable_definitions.retain(|definition| !absent.contains(&definition.node.name.node));
        leave_out_of_set(&mut operation.selection_set.node, &absent);
    }
    for fragment in document.fragments.values_mut() {
        leave_out_of_set(&mut fragment.node.selection_set.node, &absent);
    }
}

/// The operation's variables that may be missing and are.
fn absent(document: &ExecutableDocument, operation: Option<&str>, variables: &Variables) -> HashSet<Name> {
    let chosen = |name: Option<&Name>| operation.is_none() || name.map(Name::as_str) == operation;
    let operations = document.operations.iter().filter(|(name, _)| chosen(*name));
    let definitions = operations.flat_map(|(_, operation)| &operation.node.variable_definitions);
    let missing = definitions.map(|definition| &definition.node).filter(|definition| {
        definition.var_type.node.nullable
            && definition.default_value.is_none()
            && !variables.contains_key(&definition.name.node)
    });
    missing.map(|definition| definition.name.node.clone()).collect()
}

fn operations(operations: &mut DocumentOperations) -> Vec<&mut OperationDefinition> {
    match operations {
        DocumentOperations::Single(operation) => vec![&mut operation.node],
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().map(|operation| &mut operation.node).collect()
        }
    }
}

fn leave_out_of_set(set: &mut SelectionSet, absent: &HashSet<Name>) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                leave_out_of_fields(&mut field.node.arguments, absent);
                leave_out_of_set(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(fragment) => leave_out_of_set(&mut fragment.node.selection_set.node, absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn leave_out_of_fields(arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>, absent: &HashSet<Name>) {
    arguments.retain(|(_, value)| !is_absent(&value.node, absent));
    for (_, value) in arguments {
        leave_out_of_value(&mut value.node, absent);
    }
}

/// In a list there is no leaving out: the entry is null.
fn leave_out_of_value(value: &mut Value, absent: &HashSet<Name>) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !is_absent(value, absent));
            fields.values_mut().for_each(|value| leave_out_of_value(value, absent));
        }
        Value::List(entries) => {
            for entry in entries {
                if is_absent(entry, absent) {
                    *entry = Value::Null;
                }
                leave_out_of_value(entry, absent);
            }
        }
        _ => {}
    }
}

fn is_absent(value: &Value, absent: &HashSet<Name>) -> bool {
    matches!(value, Value::Variable(name) if absent.contains(name))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    /// The arguments of the document's first field.
    fn arguments(query: &str, variables: serde_json::Value) -> String {
        let mut document = parse_query(query).unwrap();
        leave_out(&mut document, None, &Variables::from_json(variables));
        let (_, operation) = document.operations.iter().next().unwrap();
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!("a field") };
        let arguments = field.node.arguments.iter().map(|(name, value)| format!("{}: {}", name.node, value.node));
        let left = operation.node.variable_definitions.len();
        format!("{} / {left}", arguments.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn only_what_has_no_value_is_left_out() {
        for (query, variables, left) in [
            ("query($a: Int) { f(a: $a, b: 1) }", json!({}), "b: 1 / 0"),
            ("query($a: Int) { f(a: $a) }", json!({ "a": null }), "a: $a / 1"),
            ("query($a: Int) { f(a: $a) }", json!({ "a": 2 }), "a: $a / 1"),
            ("query($a: Int = 3) { f(a: $a) }", json!({}), "a: $a / 1"),
            ("query($a: Int!) { f(a: $a) }", json!({}), "a: $a / 1"),
            ("query($a: Int) { f(i: {a: $a, b: {c: $a, d: 1}}) }", json!({}), "i: {b: {d: 1}} / 0"),
            ("query($a: Int) { f(l: [1, $a]) }", json!({}), "l: [1, null] / 0"),
        ] {
            assert_eq!(arguments(query, variables), left, "{query}");
        }
    }
}
