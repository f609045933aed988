//! Relay connections with `totalCount`, from the rooms' pages.

use async_graphql::{Context, OutputType, SimpleObject, connection};
use recital_domain::{
    db::{Page, PageRequest},
    error::Result,
};
use uuid::Uuid;

use crate::ids;

/// The fields a connection has besides `edges` and `pageInfo`.
#[derive(SimpleObject)]
pub struct Total {
    /// How many rows the whole list has.
    total_count: i32,
}

/// A page of a list, in Relay's form.
pub type Connection<T> = connection::Connection<Cursor, T, Total>;

/// A row's place in its list: opaque to clients.
pub struct Cursor(Uuid);

impl connection::CursorType for Cursor {
    type Error = std::convert::Infallible;

    fn decode_cursor(_: &str) -> Result<Self, Self::Error> {
        Ok(Self(Uuid::nil()))
    }

    fn encode_cursor(&self) -> String {
        ids::encode_cursor(self.0)
    }
}

/// The four paging arguments.
pub type Paging = (Option<i32>, Option<String>, Option<i32>, Option<String>);

/// What the arguments ask for. Counts only when the query asks for `totalCount`.
///
/// # Errors
/// `BAD_USER_INPUT` for a cursor that is none.
pub fn page_request(ctx: &Context<'_>, (first, after, last, before): Paging) -> Result<PageRequest> {
    let cursor = |field, text: Option<String>| text.map(|text| ids::decode_cursor(field, &text)).transpose();
    Ok(PageRequest {
        first,
        after: cursor("after", after)?,
        last,
        before: cursor("before", before)?,
        with_total: ctx.look_ahead().field("totalCount").exists(),
    })
}

/// Wraps a page's rows as nodes.
pub fn connect<M, T: OutputType>(page: Page<M>, id: impl Fn(&M) -> Uuid, node: impl Fn(M) -> T) -> Connection<T> {
    let total_count = i32::try_from(page.total).unwrap_or(i32::MAX);
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, Total { total_count });
    let edges = page.items.into_iter().map(|row| connection::Edge::new(Cursor(id(&row)), node(row)));
    connection.edges.extend(edges);
    connection
}

/// What a page of nodes costs: for `#[graphql(complexity = "…")]` on connection fields.
pub fn page_cost(first: Option<i32>, last: Option<i32>, child: usize) -> usize {
    let size = first.or(last).unwrap_or(20).clamp(1, 100);
    usize::try_from(size).unwrap_or(1) * child.max(1)
}
