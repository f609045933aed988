//! What turned out to be in a package, so far as its tables and its page need to know beforehand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Sections, show::flatten};

#[derive(Default)]
pub(super) struct Contents {
    /// In the order of the package.
    pub names: Vec<&'static str>,
    /// Sections that were read at once.
    pub whole: Sections<Value>,
    /// Rows of the others.
    pub counts: Sections<u64>,
    /// Of records.
    pub types: BTreeMap<String, DataType>,
}

/// What there is of records of one type.
#[derive(Default)]
pub(super) struct DataType {
    pub count: u64,
    /// Of their payloads, `a.b` for what stands within another.
    pub fields: BTreeSet<String>,
    /// There were more fields than a table may have columns.
    pub has_more: bool,
}

/// Of a payload's fields in a table.
const MOST_COLUMNS: usize = 200;

impl DataType {
    /// Takes note of a record.
    pub fn note(&mut self, payload: &Value) {
        self.count += 1;
        for (field, _) in flatten(payload, ".") {
            if self.fields.len() < MOST_COLUMNS || self.fields.contains(&field) {
                self.fields.insert(field);
            } else {
                self.has_more = true;
            }
        }
    }
}

impl Contents {
    pub fn note(&mut self, section: &'static str, row: &Value) {
        *self.counts.entry(section).or_default() += 1;
        if section == "records"
            && let Some(data_type) = row["dataType"].as_str()
        {
            self.types.entry(data_type.to_owned()).or_default().note(&row["payload"]);
        }
    }
}
