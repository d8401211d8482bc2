//! Strings and comments of Python source, in one linear pass. Knows what ends a literal on every Python from
//! 2.7 to 3.15, valid or broken; knows no statements and no brackets outside of replacement fields.

use super::formatted;
use crate::name::is_identifier_byte;
use rustc_hash::FxHashSet;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `#` to the end of the line.
    Comment,
    /// A literal, from its opening quote on (a prefix is not part of it).
    Literal {
        /// Whether its end was found; an open one reaches to the end of the line, or of the file if it is triple-quoted.
        closed: bool,
    },
}

/// A stretch of bytes that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The quotes of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quotes {
    pub byte: u8,
    pub triple: bool,
}

impl Quotes {
    /// How many bytes open and close the literal.
    pub(super) fn len(self) -> usize {
        if self.triple { 3 } else { 1 }
    }
}

/// Hands out the tokens of a text in order.
pub(super) struct Lexer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) has_cr: bool,
    pos: usize,
    /// Formatted literals known not to close; met again after a step back, they are taken as plain ones.
    pub(super) never_closes: FxHashSet<usize>,
    wasted: usize,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `bytes`, which are valid UTF-8 without a byte order mark.
    #[must_use]
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            has_cr: memchr::memchr(b'\r', bytes).is_some(),
            pos: 0,
            never_closes: FxHashSet::default(),
            wasted: 0,
        }
    }

    /// Goes on further down, at a place that is code.
    pub(super) fn go_on_at(&mut self, at: usize) {
        self.pos = at;
    }

    /// Whether so much broken formatted text was tried in vain that further ones were taken as plain literals.
    /// Then the answer is in doubt and must be told as a problem. Keeps hostile files linear.
    #[must_use]
    pub(super) fn gave_up(&self) -> bool {
        self.wasted > self.bytes.len().saturating_mul(16).saturating_add(1 << 16)
    }

    /// The next token, or `None` when only code is left.
    pub(super) fn next_token(&mut self) -> Option<Token> {
        let rest = self.bytes.get(self.pos..)?;
        let start = self.pos + memchr::memchr3(b'"', b'\'', b'#', rest)?;
        let token = match self.bytes.get(start) {
            Some(b'#') => Token { kind: TokenKind::Comment, start, end: self.comment_end(start) },
            _ => self.literal(start),
        };
        self.pos = token.end;
        Some(token)
    }

    /// Where a comment ends: at its line end, which is not part of it. A backslash continues nothing.
    pub(super) fn comment_end(&self, start: usize) -> usize {
        let rest = self.bytes.get(start..).unwrap_or_default();
        let found = if self.has_cr { memchr::memchr2(b'\n', b'\r', rest) } else { memchr::memchr(b'\n', rest) };
        found.map_or(self.bytes.len(), |at| start + at)
    }

    fn literal(&mut self, start: usize) -> Token {
        let quotes = self.quotes_at(start);
        if let Some(raw) = self.formatted_prefix(start)
            && !self.never_closes.contains(&start)
            && !self.gave_up()
        {
            // What was remembered lies behind by now.
            if !self.never_closes.is_empty() {
                self.never_closes.clear();
            }
            match formatted::end(self, start, quotes, raw) {
                Ok(end) => return Token { kind: TokenKind::Literal { closed: true }, start, end },
                Err(failure) => self.wasted += failure.at.saturating_sub(start),
            }
        }
        let (end, closed) = self.plain_end(start + quotes.len(), quotes);
        Token { kind: TokenKind::Literal { closed }, start, end }
    }

    /// Which quotes open at `start`. Two that are not three are an empty literal, which `plain_end` sees at once.
    pub(super) fn quotes_at(&self, start: usize) -> Quotes {
        let byte = self.bytes.get(start).copied().unwrap_or_default();
        let triple = self.bytes.get(start + 1) == Some(&byte) && self.bytes.get(start + 2) == Some(&byte);
        Quotes { byte, triple }
    }

    /// For a quote with an `f` or `t` prefix (PEP 498, 701, 750): whether the literal is raw. The prefix must be
    /// the whole identifier in front of the quote: `if"{"` has none.
    pub(super) fn formatted_prefix(&self, quote: usize) -> Option<bool> {
        let head = self.bytes.get(quote.saturating_sub(3)..quote)?;
        let (word, before) = match head {
            [.., b, w1, w2] if w2.is_ascii_alphabetic() && w1.is_ascii_alphabetic() => ([*w1, *w2], Some(*b)),
            [w1, w2] if w2.is_ascii_alphabetic() && w1.is_ascii_alphabetic() => ([*w1, *w2], None),
            [.., b, w] if w.is_ascii_alphabetic() => ([b' ', *w], Some(*b)),
            [w] if w.is_ascii_alphabetic() => ([b' ', *w], None),
            _ => return None,
        };
        if before.is_some_and(is_identifier_byte) {
            return None;
        }
        match [word[0].to_ascii_lowercase(), word[1].to_ascii_lowercase()] {
            [b' ', b'f' | b't'] => Some(false),
            [b'r', b'f' | b't'] | [b'f' | b't', b'r'] => Some(true),
            _ => None,
        }
    }

    /// The end of a literal without replacement fields, from its first content byte on, and whether it closes.
    pub(super) fn plain_end(&self, from: usize, quotes: Quotes) -> (usize, bool) {
        if quotes.triple { self.triple_end(from, quotes.byte) } else { self.single_end(from, quotes.byte) }
    }

    fn single_end(&self, from: usize, quote: u8) -> (usize, bool) {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if byte == quote {
                return (at + 1, true);
            }
            match byte {
                b'\\' => at = self.after_escape(at),
                b'\n' | b'\r' => return (at, false),
                _ => at += 1,
            }
        }
        (self.bytes.len(), false)
    }

    fn triple_end(&self, from: usize, quote: u8) -> (usize, bool) {
        let mut at = from;
        while let Some(found) = self.bytes.get(at..).and_then(|rest| memchr::memchr2(quote, b'\\', rest)) {
            let found = at + found;
            if self.bytes.get(found) == Some(&b'\\') {
                at = self.after_escape(found);
            } else if self.is_triple(found, quote) {
                return (found + 3, true);
            } else {
                at = found + 1;
            }
        }
        (self.bytes.len(), false)
    }

    pub(super) fn is_triple(&self, at: usize, quote: u8) -> bool {
        self.bytes.get(at..at + 3).is_some_and(|three| three.iter().all(|&b| b == quote))
    }

    /// Past a backslash and what it escapes; CRLF is one. Raw literals skip too: `r'\''` is whole.
    pub(super) fn after_escape(&self, backslash: usize) -> usize {
        match (self.bytes.get(backslash + 1), self.bytes.get(backslash + 2)) {
            (Some(b'\r'), Some(b'\n')) => backslash + 3,
            (Some(_), _) => backslash + 2,
            (None, _) => backslash + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        let mut lexer = Lexer::new(source.as_bytes());
        let mut code = String::new();
        let mut at = 0;
        while let Some(token) = lexer.next_token() {
            code.push_str(&source[at..token.start]);
            code.push('_');
            at = token.end;
        }
        code.push_str(&source[at..]);
        code
    }

    #[test]
    fn plain_literals_and_comments() {
        assert_eq!(code("a = 'x' # y 'z\nb"), "a = _ _\nb");
        assert_eq!(code("r'\\''; b"), "r_; b");
        assert_eq!(code("'a\\\r\nb'\nc"), "_\nc");
        assert_eq!(code("'''a'b''c'''d"), "_d");
        assert_eq!(code("''; \"\" x"), "_; _ x");
        assert_eq!(code("'open\nnext"), "_\nnext");
        assert_eq!(code("# c\rimport a"), "_\rimport a");
    }

    #[test]
    fn replacement_fields_nest() {
        assert_eq!(code(r#"f"{d["x"]}"; b"#), "f_; b");
        assert_eq!(code(r#"f"{x!r:{"}"}}"; b"#), "f_; b");
        assert_eq!(code("f\"{x:\n}\"; b"), "f_; b");
        assert_eq!(code(r#"f"{1:#06x}"; f"{1:'>10}"; b"#), "f_; f_; b");
        assert_eq!(code(r#"rf"\{x}"; b"#), "rf_; b");
        assert_eq!(code(r#"rf"\N{"a"}"; b"#), "rf_; b");
        assert_eq!(code(r#"f"\N{EM DASH}{x}"; b"#), "f_; b");
        assert_eq!(code("f\"{\n\"\"\"\nq\n\"\"\"}\"\nb"), "f_\nb");
        assert_eq!(code("f'{x # '\n}'; b"), "f_; b");
        assert_eq!(code("t\"{{{x}}}\"; b"), "t_; b");
    }

    #[test]
    fn what_only_looks_like_a_field() {
        assert_eq!(code("if\"{\":b"), "if_:b");
        assert_eq!(code("x = \"f\", \"{\\\n\"\nb"), "x = _, _\nb");
        assert_eq!(code("f\"{\nb"), "f_\nb");
        assert_eq!(code("x[\"f\"] = {\nb"), "x[_] = {\nb");
        assert_eq!(code("0xf\"{\" b"), "0xf_ b");
    }
}
