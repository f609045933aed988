//! The data map, for a record of processing (Article 30) and for whoever asks what is kept where: made from the classes of
//! all columns and from [`PARTS`], so that it cannot say anything else than the code does.

use std::fmt::Write as _;

use recital_entities::{Class, Scope, Table, tables};

use super::{Export, Fate, PARTS, Part};

const HEAD: &str = "# Data map

Every table and column, what it holds and how. `scripts/schema` prints this page from the code; a test fails when it is stale.

- **Personal**, **Special**: data of people (Articles 4(1) and 9), only ever stored sealed ([sealed values](sealed-values.md)).
- **Secret**: key material, wrapped or sealed, and hashes of credentials.
- **Key**: identifies a row; in bytes a keyed hash, which finds a value without holding it.
- **Operational**: what the service needs to run; tells nothing about a person.
";

/// What is kept for less time than its tenant, and what decides. A table of subjects' data that is not named goes with the
/// subject.
const KEPT_FOR: &[(&str, &str)] = &[
    ("records", "until `expires_at`: the period of the data type, or else of the purpose; longer under a legal hold"),
    ("files", "until `expires_at`, as records are; the content in the file store goes right after the row"),
    ("uploads", "until the file is there; what was cut off, a day"),
    ("idempotency_keys", "2 days; an answer is given again for 24 hours"),
    ("consent_confirmations", "until 90 days after `expires_at`"),
    ("centre_asks", "a day; address and note until they have been looked up"),
    ("account_links", "until they are used, a day at most"),
    ("account_sessions", "until signed out, idle for 30 minutes, or 12 hours old"),
    ("account_counts", "an hour"),
    ("preference_links", "until 90 days after `expires_at`"),
    (
        "export_packages",
        "the content's key until `expires_at`, and the content in the file store no longer; the row as long as the request",
    ),
    ("work_items", "90 days once done; dead ones until an operator retries them"),
    ("job_runs", "90 days"),
    ("mail_counts", "until the first mail that goes an hour later"),
    ("tenant_keys", "until nothing needs the version any more"),
];

/// As Markdown.
#[must_use]
pub fn data_map() -> String {
    let mut page = HEAD.to_owned();
    for table in tables() {
        let part = PARTS.iter().find(|part| part.table == table.name);
        // Writing to a String never fails.
        let _ = write!(page, "\n## {}\n\n{}\n\n", table.name, about(&table, part));
        page.push_str("| column | class | kept as |\n|---|---|---|\n");
        for (column, class) in &table.columns {
            let _ = writeln!(page, "| {column} | {class} | {} |", kept_as(&table, column, *class));
        }
    }
    page
}

fn about(table: &Table, part: Option<&Part>) -> String {
    let whose = match table.scope {
        Scope::Tenant => "A tenant's.",
        Scope::Global => "The service's own.",
    };
    let period = KEPT_FOR.iter().find(|(name, _)| *name == table.name).map(|(_, period)| *period);
    let period = period.unwrap_or(match (table.scope, part.map(|part| part.fate)) {
        (Scope::Tenant, Some(Fate::Erased | Fate::Emptied)) => "as long as its subject",
        (Scope::Tenant, _) => "as long as the tenant",
        (Scope::Global, _) => "as long as the service",
    });
    let subject = part.map_or_else(|| "Holds nothing of a data subject.".to_owned(), of_the_subject);
    format!("{whose} Kept {period}. {subject}")
}

fn of_the_subject(part: &Part) -> String {
    let exported = match part.export {
        Export::Whole(section, _) | Export::Rows(section, _) => format!("Shown to its subject as `{section}`."),
        Export::Within(section) => format!("Shown to its subject within `{section}`."),
        Export::No(why) => format!("Not shown to a subject: it {why}."),
    };
    match part.fate {
        Fate::Erased => format!("{exported} Erased with its subject."),
        Fate::Emptied => format!("{exported} An erasure empties it of all that told who it was."),
        Fate::Kept(ground) => {
            format!("{exported} An erasure leaves it, and nothing sealed in it opens any more ({ground}).")
        }
        Fate::NotOfSubjects => exported,
    }
}

fn kept_as(table: &Table, column: &str, class: Class) -> &'static str {
    let bytes = table.bytes.iter().any(|name| name == column);
    match class {
        Class::Personal | Class::Special => "sealed",
        Class::Secret if column.ends_with("_hash") => "hash",
        Class::Secret => "wrapped or sealed",
        Class::Key if bytes => "keyed hash",
        Class::Operational if bytes => "hash",
        Class::Key | Class::Operational => "plain",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_whose_period_is_told_exists() {
        let names: Vec<String> = tables().into_iter().map(|table| table.name).collect();
        for (table, _) in KEPT_FOR {
            assert!(names.iter().any(|name| name == table), "{table}");
        }
    }

    #[test]
    fn a_column_is_told_with_its_class_and_how_it_is_kept() {
        let page = data_map();
        let (_, records) = page.split_once("\n## records\n").unwrap();
        let (records, _) = records.split_once("\n## ").unwrap();
        for line in ["| payload | Personal | sealed |", "| data_type | Operational | plain |", "| id | Key | plain |"] {
            assert!(records.contains(line), "{line} in {records}");
        }
        assert!(records.contains("Shown to its subject as `records`. Erased with its subject."), "{records}");
        assert!(page.contains("| email_index | Key | keyed hash |"));
        assert!(page.contains("| secret_hash | Secret | hash |"));
    }
}
