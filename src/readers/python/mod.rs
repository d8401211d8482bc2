//! The Python reader: imports by candidate and lexer (tiers 0 to 2). Knows how the tiers fit together; each file
//! beside it knows one of them.

mod asked;
mod blocks;
mod candidates;
mod condition;
mod decode;
mod formatted;
mod lexer;
mod logical_lines;
mod statement;
pub mod tree;
mod type_checking;
mod version_test;
mod words;

use super::{Detail, Reader, Sink, Unread, Wanted};
use crate::context::Context;
use crate::fact::{Fact, Role};
use crate::name::is_identifier_byte;
use crate::problem::ProblemKind;
use crate::span::Span;
use crate::surface::Surface;
use crate::text::{Positions, Text};
use blocks::Place;
use candidates::{Candidate, candidates};
use lexer::{Lexer, TokenKind};
use statement::Statement;

/// Reads `.py`, `.pyi`, `.pyw` and scripts with a Python shebang.
pub struct Python;

impl Reader for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn about(&self) -> &'static str {
        "*.py, *.pyi, *.pyw, and files without a suffix that start with a Python shebang"
    }

    fn claims_name(&self, file_name: &[u8]) -> Option<Surface> {
        let dot = memchr::memrchr(b'.', file_name)?;
        match file_name.get(dot + 1..)? {
            suffix if suffix.eq_ignore_ascii_case(b"py") || suffix.eq_ignore_ascii_case(b"pyw") => Some(Surface::Code),
            suffix if suffix.eq_ignore_ascii_case(b"pyi") => Some(Surface::Stubs),
            _ => None,
        }
    }

    fn claims_head(&self, head: &[u8]) -> Option<Surface> {
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let line = head.strip_prefix(b"#!")?;
        let end = memchr::memchr2(b'\n', b'\r', line).unwrap_or(line.len());
        let line = line.get(..end)?;
        // `/usr/bin/python3`, `/usr/bin/env -S python3.12 -u`, `pypy3`, `uv run --script` (PEP 723).
        let mut words = line.split(|&b| matches!(b, b' ' | b'\t' | b'/' | b'\\'));
        let is_python =
            words.clone().any(is_interpreter) || (words.any(|word| word == b"uv") && words.any(|word| word == b"run"));
        is_python.then_some(Surface::Code)
    }

    fn read(&self, bytes: &[u8], surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
        let text = match decode::decode(bytes) {
            Ok(text) => text,
            Err(trouble) => {
                let at = Span::empty(trouble.offset);
                let unread = Unread { span: at, kind: trouble.kind, message: trouble.message, help: trouble.help };
                let text = decode::as_characters(bytes);
                sink.unread(&mut text.positions(), unread);
                return;
            }
        };
        imports(&text, surface, wanted, detail, sink);
    }

    fn is_blank(&self, bytes: &[u8]) -> bool {
        let Ok(text) = decode::decode(bytes) else { return false };
        let bytes = text.content().as_bytes();
        let mut lexer = Lexer::new(bytes);
        let mut at = 0;
        // Where the docstring so far ends: one literal, or several next to each other.
        let mut docstring = None;
        while let Some(token) = lexer.next_token() {
            let code = bytes.get(at..token.start).unwrap_or_default();
            let is_comment = token.kind == TokenKind::Comment;
            let code = if is_comment { code } else { without_prefix(code) };
            let is_joined = code.iter().all(|b| matches!(b, b' ' | b'\t'));
            if !is_blank_code(code) || (!is_comment && docstring.is_some_and(|end| end != at || !is_joined)) {
                return false;
            }
            at = token.end;
            if !is_comment {
                docstring = Some(at);
            }
        }
        is_blank_code(bytes.get(at..).unwrap_or_default())
    }
}

/// Code in front of a literal, without the literal's own prefix, where that makes a plain text of it.
fn without_prefix(code: &[u8]) -> &[u8] {
    match code {
        [head @ .., b'r' | b'R' | b'u' | b'U'] if !head.last().copied().is_some_and(is_identifier_byte) => head,
        _ => code,
    }
}

/// Whether code between strings and comments does nothing.
fn is_blank_code(code: &[u8]) -> bool {
    code.iter().all(|b| b.is_ascii_whitespace() || matches!(b, 0x0C | b';' | b'\\'))
}

