//! Tier 1: every `import` in the bytes that could be a statement. `import` is a hard keyword, so in valid Python
//! the bare word outside of strings and comments always is one. Knows word borders and what may stand to the left;
//! must not know strings, brackets or rules.

use crate::name::is_identifier_byte;
use memchr::memmem::Finder;
use std::sync::LazyLock;

static IMPORT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"import"));
const WORD: usize = b"import".len();

/// A place where an import statement may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where the statement starts: at `lazy`, `from` or `import`.
    pub start: usize,
    /// The `from`, for a from-import.
    pub from: Option<usize>,
    /// The `import`.
    pub keyword: usize,
    /// Whether `lazy` stands in front (PEP 810).
    pub lazy: bool,
    /// Whether a backslash-newline was crossed to the left. If that backslash belongs to a comment, what was
    /// found left of it is no part of the statement.
    pub continued: bool,
}

impl Candidate {
    /// The same place, when code begins only at `code`: what lies before belongs to a comment or a literal.
    #[must_use]
    pub(super) fn starting_at(self, code: usize) -> Self {
        match self.from {
            _ if self.start >= code => self,
            Some(from) if from >= code => Self { start: from, lazy: false, ..self },
            _ => self.as_plain(),
        }
    }

    /// The same place, taken for a plain import that starts at its keyword.
    #[must_use]
    pub(super) fn as_plain(self) -> Self {
        Self { start: self.keyword, from: None, lazy: false, ..self }
    }
}

/// Candidates in ascending order.
pub(super) fn candidates(bytes: &[u8]) -> impl Iterator<Item = Candidate> {
    IMPORT.find_iter(bytes).filter_map(|keyword| candidate(bytes, keyword))
}

/// The same; every other `import` is handed to `other`.
pub(super) fn candidates_and_more(bytes: &[u8], mut other: impl FnMut(usize)) -> impl Iterator<Item = Candidate> {
    IMPORT.find_iter(bytes).filter_map(move |keyword| {
        let found = candidate(bytes, keyword);
        if found.is_none() {
            other(keyword);
        }
        found
    })
}

/// Candidates between two places, in ascending order; `start` begins a statement.
pub(super) fn candidates_between(bytes: &[u8], start: usize, end: usize) -> impl Iterator<Item = Candidate> {
    let bytes = bytes.get(..end).unwrap_or(bytes);
    let keywords = IMPORT.find_iter(bytes.get(start..).unwrap_or_default());
    keywords.filter_map(move |keyword| candidate(bytes, start + keyword))
}

fn candidate(bytes: &[u8], keyword: usize) -> Option<Candidate> {
    if bytes.get(keyword + WORD).copied().is_some_and(is_identifier_byte) {
        return None;
    }
    let before = keyword.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    match before {
        None | Some(b'\n' | b'\r' | b' ' | b'\t' | 0x0C | b';' | b':' | b'.') => {}
        Some(_) => return None,
    }
    let mut left = Left { bytes, at: keyword, continued: false };
    left.skip_blank();
    let plain = Candidate { start: keyword, from: None, keyword, lazy: false, continued: left.continued };
    if left.at_statement_start() {
        return Some(plain);
    }
    match left.introduction() {
        Some((start, from, lazy)) => Some(Candidate { start, from, lazy, continued: left.continued, ..plain }),
        // What was crossed may be a comment that ends in a backslash: then this is a plain import.
        None => left.continued.then_some(Candidate { continued: true, ..plain }),
    }
}

/// Looks left from a keyword. Never passes another `import`, which keeps a whole file linear.
struct Left<'a> {
    bytes: &'a [u8],
    at: usize,
    continued: bool,
}

impl<'a> Left<'a> {
    fn before(&self, back: usize) -> Option<u8> {
        self.at.checked_sub(back).and_then(|at| self.bytes.get(at)).copied()
    }

    /// Over blanks, and whether a statement can start behind them: at the start of a line, after `;` or `:`, or after a
    /// backslash-newline, which may end a comment.
    fn reaches_start(&mut self) -> bool {
        let before = std::mem::take(&mut self.continued);
        self.skip_blank();
        let crossed = self.continued;
        self.continued |= before;
        crossed || self.at_statement_start()
    }

