//! The schema that clients are written against.

use std::{collections::BTreeSet, fs};

use graphql_parser::schema::{Definition, Document, Field, InputValue, TypeDefinition, parse_schema};

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_committed_schema_is_fresh() {
    assert!(
        read("api/schema.graphql").trim() == recital_api::sdl().trim(),
        "api/schema.graphql is stale: run scripts/schema"
    );
}

#[test]
fn the_committed_data_map_is_fresh() {
    assert!(
        read("docs/data-map.md").trim() == recital_domain::subject_data::data_map().trim(),
        "docs/data-map.md is stale: run scripts/schema"
    );
}

/// Every name of the contract with its type: `Type.field(argument: Type): Type`, `Input.field: Type`, `Enum.VALUE`.
fn names(document: &Document<'static, String>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for definition in &document.definitions {
        let Definition::TypeDefinition(definition) = definition else { continue };
        match definition {
            TypeDefinition::Scalar(scalar) => _ = names.insert(format!("scalar {}", scalar.name)),
            TypeDefinition::Object(object) => {
                names.extend(
                    object
                        .implements_interfaces
                        .iter()
                        .map(|interface| format!("{} implements {interface}", object.name)),
                );
                names.extend(object.fields.iter().flat_map(|field| field_names(&object.name, field)));
            }
            TypeDefinition::Interface(interface) => {
                names.extend(interface.fields.iter().flat_map(|field| field_names(&interface.name, field)));
            }
            TypeDefinition::Enum(words) => {
                names.extend(words.values.iter().map(|word| format!("{}.{}", words.name, word.name)));
            }
            TypeDefinition::InputObject(input) => {
                names.extend(input.fields.iter().map(|field| input_name(&input.name, field)));
                let one_of = input.directives.iter().any(|directive| directive.name == "oneOf");
                names.extend(one_of.then(|| format!("{} @oneOf", input.name)));
            }
            TypeDefinition::Union(union) => {
                names.extend(union.types.iter().map(|member| format!("{} = {member}", union.name)));
            }
        }
    }
    names
}

fn field_names(owner: &str, field: &Field<'static, String>) -> Vec<String> {
    let place = format!("{owner}.{}", field.name);
    let mut names = vec![format!("{place}: {}", field.field_type)];
    names.extend(field.arguments.iter().map(|argument| input_name(&place, argument)));
    names
}

fn input_name(owner: &str, input: &InputValue<'static, String>) -> String {
    let default = input.default_value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
    format!("{owner}({}: {}{default})", input.name, input.value_type)
}

/// What the contract leaves to a comment: connections all have one shape.
fn connections(contract: &str) -> String {
    const NAMED: &[&str] = &["Member"];
    let mut kinds: Vec<&str> = contract
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter_map(|word| word.strip_suffix("Connection"))
        .filter(|kind| !kind.is_empty() && !NAMED.contains(kind))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
        .iter()
        .map(|kind| {
            let total = if contract.contains("type PageInfo") { "totalCount: Int!" } else { "" };
            format!("type {kind}Connection {{ edges: [{kind}Edge!]! pageInfo: PageInfo! {total} }} type {kind}Edge {{ cursor: String! node: {kind}! }}\n")
        })
        .collect()
}

fn parse(schema: &str) -> Document<'static, String> {
    parse_schema::<String>(schema).unwrap().into_static()
}

fn missing(contract: &str, product: &str) -> Vec<String> {
    let contract = format!("{contract}\n{}", connections(contract));
    let ours = names(&parse(product));
    let asked = names(&parse(&contract));
    asked.difference(&ours).cloned().collect()
}

#[test]
fn the_schema_is_a_superset_of_the_contract() {
    let missing = missing(&read("tests/contract/tenant.graphql"), &recital_api::sdl());
    assert!(missing.is_empty(), "{} names are missing:\n{}", missing.len(), missing.join("\n"));
}
