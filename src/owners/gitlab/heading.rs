//! Headings of sections. Knows their brackets and where default owners stand; must not know what a section holds.

use super::owner::malformed;
use crate::owners::lines::shown;

/// The first line of a section: `[Name]`, `^[Optional]`, `[Name][2]`, `[Name] @default @owners`.
pub(super) struct Heading<'a> {
    is_optional: bool,
    pub(super) name: &'a [u8],
    approvals: &'a [u8],
    /// What follows the brackets.
    tail: &'a [u8],
    /// The part of it in which default owners are looked for.
    pub(super) owners: &'a [u8],
}

impl<'a> Heading<'a> {
    /// GitLab takes any line for a heading that begins with brackets, even if a pattern was meant.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let optional = line.strip_prefix(b"^");
        let (name, after) = bracketed(optional.unwrap_or(line))?;
        let approvals = bracketed(after).filter(|(number, _)| number.iter().all(u8::is_ascii_digit));
        let (approvals, tail) = approvals.unwrap_or((&[], after));
        let is_inner =
            |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"@_.-/+".contains(byte);
        let end = tail.iter().position(|byte| !is_inner(byte)).unwrap_or(tail.len());
        let owners = tail.get(..end).filter(|text| text.trim_ascii_start().len() < text.len()).unwrap_or_default();
        Some(Self { is_optional: optional.is_some(), name, approvals, tail, owners })
    }

    /// Whether a blank or nothing follows the brackets.
    pub(super) fn is_clean(&self) -> bool {
        self.tail.first().is_none_or(u8::is_ascii_whitespace)
    }

    pub(super) fn fault(&self, line: &[u8]) -> Option<String> {
        let why = if !self.is_clean() {
            "is read as the heading of a section: a pattern cannot begin with a bracket"
        } else if self.name.trim_ascii().is_empty() {
            "is a section without a name"
        } else if self.is_optional && self.approvals.iter().any(|digit| *digit != b'0') {
            "is an optional section, which asks for no approvals"
        } else {
            return malformed(self.tail);
        };
        Some(format!("{} {why}", shown(line)))
    }
}

/// What stands between the brackets that a text begins with, and what follows them.
fn bracketed(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"[")?;
    let end = inner.iter().position(|byte| *byte == b']')?;
    Some((inner.get(..end)?, inner.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_headings_hold() {
        for (line, name, owners) in [
            ("[Docs]", "Docs", ""),
            ("[Docs and more]", "Docs and more", ""),
            ("^[Docs]", "Docs", ""),
            ("[Docs][2]", "Docs", ""),
            ("[Docs][x] @a", "Docs", ""),
            ("[Docs] @a a@b.c", "Docs", " @a a@b.c"),
            ("^[Docs][2]\t@a/b @@owner # @c", "Docs", "\t@a/b @@owner "),
            ("[ab]c.py @x", "ab", ""),
        ] {
            let heading = Heading::read(line.as_bytes()).unwrap();
            assert_eq!((heading.name, heading.owners), (name.as_bytes(), owners.as_bytes()), "{line}");
        }
        for line in ["Docs", "[Docs", "^Docs]", "^^[Docs]", "a[b]"] {
            assert!(Heading::read(line.as_bytes()).is_none(), "{line}");
        }
    }
}
