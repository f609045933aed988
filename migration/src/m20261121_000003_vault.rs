//! Formats of attributes, the count of subjects, and tokens that are found again only when that was asked for.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &str = "
    CREATE TABLE attribute_formats (
        tenant_id {uuid} NOT NULL REFERENCES tenants (id),
        path {text} NOT NULL,
        format {text} NOT NULL,
        min_length {int},
        max_length {int},
        region {text},
        json_schema {json},
        updated_at {time} NOT NULL,
        updated_by {text} NOT NULL,
        PRIMARY KEY (tenant_id, path)
    );

    CREATE TABLE subject_counts (
        tenant_id {uuid} NOT NULL REFERENCES tenants (id),
        slot {int} NOT NULL,
        subjects {int} NOT NULL,
        PRIMARY KEY (tenant_id, slot)
    );
";

const COUNT: &str = "
    INSERT INTO subject_counts (tenant_id, slot, subjects)
        SELECT tenant_id, 0, count(*) FROM subjects WHERE erased_at IS NULL GROUP BY tenant_id
";

const OPTIONAL_INDEX: &str = "ALTER TABLE tokens ALTER COLUMN value_index DROP NOT NULL";

/// SQLite cannot change a column: the table is made anew.
const OPTIONAL_INDEX_SQLITE: &str = "
    CREATE TABLE tokens_anew (
        tenant_id {uuid} NOT NULL REFERENCES tenants (id),
        id {uuid} NOT NULL,
        token {text} NOT NULL,
        subject_id {uuid} NOT NULL,
        purpose_id {uuid} NOT NULL,
        value {bytes} NOT NULL,
        value_index {bytes},
        created_at {time} NOT NULL,
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, token),
        UNIQUE (tenant_id, purpose_id, subject_id, value_index),
        FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects (tenant_id, id),
        FOREIGN KEY (tenant_id, purpose_id) REFERENCES purposes (tenant_id, id)
    );
    INSERT INTO tokens_anew (tenant_id, id, token, subject_id, purpose_id, value, value_index, created_at)
        SELECT tenant_id, id, token, subject_id, purpose_id, value, value_index, created_at FROM tokens;
    DROP TABLE tokens;
    ALTER TABLE tokens_anew RENAME TO tokens;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, TABLES).await?;
        dialect::past_the_wall(manager, "subjects", COUNT).await?;
        for table in ["attribute_formats", "subject_counts"] {
            dialect::grant(manager, table, dialect::Rights::Change).await?;
            dialect::wall(manager, table).await?;
        }
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        dialect::run(manager, if postgres { OPTIONAL_INDEX } else { OPTIONAL_INDEX_SQLITE }).await
    }
}
