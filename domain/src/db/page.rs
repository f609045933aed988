//! Keyset pages: stable while rows come and go, and as cheap deep down as at the top.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};
use uuid::Uuid;

use crate::error::{Error, Result};

/// What a connection was asked for. Cursors are row ids, which sort by time of making.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageRequest {
    pub first: Option<i32>,
    pub after: Option<Uuid>,
    pub last: Option<i32>,
    pub before: Option<Uuid>,
    /// Counting costs a scan: only when the client asks for `totalCount`.
    pub with_total: bool,
}

/// Rows of one page in the order of the list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
    /// Zero unless it was asked for.
    pub total: u64,
}

/// Which end a list starts at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    OldestFirst,
    NewestFirst,
}

const DEFAULT_SIZE: u64 = 20;
const LARGEST_SIZE: i32 = 100;

impl PageRequest {
    /// How many rows, and whether they are taken from the end.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a size outside 0..=100 and for `first` together with `last`.
    fn size(&self) -> Result<(u64, bool)> {
        let (field, size, backwards) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid("last", "FIRST_AND_LAST", "give `first` or `last`, not both"));
            }
            (Some(size), None) => ("first", size, false),
            (None, Some(size)) => ("last", size, true),
            (None, None) => return Ok((DEFAULT_SIZE, false)),
        };
        if !(0..=LARGEST_SIZE).contains(&size) {
            let message = format!("a page holds 0 to {LARGEST_SIZE} rows, {size} were asked for");
            return Err(Error::invalid(field, "PAGE_SIZE", message));
        }
        Ok((size.unsigned_abs().into(), backwards))
    }
}

impl PageRequest {
    /// Narrows `select` to the page, has `run` execute it, and says what lies beyond either end.
    pub(super) async fn fetch<E: EntityTrait>(
        &self,
        select: Select<E>,
        id: E::Column,
        order: Order,
        total: u64,
        run: impl AsyncFnOnce(Select<E>) -> Result<Vec<E::Model>>,
    ) -> Result<Page<E::Model>> {
        let (size, backwards) = self.size()?;
        let forwards = order == Order::OldestFirst;
        let mut rows = select;
        for (cursor, later) in [(self.after, forwards), (self.before, !forwards)] {
            if let Some(cursor) = cursor {
                rows = rows.filter(if later { id.gt(cursor) } else { id.lt(cursor) });
            }
        }
        rows = if forwards == backwards { rows.order_by_desc(id) } else { rows.order_by_asc(id) };
        let mut items = run(rows.limit(size + 1)).await?;
        let more = items.len() as u64 > size;
        items.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        if backwards {
            items.reverse();
        }
        let (has_next, has_previous) =
            if backwards { (self.before.is_some(), more) } else { (more, self.after.is_some()) };
        Ok(Page { items, has_next, has_previous, total })
    }
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
            total: self.total,
        }
    }
}
