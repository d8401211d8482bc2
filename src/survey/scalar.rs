//! Text as YAML that reads back as the same text (YAML 1.2, section 7.3). Knows scalars only.

use crate::repo_path::RepoPath;
use crate::treacherous::is_treacherous;
use std::fmt::Write as _;

/// A string as a YAML scalar that stands for nothing else, in a list or behind a key.
#[must_use]
pub(super) fn scalar(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | ' ');
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/');
    let means_else = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if starts_well
        && !text.ends_with(' ')
        && text.chars().all(is_word)
        && !means_else.contains(&text.to_ascii_lowercase().as_str())
    {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if is_treacherous(c) => {
                let code = u32::from(c);
                let _ = if code > 0xFFFF { write!(quoted, "\\U{code:08X}") } else { write!(quoted, "\\u{code:04X}") };
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A path as a glob that means just this path; `None` where no glob can.
#[must_use]
pub(super) fn glob(path: &RepoPath, is_folder: bool) -> Option<String> {
    let text = std::str::from_utf8(path.as_bytes()).ok()?;
    let is_odd = |c: char| c.is_control() || matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | ':');
    if text.is_empty() || text.contains(is_odd) || text.starts_with(['!', ' ']) || text.ends_with(' ') {
        return None;
    }
    // Without an inner slash, a pattern would match at any depth.
    let lead = if text.contains('/') { "" } else { "/" };
    Some(scalar(&format!("{lead}{text}{}", if is_folder { "/" } else { "" })))
}

/// Text for a comment: one line, nothing that steers.
#[must_use]
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if is_treacherous(c) { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for (text, expected) in [
            ("acme.http", "acme.http"),
            ("packages/error-handling", "packages/error-handling"),
            ("no", "\"no\""),
            ("3.10", "\"3.10\""),
            ("a: b", "\"a: b\""),
            ("a\n#\"\\", "\"a\\u000A#\\\"\\\\\""),
            ("", "\"\""),
            ("-x", "\"-x\""),
            ("a\u{2066}\u{e0041}", "\"a\\u2066\\U000E0041\""),
        ] {
            assert_eq!(scalar(text), expected);
        }
    }

    #[test]
    fn nothing_steers_in_a_comment() {
        assert_eq!(comment("a\u{2066}b\u{200f}\n\u{202e}c"), "a?b???c");
    }

    #[test]
    fn a_glob_means_one_path() {
        let of = |path: &[u8], is_folder| glob(&RepoPath::from_bytes(path), is_folder);
        assert_eq!(of(b"vendor", true).as_deref(), Some("/vendor/"));
        assert_eq!(of(b"a/b c.py", false).as_deref(), Some("a/b c.py"));
        assert_eq!(of(b"a/[x].py", false), None);
        assert_eq!(of(b"a/\xff.py", false), None);
    }
}
