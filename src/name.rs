//! Dotted Python names. Knows NFKC and identifier borders; must not know packages, rules or files.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfkc};

/// Whether a byte can be part of an identifier. Every byte beyond ASCII counts: what is no letter there is
/// no Python outside of strings and comments.
#[must_use]
pub fn is_identifier_byte(byte: u8) -> bool {
    #[expect(clippy::indexing_slicing, reason = "a byte is less than 256")]
    IDENTIFIER[byte as usize]
}

/// One look instead of four comparisons: this is asked for every byte of every name.
#[expect(clippy::indexing_slicing, reason = "a byte is less than 256, and this runs in the compiler")]
static IDENTIFIER: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// How many leading bytes belong to an identifier.
#[must_use]
pub fn identifier_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| !is_identifier_byte(byte)).unwrap_or(bytes.len())
}

/// The NFKC form that Python compares identifiers in (PEP 3131).
#[must_use]
pub fn normalise(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || is_nfkc(name) { Cow::Borrowed(name) } else { Cow::Owned(name.nfkc().collect()) }
}

/// Whether a normalised name is a Python identifier.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(unicode_ident::is_xid_continue)
}

/// Whether a dotted name consists of identifiers only.
#[must_use]
pub fn is_dotted(name: &str) -> bool {
    name.split('.').all(is_identifier)
}

/// Whether a segment of a dotted name is private: one leading underscore or more, but no dunder and no lone `_`.
#[must_use]
pub fn is_private(name: &str) -> bool {
    // Most names have no underscore at all.
    if memchr::memchr(b'_', name.as_bytes()).is_none() {
        return false;
    }
    let is_private = |segment: &str| {
        segment.starts_with('_')
            && !segment.trim_start_matches('_').is_empty()
            && !(segment.starts_with("__") && segment.ends_with("__"))
    };
    name.split('.').any(is_private)
}

/// The segment in front of the first dot.
#[must_use]
pub fn top(name: &str) -> &str {
    let end = name.bytes().position(|byte| byte == b'.');
    end.and_then(|end| name.get(..end)).unwrap_or(name)
}

/// Joins two dotted names; either may be empty.
#[must_use]
pub fn join(head: &str, tail: &str) -> String {
    if head.is_empty() || tail.is_empty() { format!("{head}{tail}") } else { format!("{head}.{tail}") }
}

/// The last character border at or before `at`.
#[must_use]
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compatibility_letters_fold() {
        assert_eq!(normalise("ﬁle"), "file");
        assert_eq!(normalise("ｒequests"), "requests");
        assert_eq!(normalise("𝓻equests"), "requests");
        assert_eq!(normalise("été"), "été");
    }

    #[test]
    fn identifiers_are_xid() {
        assert!(is_dotted("a.b_1.été"));
        assert!(!is_dotted("a..b"));
        assert!(!is_identifier("1a"));
        assert!(!is_identifier("a\u{a0}"));
    }
}
