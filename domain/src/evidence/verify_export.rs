//! Checking an exported log without the service: nothing here asks a database or believes one.
//!
//! What makes it evidence is what the checker kept from before: the log's public key, an older checkpoint, an older
//! export. Whoever rewrites the whole log, and even signs it anew, cannot make it begin as the older one did.

use std::{fmt, io::BufRead};

use super::{
    checkpoint::Checkpoint,
    export::{FORMAT, LogHead, LogLine},
    tree::{Frontier, Hash, leaf_hash},
};

/// What the checker holds from before.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The verifier key of C2SP signed-note. None: the export's own, which proves no more than that the file is whole.
    pub public_key: Option<String>,
    /// Signed notes of the same log.
    pub checkpoints: Vec<String>,
}

/// A log that holds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundLog {
    pub origin: String,
    pub size: u64,
    /// How many entries at the log's beginning are there as hashes alone: their own period has ended.
    pub aged: u64,
}

/// What is wrong with an exported log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportFault {
    Unreadable {
        line: usize,
        why: String,
    },
    NotAnExport,
    CheckpointForged,
    /// A checkpoint from before is not signed with the key.
    OlderCheckpointForged {
        given: usize,
    },
    EntryChanged {
        index: u64,
    },
    EntryMissing {
        index: u64,
    },
    EntryMoved {
        index: u64,
        found: u64,
    },
    /// The body is gone although an older entry's is there.
    BodyMissing {
        index: u64,
    },
    Truncated {
        size: u64,
        found: u64,
    },
    TooLong {
        size: u64,
    },
    RootDiffers {
        size: u64,
    },
    /// The log does not begin as it did.
    Rewritten {
        size: u64,
    },
    /// The entry is not the one of the older export.
    Differs {
        index: u64,
    },
}

impl fmt::Display for ExportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { line, why } => write!(f, "line {line} cannot be read: {why}"),
            Self::NotAnExport => write!(f, "the first line is not that of an exported log"),
            Self::CheckpointForged => write!(f, "the checkpoint is not signed with the log's key"),
            Self::OlderCheckpointForged { given } => {
                write!(f, "checkpoint {given} of those given is not signed with the log's key")
            }
            Self::EntryChanged { index } => write!(f, "entry {index} was changed: it does not give its hash"),
            Self::EntryMissing { index } => write!(f, "entry {index} was removed"),
            Self::EntryMoved { index, found } => write!(f, "entry {found} stands where {index} belongs"),
            Self::BodyMissing { index } => write!(f, "entry {index} was removed: only its hash is there"),
            Self::Truncated { size, found } => {
                write!(f, "the end was removed: {found} entries are there, and the checkpoint says {size}")
            }
            Self::TooLong { size } => write!(f, "entries follow that are not in the checkpoint of {size}"),
            Self::RootDiffers { size } => {
                write!(f, "the hashes do not give the root of the checkpoint of {size}: one or more were forged")
            }
            Self::Rewritten { size } => {
                write!(f, "the log was rewritten: its first {size} entries are not those of the older checkpoint")
            }
            Self::Differs { index } => write!(f, "entry {index} is not the one of the older export"),
        }
    }
}

/// More than this are not told.
const MOST_FAULTS: usize = 100;

/// Checks an export, line by line, in constant memory. With an `older` export each of its entries must be there.
///
/// # Errors
/// Every fault, up to a hundred.
pub fn verify_export(
    export: impl BufRead,
    older: Option<impl BufRead>,
    trust: &Trust,
) -> Result<SoundLog, Vec<ExportFault>> {
    let mut lines = Lines::new(export);
    let head = lines.head().map_err(|fault| vec![fault])?;
    let key = trust.public_key.as_ref().unwrap_or(&head.public_key);
    let Some(stated) = Checkpoint::open(&head.checkpoint, key) else { return Err(vec![ExportFault::CheckpointForged]) };
    let mut check = Check::new(&stated, trust, key);
    let mut older = match older.map(Lines::new) {
        Some(mut older) => {
            older.head().map_err(|fault| vec![fault])?;
            Some(older)
        }
        None => None,
    };
    for line in lines {
        match line {
            Ok(line) => {
                let before = older.as_mut().and_then(Iterator::next).transpose();
                check.compare(&line, before);
                check.entry(&line);
            }
            Err(fault) => check.faults.push(fault),
        }
        if check.faults.len() >= MOST_FAULTS {
            return Err(check.faults);
        }
    }
    if older.is_some_and(|mut older| older.next().is_some()) {
        check.faults.push(ExportFault::EntryMissing { index: check.next });
    }
    check.end(stated)
}

