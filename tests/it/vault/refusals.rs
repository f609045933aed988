//! A value that was changed or moved in the database does not open, and that it did not is on record.

use recital_domain::telemetry::metrics;
use recital_tests::{Engine, World, both_engines};
use serde_json::{Value, json};

const STORE: &str = "mutation($name: String!) { storeRecords(input: { records: [{ subject: { externalId: $name },
    dataType: \"uploaded_images\", purpose: \"image_to_3d_conversion\", payload: { what: \"Lovelace\" } }] }) { records { id } } }";
const SEE: &str = "{ ada: subject(ref: { externalId: \"ada\" }) { externalId profile { attributes } records { edges { node { payload } } } }
    bea: subject(ref: { externalId: \"bea\" }) { externalId profile { attributes } records { edges { node { payload } } } }
    members { edges { node { email } } } }";
const RECORDED: &str = "{ auditEntries(filter: { action: \"vault.value_refused\" }, first: 100) {
    edges { node { outcome resourceType details } } } }";
const ACME: &str = "tenant_id = (SELECT id FROM tenants WHERE slug = 'acme')";
const BOREALIS: &str = "tenant_id = (SELECT id FROM tenants WHERE slug = 'borealis')";

/// What somebody does to the database, and how it is undone; the place that no longer opens.
struct Attack {
    kind: &'static str,
    change: String,
    undo: String,
    place: (&'static str, &'static str),
}

/// Everybody's value becomes that of the same column's last row among `from`.
fn swap(kind: &'static str, table: &'static str, column: &'static str, from: &str) -> Attack {
    let key = if ["records", "subjects", "members"].contains(&table) { "id" } else { "subject_id" };
    Attack {
        kind,
        change: format!(
            "UPDATE {table} SET {column} = (SELECT k.{column} FROM kept_{table} k WHERE {from} ORDER BY k.{key} DESC LIMIT 1) WHERE {ACME}"
        ),
        undo: format!(
            "UPDATE {table} SET {column} = (SELECT k.{column} FROM kept_{table} k WHERE k.tenant_id = {table}.tenant_id AND k.{key} = {table}.{key}) WHERE {ACME}"
        ),
        place: (table, column),
    }
}

/// One byte of the value, from its end: the tag's last, the text's, and the header's.
async fn flip(world: &World, table: &'static str, column: &'static str, from_end: usize) -> Attack {
    let encode =
        if world.engine == Engine::Sqlite { format!("hex({column})") } else { format!("encode({column}, 'hex')") };
    let sql = format!("SELECT {encode} FROM {table} WHERE {ACME} ORDER BY {column} LIMIT 1");
    let before = world.database.texts(&sql).await.unwrap().remove(0).to_lowercase();
    let mut bytes: Vec<u8> =
        (0..before.len()).step_by(2).map(|at| u8::from_str_radix(&before[at..at + 2], 16).unwrap()).collect();
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
    let after: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let literal =
        |hex: &str| if world.engine == Engine::Sqlite { format!("X'{hex}'") } else { format!("'\\x{hex}'::bytea") };
    let set = |new: &str, old: &str| {
        format!("UPDATE {table} SET {column} = {} WHERE {column} = {}", literal(new), literal(old))
    };
    Attack { kind: "a flipped byte", change: set(&after, &before), undo: set(&before, &after), place: (table, column) }
}

fn refusals(table: &str) -> u64 {
    let name = format!("recital_sealed_value_refusals_total{{table=\"{table}\"}} ");
    metrics::render().lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or(0)
}

