//! Logical lines: where they start, how far they are indented, where they end. Knows strings, comments, brackets and joined
//! lines; must not know statements.

use super::lexer::Lexer;
use crate::name::is_identifier_byte;

pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | 0x0C)) {
        at += 1;
    }
    at
}

pub(super) fn word_at(bytes: &[u8], start: usize) -> (&[u8], usize) {
    let rest = bytes.get(start..).unwrap_or_default();
    let len = rest.iter().position(|&b| !is_identifier_byte(b)).unwrap_or(rest.len());
    (rest.get(..len).unwrap_or_default(), start + len)
}

/// A logical line that holds code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Column of its first token, tabs to the next eighth.
    pub(super) indent: usize,
    /// First token.
    pub(super) start: usize,
    /// Where its line end stands.
    pub(super) end: usize,
}

/// Signs that open, close, join or end lines.
#[expect(clippy::indexing_slicing, reason = "runs in the compiler, over a table of 256")]
static SHAPES_LINES: [bool; 256] = {
    let mut table = [false; 256];
    let signs = b"()[]{}\\\n\r";
    let mut index = 0;
    while index < signs.len() {
        table[signs[index] as usize] = true;
        index += 1;
    }
    table
};

/// Hands out the logical lines of a text in order.
pub(super) struct LogicalLines<'a> {
    bytes: &'a [u8],
    lexer: Lexer<'a>,
    /// Start and end of the next literal or comment.
    token: Option<(usize, usize)>,
    at: usize,
}

impl<'a> LogicalLines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut lines = Self { bytes, lexer: Lexer::new(bytes), token: None, at: 0 };
        lines.advance();
        lines
    }

    /// Where the next logical line is looked for.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes on further down, at a place that is code.
    pub(super) fn go_on_at(&mut self, at: usize) {
        self.at = at;
        self.lexer.go_on_at(at);
        self.advance();
    }

    fn advance(&mut self) {
        self.token = self.lexer.next_token().map(|token| (token.start, token.end));
    }

    /// The next logical line. In brackets that never close, a line that can only begin a statement starts anew.
    pub(super) fn next(&mut self) -> Option<Line> {
        let (start, indent) = self.first_token()?;
        self.at = start;
        let mut depth = 0_usize;
        loop {
            let gap_end = self.token.map_or(self.bytes.len(), |(start, _)| start);
            while self.at < gap_end {
                let gap = self.bytes.get(self.at..gap_end).unwrap_or_default();
                self.at += gap.iter().position(|&byte| shapes_lines(byte)).unwrap_or(gap.len());
                if self.at >= gap_end {
                    break;
                }
                match self.bytes.get(self.at) {
                    Some(b'(' | b'[' | b'{') => depth += 1,
                    Some(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                    Some(b'\\') => self.at = self.lexer.after_escape(self.at) - 1,
                    Some(b'\n' | b'\r') => {
                        let starts_anew = || begins_statement(self.bytes, skip_blank(self.bytes, self.at + 1));
                        if depth == 0 || starts_anew() {
                            return Some(Line { indent, start, end: self.at });
                        }
                    }
                    _ => {}
                }
                self.at += 1;
            }
            match self.token {
                Some((_, end)) => {
                    self.at = self.at.max(end);
                    self.advance();
                }
                None => return Some(Line { indent, start, end: self.bytes.len() }),
            }
        }
    }

    /// Over blank and comment lines to the next code: where it starts, and its column.
    fn first_token(&mut self) -> Option<(usize, usize)> {
        let mut indent = 0;
        // Behind a joined line, the indentation in front of its backslash is the one that counts.
        let mut joined = 0;
        loop {
            match self.bytes.get(self.at)? {
                b' ' => indent += 1,
                b'\t' => indent = indent / 8 * 8 + 8,
                0x0C => indent = 0,
                b'\n' | b'\r' => (indent, joined) = (0, 0),
                b'\\' => {
                    joined = if joined > 0 { joined } else { indent };
                    self.at = self.lexer.after_escape(self.at);
                    continue;
                }
                b'#' => {
                    while self.token.is_some_and(|(start, _)| start < self.at) {
                        self.advance();
                    }
                    let (_, end) = self.token?;
                    self.at = end;
                    self.advance();
                    continue;
                }
                _ => return Some((self.at, if joined > 0 { joined } else { indent })),
            }
            self.at += 1;
        }
    }
}

fn shapes_lines(byte: u8) -> bool {
    #[expect(clippy::indexing_slicing, reason = "a byte is less than 256")]
    SHAPES_LINES[byte as usize]
}

/// Whether the word at `start` is one that no bracket can hold: it begins a statement, whatever is still open.
fn begins_statement(bytes: &[u8], start: usize) -> bool {
    let (word, end) = word_at(bytes, start);
    // `async for` may stand in brackets, `async def` may not.
    if word == b"async" {
        return word_at(bytes, skip_blank(bytes, end)).0 == b"def";
    }
    matches!(
        word,
        b"def"
            | b"class"
            | b"import"
            | b"return"
            | b"while"
            | b"with"
            | b"try"
            | b"raise"
            | b"del"
            | b"pass"
            | b"assert"
    )
}