/// The lines of an export that follow the first.
struct Lines<R> {
    lines: std::io::Lines<R>,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self { lines: reader.lines(), number: 0 }
    }

    fn head(&mut self) -> Result<LogHead, ExportFault> {
        let head: LogHead = self.line().ok_or(ExportFault::NotAnExport)?.map_err(|_| ExportFault::NotAnExport)?;
        if head.format == FORMAT { Ok(head) } else { Err(ExportFault::NotAnExport) }
    }

    fn line<T: serde::de::DeserializeOwned>(&mut self) -> Option<Result<T, ExportFault>> {
        let line = self.lines.next()?;
        self.number += 1;
        let unreadable = |why: String| ExportFault::Unreadable { line: self.number, why };
        Some(match line {
            Ok(text) => serde_json::from_str(&text).map_err(|error| unreadable(error.to_string())),
            Err(error) => Err(unreadable(error.to_string())),
        })
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<LogLine, ExportFault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.line()
    }
}

/// A log as far as it has been read.
struct Check {
    /// The index that the next entry should have.
    next: u64,
    frontier: Frontier,
    size: u64,
    /// Roots that the log had at some size.
    known: Vec<(u64, Hash)>,
    aged: u64,
    faults: Vec<ExportFault>,
}

impl Check {
    fn new(stated: &Checkpoint, trust: &Trust, key: &str) -> Self {
        let (mut known, mut faults) = (Vec::new(), Vec::new());
        for (given, note) in (1..).zip(&trust.checkpoints) {
            match Checkpoint::open(note, key) {
                Some(older) => known.push((older.size, older.root)),
                None => faults.push(ExportFault::OlderCheckpointForged { given }),
            }
        }
        Self { next: 0, frontier: Frontier::default(), size: stated.size, known, aged: 0, faults }
    }

    fn entry(&mut self, line: &LogLine) {
        if self.next == self.size {
            self.faults.push(ExportFault::TooLong { size: self.size });
        }
        if line.index > self.next {
            let gap = self.next..line.index.min(self.next + MOST_FAULTS as u64);
            self.faults.extend(gap.map(|index| ExportFault::EntryMissing { index }));
        } else if line.index < self.next {
            self.faults.push(ExportFault::EntryMoved { index: self.next, found: line.index });
        }
        let stated = hex::decode(&line.leaf_hash).ok().and_then(|hash| Hash::try_from(hash).ok());
        match &line.leaf {
            Some(leaf) if stated != Some(leaf_hash(leaf.as_bytes())) => {
                self.faults.push(ExportFault::EntryChanged { index: line.index });
            }
            None if self.aged < line.index => self.faults.push(ExportFault::BodyMissing { index: line.index }),
            None => self.aged += 1,
            Some(_) => {}
        }
        self.frontier.push(stated.unwrap_or_default());
        self.next = self.next.max(line.index + 1);
        let size = self.frontier.size();
        if self.known.iter().any(|(known, root)| *known == size && *root != self.frontier.root()) {
            self.faults.push(ExportFault::Rewritten { size });
        }
    }

    fn compare(&mut self, line: &LogLine, before: Result<Option<LogLine>, ExportFault>) {
        match before {
            Ok(Some(before)) if before.leaf_hash != line.leaf_hash => {
                self.faults.push(ExportFault::Differs { index: line.index });
            }
            Err(fault) => self.faults.push(fault),
            Ok(_) => {}
        }
    }

    fn end(mut self, stated: Checkpoint) -> Result<SoundLog, Vec<ExportFault>> {
        let found = self.frontier.size();
        if found < self.size {
            self.faults.push(ExportFault::Truncated { size: self.size, found });
        } else if self.frontier.root() != stated.root {
            self.faults.push(ExportFault::RootDiffers { size: self.size });
        }
        for (size, _) in self.known.iter().filter(|(size, _)| *size > found) {
            self.faults.push(ExportFault::Rewritten { size: *size });
        }
        if self.faults.is_empty() {
            return Ok(SoundLog { origin: stated.origin, size: self.size, aged: self.aged });
        }
        Err(self.faults)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::{super::checkpoint::verifier_key, *};

    const ORIGIN: &str = "privacy.example.com/log/acme";

    fn key_pair() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
    }

    fn public_key() -> String {
        verifier_key(ORIGIN, key_pair().public_key().as_ref())
    }

    fn entries(words: &[&str]) -> Vec<LogLine> {
        let line = |(index, word): (u64, &&str)| LogLine {
            index,
            leaf_hash: hex::encode(leaf_hash(word.as_bytes())),
            leaf: Some((*word).to_owned()),
        };
        (0..).zip(words).map(line).collect()
    }