async fn recorded(world: &World) -> Vec<Value> {
    let answer = world.ask(RECORDED, json!({})).await;
    answer["auditEntries"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

async fn try_it(world: &World, attack: Attack) {
    let (table, column) = attack.place;
    let (counted, before) = (refusals(table), recorded(world).await.len());
    assert!(world.database.execute(&attack.change).await.unwrap() > 0, "{}", attack.change);
    world.app.core().keys.forget(world.tenant).await;

    let answer = world.owner.send(SEE, json!({})).await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{}: {answer}", attack.kind);
    assert_eq!(error["extensions"]["reason"], "SEALED_VALUE_REFUSED", "{}: {answer}", attack.kind);
    for inside in [table, "version", "key", "Lovelace", "malformed"] {
        assert!(!error["message"].as_str().unwrap().contains(inside), "{}: {error}", attack.kind);
    }
    assert!(refusals(table) > counted, "{} is not counted for {table}:\n{}", attack.kind, metrics::render());

    world.database.execute(&attack.undo).await.unwrap();
    world.app.core().keys.forget(world.tenant).await;
    assert!(world.owner.send(SEE, json!({})).await.get("errors").is_none(), "{} is undone", attack.kind);
    let entries = recorded(world).await;
    assert!(entries.len() > before, "{} is not on record", attack.kind);
    let newest = &entries[0];
    assert_eq!((&newest["outcome"], &newest["resourceType"]), (&json!("FAILED"), &json!("Tenant")));
    assert_eq!(
        (&newest["details"]["table"], &newest["details"]["column"]),
        (&json!(table), &json!(column)),
        "{}",
        attack.kind
    );
    assert!(newest["details"]["row"].is_string());
}

both_engines! {
    async fn a_value_opens_only_where_it_was_sealed_and_a_refusal_is_on_record(world: World) {
        world.import_registers().await;
        let (_, borealis) = world.another_tenant("borealis").await;
        world.import_registers_for(&borealis).await;
        for client in [&world.owner, &borealis] {
            for name in ["ada", "bea"] {
                world.subject_for(client, name).await;
                client.ask(STORE, json!({ "name": name })).await;
                client.ask(STORE, json!({ "name": name })).await;
            }
        }
        for table in ["profiles", "subjects", "records", "subject_keys", "members"] {
            world.database.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await.unwrap();
        }
        world.expect_log("does not open");
        let ours = "k.tenant_id = (SELECT id FROM tenants WHERE slug = 'acme')";
        let theirs = "k.tenant_id = (SELECT id FROM tenants WHERE slug = 'borealis')";
        let attacks = [
            swap("another row", "records", "payload", ours),
            swap("another subject", "profiles", "attributes", ours),
            swap("another subject's key", "subject_keys", "wrapped", ours),
            swap("another tenant", "profiles", "attributes", theirs),
            swap("another tenant's subject key", "subject_keys", "wrapped", theirs),
            swap("another tenant's member", "members", "contact", theirs),
            Attack {
                kind: "another column",
                change: format!("UPDATE subjects SET email = external_id WHERE {ACME}"),
                ..swap("", "subjects", "email", ours)
            },
            Attack {
                kind: "another version of the row",
                change: format!("UPDATE profiles SET version = version + 1 WHERE {ACME}"),
                undo: format!("UPDATE profiles SET version = version - 1 WHERE {ACME}"),
                place: ("profiles", "attributes"),
            },
            Attack {
                kind: "another version of the key",
                change: format!("UPDATE tenant_keys SET version = 7 WHERE {ACME}"),
                undo: format!("UPDATE tenant_keys SET version = 1 WHERE {ACME}"),
                place: ("tenant_secrets", "secret"),
            },
            flip(&world, "profiles", "attributes", 1).await,
            flip(&world, "records", "payload", 20).await,
            flip(&world, "subject_keys", "wrapped", 60).await,
        ];
        for attack in attacks {
            try_it(&world, attack).await;
        }
        let untouched = borealis.ask(SEE, json!({})).await;
        assert_eq!(untouched["ada"]["profile"]["attributes"]["name"], "ada Lovelace");
        let theirs = format!("SELECT count(*) FROM audit_entries WHERE action = 'vault.value_refused' AND {BOREALIS}");
        assert_eq!(world.database.number(&theirs).await.unwrap(), 0, "the other tenant hears nothing of it");
        for table in ["profiles", "subjects", "records", "subject_keys", "members"] {
            world.database.execute(&format!("DROP TABLE kept_{table}")).await.unwrap();
        }
        world.finish().await;
    }
}
