//! Whom a table belongs to, and what its columns hold.

use sea_orm::EntityTrait;

/// What a column holds, for the data map and for the check that nothing personal stands in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub enum Class {
    /// Identifies a row or points at one; keyed hashes included.
    Key,
    /// Personal data (Article 4(1)): only ever stored as [`Sealed`](crate::Sealed).
    Personal,
    /// Special categories (Article 9): only ever stored as [`Sealed`](crate::Sealed).
    Special,
    /// Key material and hashes of secrets.
    Secret,
    /// What the service needs to run; tells nothing about a person.
    Operational,
}

/// A column that knows its [`Class`].
pub trait Classed {
    fn class(&self) -> Class;
}

/// A table whose rows belong to one tenant. Queries on it run only through the tenant's transaction.
pub trait TenantEntity: EntityTrait<Column: Classed> {
    const TENANT: Self::Column;
}

/// A table without a tenant of its own. None of its columns is personal.
pub trait GlobalEntity: EntityTrait<Column: Classed> {}

#[doc(hidden)]
#[macro_export]
macro_rules! classed_table {
    ($($class:ident: $($column:ident)|+;)+) => {
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}

        impl $crate::Classed for Column {
            fn class(&self) -> $crate::Class {
                match self {
                    $($(Self::$column)|+ => $crate::Class::$class,)+
                }
            }
        }
    };
}

/// Closes a tenant's table: its columns' classes and its place behind the wall.
#[macro_export]
macro_rules! tenant_table {
    ($($classes:tt)+) => {
        $crate::classed_table! { $($classes)+ }

        impl $crate::TenantEntity for Entity {
            const TENANT: Column = Column::TenantId;
        }
    };
}

/// Closes a global table.
#[macro_export]
macro_rules! global_table {
    ($($classes:tt)+) => {
        $crate::classed_table! { $($classes)+ }

        impl $crate::GlobalEntity for Entity {}
    };
}
