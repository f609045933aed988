//! The house stands as designed: who may import whom, and that every table is behind the wall.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::MetadataCommand;
use recital_entities::{Class, Scope, tables};
use recital_tests::{Database, Engine};

/// What each crate must not depend on, directly.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("recital-entities", &["recital-domain", "tokio", "axum"]),
    ("recital-domain", &["axum", "async-graphql", "tokio-cron-scheduler", "recital-api", "recital-scheduler"]),
    (
        "recital-api",
        &["sea-orm", "sqlx", "lettre", "aws-sdk-kms", "aws-config", "recital-scheduler", "recital-migration"],
    ),
    ("recital-scheduler", &["sea-orm", "sqlx", "async-graphql", "axum", "recital-api", "recital-migration"]),
    ("recital-migration", &["recital-entities", "recital-domain"]),
    ("recital-cli", &["sea-orm", "sqlx"]),
];

#[test]
fn crates_depend_only_in_the_designed_direction() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap();
    for (name, forbidden) in FORBIDDEN {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == *name).unwrap();
        let normal = package.dependencies.iter().filter(|found| found.kind == cargo_metadata::DependencyKind::Normal);
        let used: Vec<_> = normal.map(|found| found.name.as_str()).filter(|found| forbidden.contains(found)).collect();
        assert!(used.is_empty(), "{name} must not depend on {used:?}");
    }
}

#[test]
fn no_column_of_a_global_table_is_personal() {
    for table in tables().iter().filter(|table| table.scope == Scope::Global) {
        for (column, class) in &table.columns {
            assert!(!matches!(class, Class::Personal | Class::Special), "{}.{column}", table.name);
        }
    }
}

#[test]
fn what_is_personal_is_kept_in_columns_that_can_hold_sealed_values_alone() {
    for table in tables() {
        for (column, class) in table.columns {
            let personal = matches!(class, Class::Personal | Class::Special);
            assert!(!personal || table.bytes.contains(&column), "{}.{column}", table.name);
        }
    }
}

#[tokio::test]
async fn entities_and_migrated_schema_have_the_same_tables_and_columns() {
    let ours: BTreeMap<String, BTreeSet<String>> = tables()
        .into_iter()
        .map(|table| (table.name, table.columns.into_iter().map(|(column, _)| column).collect()))
        .collect();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let database = Database::create(engine).await.unwrap();
        let sql = match engine {
            Engine::Sqlite => {
                "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
            }
            Engine::Postgres => {
                "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
            }
        };
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in database.texts(sql).await.unwrap() {
            let (table, column) = name.split_once('.').unwrap();
            found.entry(table.to_owned()).or_default().insert(column.to_owned());
        }
        found.remove("seaql_migrations");
        assert_eq!(found, ours, "{engine:?}");
        database.remove().await.unwrap();
    }
}

#[tokio::test]
async fn every_tenant_table_has_its_tenant_first_a_policy_and_forced_row_level_security() {
    let database = Database::create(Engine::Postgres).await.unwrap();
    for table in tables().iter().filter(|table| table.scope == Scope::Tenant) {
        let name = &table.name;
        assert_eq!(table.columns[0].0, "tenant_id", "{name}");
        let walled = format!(
            "SELECT count(*) FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
             WHERE c.relname = '{name}' AND c.relrowsecurity AND c.relforcerowsecurity"
        );
        assert_eq!(database.number(&walled).await.unwrap(), 1, "{name}");
        let keyed = format!(
            "SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
             WHERE i.indrelid = '{name}'::regclass AND i.indisprimary AND a.attname = 'tenant_id'"
        );
        assert_eq!(database.number(&keyed).await.unwrap(), 1, "{name}");
    }
    database.remove().await.unwrap();
}

#[tokio::test]
async fn the_service_role_sees_nothing_without_naming_a_tenant_and_cannot_change_what_is_append_only() {
    let world = recital_tests::World::start(Engine::Postgres).await;
    for table in tables().iter().filter(|table| table.scope == Scope::Tenant) {
        let seen = world.database.number_as_service(&format!("SELECT count(*) FROM {}", table.name)).await.unwrap();
        assert_eq!(seen, 0, "{}", table.name);
    }
    for table in ["audit_entries", "audit_leaves", "audit_subtrees", "audit_checkpoints", "consent_events"] {
        for change in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET tenant_id = tenant_id")] {
            let refused = world.database.execute_as_service(&change).await.unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
        }
    }
    world.finish().await;
}
