//! Tests of `if` statements that the tool understands. Knows their frame and `TYPE_CHECKING` shapes; must not know
//! blocks.

use super::version_test::{self, Guard};
use super::words::{without_parentheses, words};
use crate::name::is_identifier_byte;

/// The condition of an `if` or `elif`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test<'a> {
    /// A bare name, as in `if TYPE_CHECKING:`.
    Name(&'a [u8]),
    /// An attribute of a bare name, as in `if typing.TYPE_CHECKING:`.
    Attribute(&'a [u8], &'a [u8]),
    /// A literal comparison of `sys.version_info`, with the versions that it tells apart.
    Version(Guard),
    /// Anything else.
    Other,
}

/// A condition longer than this, in words and signs, is none that the tool understands.
const LONGEST: usize = 40;

impl<'a> Test<'a> {
    /// Reads what follows the keyword, up to the colon.
    pub(super) fn read(header: &'a [u8]) -> Self {
        let all: Vec<&[u8]> = words(header).take(LONGEST).collect();
        let Some(end) = end_of_test(&all) else { return Test::Other };
        let test = without_parentheses(all.get(..end).unwrap_or_default());
        match test {
            [name] if is_word(name) => Test::Name(name),
            [head, b".", name] if is_word(head) && is_word(name) => Test::Attribute(head, name),
            _ => version_test::read(test).map_or(Test::Other, Test::Version),
        }
    }
}

/// Where the colon stands that ends the test: the first outside of brackets.
fn end_of_test(all: &[&[u8]]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, word) in all.iter().enumerate() {
        match *word {
            b"(" | b"[" | b"{" => depth += 1,
            b")" | b"]" | b"}" => depth = depth.saturating_sub(1),
            b":" if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn is_word(text: &[u8]) -> bool {
    text.first().is_some_and(|&b| is_identifier_byte(b) && !b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_attributes() {
        assert_eq!(Test::read(b"X: import a"), Test::Name(b"X"));
        assert_eq!(Test::read(b"((t.X)):"), Test::Attribute(b"t", b"X"));
        assert_eq!(Test::read(b"not X:"), Test::Other);
        assert_eq!(Test::read(b"(a) or (b):"), Test::Other);
    }
}
