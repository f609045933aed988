//! Where a file stands in a package, under a name that every system can unpack: no I/O.

use recital_entities::FileId;

/// A file's name in bytes: with its folder it stays well below what Windows lets a path have.
const LONGEST: usize = 120;

/// `files/<id>/<name>`: the id keeps apart what has the same name, and the name is the one it was stored under as far as
/// that names nothing but a file.
pub(super) fn path_of_file(id: FileId, name: Option<&str>) -> String {
    format!("files/{id}/{}", safe(name.unwrap_or_default()))
}

fn safe(name: &str) -> String {
    let cleared: String = name.chars().map(|letter| if is_unsafe(letter) { '_' } else { letter }).collect();
    // Windows drops dots and blanks at the end, and Unix hides what begins with a dot.
    let trimmed = shortened(cleared.trim_start_matches(['.', ' '])).trim_end_matches(['.', ' ']);
    match trimmed {
        "" => "file".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Separators and wildcards of any system, controls, and marks that turn the direction of reading, behind which a name
/// hides its ending.
fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || "/\\:*?\"<>|".contains(letter)
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shortened(name: &str) -> &str {
    if name.len() <= LONGEST {
        return name;
    }
    let mut end = LONGEST;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// Names that are devices on Windows, whatever their ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |stem: &str| {
        stem.strip_prefix("COM")
            .or(stem.strip_prefix("LPT"))
            .is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered(&stem)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_file_is_unpacked_where_it_belongs_whatever_it_is_called() {
        for (name, expected) in [
            (Some("café.png"), "café.png"),
            (None, "file"),
            (Some(".."), "file"),
            (Some("..\\..\\evil.exe"), "_.._evil.exe"),
            (Some("C:\\autoexec.bat"), "C__autoexec.bat"),
            (Some(".bashrc"), "bashrc"),
            (Some("report.pdf. . "), "report.pdf"),
            (Some("con.txt"), "_con.txt"),
            (Some("LPT1"), "_LPT1"),
            (Some("company.txt"), "company.txt"),
            (Some("invoice\u{202e}fdp.exe"), "invoice_fdp.exe"),
            (Some("a\u{0}b\nc"), "a_b_c"),
        ] {
            assert_eq!(safe(name.unwrap_or_default()), expected, "{name:?}");
        }
        let path = path_of_file(Uuid::from_u128(1).into(), Some("a.txt"));
        assert_eq!(path, "files/00000000-0000-0000-0000-000000000001/a.txt");
    }

    #[test]
    fn a_long_name_is_cut_between_letters() {
        let long = safe(&"ä".repeat(127));
        assert_eq!(long, "ä".repeat(LONGEST / 2));
    }
}
