//! `index.html`, to be read and printed, and the short text that says what is what. The page stands alone: it loads nothing
//! and runs nothing, and what anybody wrote is escaped.

use askama::Template;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use recital_entities::Regime;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    Archive, Contents, Information, Source, columns, data,
    show::{Field, Show},
    tables,
};
use crate::{
    db::Order,
    error::{Error, Result},
    requests::rights,
    subject_data::{self, Export, Slice},
    words::{Argument, Words},
};

/// Rows of a kind on the page: who wants more opens the table.
const NEWEST: u64 = 100;
/// Rows with more columns stand on cards.
const WIDEST: usize = 8;
const STYLE: &str = include_str!("../../../templates/package/page.css");

/// What the archive has, told in a text for those who see that first.
pub(super) fn write_readme(source: &Source<'_>, information: &Information, archive: &mut Archive) -> Result<()> {
    let head = Head::new(source, information, &[]);
    let mut text = format!("{}\n\n{}\n\n", head.title, head.made);
    for item in &head.items {
        text.push_str(&format!("- {}: {}\n", item.label, item.text));
    }
    text.push_str(&format!("\n{}\n\n{}\n", head.csv_hint, head.care));
    archive.begin("README.txt")?;
    archive.write(text)
}

pub(super) async fn write(
    source: &Source<'_>,
    information: &Information,
    contents: &Contents,
    archive: &mut Archive,
) -> Result<()> {
    let page = Page { source, show: Show::new(source, information), contents };
    archive.begin("index.html")?;
    archive.write(rendered(&Head::new(source, information, &page.listed()))?)?;
    for (name, export) in subject_data::sections(source.scope()) {
        match contents.whole.get(name) {
            Some(Value::Array(rows)) => page.write_rows(name, rows, archive)?,
            Some(value) => page.write_fields(name, value, archive)?,
            None if name == "records" => page.write_records(export, archive).await?,
            None => page.write_newest((name, export), archive).await?,
        }
        archive.hand_on().await?;
    }
    archive.write("</main>\n</body>\n</html>\n")
}

struct Page<'a> {
    source: &'a Source<'a>,
    show: Show<'a>,
    contents: &'a Contents,
}

/// A section in the table of contents.
struct Listed {
    id: String,
    title: String,
}

