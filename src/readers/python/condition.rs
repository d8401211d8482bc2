//! Tests of `if` statements that the tool understands. Knows `TYPE_CHECKING` shapes and literal version tests;
//! must not know blocks.

use super::words::{Words, words};

/// The condition of an `if` or `elif`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test<'a> {
    /// A bare name, as in `if TYPE_CHECKING:`.
    Name(&'a [u8]),
    /// An attribute of a bare name, as in `if typing.TYPE_CHECKING:`.
    Attribute(&'a [u8], &'a [u8]),
    /// A literal comparison of `sys.version_info`.
    Version,
    /// Anything else.
    Other,
}

impl<'a> Test<'a> {
    /// Reads what follows the keyword, up to the colon.
    #[must_use]
    pub(super) fn read(header: &'a [u8]) -> Self {
        let mut words: Words<'a> = words(header);
        let mut seen = [&b""[..]; 6];
        for slot in &mut seen {
            *slot = words.next().unwrap_or_default();
        }
        let seen = if seen[0] == b"not" || seen[0] == b"(" { &seen[1..] } else { &seen[..] };
        match seen {
            [b"sys", b".", b"version_info", after, ..] if is_comparison(after) => Test::Version,
            [b"version_info", after, ..] if is_comparison(after) => Test::Version,
            _ => Self::name(header),
        }
    }

    fn name(header: &'a [u8]) -> Self {
        let all: Vec<&[u8]> = words(header).take(6).collect();
        match all.as_slice() {
            [name, b":", ..] | [b"(", name, b")", b":", ..] if is_word(name) => Test::Name(name),
            [head, b".", name, b":", ..] | [b"(", head, b".", name, b")", b":", ..]
                if is_word(head) && is_word(name) =>
            {
                Test::Attribute(head, name)
            }
            _ => Test::Other,
        }
    }

    /// Whether this is a literal version test.
    #[must_use]
    pub(super) fn is_version(&self) -> bool {
        *self == Test::Version
    }
}

fn is_word(text: &[u8]) -> bool {
    text.first().is_some_and(|&b| crate::name::is_identifier_byte(b) && !b.is_ascii_digit())
}

fn is_comparison(text: &[u8]) -> bool {
    matches!(text, b"<" | b">" | b"=" | b"!" | b"[" | b".")
}
