//! The same as tables, one for each kind of data (RFC 4180), so that spreadsheet programs open them.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use serde_json::{Map, Value};

use super::{Archive, Contents, Source, columns, contents::DataType, data, show::flatten};
use crate::{
    error::{Error, Result},
    subject_data::{self, Export, Slice},
};

/// Spreadsheet programs take a text for UTF-8 when it begins so.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What every record has besides its payload.
const OF_RECORDS: &[&str] = &["id", "purpose", "storedAt", "erasedAfter"];
/// The column of what found no column of its own.
const MORE: &str = "payload";

/// Where the table of a section stands.
pub(super) fn path(section: &str) -> String {
    format!("csv/{section}.csv")
}

/// Where the table of a type of records stands.
pub(super) fn path_of_type(data_type: &str) -> String {
    format!("csv/records/{data_type}.csv")
}

pub(super) async fn write(source: &Source<'_>, contents: &Contents, archive: &mut Archive) -> Result<()> {
    for (name, export) in subject_data::sections(source.scope()) {
        match contents.whole.get(name) {
            Some(Value::Array(rows)) => write_rows(name, rows, archive)?,
            Some(value) => write_fields(name, value, archive)?,
            None if name == "records" => {
                for (name, data_type) in &contents.types {
                    write_records(source, export, (name, data_type), archive).await?;
                }
            }
            None => write_section(source, (name, export), archive).await?,
        }
        archive.hand_on().await?;
    }
    Ok(())
}

/// What is one thing: a line for each of its fields.
fn write_fields(name: &str, value: &Value, archive: &mut Archive) -> Result<()> {
    archive.begin(&path(name))?;
    archive.write(BYTE_ORDER_MARK)?;
    archive.write(line(["field", "value"].map(str::to_owned))?)?;
    for (field, value) in flatten(value, ".") {
        archive.write(line([field, cell(value)])?)?;
    }
    Ok(())
}

fn write_rows(name: &str, rows: &[Value], archive: &mut Archive) -> Result<()> {
    let columns = begin(name, rows.first(), archive)?;
    for row in rows {
        archive.write(line(columns.iter().map(|column| cell(&row[column])))?)?;
    }
    Ok(())
}

async fn write_section(
    source: &Source<'_>,
    (name, export): (&'static str, &Export),
    archive: &mut Archive,
) -> Result<()> {
    let mut columns = None;
    let mut slice = Some(Slice::default());
    while let Some(asked) = slice {
        let batch = data::read(source, export, asked.clone()).await?;
        let columns = match &mut columns {
            Some(columns) => columns,
            none => none.insert(begin(name, batch.rows.first(), archive)?),
        };
        for row in &batch.rows {
            archive.write(line(columns.iter().map(|column| cell(&row[column])))?)?;
        }
        archive.hand_on().await?;
        slice = batch.last.map(|last| Slice { after: Some(last), ..asked });
    }
    Ok(())
}

fn begin(name: &str, first: Option<&Value>, archive: &mut Archive) -> Result<Vec<String>> {
    let columns = columns(name, first);
    archive.begin(&path(name))?;
    archive.write(BYTE_ORDER_MARK)?;
    archive.write(line(&columns)?)?;
    Ok(columns)
}

/// A column for each field of their payloads.
async fn write_records(
    source: &Source<'_>,
    export: &Export,
    (name, data_type): (&String, &DataType),
    archive: &mut Archive,
) -> Result<()> {
    archive.begin(&path_of_type(name))?;
    archive.write(BYTE_ORDER_MARK)?;
    let own = OF_RECORDS.iter().map(|&column| column.to_owned());
    let fields = data_type.fields.iter().map(|field| format!("payload.{field}"));
    let more = data_type.has_more.then(|| MORE.to_owned());
    archive.write(line(own.chain(fields).chain(more))?)?;
    let mut slice = Some(Slice { data_type: Some(name.clone()), ..Slice::default() });
    while let Some(asked) = slice {
        let batch = data::read(source, export, asked.clone()).await?;
        for row in &batch.rows {
            archive.write(record(row, data_type)?)?;
        }
        archive.hand_on().await?;
        slice = batch.last.map(|last| Slice { after: Some(last), ..asked });
    }
    Ok(())
}

fn record(row: &Value, data_type: &DataType) -> Result<Vec<u8>> {
    let mut fields: Map<String, Value> =
        flatten(&row["payload"], ".").into_iter().map(|(field, value)| (field, value.clone())).collect();
    let mut cells: Vec<String> = OF_RECORDS.iter().map(|column| cell(&row[column])).collect();
    cells.extend(data_type.fields.iter().map(|field| fields.remove(field).as_ref().map(cell).unwrap_or_default()));
    if data_type.has_more {
        cells.push(if fields.is_empty() { String::new() } else { cell(&Value::Object(fields)) });
    }
    line(cells)
}

fn line(cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Vec<u8>> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    writer.write_record(cells).map_err(Error::internal)?;
    writer.into_inner().map_err(|error| Error::internal(error.into_error()))
}

/// A value as a cell that no spreadsheet program takes for a formula: a text that might be one begins with an apostrophe.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_formula(text) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Formulas begin with an operator, in its full-width form too, or with a control that is skipped before one. A number with
/// a sign is none.
fn is_formula(text: &str) -> bool {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '|', '%']);
    begins && text.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (value, expected) in [
            (json!("=HYPERLINK(\"https://evil.example\")"), "'=HYPERLINK(\"https://evil.example\")"),
            (json!("+49 170 1234567"), "'+49 170 1234567"),
            (json!("-2+3+cmd|' /C calc'!A0"), "'-2+3+cmd|' /C calc'!A0"),
            (json!("@SUM(A1)"), "'@SUM(A1)"),
            (json!("\t=1"), "'\t=1"),
            (json!("＝1"), "'＝1"),
            (json!("-12.5"), "-12.5"),
            (json!(-12.5), "-12.5"),
            (json!("a=b"), "a=b"),
            (json!(null), ""),
            (json!(["=1"]), "[\"=1\"]"),
        ] {
            assert_eq!(cell(&value), expected, "{value}");
        }
    }

    #[test]
    fn a_line_is_read_back_as_it_was() {
        let written = line(["a,b", "say \"yes\"", "two\r\nlines", "ä"]).unwrap();
        assert!(written.ends_with(b"\r\n"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.iter().collect::<Vec<_>>(), ["a,b", "say \"yes\"", "two\r\nlines", "ä"]);
    }

    #[test]
    fn a_record_keeps_what_finds_no_column() {
        let mut data_type = DataType::default();
        data_type.note(&json!({ "a": 1, "b": { "c": "x" } }));
        data_type.has_more = true;
        let row = json!({ "id": "1", "purpose": "p", "storedAt": "t", "erasedAfter": null,
            "payload": { "a": 2, "b": { "c": "y" }, "d": [1, 2] } });
        let written = String::from_utf8(record(&row, &data_type).unwrap()).unwrap();
        assert_eq!(written, "1,p,t,,2,y,\"{\"\"d\"\":[1,2]}\"\r\n");
    }
}
