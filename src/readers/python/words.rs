//! Splits a stretch of code into words and single signs. Knows blanks, identifiers and parentheses only.

use crate::name::is_identifier_byte;

/// Words and signs of a stretch of code, blanks left out.
pub(super) struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Splits `bytes`, which hold no literal and no comment that matters.
#[must_use]
pub(super) fn words(bytes: &[u8]) -> Words<'_> {
    Words { bytes, at: 0 }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | 0x0C | b'\\' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        self.bytes.get(start)?;
        while self.bytes.get(self.at).copied().is_some_and(is_identifier_byte) {
            self.at += 1;
        }
        if self.at == start {
            self.at += 1;
        }
        self.bytes.get(start..self.at)
    }
}

/// `(test)` is the test, when the two parentheses belong together.
pub(super) fn without_parentheses<'w, 'a>(test: &'w [&'a [u8]]) -> &'w [&'a [u8]] {
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