    fn note(entries: &[LogLine]) -> String {
        let mut frontier = Frontier::default();
        for entry in entries {
            frontier.push(hex::decode(&entry.leaf_hash).unwrap().try_into().unwrap());
        }
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: frontier.size(), root: frontier.root() };
        checkpoint.signed_by(&key_pair())
    }

    fn export(note: &str, entries: &[LogLine]) -> String {
        let head = LogHead { format: FORMAT.into(), checkpoint: note.into(), public_key: public_key() };
        let lines = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        [serde_json::to_string(&head).unwrap()].into_iter().chain(lines).map(|line| line + "\n").collect()
    }

    fn check(export: &str, trust: &Trust) -> Result<SoundLog, Vec<ExportFault>> {
        verify_export(export.as_bytes(), None::<BufReader<&[u8]>>, trust)
    }

    const WORDS: [&str; 5] = ["a", "b", "c", "d", "e"];

    #[test]
    fn a_log_that_grew_is_sound() {
        let all = entries(&WORDS);
        let trust = Trust { public_key: Some(public_key()), checkpoints: vec![note(&all[..3]), note(&all)] };
        let sound = SoundLog { origin: ORIGIN.into(), size: 5, aged: 0 };
        assert_eq!(check(&export(&note(&all), &all), &trust), Ok(sound.clone()));
        let older = export(&note(&all[..3]), &all[..3]);
        let newer = export(&note(&all), &all);
        assert_eq!(verify_export(newer.as_bytes(), Some(older.as_bytes()), &trust), Ok(sound));
    }

    #[test]
    fn entries_past_their_period_are_there_as_hashes() {
        let mut all = entries(&WORDS);
        all[0].leaf = None;
        all[1].leaf = None;
        let sound = check(&export(&note(&all), &all), &Trust::default()).unwrap();
        assert_eq!(sound.aged, 2);
    }

    /// What somebody does to the lines, and what is said of it.
    type Attack = (&'static str, fn(&mut Vec<LogLine>), ExportFault);

    #[test]
    fn each_attack_is_named() {
        let attacks: [Attack; 7] = [
            ("change", |lines| lines[2].leaf = Some("x".into()), ExportFault::EntryChanged { index: 2 }),
            ("remove", |lines| drop(lines.remove(2)), ExportFault::EntryMissing { index: 2 }),
            ("remove the body", |lines| lines[2].leaf = None, ExportFault::BodyMissing { index: 2 }),
            ("swap", |lines| lines.swap(1, 2), ExportFault::EntryMoved { index: 3, found: 1 }),
            ("truncate", |lines| lines.truncate(3), ExportFault::Truncated { size: 5, found: 3 }),
            ("append", |lines| lines.push(LogLine { index: 5, ..lines[0].clone() }), ExportFault::TooLong { size: 5 }),
            (
                "change with its hash",
                |lines| {
                    lines[2].leaf = Some("x".into());
                    lines[2].leaf_hash = hex::encode(leaf_hash(b"x"));
                },
                ExportFault::RootDiffers { size: 5 },
            ),
        ];
        for (name, attack, expected) in attacks {
            let mut lines = entries(&WORDS);
            let note = note(&lines);
            attack(&mut lines);
            let faults = check(&export(&note, &lines), &Trust::default()).unwrap_err();
            assert!(faults.contains(&expected), "{name}: {faults:?}");
        }
    }

    #[test]
    fn a_log_that_was_rewritten_and_signed_anew_is_told_by_what_was_kept() {
        let (before, after) = (entries(&WORDS), entries(&["a", "x", "c", "d", "e", "f"]));
        let forged = export(&note(&after), &after);
        assert!(check(&forged, &Trust::default()).is_ok(), "alone it looks whole");
        let kept = Trust { public_key: Some(public_key()), checkpoints: vec![note(&before[..1]), note(&before[..3])] };
        assert_eq!(check(&forged, &kept), Err(vec![ExportFault::Rewritten { size: 3 }]));
        let older = export(&note(&before), &before);
        let named = verify_export(forged.as_bytes(), Some(older.as_bytes()), &Trust::default());
        assert_eq!(named, Err(vec![ExportFault::Differs { index: 1 }]));
        let shorter = entries(&WORDS[..2]);
        let longer = Trust { public_key: None, checkpoints: vec![note(&before)] };
        let cut = check(&export(&note(&shorter), &shorter), &longer);
        assert_eq!(cut, Err(vec![ExportFault::Rewritten { size: 5 }]));
    }

    #[test]
    fn another_key_is_no_key() {
        let all = entries(&WORDS);
        let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
        let trust = Trust { public_key: Some(verifier_key(ORIGIN, other.public_key().as_ref())), checkpoints: vec![] };
        assert_eq!(check(&export(&note(&all), &all), &trust), Err(vec![ExportFault::CheckpointForged]));
        assert_eq!(check("hello\n", &Trust::default()), Err(vec![ExportFault::NotAnExport]));
    }
}
