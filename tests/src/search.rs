//! Searching bytes for values in whatever way they may have been written: as they are, in any case of letters, in hex,
//! base64 at any offset, percent-encoded, or as JSON escapes.

use std::path::Path;

use aho_corasick::AhoCorasick;
use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD, prelude::BASE64_URL_SAFE_NO_PAD};

/// Knows what some values look like.
pub struct Search {
    forms: Vec<(&'static str, Vec<u8>)>,
    automaton: AhoCorasick,
}

impl Search {
    /// For values long enough not to turn up by chance.
    #[must_use]
    pub fn of(values: &[&str]) -> Self {
        let forms: Vec<_> = values.iter().flat_map(|value| forms(value)).collect();
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(forms.iter().map(|(_, form)| form));
        Self { automaton: automaton.expect("not too many values"), forms }
    }

    /// What was found first: in which form, and what stands around it.
    #[must_use]
    pub fn find(&self, haystack: &[u8]) -> Option<String> {
        let found = self.automaton.find(haystack)?;
        let around = &haystack[found.start().saturating_sub(150)..(found.end() + 50).min(haystack.len())];
        Some(format!("{}: …{}…", self.forms[found.pattern().as_usize()].0, String::from_utf8_lossy(around)))
    }

    /// The same in a file, or in each file of a folder.
    pub fn find_in(&self, path: &Path) -> std::io::Result<Vec<String>> {
        if path.is_dir() {
            let found: Vec<_> =
                std::fs::read_dir(path)?.map(|entry| self.find_in(&entry?.path())).collect::<Result<_, _>>()?;
            return Ok(found.concat());
        }
        let found = self.find(&std::fs::read(path)?);
        Ok(found.map(|found| format!("{}: {found}", path.display())).into_iter().collect())
    }
}

fn forms(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("as it is", value.as_bytes().to_vec()),
        ("hex", value.bytes().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()),
        ("percent-encoded", url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().into_bytes()),
        ("percent-encoded", percent_encoded(value)),
        ("JSON escapes", json_escaped(value)),
    ];
    for offset in 0..3 {
        forms.push(("base64", base64_at(offset, value.as_bytes(), |bytes| BASE64_STANDARD_NO_PAD.encode(bytes))));
        forms.push(("base64url", base64_at(offset, value.as_bytes(), |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))));
    }
    forms
}

/// With `%20` for a space, as in paths.
fn percent_encoded(value: &str) -> Vec<u8> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().flat_map(|byte| if plain(byte) { vec![byte] } else { format!("%{byte:02X}").into_bytes() }).collect()
}

fn json_escaped(value: &str) -> Vec<u8> {
    let escape = |letter: char| match u32::from(letter) {
        code @ 0x80..=0xffff => format!("\\u{code:04x}"),
        _ => letter.to_string(),
    };
    value.chars().map(escape).collect::<String>().into_bytes()
}

/// The letters that depend on the value alone, when `offset` bytes stand before it in what is encoded.
fn base64_at(offset: usize, value: &[u8], encode: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let encoded = encode(&[&vec![0; offset], value].concat());
    let (first, last) = ((offset * 8).div_ceil(6), (offset + value.len()) * 8 / 6);
    encoded.as_bytes()[first..last].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "Kanari vögel 4711";

    fn encoded(text: &str) -> Vec<(&'static str, String)> {
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
        vec![
            ("itself", text.to_owned()),
            ("capitals", text.to_ascii_uppercase()),
            ("hex", hex(text)),
            ("base64", BASE64_STANDARD_NO_PAD.encode(text)),
            ("base64url", BASE64_URL_SAFE_NO_PAD.encode(text)),
            ("a form", url::form_urlencoded::byte_serialize(text.as_bytes()).collect()),
            ("a path", url::Url::parse("http://a/").unwrap().join(text).unwrap().path().to_owned()),
            ("JSON", serde_json::to_string(text).unwrap().replace('ö', "\\u00F6")),
        ]
    }

    #[test]
    fn a_value_is_found_in_every_form_and_at_every_offset() {
        let search = Search::of(&[VALUE]);
        for before in ["", "x", "xy", "xyz"] {
            for (form, text) in encoded(&format!("{before}{VALUE}?")) {
                assert!(search.find(text.as_bytes()).is_some(), "{form} after {before:?}: {text}");
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let search = Search::of(&[VALUE]);
        for (form, text) in encoded("Kanari vögel 4712, and whatever else may be said of birds") {
            assert_eq!(search.find(text.as_bytes()), None, "{form}");
        }
    }
}