impl Page<'_> {
    fn listed(&self) -> Vec<Listed> {
        let mut listed = Vec::new();
        for name in &self.contents.names {
            if *name == "records" {
                let types = self.contents.types.keys();
                listed.extend(
                    types.map(|data_type| Listed { id: id_of_type(data_type), title: self.title_of_type(data_type) }),
                );
            } else {
                listed.push(Listed { id: (*name).to_owned(), title: self.show.title(name) });
            }
        }
        listed
    }

    fn title_of_type(&self, data_type: &str) -> String {
        let name = self.show.words().label(data_type);
        self.show.words().text_with("package-section-records", &[("type", &name)])
    }

    fn write_fields(&self, name: &str, value: &Value, archive: &mut Archive) -> Result<()> {
        self.open(name, &self.show.title(name), 1, None, archive)?;
        let own = value.as_object().into_iter().flatten().filter(|(key, _)| *key != "attributes");
        let mut fields = self.show.fields(value, own.map(|(key, _)| key.as_str()));
        if !value["attributes"].is_null() {
            fields.splice(0..0, self.show.written(&value["attributes"]));
        }
        archive.write(rendered(&Card { fields: &fields, written: &[] })?)?;
        close(archive)
    }

    fn write_rows(&self, name: &str, rows: &[Value], archive: &mut Archive) -> Result<()> {
        self.open(name, &self.show.title(name), rows.len() as u64, Some(tables::path(name)), archive)?;
        let newest: Vec<&Value> = rows.iter().rev().take(usize::try_from(NEWEST).unwrap_or(usize::MAX)).collect();
        self.write_table(name, &newest, archive)?;
        close(archive)
    }

    async fn write_newest(&self, (name, export): (&'static str, &Export), archive: &mut Archive) -> Result<()> {
        let count = self.contents.counts.get(name).copied().unwrap_or_default();
        self.open(name, &self.show.title(name), count, Some(tables::path(name)), archive)?;
        let slice = Slice { order: Order::NewestFirst, limit: NEWEST, ..Slice::default() };
        let batch = data::read(self.source, export, slice).await?;
        self.write_table(name, &batch.rows.iter().collect::<Vec<_>>(), archive)?;
        close(archive)
    }

    async fn write_records(&self, export: &Export, archive: &mut Archive) -> Result<()> {
        for (data_type, found) in &self.contents.types {
            let (id, title) = (id_of_type(data_type), self.title_of_type(data_type));
            self.open(&id, &title, found.count, Some(tables::path_of_type(data_type)), archive)?;
            let mut left = NEWEST;
            let first = Slice { order: Order::NewestFirst, data_type: Some(data_type.clone()), ..Slice::default() };
            let mut slice = Some(Slice { limit: left, ..first });
            while let Some(asked) = slice {
                let batch = data::read(self.source, export, asked.clone()).await?;
                for row in &batch.rows {
                    let fields = self.show.fields(row, ["storedAt", "purpose", "erasedAfter"]);
                    let written = self.show.written(&row["payload"]);
                    archive.write(rendered(&Card { fields: &fields, written: &written })?)?;
                }
                archive.hand_on().await?;
                left = left.saturating_sub(batch.rows.len() as u64);
                slice = batch.last.filter(|_| left > 0).map(|last| Slice { after: Some(last), limit: left, ..asked });
            }
            close(archive)?;
        }
        Ok(())
    }

    /// Begins a section: its title, and where the rest is when not all of it is shown.
    fn open(&self, id: &str, title: &str, count: u64, table: Option<String>, archive: &mut Archive) -> Result<()> {
        let words = self.show.words();
        let number = count.to_string();
        let note = match &table {
            Some(_) if count == 0 => Some(words.text("package-none")),
            Some(_) if count > NEWEST => {
                Some(words.text_with("package-newest", &[("shown", &NEWEST.to_string()), ("count", &number)]))
            }
            Some(_) => Some(words.text_with("package-count", &[("count", &number)])),
            None => None,
        };
        let table = table.filter(|_| count > 0);
        archive.write(rendered(&Opening { id, title, note, table: table.as_deref() })?)
    }

    fn write_table(&self, name: &str, rows: &[&Value], archive: &mut Archive) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let columns = columns(name, Some(first));
        if columns.len() > WIDEST && name != "files" {
            for row in rows {
                let fields = self.show.fields(row, columns.iter().map(String::as_str));
                archive.write(rendered(&Card { fields: &fields, written: &[] })?)?;
            }
            return Ok(());
        }
        let shown: Vec<&String> = columns.iter().filter(|column| !NOT_SHOWN.contains(&column.as_str())).collect();
        let cells = |row: &&Value| {
            let cell = |column: &&String| Cell {
                text: self.show.value(column, &row[column.as_str()]),
                link: row["path"].as_str().filter(|_| *column == "name").map(address),
            };
            shown.iter().map(cell).collect()
        };
        let table = Table {
            id: name,
            columns: shown.iter().map(|column| self.show.label(column)).collect(),
            rows: rows.iter().map(cells).collect(),
        };
        archive.write(rendered(&table)?)
    }
}

/// Columns of files that are of use to computers alone.
const NOT_SHOWN: &[&str] = &["path", "sha256", "id"];

fn id_of_type(data_type: &str) -> String {
    format!("records-{data_type}")
}

fn close(archive: &mut Archive) -> Result<()> {
    archive.write("</section>\n")
}

/// Everything up to the data.
#[derive(Template)]
#[template(path = "package/head.html")]
struct Head<'a> {
    language: &'static str,
    style: String,
    /// Of the style, for the page's own content security policy.
    style_hash: String,
    sender: &'a str,
    /// In which purposes are described.
    senders_language: &'static str,
    title: String,
    made: String,
    zone: String,
    care: String,
    csv_hint: String,
    labels: Labels,
    items: Vec<Field>,
    listed: &'a [Listed],
    controller: Vec<Field>,
    /// None for portability.
    information: Option<Told>,
}

/// Headings.
struct Labels {
    nav: String,
    package: String,
    controller: String,
    processing: String,
    rights: String,
    data: String,
}

/// Article 15(1)(a) to (h).
struct Told {
    purposes: Vec<Purpose>,
    rights: Vec<Field>,
    paragraphs: Vec<Field>,
}

struct Purpose {
    name: String,
    description: String,
    fields: Vec<Field>,
}

impl<'a> Head<'a> {
    fn new(source: &Source<'_>, information: &'a Information, listed: &'a [Listed]) -> Self {
        let show = Show::new(source, information);
        let words = show.words();
        let sender = information.sender.name.as_str();
        let received = words.date(source.request.received_at.with_timezone(&information.zone()).date_naive());
        let made_at = show.instant(source.begun_at);
        let arguments: Vec<Argument<'_>> = vec![
            ("sender", sender),
            ("received", &received),
            ("at", &made_at),
            ("reference", source.right.reference),
            ("zone", information.zone().name()),
        ];
        let text = |key: &str| words.text_with(key, &arguments);
        let style = format!(":root {{ --accent: {}; }}\n{STYLE}", information.sender.accent);
        let style_hash = format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(&style)));
        let item = |name: &str, key: &str| Field { label: name.to_owned(), text: text(key) };
        Self {
            language: words.language().tag(),
            style,
            style_hash,
            sender,
            senders_language: Words::of(&information.sender.locale).language().tag(),
            title: text(if source.is_portable() { "package-title-portability" } else { "package-title-access" }),
            made: text("package-made"),
            zone: text("package-zone"),
            care: text("package-care"),
            csv_hint: text("package-csv-hint"),
            labels: Labels {
                nav: text("package-nav"),
                package: text("package-contents"),
                controller: text("package-controller"),
                processing: text("package-processing"),
                rights: text("package-rights"),
                data: text("package-data"),
            },
            items: vec![
                item("index.html", "package-item-index"),
                item(data::NAME, "package-item-data"),
                item("csv/", "package-item-csv"),
                item("files/", "package-item-files"),
            ],
            listed,
            controller: controller(&show, information),
            information: (!source.is_portable()).then(|| Told::new(source, information, &show)),
        }
    }
}

