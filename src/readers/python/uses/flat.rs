//! Statements laid out flat for the parser: each logical line becomes a statement of its own at module level, whatever
//! blocks stood around it, with a stub for a body that is left out. So nothing is nested, a broken line breaks no other,
//! and only what matters is parsed. Knows how lines are written; must not know what they mean.

use super::lines::CodeLine;
use crate::readers::python::candidates::candidates_between;
use crate::readers::python::headers::Kind;
use crate::readers::python::lexer::{Lexer, Token, TokenKind};
use crate::readers::python::logical_lines::{skip_blank, word_at};
use crate::readers::python::statement::Statement;

/// The content of a plain literal longer than this is left out: no annotation and no dotted name is so long.
pub(super) const LONGEST_LITERAL: usize = 2_000;

/// Flat text with the way back.
#[derive(Default)]
pub(super) struct Flat {
    /// What is parsed.
    pub text: String,
    /// For each line: where it begins in the flat text.
    pub starts: Vec<usize>,
    /// Import statements by where their stand-in begins in the flat text.
    pub imports: Vec<(usize, Statement)>,
    /// `(flat, original)` starts of stretches that were copied.
    pieces: Vec<(usize, usize)>,
}

impl Flat {
    /// The original offset of a flat one.
    pub(super) fn original(&self, flat: usize) -> usize {
        let index = self.pieces.partition_point(|(start, _)| *start <= flat).saturating_sub(1);
        self.pieces.get(index).map_or(flat, |(start, original)| original + flat.saturating_sub(*start))
    }

    /// The original offset of an end, which belongs to what stands in front of it.
    pub(super) fn original_end(&self, flat: usize) -> usize {
        self.original(flat.saturating_sub(1)) + 1
    }

    /// The line that a flat offset belongs to.
    pub(super) fn line(&self, flat: usize) -> usize {
        self.starts.partition_point(|start| *start <= flat).saturating_sub(1)
    }

    /// The import statement that a stand-in stands for.
    pub(super) fn import(&self, flat: usize) -> Option<&Statement> {
        let index = self.imports.binary_search_by_key(&flat, |(start, _)| *start).ok()?;
        self.imports.get(index).map(|(_, statement)| statement)
    }
}

/// Lays lines out.
pub(super) struct Layout<'a> {
    text: &'a str,
    bytes: &'a [u8],
    lexer: Lexer<'a>,
    flat: Flat,
    places: &'a [usize],
    /// Whether a backtick is open.
    is_quoted: bool,
}

impl<'a> Layout<'a> {
    /// For the lines of a text; literals at `places` are kept whole.
    pub(super) fn new(text: &'a str, places: &'a [usize]) -> Self {
        Self {
            places,
            text,
            bytes: text.as_bytes(),
            lexer: Lexer::new(text.as_bytes()),
            flat: Flat::default(),
            is_quoted: false,
        }
    }

    /// The flat text.
    pub(super) fn finish(self) -> Flat {
        self.flat
    }

    /// Adds a line.
    pub(super) fn add(&mut self, line: &CodeLine) {
        self.flat.starts.push(self.flat.text.len());
        self.is_quoted = false;
        let tokens = self.tokens(line);
        let (word, word_end) = word_at(self.bytes, line.start);
        // Where the body of `else`, `try` and `finally` begins, if it stands on the same line.
        let body = || {
            let rest = self.bytes.get(word_end..line.end).unwrap_or_default();
            memchr::memchr(b':', rest).map_or(line.end, |colon| skip_blank(self.bytes, word_end + colon + 1))
        };
        let mut start = line.start;
        match line.head {
            Some(Kind::If) if word == b"elif" => start += 2,
            Some(Kind::Else | Kind::Try | Kind::Finally) => start = body(),
            Some(Kind::Except) => self.flat.text.push_str("try: pass\n"),
            Some(Kind::Case) => self.flat.text.push_str("match 0:\n "),
            None if self.bytes.get(line.start) == Some(&b'@') => start = skip_blank(self.bytes, start + 1),
            _ => {}
        }
        let imports = self.imports(start, line.end, &tokens);
        let defaults = if matches!(line.head, Some(Kind::Def | Kind::Class)) || word == b"type" {
            self.type_parameter_defaults(line, &tokens)
        } else {
            Vec::new()
        };
        self.copy(start, line.end, &tokens, imports, &defaults);
        let code = self.flat.text.trim_end();
        let is_open = code.ends_with(':') && line.head.is_some();
        let len = code.len();
        self.flat.text.truncate(len.max(self.flat.starts.last().copied().unwrap_or(0)));
        if is_open {
            self.flat.text.push_str(if line.head == Some(Kind::Match) { "\n case _: pass" } else { " pass" });
        }
        self.flat.text.push('\n');
    }