/// `python`, `python3.13t`, `pythonw.exe`, `python3-dbg`, `pypy3`.
fn is_interpreter(word: &[u8]) -> bool {
    let word = word.strip_suffix(b".exe").unwrap_or(word);
    let word = word.strip_suffix(b"-dbg").unwrap_or(word);
    let Some(version) = word.strip_prefix(b"python").or_else(|| word.strip_prefix(b"pypy")) else { return false };
    let version = version.strip_suffix(b"w").or_else(|| version.strip_suffix(b"t")).unwrap_or(version);
    version.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

fn imports(text: &Text<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
    let (content, bytes) = (text.content(), text.content().as_bytes());
    let mut statement = Statement::default();
    let mut name = String::with_capacity(128);
    let is_asked = |candidate: &Candidate| {
        wanted.is_all() || asked::is_wanted(content, candidate, wanted, &mut statement, &mut name)
    };
    let mut asked: Vec<Candidate> = Vec::with_capacity(if wanted.is_all() { 64 } else { 0 });
    asked.extend(candidates(bytes).filter(is_asked));
    if asked.is_empty() {
        return;
    }
    let has_inner = detail == Detail::Whole && asked.iter().any(|c| !blocks::is_flush_left(bytes, c.start));
    let mut literals = Vec::new();
    let (found, hidden) = standing_in_code(bytes, asked, has_inner.then_some(&mut literals));
    let mut kept: Vec<(Candidate, Place)> = Vec::with_capacity(found.len());
    for candidate in found {
        kept.push((candidate, Place::default()));
    }
    let mut teller = Teller { bytes, surface, wanted, name, positions: text.positions(), sink };
    if has_inner {
        let is_needed = |candidate: &Candidate| {
            statement.read(content, candidate);
            teller.needs_place(&statement, candidate)
        };
        locate(content, &mut kept, &literals, is_needed);
    }
    for (candidate, place) in &kept {
        statement.read(content, candidate);
        teller.tell(&statement, candidate, place);
    }
    for unread in hidden {
        teller.sink.unread(&mut teller.positions, unread);
    }
}

/// Tier 2: lexes up to the last candidate and keeps those that stand in code. Candidates inside a literal that never
/// closes are told as unread, once for each literal.
/// `literals` receives those of more than one line.
fn standing_in_code(
    bytes: &[u8],
    asked: Vec<Candidate>,
    mut literals: Option<&mut Vec<(usize, usize)>>,
) -> (Vec<Candidate>, Vec<Unread>) {
    let mut lexer = Lexer::new(bytes);
    let mut found = Vec::with_capacity(asked.len());
    let mut hidden: Vec<Unread> = Vec::new();
    let mut token = lexer.next_token();
    let mut code_start = 0;
    for candidate in asked {
        while let Some(passed) = token.filter(|token| token.end <= candidate.keyword) {
            code_start = passed.end;
            if let Some(literals) = &mut literals
                && passed.kind != TokenKind::Comment
                && bytes.get(passed.start..passed.end).is_some_and(|text| memchr::memchr(b'\n', text).is_some())
            {
                literals.push((passed.start, passed.end));
            }
            token = lexer.next_token();
        }
        match token {
            Some(around) if around.start <= candidate.keyword => {
                let is_open = around.kind == TokenKind::Literal { closed: false };
                let span = Span::new(around.start, around.start + 1);
                if is_open && hidden.last().is_none_or(|last| last.span != span) {
                    hidden.push(Unread {
                        span,
                        kind: ProblemKind::Syntax,
                        message: "this string never closes, and an import stands inside it".into(),
                        help: "close the string; if the file is broken on purpose, list it under `unanalysed`",
                    });
                }
            }
            _ => found.push(candidate.starting_at(code_start)),
        }
    }
    if lexer.gave_up() {
        hidden.push(Unread {
            span: Span::empty(0),
            kind: ProblemKind::Limit,
            message: "too many formatted strings that never close: imports may have been misread".into(),
            help: "mend the strings; if the file is broken on purpose, list it under `unanalysed`",
        });
    }
    (found, hidden)
}

/// Finds scope and contexts of those candidates that are not plainly at module level, and for which somebody needs them.
fn locate(
    text: &str,
    kept: &mut [(Candidate, Place)],
    literals: &[(usize, usize)],
    mut is_needed: impl FnMut(&Candidate) -> bool,
) {
    let bytes = text.as_bytes();
    let mut inner: Vec<&mut (Candidate, Place)> =
        kept.iter_mut().filter(|(c, _)| !blocks::is_flush_left(bytes, c.start) && is_needed(c)).collect();
    if inner.is_empty() {
        return;
    }
    let starts: Vec<usize> = inner.iter().map(|(candidate, _)| candidate.start).collect();
    for ((_, place), found) in inner.iter_mut().zip(blocks::places(text, &starts, literals)) {
        *place = found;
    }
}

/// Hands statements over as facts.
struct Teller<'t> {
    bytes: &'t [u8],
    surface: Surface,
    wanted: &'t Wanted<'t>,
    /// The name at hand, reused.
    name: String,
    positions: Positions<'t>,
    sink: &'t mut dyn Sink,
}