fn controller(show: &Show<'_>, information: &Information) -> Vec<Field> {
    let controller = &information.controller;
    let told = [
        ("name", Some(&controller.name)),
        ("contact", Some(&controller.contact)),
        ("contactEmail", Some(&controller.contact_email)),
        ("representative", controller.representative.as_ref()),
        ("dataProtectionOfficer", controller.data_protection_officer.as_ref()),
    ];
    let told = told.into_iter().filter_map(|(key, text)| Some((key, text.filter(|text| !text.is_empty())?)));
    told.map(|(key, text)| Field { label: show.label(key), text: text.clone() }).collect()
}

impl Told {
    fn new(source: &Source<'_>, information: &Information, show: &Show<'_>) -> Self {
        let words = show.words();
        let paragraph = |key: &str| Field { label: words.text(&format!("{key}-title")), text: words.text(key) };
        Self {
            purposes: information.processing.iter().map(|row| purpose(show, row)).collect(),
            rights: rights_of(source, show),
            paragraphs: ["package-complaint", "package-source", "package-automated"].map(paragraph).into(),
        }
    }
}

fn rights_of(source: &Source<'_>, show: &Show<'_>) -> Vec<Field> {
    let words = show.words();
    let regime = source.request.regime;
    let right = |right: &rights::Right| {
        let kind: &str = right.request.into();
        let name = words.text_with("request-type", &[("type", kind)]);
        let policy = (regime == Regime::Gdpr).then(|| words.find(&format!("policy-{}", kind.to_lowercase()))).flatten();
        match policy {
            Some(text) => Field { label: name, text },
            None => Field { label: right.reference.to_owned(), text: name },
        }
    };
    let mut rights: Vec<Field> = rights::rights_under(regime).map(right).collect();
    if regime == Regime::Gdpr {
        rights.push(Field { label: show.title("consents"), text: words.text("policy-withdrawal") });
    }
    rights
}

/// Article 15(1)(a) to (d) and 15(2) for one purpose.
fn purpose(show: &Show<'_>, row: &super::document::Processing) -> Purpose {
    let (purpose, words) = (&row.purpose, show.words());
    let none = || words.text("package-nobody");
    let categories = purpose.data_collected.0.iter().map(|data_type| words.label(data_type)).collect::<Vec<_>>();
    let transfers = if purpose.transfers_outside_eu {
        purpose.transfer_safeguards.clone().unwrap_or_else(|| words.text("package-yes"))
    } else {
        words.text("package-no")
    };
    let recipients = if purpose.recipients.0.is_empty() { none() } else { purpose.recipients.0.join(", ") };
    let told = [
        ("lawfulBasis", words.basis(purpose.lawful_basis)),
        ("categories", categories.join(", ")),
        ("recipients", recipients),
        ("transfersOutsideEu", transfers),
        ("retention", words.period(purpose.retention)),
        ("storageLocation", purpose.storage_location.clone()),
        ("recordsHeld", row.records.to_string()),
        ("filesHeld", row.files.to_string()),
    ];
    Purpose {
        name: purpose.name.clone(),
        description: purpose.description.clone(),
        fields: told.into_iter().map(|(key, text)| Field { label: show.label(key), text }).collect(),
    }
}

#[derive(Template)]
#[template(path = "package/opening.html")]
struct Opening<'a> {
    id: &'a str,
    title: &'a str,
    note: Option<String>,
    table: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "package/card.html")]
struct Card<'a> {
    fields: &'a [Field],
    written: &'a [Field],
}

#[derive(Template)]
#[template(path = "package/table.html")]
struct Table<'a> {
    id: &'a str,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

struct Cell {
    text: String,
    link: Option<String>,
}

/// A path as an address: blanks, accents and the like percent-encoded.
fn address(path: &str) -> String {
    const IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_');
    utf8_percent_encode(path, IN_PATHS).to_string()
}

fn rendered(template: &impl Template) -> Result<String> {
    template.render().map_err(Error::internal)
}