    fn tokens(&mut self, line: &CodeLine) -> Vec<Token> {
        let mut tokens = Vec::new();
        self.lexer.go_on_at(line.start);
        while let Some(token) = self.lexer.next_token().filter(|token| token.start < line.end) {
            tokens.push(token);
        }
        tokens
    }

    /// Import statements of a line that stand in code.
    fn imports(&self, start: usize, end: usize, tokens: &[Token]) -> Vec<Statement> {
        let mut imports = Vec::new();
        for candidate in candidates_between(self.bytes, start, end) {
            let index = tokens.partition_point(|token| token.end <= candidate.keyword);
            let is_code = tokens.get(index).is_none_or(|token| token.start > candidate.keyword);
            if is_code {
                let code = index.checked_sub(1).and_then(|at| tokens.get(at)).map_or(start, |token| token.end);
                let mut statement = Statement::default();
                statement.read(self.text, &candidate.starting_at(code));
                imports.push(statement);
            }
        }
        imports
    }

    /// Signs between type parameters and their defaults (PEP 696), which the grammar does not know.
    fn type_parameter_defaults(&self, line: &CodeLine, tokens: &[Token]) -> Vec<usize> {
        let (_, keyword_end) = word_at(self.bytes, line.start);
        let mut at = skip_blank(self.bytes, keyword_end);
        if self.bytes.get(line.start..keyword_end) == Some(b"async") {
            at = skip_blank(self.bytes, word_at(self.bytes, at).1);
        }
        at = skip_blank(self.bytes, word_at(self.bytes, at).1);
        let mut defaults = Vec::new();
        if self.bytes.get(at) != Some(&b'[') {
            return defaults;
        }
        let mut depth = 0_usize;
        let mut next = tokens.partition_point(|token| token.start < at);
        while at < line.end {
            if let Some(token) = tokens.get(next).filter(|token| token.start <= at) {
                at = token.end;
                next += 1;
                continue;
            }
            match self.bytes.get(at) {
                Some(b'[' | b'(' | b'{') => depth += 1,
                Some(b']' | b')' | b'}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                Some(b'=') if depth == 1 => defaults.push(at),
                _ => {}
            }
            at += 1;
        }
        defaults
    }

    /// Copies a stretch: comments left out, lines joined, long literals emptied, imports replaced by a stand-in.
    fn copy(&mut self, start: usize, end: usize, tokens: &[Token], imports: Vec<Statement>, defaults: &[usize]) {
        let mut at = start;
        let mut imports = imports.into_iter().peekable();
        let mut next = tokens.partition_point(|token| token.end <= start);
        while at < end {
            let token = tokens.get(next).copied();
            let code_end = token.map_or(end, |token| token.start).min(end);
            if let Some(import) = imports.next_if(|import| (import.span.start as usize) < code_end.max(at + 1)) {
                self.code(at, import.span.start as usize, defaults);
                let stand_in = self.flat.text.len();
                self.flat.pieces.push((stand_in, import.span.start as usize));
                self.flat.text.push_str("pass");
                // What is left of a broken one is left out too: it cannot be anything else.
                at = (import.span.end as usize).clamp(at, end);
                if import.broken.is_some() {
                    let rest = self.bytes.get(at..end).unwrap_or_default();
                    at += memchr::memchr3(b'\n', b';', b'#', rest).unwrap_or(rest.len());
                }
                next = tokens.partition_point(|token| token.end <= at);
                self.flat.imports.push((stand_in, import));
                continue;
            }
            self.code(at, code_end, defaults);
            at = code_end;
            if let Some(token) = token.filter(|token| token.start < end) {
                self.token(token);
                at = token.end;
                next += 1;
            }
        }
    }

    /// Copies code.
    fn code(&mut self, start: usize, end: usize, defaults: &[usize]) {
        let Some(code) = self.text.get(start..end).filter(|code| !code.is_empty()) else { return };
        self.flat.pieces.push((self.flat.text.len(), start));
        if memchr::memchr3(b'\\', b'\r', 0x0C, code.as_bytes()).is_none()
            && memchr::memchr(b'`', code.as_bytes()).is_none()
            && defaults.is_empty()
        {
            self.flat.text.push_str(code);
            return;
        }
        let mut chars = code.char_indices().peekable();
        while let Some((index, c)) = chars.next() {
            match c {
                '\\' if matches!(chars.peek(), Some((_, '\n' | '\r'))) => {
                    self.flat.text.push(' ');
                    if let Some((_, '\r')) = chars.next()
                        && chars.next_if(|(_, c)| *c == '\n').is_some()
                    {
                        self.flat.text.push(' ');
                    }
                    self.flat.text.push(' ');
                }
                '\r' => self.flat.text.push('\n'),
                '\x0C' => self.flat.text.push(' '),
                // `x` of Python 2 is `repr(x)`.
                '`' => {
                    self.is_quoted = !self.is_quoted;
                    self.flat.text.push(if self.is_quoted { '(' } else { ')' });
                }
                '=' if defaults.contains(&(start + index)) => self.flat.text.push(':'),
                c => self.flat.text.push(c),
            }
        }
    }

    /// Copies a literal, or what of it matters.
    fn token(&mut self, token: Token) {
        if token.kind == TokenKind::Comment {
            return;
        }
        let formatted = self.lexer.formatted_prefix(token.start);
        if formatted.is_some() {
            self.mask_template_prefix();
        }
        let quotes = self.lexer.quotes_at(token.start).len();
        let text = self.text.get(token.start..token.end).unwrap_or_default();
        let is_closed = token.kind == (TokenKind::Literal { closed: true });
        let first = self.places.partition_point(|place| *place < token.start);
        let is_asked = self.places.get(first).is_some_and(|place| *place < token.end);
        if formatted.is_none() && is_closed && !is_asked && text.len() > LONGEST_LITERAL {
            self.flat.pieces.push((self.flat.text.len(), token.start));
            self.flat.text.push_str(text.get(..quotes).unwrap_or_default());
            self.flat.pieces.push((self.flat.text.len(), token.end - quotes));
            self.flat.text.push_str(text.get(text.len() - quotes..).unwrap_or_default());
        } else {
            self.flat.pieces.push((self.flat.text.len(), token.start));
            self.flat.text.push_str(text);
        }
    }

    /// A template string (PEP 750) has the syntax of a formatted one, which the grammar knows.
    fn mask_template_prefix(&mut self) {
        let prefix: Vec<char> = self.flat.text.chars().rev().take(2).collect();
        let len = prefix.iter().take_while(|c| matches!(c, 't' | 'T' | 'r' | 'R')).count();
        for _ in 0..len {
            self.flat.text.pop();
        }
        for c in prefix.iter().take(len).rev() {
            self.flat.text.push(if matches!(c, 't' | 'T') { 'f' } else { *c });
        }
    }
}
