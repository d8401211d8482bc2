//! Reads one import statement where it stands. Knows the grammar of `import` and `from` on every Python, and how to
//! go on when it is broken; must not know whether the place is code.

use super::candidates::Candidate;
use crate::name::{identifier_len, is_identifier, normalise};
use crate::span::Span;
use std::ops::Range;

/// An import statement. Reused from one to the next, so that reading allocates nothing in the common case.
#[derive(Debug, Default)]
pub(super) struct Statement {
    /// Dots in front of the module.
    pub level: u32,
    /// Whether it is a from-import.
    pub is_from: bool,
    /// The names that it binds.
    pub aliases: Vec<Alias>,
    /// The whole statement.
    pub span: Span,
    /// Where the text stopped being readable; what was read before that is kept.
    pub broken: Option<usize>,
    names: String,
    module: Range<usize>,
}

/// One bound name.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    name: Range<usize>,
    bound: Option<Range<usize>>,
    /// The alias with its `as`.
    pub span: Span,
}

impl Statement {
    /// The module of a from-import, NFKC, without dots in front; empty for `from . import x`.
    #[must_use]
    pub(super) fn module(&self) -> &str {
        self.names.get(self.module.clone()).unwrap_or_default()
    }

    /// What an alias imports: the module of a plain import, or the member of a from-import.
    #[must_use]
    pub(super) fn name(&self, alias: &Alias) -> &str {
        self.names.get(alias.name.clone()).unwrap_or_default()
    }

    /// The name behind `as`.
    #[must_use]
    pub(super) fn bound(&self, alias: &Alias) -> Option<&str> {
        alias.bound.clone().and_then(|range| self.names.get(range))
    }

    /// Reads the statement at `candidate`, replacing what was here.
    pub(super) fn read(&mut self, text: &str, candidate: &Candidate) {
        let bytes = text.as_bytes();
        self.level = 0;
        self.is_from = candidate.from.is_some();
        self.aliases.clear();
        self.names.clear();
        self.names.reserve(96);
        self.module = 0..0;
        self.broken = None;
        let mut cursor = Cursor { text, bytes, at: candidate.keyword + b"import".len(), inside: false };
        if let Some(from) = candidate.from {
            let mut head = Cursor { text, bytes, at: from + b"from".len(), inside: false };
            self.read_module(&mut head, candidate.keyword);
            // Without a module, nobody knows what the names would be.
            if self.broken.is_none() {
                self.read_members(&mut cursor);
            }
        } else {
            self.read_modules(&mut cursor);
        }
        let read = bytes.get(..cursor.at).unwrap_or_default();
        let blank = read.iter().rev().take_while(|b| matches!(b, b' ' | b'\t' | 0x0C)).count();
        self.span = Span::new(candidate.start, (cursor.at - blank).max(candidate.keyword));
    }

    fn read_module(&mut self, cursor: &mut Cursor<'_>, keyword: usize) {
        cursor.skip_blank();
        while cursor.eat(b'.') {
            self.level += 1;
            cursor.skip_blank();
        }
        if cursor.at < keyword {
            match cursor.dotted(&mut self.names) {
                Some((range, _)) => self.module = range,
                None => self.broken = Some(cursor.at),
            }
        } else if self.level == 0 {
            self.broken = Some(cursor.at);
        }
    }

    fn read_modules(&mut self, cursor: &mut Cursor<'_>) {
        loop {
            cursor.skip_blank();
            let start = cursor.at;
            let Some((name, end)) = cursor.dotted(&mut self.names) else {
                self.broken = Some(cursor.at);
                return;
            };
            self.push_alias(cursor, name, start, end);
            if cursor.eat(b',') {
                continue;
            }
            if !cursor.at_end() {
                self.broken = Some(cursor.at);
            }
            return;
        }
    }

    fn read_members(&mut self, cursor: &mut Cursor<'_>) {
        cursor.skip_blank();
        if cursor.peek() == Some(b'*') {
            let start = self.names.len();
            self.names.push('*');
            let span = Span::new(cursor.at, cursor.at + 1);
            self.aliases.push(Alias { name: start..start + 1, bound: None, span });
            cursor.at += 1;
            cursor.skip_blank();
            if !cursor.at_end() {
                self.broken = Some(cursor.at);
            }
            return;
        }
        cursor.inside = cursor.eat(b'(');
        loop {
            cursor.skip_blank();
            if cursor.inside && !self.aliases.is_empty() && cursor.peek() == Some(b')') {
                break;
            }
            let start = cursor.at;
            let Some((name, end)) = cursor.name(&mut self.names) else {
                self.broken = Some(cursor.at);
                return;
            };
            self.push_alias(cursor, name, start, end);
            if !cursor.eat(b',') {
                break;
            }
        }
        if cursor.inside {
            cursor.skip_blank();
            if !cursor.eat(b')') {
                self.broken = Some(cursor.at);
                return;
            }
            cursor.inside = false;
            cursor.skip_blank();
        }
        if !cursor.at_end() {
            self.broken = Some(cursor.at);
        }
    }

