//! The signs of one segment of a path pattern, and what they stand for. Knows `*`, `?`, sets and escapes; must not know
//! how segments make up a pattern.

/// One sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    /// This byte.
    Byte(u8),
    /// `?`: one character.
    One,
    /// `*`: any characters.
    Any,
    /// `[a-z]`: one character of these ranges, or, after `[!` and `[^`, of none of them.
    Set { not: bool, ranges: Vec<(char, char)> },
}

/// What `[` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// Itself.
    Literal,
    /// It begins a set. One that is not closed matches nothing.
    Set,
}

/// The signs of each segment of a pattern. A backslash takes its meaning from the sign behind it.
#[must_use]
pub(super) fn segments(text: &[u8], bracket: Bracket) -> Vec<Vec<Atom>> {
    let mut segments = Vec::new();
    let mut segment = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        segment.push(match byte {
            b'/' => {
                segments.push(std::mem::take(&mut segment));
                continue;
            }
            b'\\' if tail.first() == Some(&b'/') => continue,
            b'\\' => match tail.split_first() {
                Some((&escaped, after)) => {
                    rest = after;
                    Atom::Byte(escaped)
                }
                None => Atom::Byte(byte),
            },
            b'*' => Atom::Any,
            b'?' => Atom::One,
            b'[' if bracket == Bracket::Set => {
                let (set, after) = set(tail);
                rest = after;
                set
            }
            _ => Atom::Byte(byte),
        });
    }
    segments.push(segment);
    segments
}

/// The set that begins behind a `[`, and what follows it. Without a closing bracket it is a set of nothing, and nothing
/// follows: whatever comes after could not match either.
fn set(text: &[u8]) -> (Atom, &[u8]) {
    let negated = text.strip_prefix(b"!").or_else(|| text.strip_prefix(b"^"));
    let mut rest = negated.unwrap_or(text);
    let mut ranges = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(b"]") {
            return (Atom::Set { not: negated.is_some(), ranges }, after);
        }
        let ends = member(rest).and_then(|(low, after)| match after.strip_prefix(b"-") {
            Some(range) if !range.starts_with(b"]") => member(range).map(|(high, after)| (low, high, after)),
            _ => Some((low, low, after)),
        });
        match ends {
            Some((low, high, after)) => {
                ranges.push((low, high));
                rest = after;
            }
            None => return (Atom::Set { not: false, ranges: Vec::new() }, &[]),
        }
    }
}

/// One character of a set, perhaps escaped, and what follows it. None where the segment ends.
fn member(text: &[u8]) -> Option<(char, &[u8])> {
    let text = text.strip_prefix(b"\\").unwrap_or(text);
    let (character, length) = first(text);
    let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
    text.get(length..).filter(|_| character != '/').map(|after| (character, after))
}

/// The first character of a text and its length in bytes. A byte that is not UTF-8 is a character without a name.
fn first(text: &[u8]) -> (Option<char>, usize) {
    let length = match text.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => 1,
    };
    let character = text.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()?.chars().next());
    (character, if character.is_some() { length } else { 1 })
}

impl Atom {
    /// How many bytes at the start of a text this sign stands for.
    fn takes(&self, text: &[u8]) -> Option<usize> {
        let byte = text.first()?;
        match self {
            Atom::Byte(own) => (own == byte).then_some(1),
            Atom::One => Some(first(text).1),
            Atom::Any => None,
            Atom::Set { not, ranges } => {
                let (character, length) = first(text);
                let is_in = character.is_some_and(|c| ranges.iter().any(|(low, high)| *low <= c && c <= *high));
                (is_in != *not).then_some(length)
            }
        }
    }
}

/// Whether a segment's signs stand for a whole text. At most as many steps as signs times bytes: only the last `*` is
/// ever tried again.
#[must_use]
pub(super) fn matches(atoms: &[Atom], text: &[u8]) -> bool {
    let (mut atom, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let taken = match atoms.get(atom) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Atom::Any) => {
                atom += 1;
                retry = Some((atom, at));
                continue;
            }
            Some(sign) => sign.takes(rest),
        };
        match (taken, retry) {
            (Some(length), _) => {
                atom += 1;
                at += length;
            }
            (None, Some((behind, from))) if from < text.len() => {
                atom = behind;
                at = from + first(text.get(from..).unwrap_or_default()).1;
                retry = Some((behind, at));
            }
            (None, _) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn hit(pattern: &str, text: &[u8]) -> bool {
        let segments = segments(pattern.as_bytes(), Bracket::Set);
        assert_eq!(segments.len(), 1, "{pattern}");
        matches(&segments[0], text)
    }

    #[test]
    fn signs_stand_for_characters() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*.py", "a.py", true),
            ("*.py", ".py", true),
            ("*.py", "a.pyc", false),
            ("a*b*c", "abbbc", true),
            ("a**c", "abc", true),
            ("?", "", false),
            ("?", "a", true),
            ("?", "é", true),
            ("*??", "日", false),
            ("日?", "日本", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("a\\ b", "a b", true),
            ("\\#a", "#a", true),
            ("a\\", "a\\", true),
            ("[ab]c", "bc", true),
            ("[ab]c", "cc", false),
            ("[a-c]", "b", true),
            ("[a-c]", "d", false),
            ("[!a-c]", "d", true),
            ("[^a-c]", "b", false),
            ("[!a]", "", false),
            ("[a-]", "-", true),
            ("[\\]]", "]", true),
            ("[à-ü]", "é", true),
            ("[]", "a", false),
            ("[a", "a", false),
            ("[a", "[a", false),
        ] {
            assert_eq!(hit(pattern, text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_characters() {
        assert!(hit("a?b", b"a\xffb"));
        assert!(hit("a[!x]b", b"a\xffb"));
        assert!(!hit("a[\u{80}-\u{ff}]b", b"a\xffb"));
    }

    #[test]
    fn brackets_are_plain_where_they_begin_no_set() {
        let segments = segments(b"[ab]", Bracket::Literal);
        assert!(matches(&segments[0], b"[ab]") && !matches(&segments[0], b"a"));
    }

    #[test]
    fn hostile_segments_end_soon() {
        let start = Instant::now();
        assert!(!hit(&("*a".repeat(2_000) + "b"), "a".repeat(4_000).as_bytes()));
        assert!(!hit(&"[".repeat(300_000), b"a"));
        assert!(!hit(&"*?".repeat(2_000), "a".repeat(1_999).as_bytes()));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
