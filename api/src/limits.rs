//! What one GraphQL document may ask for. async-graphql bounds depth, complexity, recursion and directives; aliases and
//! tokens are counted here, before anything runs.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use recital_domain::error::{Error, Result};

pub const DEPTH: usize = 14;
pub const COMPLEXITY: usize = 20_000;
pub const RECURSION: usize = 40;
/// GHSA-5gc2-7c65-8fq8: directives are cheap to write and dear to check.
pub const DIRECTIVES: usize = 16;
const ALIASES: usize = 30;
const TOKENS: usize = 4_000;
const ROOT_FIELDS: usize = 20;

/// # Errors
/// `BAD_USER_INPUT` with `QUERY_TOO_LARGE`.
pub fn check_tokens(query: &str) -> Result<()> {
    if tokens(query) > TOKENS { Err(too_large("tokens", TOKENS)) } else { Ok(()) }
}

/// # Errors
/// `BAD_USER_INPUT` with `QUERY_TOO_LARGE`.
pub fn check_document(document: &ExecutableDocument) -> Result<()> {
    let roots = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    if roots.clone().chain(fragments).map(aliases).sum::<usize>() > ALIASES {
        return Err(too_large("aliases", ALIASES));
    }
    if roots.map(|root| root.items.len()).any(|fields| fields > ROOT_FIELDS) {
        return Err(too_large("fields at the root", ROOT_FIELDS));
    }
    Ok(())
}

fn too_large(what: &str, most: usize) -> Error {
    Error::invalid("query", "QUERY_TOO_LARGE", format!("a document has at most {most} {what}"))
}

fn aliases(set: &SelectionSet) -> usize {
    let count = |selection: &Selection| match selection {
        Selection::Field(field) => usize::from(field.node.alias.is_some()) + aliases(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => aliases(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    set.items.iter().map(|selection| count(&selection.node)).sum()
}

/// Words and punctuators, roughly as the GraphQL lexer cuts them; a string is one.
fn tokens(query: &str) -> usize {
    let (mut count, mut in_word, mut in_string, mut escaped) = (0, false, false, false);
    for byte in query.bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        let word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let blank = byte.is_ascii_whitespace() || byte == b',';
        count += usize::from(!blank && (!word || !in_word));
        in_word = word;
        in_string = byte == b'"';
    }
    count
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn tokens_are_counted_as_the_lexer_cuts_them() {
        for (query, count) in [("", 0), ("{ a }", 3), ("{a(b:1,c:\"x y { }\")}", 11), ("query Q{a b}", 6)] {
            assert_eq!(tokens(query), count, "{query}");
        }
    }

    #[test]
    fn aliases_hide_in_no_fragment() {
        let many = (0..=ALIASES).map(|n| format!("a{n}: key ")).collect::<String>();
        for query in [
            format!("{{ purpose(key: \"x\") {{ {many} }} }}"),
            format!("{{ purpose(key: \"x\") {{ ...f }} }} fragment f on Purpose {{ {many} }}"),
            format!("{{ purpose(key: \"x\") {{ ... on Purpose {{ {many} }} }} }}"),
        ] {
            assert!(check_document(&parse_query(&query).unwrap()).is_err());
        }
        assert!(check_document(&parse_query("{ a: viewer { b: kind } }").unwrap()).is_ok());
    }
}
