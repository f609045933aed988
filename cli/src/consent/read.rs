//! Reading a file of consents line by line, from where an earlier import stopped.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _, Seek, SeekFrom},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use recital_domain::consent::{ImportRow, Reject};
use sha2::{Digest as _, Sha256};

use super::Format;

/// What was read of a file.
pub struct Lines {
    pub rows: Vec<(u64, ImportRow)>,
    /// Lines that are none.
    pub unread: Vec<Reject>,
    /// The last line read, and the bytes up to its end.
    pub line: u64,
    pub bytes: u64,
    pub is_last: bool,
}

/// A line with its number; of one that cannot be read, the column at fault where that can be told.
type Line = (u64, Result<ImportRow, Option<String>>);

/// A file that is being read.
pub enum Source {
    Csv { reader: Box<csv::Reader<File>>, header: csv::ByteRecord },
    Ndjson { reader: BufReader<File>, line: u64, bytes: u64 },
}

/// Longer than any notice: such a line is no line.
const LONGEST_LINE: u64 = 1024 * 1024;

impl Source {
    /// Goes on after `line`, the end of which is at `bytes`; 0 for the beginning.
    ///
    /// # Errors
    /// When the file cannot be read, or a CSV file has no header that names its columns.
    pub fn open(path: &Path, format: Format, line: u64, bytes: u64) -> Result<Self> {
        let mut file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        if format == Format::Ndjson {
            file.seek(SeekFrom::Start(bytes))?;
            return Ok(Self::Ndjson { reader: BufReader::new(file), line, bytes });
        }
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let header = reader.byte_headers()?.clone();
        if !header.iter().any(|name| name == b"purpose") {
            bail!("the first line must name the columns: purpose, state, policy_version, recorded_at …");
        }
        if bytes > 0 {
            let mut position = csv::Position::new();
            position.set_byte(bytes).set_line(line + 1);
            reader.seek(position)?;
        }
        Ok(Self::Csv { reader: Box::new(reader), header })
    }

    /// The next lines, up to `most`.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn read(&mut self, most: usize) -> Result<Lines> {
        let (mut rows, mut unread) = (Vec::with_capacity(most), Vec::new());
        let mut is_last = false;
        while rows.len() + unread.len() < most {
            match self.next()? {
                Some((line, Ok(row))) => rows.push((line, row)),
                Some((line, Err(field))) => unread.push(malformed(line, field)),
                None => {
                    is_last = true;
                    break;
                }
            }
        }
        let (line, bytes) = self.place();
        Ok(Lines { rows, unread, line, bytes, is_last })
    }

    fn place(&self) -> (u64, u64) {
        match self {
            Self::Csv { reader, .. } => (reader.position().line().saturating_sub(1), reader.position().byte()),
            Self::Ndjson { line, bytes, .. } => (*line, *bytes),
        }
    }

    fn next(&mut self) -> Result<Option<Line>> {
        match self {
            Self::Csv { reader, header } => {
                let mut record = csv::ByteRecord::new();
                if !reader.read_byte_record(&mut record)? {
                    return Ok(None);
                }
                let line = record.position().map_or(0, csv::Position::line);
                Ok(Some((line, record.deserialize(Some(header)).map_err(|error| column(&error, header)))))
            }
            Self::Ndjson { reader, line, bytes } => {
                let mut text = Vec::new();
                loop {
                    text.clear();
                    let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)? as u64;
                    if read == 0 {
                        return Ok(None);
                    }
                    *line += 1;
                    *bytes += read;
                    if read == LONGEST_LINE {
                        bail!("line {line} is longer than a line can be");
                    }
                    if !text.trim_ascii().is_empty() {
                        return Ok(Some((*line, serde_json::from_slice(&text).map_err(|_| None))));
                    }
                }
            }
        }
    }
}

fn column(error: &csv::Error, header: &csv::ByteRecord) -> Option<String> {
    let csv::ErrorKind::Deserialize { err, .. } = error.kind() else { return None };
    let index = usize::try_from(err.field()?).ok()?;
    Some(String::from_utf8_lossy(header.get(index)?).into_owned())
}

fn malformed(line: u64, field: Option<String>) -> Reject {
    let message = "is no line of this format: see docs/consent.md".to_owned();
    Reject { line, field, reason: "MALFORMED_LINE".to_owned(), message }
}

/// SHA-256 of the whole file, and its length in bytes.
///
/// # Errors
/// When it cannot be read.
pub fn hash(path: &Path) -> Result<(Vec<u8>, u64)> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let (mut hasher, mut length) = (Sha256::new(), 0);
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((hasher.finalize().to_vec(), length));
        }
        hasher.update(&piece[..read]);
        length += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const CSV: &str = "external_id,purpose,given,policy_version,recorded_at,notice_text\n\
                       1,news,true,1,2026-01-01T00:00:00Z,\"two\nlines\"\n\
                       2,news,perhaps,1,2026-01-01T00:00:00Z,\n\
                       3,news,false,1,2026-01-01T00:00:00Z,\n\
                       4,news\n";
    const NDJSON: &str = "{\"external_id\":\"1\",\"purpose\":\"news\",\"given\":true,\"policy_version\":\"1\"}\n\
                          \n\
                          {\"given\":\"perhaps\"}\n\
                          {\"external_id\":\"3\",\"state\":\"WITHDRAWN\"}";

    fn written(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    /// The lines that a row, or a fault with its column, was read from; and where the reading stopped.
    type Seen = (Vec<u64>, Vec<(u64, Option<String>)>, u64, u64);

    fn read(source: &mut Source, most: usize) -> Seen {
        let lines = source.read(most).unwrap();
        let unread = lines.unread.into_iter().map(|reject| (reject.line, reject.field)).collect();
        (lines.rows.iter().map(|row| row.0).collect(), unread, lines.line, lines.bytes)
    }

    #[test]
    fn lines_are_numbered_and_faults_named() {
        let (csv, ndjson) = (written(CSV), written(NDJSON));
        let mut source = Source::open(csv.path(), Format::Csv, 0, 0).unwrap();
        let (rows, unread, ..) = read(&mut source, 10);
        assert_eq!((rows, unread), (vec![2, 5, 6], vec![(4, Some("given".to_owned()))]));
        let mut source = Source::open(ndjson.path(), Format::Ndjson, 0, 0).unwrap();
        let (rows, unread, line, bytes) = read(&mut source, 10);
        assert_eq!((rows, unread), (vec![1, 4], vec![(3, None)]));
        assert_eq!((line, bytes), (4, NDJSON.len() as u64));
    }

    #[test]
    fn reading_goes_on_where_it_stopped() {
        for (text, format) in [(CSV, Format::Csv), (NDJSON, Format::Ndjson)] {
            let file = written(text);
            let mut whole = Source::open(file.path(), format, 0, 0).unwrap();
            let (first, second) = (read(&mut whole, 2), read(&mut whole, 10));
            let mut rest = Source::open(file.path(), format, first.2, first.3).unwrap();
            assert_eq!(read(&mut rest, 10), second, "{format:?}");
        }
    }

    #[test]
    fn a_table_without_names_is_refused() {
        let file = written("1,news,true\n");
        assert!(Source::open(file.path(), Format::Csv, 0, 0).is_err());
    }
}
