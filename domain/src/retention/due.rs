//! The one condition that the sweep, its dry run and its reports share.
//!
//! Each expression is about a row of `records` in the query it stands in.

use chrono::{DateTime, Utc};
use recital_entities::{SubjectStatus, retention::legal_holds, vault::records, vault::subjects};
use sea_orm::{
    ColumnTrait as _, Condition, ExprTrait as _,
    sea_query::{Expr, Query, SimpleExpr},
};

/// The record's time is over at `at`.
pub(super) fn expired(at: DateTime<Utc>) -> SimpleExpr {
    records::Column::ExpiresAt.lte(at)
}

/// Something keeps the record whatever its period: a hold on its subject or its data type, or a restriction of
/// processing (Article 18(2)).
pub(super) fn kept() -> Condition {
    keepers().into_iter().fold(Condition::any(), Condition::add)
}

/// Nothing keeps the record past its period.
pub(super) fn loose() -> Condition {
    keepers().into_iter().map(SimpleExpr::not).fold(Condition::all(), Condition::add)
}

fn keepers() -> [SimpleExpr; 3] {
    use legal_holds::Column::{DataType, ReleasedAt, SubjectId, TenantId};
    let hold = || {
        let mut hold = Query::select();
        hold.expr(Expr::value(1)).from(legal_holds::Entity);
        hold.and_where(same(TenantId, records::Column::TenantId)).and_where(ReleasedAt.is_null());
        hold
    };
    let same_type = same(DataType, records::Column::DataType);
    let on_subject = hold()
        .and_where(same(SubjectId, records::Column::SubjectId))
        .cond_where(Condition::any().add(DataType.is_null()).add(same_type.clone()))
        .take();
    let on_type = hold().and_where(SubjectId.is_null()).and_where(same_type).take();
    let restricted = Query::select()
        .expr(Expr::value(1))
        .from(subjects::Entity)
        .and_where(same(subjects::Column::TenantId, records::Column::TenantId))
        .and_where(same(subjects::Column::Id, records::Column::SubjectId))
        .and_where(subjects::Column::Status.eq(SubjectStatus::Restricted))
        .take();
    [on_subject, on_type, restricted].map(Expr::exists)
}

fn same(column: impl sea_orm::ColumnTrait, of_record: records::Column) -> SimpleExpr {
    Expr::col(column.as_column_ref()).equals(of_record.as_column_ref())
}
