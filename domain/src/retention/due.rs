//! The one condition that the sweep, its dry run and its reports share, for every table whose rows have an end.
//!
//! Each expression is about a row of that table in the query it stands in.

use chrono::{DateTime, Utc};
use recital_entities::{
    TenantEntity, TenantId,
    retention::legal_holds,
    vault::{files, records, subjects},
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait as _,
    sea_query::{Expr, Query, SimpleExpr},
};

/// A table of personal data whose rows are kept for a purpose, and go when their time is over.
pub trait Perishable: TenantEntity<Column: Sync, Model: Sync> {
    /// Its name.
    const TABLE: &'static str;
    const ID: Self::Column;
    const SUBJECT: Self::Column;
    const PURPOSE: Self::Column;
    const DATA_TYPE: Self::Column;
    const CREATED_AT: Self::Column;
    const EXPIRES_AT: Self::Column;
}

macro_rules! perishable {
    ($($table:ident),+) => {$(
        impl Perishable for $table::Entity {
            const TABLE: &'static str = stringify!($table);
            const ID: Self::Column = $table::Column::Id;
            const SUBJECT: Self::Column = $table::Column::SubjectId;
            const PURPOSE: Self::Column = $table::Column::PurposeId;
            const DATA_TYPE: Self::Column = $table::Column::DataType;
            const CREATED_AT: Self::Column = $table::Column::CreatedAt;
            const EXPIRES_AT: Self::Column = $table::Column::ExpiresAt;
        }
    )+};
}

perishable!(records, files);

/// The row's time is over at `at`.
pub(super) fn expired<E: Perishable>(at: DateTime<Utc>) -> SimpleExpr {
    E::EXPIRES_AT.lte(at)
}

/// Something keeps the row whatever its period: a hold on its subject or its data type, or a restriction of processing
/// (Article 18(2)).
pub(super) fn kept<E: Perishable>(tenant: TenantId) -> Condition {
    keepers::<E>(tenant).into_iter().fold(Condition::any(), Condition::add)
}

/// Nothing keeps the row past its period.
pub(super) fn loose<E: Perishable>(tenant: TenantId) -> Condition {
    keepers::<E>(tenant).into_iter().map(SimpleExpr::not).fold(Condition::all(), Condition::add)
}

/// Lists that do not depend on the row: each is read once a statement, however many rows are held against it.
fn keepers<E: Perishable>(tenant: TenantId) -> [SimpleExpr; 4] {
    use legal_holds::Column::{DataType, ReleasedAt, SubjectId, TenantId};
    let held = |columns: &[legal_holds::Column]| {
        let mut held = Query::select();
        held.columns(columns.iter().copied()).from(legal_holds::Entity);
        held.and_where(TenantId.eq(tenant)).and_where(ReleasedAt.is_null()).take()
    };
    let mut subjects = held(&[SubjectId]);
    subjects.and_where(SubjectId.is_not_null()).and_where(DataType.is_null());
    let mut types = held(&[DataType]);
    types.and_where(SubjectId.is_null()).and_where(DataType.is_not_null());
    let mut both = held(&[SubjectId, DataType]);
    both.and_where(SubjectId.is_not_null()).and_where(DataType.is_not_null());
    let column = |column: E::Column| Expr::col(column.as_column_ref());
    [
        column(E::SUBJECT).in_subquery(subjects),
        column(E::DATA_TYPE).in_subquery(types),
        Expr::tuple([column(E::SUBJECT), column(E::DATA_TYPE)]).in_subquery(both),
        restricted::<E>(tenant),
    ]
}

/// The two ways in which a hold in force covers the row: by its subject, and by its data type whoever the subject is. Each
/// can be joined by an equality, and no hold covers a row in both.
pub(super) fn covered<E: Perishable>() -> [Condition; 2] {
    use legal_holds::Column::{DataType, ReleasedAt, SubjectId, TenantId};
    let in_force = || Condition::all().add(same(TenantId, E::TENANT)).add(ReleasedAt.is_null());
    let same_type = || same(DataType, E::DATA_TYPE);
    let any_type_or_this = Condition::any().add(DataType.is_null()).add(same_type());
    [
        in_force().add(same(SubjectId, E::SUBJECT)).add(any_type_or_this),
        in_force().add(SubjectId.is_null()).add(same_type()),
    ]
}

/// Processing of the row's subject is restricted.
pub(super) fn restricted<E: Perishable>(tenant: TenantId) -> SimpleExpr {
    let mut restricted = Query::select();
    restricted
        .column(subjects::Column::Id)
        .from(subjects::Entity)
        .and_where(subjects::Column::TenantId.eq(tenant))
        .and_where(Expr::cust(RESTRICTED));
    Expr::col(E::SUBJECT.as_column_ref()).in_subquery(restricted)
}

/// What the index `subjects_restricted` is made over, word for word.
const RESTRICTED: &str = "status = 'RESTRICTED'";

fn same(column: impl ColumnTrait, of_row: impl ColumnTrait) -> SimpleExpr {
    Expr::col(column.as_column_ref()).equals(of_row.as_column_ref())
}
