//! Names of files for pages. Knows what file systems make of names; must not know what pages say.

use std::fmt::Write as _;

/// The page that leads to all others. No id has this name.
pub const INDEX_NAME: &str = "README.md";

/// Names that mean something else to Windows, to viewers of folders, or here.
const RESERVED: [&str; 7] = ["aux", "con", "index", "nul", "prn", "readme", "com"];

/// Ids whose names would be longer than this are named by their beginning and their hash.
const LONGEST: usize = 180;

/// The name of an id's page. It depends on the id alone, and two ids never share one, on file systems without case neither:
/// `/` is `+`, other signs than letters, digits, `-`, `_` and `.` are `=` and their bytes in hexadecimal digits, and where
/// there are capitals, `=` and a number at the end say which letters they are (bit 0 for the first letter).
#[must_use]
pub fn page_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len() + 8);
    for (at, byte) in id.bytes().enumerate() {
        match byte {
            b'/' => name.push('+'),
            b'.' if at == 0 => name.push_str("=2e"),
            b'-' | b'_' | b'.' => name.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            // Writing to memory does not fail.
            _ => {
                let _ = write!(name, "={byte:02x}");
            }
        }
    }
    if id.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let _ = write!(name, "=={}", capitals(id));
    }
    if name.len() > LONGEST {
        let hash = xxhash_rust::xxh3::xxh3_128(id.as_bytes());
        let head: String = name.chars().take(LONGEST / 2).collect();
        name = format!("{head}==={hash:032x}");
    }
    let first = name.split(['.', '=']).next().unwrap_or_default().to_ascii_lowercase();
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_numbered = matches!(stem, "com" | "lpt");
    let mark = if RESERVED.contains(&first.as_str()) || is_numbered { "=." } else { "" };
    format!("{mark}{name}.md")
}

/// Which letters of an id are capitals, as a number in hexadecimal digits, the last four letters first.
fn capitals(id: &str) -> String {
    let letters: Vec<bool> = id.bytes().filter(u8::is_ascii_alphabetic).map(|byte| byte.is_ascii_uppercase()).collect();
    let digits = letters.chunks(4).map(|four| four.iter().rev().fold(0, |digit, bit| digit * 2 + u32::from(*bit)));
    let digits: Vec<char> = digits.filter_map(|digit| char::from_digit(digit, 16)).collect();
    let number: String = digits.into_iter().rev().collect();
    number.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_plain_where_ids_are() {
        assert_eq!(page_name("no-old-http"), "no-old-http.md");
        assert_eq!(page_name("deprecated-libraries/pytz"), "deprecated-libraries+pytz.md");
        assert_eq!(page_name("HTTP001"), "HTTP001==f.md");
        assert_eq!(page_name("readMe"), "=.readMe==10.md");
        assert_eq!(page_name("con.x"), "=.con.x.md");
        assert_eq!(page_name("../x"), "=2e.+x.md");
    }

    #[test]
    fn no_two_ids_share_a_name() {
        let parts = ["a", "A", "b", "=", "==", "=.", "+", "/", ".", "%", "1", "con", "é", "É", "x".repeat(90).as_str()]
            .map(str::to_owned);
        let mut ids: BTreeSet<String> = parts.iter().cloned().collect();
        for first in &parts {
            for second in &parts {
                ids.insert(format!("{first}{second}"));
                ids.extend(parts.iter().map(|third| format!("{first}{second}{third}")));
            }
        }
        let names: BTreeSet<String> = ids.iter().map(|id| page_name(id).to_ascii_lowercase()).collect();
        assert_eq!(names.len(), ids.len());
        assert!(names.iter().all(|name| name.len() < 255 && !name.starts_with('.') && !name.contains(['/', ' '])));
        assert!(!names.contains(&INDEX_NAME.to_ascii_lowercase()) && !names.contains("index.md"));
    }
}
