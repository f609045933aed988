//! `data.json`: everything, for computers. Its schema is published as `docs/schemas/access-package.schema.json`.

use serde_json::Value;

use super::{Archive, Contents, Information, Source};
use crate::{
    error::{Error, Result},
    subject_data::{self, Export, Slice},
};

pub(super) const NAME: &str = "data.json";

/// Writes it row by row. Answers what was in it.
pub(super) async fn write(source: &Source<'_>, information: &Information, archive: &mut Archive) -> Result<Contents> {
    archive.begin(NAME)?;
    archive.write("{\n")?;
    for (name, value) in information.document(source) {
        archive.write(format!("{}: {},\n", json(&name.into())?, json(&value)?))?;
    }
    archive.write("\"data\": {")?;
    let mut contents = Contents::default();
    for (name, export) in subject_data::sections(source.scope()) {
        archive.write(if contents.names.is_empty() { "\n" } else { ",\n" })?;
        archive.write(format!("\"{name}\": "))?;
        contents.names.push(name);
        match export {
            Export::Whole(_, open) => {
                let value = source.open(async |person| open(person).await).await?;
                archive.write(json(&value)?)?;
                contents.whole.insert(name, value);
            }
            Export::Rows(_, _) => write_rows(source, name, export, archive, &mut contents).await?,
            Export::Within(_) | Export::No(_) => {}
        }
        archive.hand_on().await?;
    }
    archive.write("\n}\n}\n")?;
    Ok(contents)
}

async fn write_rows(
    source: &Source<'_>,
    name: &'static str,
    export: &Export,
    archive: &mut Archive,
    contents: &mut Contents,
) -> Result<()> {
    contents.counts.insert(name, 0);
    archive.write("[")?;
    let mut slice = Some(Slice::default());
    let mut separator = "\n";
    while let Some(asked) = slice {
        let batch = read(source, export, asked.clone()).await?;
        for row in &batch.rows {
            contents.note(name, row);
            archive.write(format!("{separator}{}", json(row)?))?;
            separator = ",\n";
        }
        archive.hand_on().await?;
        slice = batch.last.map(|last| Slice { after: Some(last), ..asked });
    }
    archive.write("\n]")
}

/// A batch of a section that has rows.
pub(super) async fn read(source: &Source<'_>, export: &Export, slice: Slice) -> Result<subject_data::Batch> {
    let Export::Rows(_, open) = export else { return Ok(subject_data::Batch::default()) };
    source.open(async |person| open(person, slice).await).await
}

fn json(value: &Value) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}