    /// Over spaces, tabs, form feeds and backslash-newlines.
    fn skip_blank(&mut self) {
        loop {
            match (self.before(1), self.before(2), self.before(3)) {
                (Some(b' ' | b'\t' | 0x0C), _, _) => self.at -= 1,
                (Some(b'\n'), Some(b'\r'), Some(b'\\')) => {
                    self.at -= 3;
                    self.continued = true;
                }
                (Some(b'\n' | b'\r'), Some(b'\\'), _) => {
                    self.at -= 2;
                    self.continued = true;
                }
                _ => return,
            }
        }
    }

    fn at_statement_start(&self) -> bool {
        matches!(self.before(1), None | Some(b'\n' | b'\r' | b';' | b':'))
    }

    fn word(&mut self) -> &'a [u8] {
        let end = self.at;
        while self.before(1).is_some_and(is_identifier_byte) {
            self.at -= 1;
        }
        self.bytes.get(self.at..end).unwrap_or_default()
    }

    /// `lazy`, `from dotted` or `lazy from dotted` in front of the keyword: where the statement starts, where
    /// `from` stands, and whether it is lazy.
    fn introduction(&mut self) -> Option<(usize, Option<usize>, bool)> {
        // `lazy` behind a joined line: the soft keyword if that line was a comment, else a part of a module name.
        let mut lazy_after_join = None;
        let mut after_name = false;
        let mut first = true;
        loop {
            if self.before(1) == Some(b'.') {
                self.at -= 1;
                after_name = false;
            } else {
                let word = self.word();
                let start = self.at;
                match word {
                    b"from" => return self.before_from(start).or(lazy_after_join),
                    b"lazy" if first => {
                        let is_start = self.reaches_start();
                        if self.at_statement_start() {
                            return Some((start, None, true));
                        }
                        lazy_after_join = is_start.then_some((start, None, true));
                        self.at = start;
                    }
                    // No module name goes on like this.
                    b"" | b"import" => return lazy_after_join,
                    _ if after_name => return lazy_after_join,
                    _ => {}
                }
                after_name = true;
            }
            first = false;
            self.skip_blank();
        }
    }

    /// Whether `from` at `start`, or `lazy` in front of it, begins a statement.
    fn before_from(&mut self, start: usize) -> Option<(usize, Option<usize>, bool)> {
        let is_start = self.reaches_start();
        if self.word() == b"lazy" {
            let lazy = self.at;
            if self.reaches_start() {
                return Some((lazy, Some(start), true));
            }
        }
        is_start.then_some((start, Some(start), false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(usize, bool)> {
        candidates(source.as_bytes()).map(|c| (c.start, c.from.is_some())).collect()
    }

    #[test]
    fn statement_starts() {
        assert_eq!(found("import a"), [(0, false)]);
        assert_eq!(found("x: int; import a"), [(8, false)]);
        assert_eq!(found("if x: import a\relse:\n\x0cimport b"), [(6, false), (22, false)]);
        assert_eq!(found("from .a . b import(c)"), [(0, true)]);
        assert_eq!(found("from...a import b"), [(0, true)]);
        assert_eq!(found("from.import b"), [(0, true)]);
        assert_eq!(found("from a \\\r\n import b"), [(0, true)]);
        assert_eq!(found("lazy import a; lazy from b import c"), [(0, false), (15, true)]);
        assert_eq!(found("from lazy import a"), [(0, true)]);
        assert_eq!(found("from from_ import a"), [(0, true)]);
    }

    #[test]
    fn what_is_no_statement() {
        assert_eq!(found(">>> import a"), []);
        assert_eq!(found("we import a"), []);
        assert_eq!(found("importer = reimport = import_ = 1"), []);
        assert_eq!(found("a.import.a.import"), []);
        assert_eq!(found("from a b import c"), []);
    }

    #[test]
    fn a_crossed_backslash_stays_a_candidate() {
        assert_eq!(found("# note \\\nimport a"), [(9, false)]);
        assert_eq!(found("# c: from x \\\nimport a"), [(5, true)]);
        assert_eq!(found("# from x \\\nimport a"), [(11, false)]);
        assert_eq!(found("# from x \\\nfrom y import a"), [(11, true)]);
        assert_eq!(found("# lazy \\\nfrom y import a"), [(9, true)]);
    }
}
