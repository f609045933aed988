//! What the two engines write differently: column types, and the parts of the tenant wall only PostgreSQL has.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// The role the service runs as: no ownership, no BYPASSRLS, no login of its own unless the operator gives it one.
pub const APP_ROLE: &str = "recital_app";

/// Two migrators wait for each other on this advisory lock.
const LOCK: i64 = 0x5245_4349_5441_4c01;

const POSTGRES: &[(&str, &str)] = &[
    ("{uuid}", "uuid"),
    ("{text}", "text"),
    ("{int}", "integer"),
    ("{bool}", "boolean"),
    ("{time}", "timestamptz"),
    ("{date}", "date"),
    ("{json}", "jsonb"),
    ("{bytes}", "bytea"),
];

const SQLITE: &[(&str, &str)] = &[
    ("{uuid}", "BLOB"),
    ("{text}", "TEXT"),
    ("{int}", "INTEGER"),
    ("{bool}", "BOOLEAN"),
    ("{time}", "TEXT"),
    ("{date}", "TEXT"),
    ("{json}", "TEXT"),
    ("{bytes}", "BLOB"),
];

/// What the service's role may do with a table.
pub enum Rights {
    Change,
    Append,
    Read,
}

/// Takes the migrators' lock and makes the service's role where it is missing. A login that may is made a member of it,
/// so that one login can do for both.
pub async fn prepare(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        connection.execute_unprepared("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10000").await?;
        return Ok(());
    }
    connection.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
    connection
        .execute_unprepared(&format!(
            "DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                    CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$;
            DO $$ BEGIN
                GRANT {APP_ROLE} TO CURRENT_USER;
            EXCEPTION WHEN insufficient_privilege OR invalid_grant_operation THEN NULL;
            END $$;
            GRANT USAGE ON SCHEMA public TO {APP_ROLE};"
        ))
        .await?;
    Ok(())
}

/// Lets the next migrator in, and lets the service's role see which migrations have run.
pub async fn release(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    if connection.get_database_backend() == DbBackend::Postgres {
        connection.execute_unprepared(&format!("GRANT SELECT ON seaql_migrations TO {APP_ROLE}")).await?;
        connection.execute_unprepared(&format!("SELECT pg_advisory_unlock({LOCK})")).await?;
    }
    Ok(())
}

/// Runs a script written with `{type}` placeholders.
pub async fn run(manager: &SchemaManager<'_>, script: &str) -> Result<(), DbErr> {
    let types = if is_postgres(manager) { POSTGRES } else { SQLITE };
    let sql = types.iter().fold(script.to_owned(), |sql, (name, native)| sql.replace(name, native));
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Lets the service's role work on `table`.
pub async fn grant(manager: &SchemaManager<'_>, table: &str, rights: Rights) -> Result<(), DbErr> {
    let rights = match rights {
        Rights::Change => "SELECT, INSERT, UPDATE, DELETE",
        Rights::Append => "SELECT, INSERT",
        Rights::Read => "SELECT",
    };
    on_postgres(manager, &format!("GRANT {rights} ON {table} TO {APP_ROLE}")).await
}

/// Lets the service's role, and nobody else, call `function`.
pub async fn grant_function(manager: &SchemaManager<'_>, function: &str) -> Result<(), DbErr> {
    let sql =
        format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}");
    on_postgres(manager, &sql).await
}

/// Row-level security, forced: a row is seen and written only by a transaction that named its tenant.
/// After a transaction the setting is `''`, not NULL: hence `nullif`.
pub async fn wall(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    on_postgres(
        manager,
        &format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
             ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             CREATE POLICY tenant ON {table}
                 USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
                 WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
        ),
    )
    .await
}

/// Runs a script that must see all tenants' rows of `table`. The wall binds the owner too; for the owner alone it is
/// lifted meanwhile.
pub async fn past_the_wall(manager: &SchemaManager<'_>, table: &str, script: &str) -> Result<(), DbErr> {
    on_postgres(manager, &format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")).await?;
    run(manager, script).await?;
    on_postgres(manager, &format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY")).await
}

/// On SQLite, where there are no grants, triggers keep an append-only table append-only.
pub async fn refuse_change(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    if is_postgres(manager) {
        return Ok(());
    }
    for change in ["UPDATE", "DELETE"] {
        let trigger = format!(
            "CREATE TRIGGER {table}_refuses_{} BEFORE {change} ON {table}
             BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            change.to_lowercase()
        );
        manager.get_connection().execute_unprepared(&trigger).await?;
    }
    Ok(())
}

/// Every row added to `table` leaves its `columns` in `target`, whoever adds it: one more row in the same statement's
/// round trip.
pub async fn follow(manager: &SchemaManager<'_>, table: &str, target: &str, columns: &[&str]) -> Result<(), DbErr> {
    let sql = if is_postgres(manager) {
        format!(
            "CREATE FUNCTION {table}_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO {target} SELECT {} FROM added; RETURN NULL;
             END $$;
             CREATE TRIGGER {table}_are_followed AFTER INSERT ON {table}
                 REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {table}_follow()",
            columns.join(", ")
        )
    } else {
        let columns: Vec<String> = columns.iter().map(|column| format!("NEW.{column}")).collect();
        format!(
            "CREATE TRIGGER {table}_are_followed AFTER INSERT ON {table}
             BEGIN INSERT INTO {target} VALUES ({}); END",
            columns.join(", ")
        )
    };
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// For what only PostgreSQL has.
pub async fn on_postgres(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if is_postgres(manager) {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

/// For what only SQLite has.
pub async fn on_sqlite(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if !is_postgres(manager) {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

fn is_postgres(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() == DbBackend::Postgres
}
