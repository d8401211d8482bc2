//! Tests of `if` statements that the tool understands. Knows `TYPE_CHECKING` shapes and literal version tests;
//! must not know blocks.

use super::words::words;
use crate::name::is_identifier_byte;

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
            _ if is_version(test) => Test::Version,
            _ => Test::Other,
        }
    }

    /// Whether this is a literal version test.
    pub(super) fn is_version(&self) -> bool {
        *self == Test::Version
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

/// `(test)` is the test, when the two parentheses belong together.
fn without_parentheses<'w, 'a>(test: &'w [&'a [u8]]) -> &'w [&'a [u8]] {
    let mut test = test;
    while let [b"(", inner @ .., b")"] = test {
        let mut depth = 0_i32;
        let closes_early = inner.iter().any(|word| {
            depth += i32::from(*word == b"(") - i32::from(*word == b")");
            depth < 0
        });
        if closes_early {
            break;
        }
        test = inner;
    }
    test
}

/// `sys.version_info >= (3, 11)` in all its spellings: a part of the version on one side, a literal on the other.
fn is_version(test: &[&[u8]]) -> bool {
    let test = match test {
        [b"not", rest @ ..] => without_parentheses(rest),
        _ => test,
    };
    let is_sign = |word: &&[u8]| matches!(*word, b"<" | b">" | b"=" | b"!");
    let Some(sign) = test.iter().position(is_sign) else { return false };
    let signs = test.iter().skip(sign).take_while(|word| is_sign(word)).count();
    let (left, right) = (test.get(..sign).unwrap_or_default(), test.get(sign + signs..).unwrap_or_default());
    signs <= 2 && ((is_version_part(left) && is_literal(right)) || (is_literal(left) && is_version_part(right)))
}

/// `sys.version_info`, an item, a slice or a named field of it.
fn is_version_part(words: &[&[u8]]) -> bool {
    let ([b"sys", b".", b"version_info", rest @ ..] | [b"version_info", rest @ ..]) = words else { return false };
    match rest {
        [] | [b".", b"major" | b"minor" | b"micro"] => true,
        [b"[", index @ .., b"]"] => index.iter().all(|word| *word == b":" || is_number(word)),
        _ => false,
    }
}

/// A number, or a tuple of numbers.
fn is_literal(words: &[&[u8]]) -> bool {
    match words {
        [number] => is_number(number),
        [b"(", items @ .., b")"] => !items.is_empty() && items.iter().all(|word| *word == b"," || is_number(word)),
        _ => false,
    }
}

fn is_number(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

fn is_word(text: &[u8]) -> bool {
    text.first().is_some_and(|&b| is_identifier_byte(b) && !b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_tests_are_literal() {
        for test in [
            "sys.version_info >= (3, 11):",
            "sys.version_info[0] == 2:",
            "sys.version_info[:2] < (3, 8):",
            "sys.version_info.major != 3:",
            "version_info > (3,):",
            "not (sys.version_info >= (3, 8)):",
            "(3, 8) <= sys.version_info:",
            "(sys.version_info < (3,)): import a",
        ] {
            assert!(Test::read(test.as_bytes()).is_version(), "{test}");
        }
        for test in [
            "sys.version_info > cfg.MIN:",
            "sys.version_info >= (3,) or os.environ:",
            "sys.version_info.foo():",
            "sys.version_info:",
            "x.version_info >= (3, 8):",
            "sys.version_info >= (3, x):",
        ] {
            assert!(!Test::read(test.as_bytes()).is_version(), "{test}");
        }
    }

    #[test]
    fn names_and_attributes() {
        assert_eq!(Test::read(b"X: import a"), Test::Name(b"X"));
        assert_eq!(Test::read(b"((t.X)):"), Test::Attribute(b"t", b"X"));
        assert_eq!(Test::read(b"not X:"), Test::Other);
        assert_eq!(Test::read(b"(a) or (b):"), Test::Other);
    }
}