impl Teller<'_> {
    /// Hands a statement over.
    fn tell(&mut self, statement: &Statement, candidate: &Candidate, place: &Place) {
        self.each(statement, candidate, place, |sink, positions, fact| sink.fact(positions, fact));
        if let Some(broken) = statement.broken
            && asked::may_hide_wanted(self.bytes, statement, self.wanted)
        {
            let start = statement.span.start as usize;
            let unread = Unread {
                span: Span::new(start, broken.max(start + 1)),
                kind: ProblemKind::Syntax,
                message: "this import statement cannot be read to its end".into(),
                help: "mend the statement; if the file is a template or broken on purpose, list it under `unanalysed`",
            };
            self.sink.unread(&mut self.positions, unread);
        }
    }

    /// Whether anybody needs to know where a statement stands.
    fn needs_place(&mut self, statement: &Statement, candidate: &Candidate) -> bool {
        let mut is_needed = false;
        self.each(statement, candidate, &Place::default(), |sink, _, fact| {
            is_needed = is_needed || sink.needs_place(fact);
        });
        is_needed
    }

    fn each(
        &mut self,
        statement: &Statement,
        candidate: &Candidate,
        place: &Place,
        mut take: impl FnMut(&mut dyn Sink, &mut Positions<'_>, &Fact<'_>),
    ) {
        let contexts = if candidate.lazy { place.contexts.with(Context::Lazy) } else { place.contexts };
        let module = statement.module();
        for alias in &statement.aliases {
            let own = statement.name(alias);
            let module_len = if statement.is_from { module.len() } else { own.len() };
            self.name.clear();
            if statement.is_from && !module.is_empty() {
                self.name.push_str(module);
                self.name.push('.');
            }
            self.name.push_str(own);
            let fact = Fact {
                surface: self.surface,
                role: Role::Import,
                name: &self.name,
                module_len,
                alias: statement.bound(alias),
                level: statement.level,
                contexts,
                versions: place.versions,
                scope: &place.scope,
                span: alias.span,
                statement: statement.span,
            };
            take(self.sink, &mut self.positions, &fact);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shebangs() {
        for python in [
            "#!/usr/bin/python",
            "#!/usr/bin/env python3",
            "#!/usr/bin/env -S python3.12 -u",
            "#!pypy3\n",
            "#!/usr/bin/python3.13t",
            "#!/usr/bin/env -S uv run --script",
        ] {
            assert!(Python.claims_head(python.as_bytes()).is_some(), "{python}");
        }
        for other in ["#!/bin/sh\n# python", "import a", "#!/usr/bin/pythonista", ""] {
            assert!(Python.claims_head(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn blank_files_hold_nothing_but_comments_and_one_docstring() {
        for blank in ["", "\n# a\n", "'''doc'''\n", "# a\nr\"\"\"doc\"\"\"\n# b\n", "'a' 'b';\n"] {
            assert!(Python.is_blank(blank.as_bytes()), "{blank}");
        }
        for code in ["x = 1", "'a'\n'b'\n", "pass", "f'a'", "b'a'", "xr'a'", "'a'.b", "(\n'a')"] {
            assert!(!Python.is_blank(code.as_bytes()), "{code}");
        }
    }

    #[test]
    fn suffixes() {
        assert_eq!(Python.claims_name(b"a.py"), Some(Surface::Code));
        assert_eq!(Python.claims_name(b"a.pyi"), Some(Surface::Stubs));
        assert_eq!(Python.claims_name(b"py"), None);
        assert_eq!(Python.claims_name(b"a.pyx"), None);
    }
}
