//! The end of a formatted literal (PEP 498, 701, 750). Knows replacement fields and format specs, with an explicit
//! stack instead of recursion; must not know what the fields mean.

use super::lexer::{Lexer, Quotes};
use crate::name::is_identifier_byte;

/// `CPython` refuses more than 150 levels; each has a text, a field and perhaps a format spec.
const DEEPEST: usize = 600;

/// Where it became clear that the literal does not close as a formatted one.
pub(super) struct Failure {
    pub at: usize,
}

/// What the bytes at hand belong to.
#[derive(Clone, Copy)]
enum Mode {
    /// Text of the literal whose opening quote stands at `start`.
    Text { start: usize, quotes: Quotes, raw: bool },
    /// Code of a replacement field; `brackets` were open when it began.
    Code { brackets: usize },
    /// A format spec, in which the quotes of its literal still close (and so break) it.
    Spec { quotes: Quotes, raw: bool },
}

struct Scan<'l, 'a> {
    lexer: &'l Lexer<'a>,
    modes: Vec<Mode>,
    brackets: Vec<u8>,
    at: usize,
}

/// One past the closing quotes of the formatted literal that opens at `start`.
///
/// # Errors
/// When it does not close: no Python accepts it, and the caller takes it for a plain literal. Every literal
/// still open at that point is remembered, since from the same state it would fail at the same place.
pub(super) fn end(lexer: &mut Lexer<'_>, start: usize, quotes: Quotes, raw: bool) -> Result<usize, Failure> {
    let mut scan =
        Scan { lexer, modes: vec![Mode::Text { start, quotes, raw }], brackets: Vec::new(), at: start + quotes.len() };
    while let Some(&mode) = scan.modes.last() {
        let alive = match mode {
            Mode::Text { quotes, raw, .. } => scan.text(quotes, raw),
            Mode::Code { brackets } => scan.code(brackets),
            Mode::Spec { quotes, raw } => scan.spec(quotes, raw),
        };
        if !alive {
            let at = scan.at;
            let open = scan.modes.iter().filter_map(|mode| match mode {
                Mode::Text { start, .. } => Some(*start),
                _ => None,
            });
            let open: Vec<usize> = open.collect();
            lexer.never_closes.extend(open);
            return Err(Failure { at });
        }
    }
    Ok(scan.at)
}

impl Scan<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.lexer.bytes.get(self.at + ahead).copied()
    }

    /// Text up to its quotes or the next field. `false`: it cannot close.
    fn text(&mut self, quotes: Quotes, raw: bool) -> bool {
        while let Some(byte) = self.peek(0) {
            match byte {
                b if b == quotes.byte && (!quotes.triple || self.lexer.is_triple(self.at, b)) => {
                    self.at += quotes.len();
                    self.modes.pop();
                    return true;
                }
                b'{' if self.peek(1) == Some(b'{') => self.at += 2,
                b'{' => {
                    self.open_field();
                    return true;
                }
                b'\n' | b'\r' if !quotes.triple => return false,
                b'\\' => self.escape(raw),
                _ => self.at += 1,
            }
        }
        false
    }

    /// A format spec is text too, but `{{` opens a field, a newline ends it when its literal is single-quoted
    /// (the field goes on), and the quotes of the literal break it.
    fn spec(&mut self, quotes: Quotes, raw: bool) -> bool {
        while let Some(byte) = self.peek(0) {
            match byte {
                b if b == quotes.byte && (!quotes.triple || self.lexer.is_triple(self.at, b)) => return false,
                b'{' => {
                    self.open_field();
                    return true;
                }
                b'}' => {
                    self.at += 1;
                    self.modes.pop();
                    return true;
                }
                b'\n' | b'\r' if !quotes.triple => {
                    self.modes.pop();
                    self.modes.push(Mode::Code { brackets: self.brackets.len() });
                    return true;
                }
                b'\\' => self.escape(raw),
                _ => self.at += 1,
            }
        }
        false
    }

    fn open_field(&mut self) {
        self.at += 1;
        self.modes.push(Mode::Code { brackets: self.brackets.len() });
    }

    /// `\{` still opens a field; `\N{EM DASH}` does not, unless the literal is raw.
    fn escape(&mut self, raw: bool) {
        match (self.peek(1), self.peek(2)) {
            (Some(b'{' | b'}'), _) => self.at += 1,
            (Some(b'N'), Some(b'{')) if !raw => self.at += 3,
            _ => self.at = self.lexer.after_escape(self.at),
        }
    }

    /// Code of a field up to its `}`, its format spec, or a literal inside it.
    fn code(&mut self, base: usize) -> bool {
        while let Some(byte) = self.peek(0) {
            let outermost = self.brackets.len() == base;
            match byte {
                b'"' | b'\'' => return self.nested_literal(),
                b'#' => self.at = self.lexer.comment_end(self.at),
                b'(' | b'[' | b'{' => {
                    self.brackets.push(byte);
                    self.at += 1;
                }
                b'}' if outermost => {
                    self.at += 1;
                    self.modes.pop();
                    return true;
                }
                b')' | b']' | b'}' => {
                    let opened = if outermost { None } else { self.brackets.pop() };
                    if !matches!((opened, byte), (Some(b'('), b')') | (Some(b'['), b']') | (Some(b'{'), b'}')) {
                        return false;
                    }
                    self.at += 1;
                }
                b':' if outermost => {
                    self.at += 1;
                    self.modes.pop();
                    let (quotes, raw) = self.enclosing_literal();
                    self.modes.push(Mode::Spec { quotes, raw });
                    return true;
                }
                b'\\' => self.at = self.lexer.after_escape(self.at),
                b if is_identifier_byte(b) => {
                    let rest = self.lexer.bytes.get(self.at..).unwrap_or_default();
                    let len = rest.iter().position(|&b| !is_identifier_byte(b)).unwrap_or(rest.len());
                    // A statement can stand in no field: the literal was never closed.
                    if rest.get(..len) == Some(b"import") {
                        return false;
                    }
                    self.at += len;
                }
                _ => self.at += 1,
            }
        }
        false
    }

    fn nested_literal(&mut self) -> bool {
        let start = self.at;
        let quotes = self.lexer.quotes_at(start);
        match self.lexer.formatted_prefix(start) {
            Some(_) if self.lexer.never_closes.contains(&start) || self.modes.len() > DEEPEST => false,
            Some(raw) => {
                self.at += quotes.len();
                self.modes.push(Mode::Text { start, quotes, raw });
                true
            }
            None => {
                let (end, closed) = self.lexer.plain_end(start + quotes.len(), quotes);
                self.at = end;
                closed
            }
        }
    }

    /// The quotes of the literal that the field at hand belongs to.
    fn enclosing_literal(&self) -> (Quotes, bool) {
        let literal = self.modes.iter().rev().find_map(|mode| match mode {
            Mode::Text { quotes, raw, .. } | Mode::Spec { quotes, raw } => Some((*quotes, *raw)),
            Mode::Code { .. } => None,
        });
        literal.unwrap_or((Quotes { byte: b'"', triple: false }, false))
    }
}