    fn push_alias(&mut self, cursor: &mut Cursor<'_>, name: Range<usize>, start: usize, end: usize) {
        cursor.skip_blank();
        let mut span = Span::new(start, end);
        let mut bound = None;
        let before = cursor.at;
        if cursor.word() == "as" {
            cursor.skip_blank();
            if let Some((name, end)) = cursor.name(&mut self.names) {
                bound = Some(name);
                span = Span::new(start, end);
                cursor.skip_blank();
            } else {
                self.broken = Some(cursor.at);
            }
        } else {
            cursor.at = before;
        }
        self.aliases.push(Alias { name, bound, span });
    }
}

struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Inside parentheses, where newlines and comments are blank.
    inside: bool,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    fn skip_blank(&mut self) {
        loop {
            match (self.peek(), self.bytes.get(self.at + 1), self.bytes.get(self.at + 2)) {
                (Some(b' ' | b'\t' | 0x0C), _, _) => self.at += 1,
                (Some(b'\\'), Some(b'\r'), Some(b'\n')) => self.at += 3,
                (Some(b'\\'), Some(b'\r' | b'\n'), _) => self.at += 2,
                (Some(b'\n' | b'\r'), _, _) if self.inside => self.at += 1,
                (Some(b'#'), _, _) if self.inside => {
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// Whether the statement may end here.
    fn at_end(&self) -> bool {
        matches!(self.peek(), None | Some(b'\n' | b'\r' | b';' | b'#'))
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        self.at += identifier_len(self.bytes.get(start..).unwrap_or_default());
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// An identifier, normalised into `names`; where it ended in the text.
    fn name(&mut self, names: &mut String) -> Option<(Range<usize>, usize)> {
        let before = self.at;
        let start = names.len();
        let word = self.word();
        let plain = word.is_ascii() && word.as_bytes().first().is_some_and(|b| !b.is_ascii_digit());
        let good = if plain {
            names.push_str(word);
            true
        } else {
            let text = normalise(word);
            names.push_str(&text);
            is_identifier(&text)
        };
        if !good || matches!(word, "as" | "import" | "from") {
            self.at = before;
            names.truncate(start);
            return None;
        }
        Some((start..names.len(), self.at))
    }

    /// Identifiers joined by dots, blanks between them left out.
    fn dotted(&mut self, names: &mut String) -> Option<(Range<usize>, usize)> {
        let (first, mut end) = self.name(names)?;
        loop {
            let before = self.at;
            self.skip_blank();
            if !self.eat(b'.') {
                self.at = before;
                break;
            }
            self.skip_blank();
            names.push('.');
            if let Some((_, next)) = self.name(names) {
                end = next;
            } else {
                // `import a.` is half-typed: `a` was readable, and the dot makes the statement broken.
                names.pop();
                self.at = before;
                break;
            }
        }
        Some((first.start..names.len(), end))
    }
}

#[cfg(test)]
mod tests {
    use super::super::candidates::candidates;
    use super::*;

    /// `module|name>alias@text` for each alias, then `!` if broken.
    fn read(source: &str) -> Vec<String> {
        let mut statement = Statement::default();
        let mut seen = Vec::new();
        for candidate in candidates(source.as_bytes()) {
            statement.read(source, &candidate);
            for alias in &statement.aliases {
                seen.push(format!(
                    "{}{}|{}>{}@{}",
                    ".".repeat(statement.level as usize),
                    statement.module(),
                    statement.name(alias),
                    statement.bound(alias).unwrap_or(""),
                    &source[alias.span.range()],
                ));
            }
            if statement.broken.is_some() {
                seen.push("!".to_owned());
            }
        }
        seen
    }

    #[test]
    fn plain_imports() {
        assert_eq!(read("import a.b as c, d"), ["|a.b>c@a.b as c", "|d>@d"]);
        assert_eq!(read("import a\\\n.b, c"), ["|a.b>@a\\\n.b", "|c>@c"]);
        assert_eq!(read("import a . b;x"), ["|a.b>@a . b"]);
        assert_eq!(read("import ﬁle"), ["|file>@ﬁle"]);
    }

    #[test]
    fn from_imports() {
        assert_eq!(read("from . import (a as b, # import z\n c,)"), [".|a>b@a as b", ".|c>@c"]);
        assert_eq!(read("from .import a"), [".|a>@a"]);
        assert_eq!(read("from . . . a import*"), ["...a|*>@*"]);
        assert_eq!(read("from a import(b)"), ["a|b>@b"]);
    }

    #[test]
    fn broken_statements_keep_what_is_readable() {
        assert_eq!(read("import a, 1b"), ["|a>@a", "!"]);
        assert_eq!(read("import {{ x }}"), ["!"]);
        assert_eq!(read("from a import"), ["!"]);
        assert_eq!(read("from a import (b, c"), ["a|b>@b", "a|c>@c", "!"]);
        assert_eq!(read("import a."), ["|a>@a", "!"]);
        assert_eq!(read("import a b"), ["|a>@a", "!"]);
    }
}
