//! The Python reader: imports by candidate and lexer (tiers 0 to 2). Knows how the tiers fit together; each file
//! beside it knows one of them.

mod asked;
mod blocks;
mod candidates;
pub(in crate::readers) mod comments;
mod condition;
mod decode;
mod defined;
mod dependencies;
mod dependency_values;
mod formatted;
mod headers;
mod imports;
mod lexer;
mod logical_lines;
mod statement;
mod string_hints;
pub mod tree;

pub(in crate::readers) use decode::hiding;
mod type_checking;
mod uses;
mod version_test;
mod words;

use super::handed_out::HandedOut;
use super::{Detail, Reader, Sink, Unread, Wanted};
use crate::name::is_identifier_byte;
use crate::source::Source;
use crate::span::Span;
use crate::surface::Surface;
use lexer::{Lexer, TokenKind};

/// Reads `.py`, `.pyi`, `.pyw` and scripts with a Python shebang.
pub struct Python;

impl Reader for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn about(&self) -> &'static str {
        "*.py, *.pyi, *.pyw, and files without a suffix that start with a Python shebang"
    }

    fn claims(&self, _folder: &[u8], file_name: &[u8]) -> Option<Surface> {
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

    fn read(&self, source: &Source<'_>, surface: Surface, wanted: &Wanted<'_>, detail: Detail, sink: &mut dyn Sink) {
        let bytes = source.bytes;
        let text = match decode::decode(bytes) {
            Ok(text) => text,
            Err(trouble) => {
                let at = Span::empty(trouble.offset);
                let unread = Unread { span: at, kind: trouble.kind, message: trouble.message, help: trouble.help };
                let text = super::decode::as_characters(bytes);
                sink.unread(&mut text.positions(), unread);
                return;
            }
        };
        if wanted.comments {
            comments::read(&text, true, sink);
        }
        read_text(&text, surface, wanted, detail, sink);
        if wanted.distributions.is_some() {
            dependencies::read(source, &text, wanted, sink);
        }
    }

    fn declares(&self, file_name: &[u8]) -> bool {
        file_name == b"setup.py"
    }

    fn handed_out(&self, bytes: &[u8], name: &str) -> HandedOut {
        decode::decode(bytes).map(|text| uses::handed_out::read(&text, name)).unwrap_or_default()
    }

    fn has_scope(&self, bytes: &[u8], scope: &str) -> bool {
        // Where nobody can read, nobody can say that it is gone.
        decode::decode(bytes).map_or(true, |text| defined::defines(text.content(), scope))
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

/// Whether a file may declare its own dependencies (PEP 723).
#[must_use]
pub fn has_script_block(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"# /// script").is_some()
}

/// Reads what a script block declares.
pub fn read_script_block(bytes: &[u8], wanted: &Wanted<'_>, sink: &mut dyn Sink) {
    if let Ok(text) = decode::decode(bytes) {
        dependencies::read_block(&text, wanted, sink);
    }
}

/// Reads Python text, whatever it was taken from.
pub(super) fn read_text(
    text: &crate::text::Text<'_>,
    surface: Surface,
    wanted: &Wanted<'_>,
    detail: Detail,
    sink: &mut dyn Sink,
) {
    imports::read(text, surface, wanted, detail, sink);
}

/// Whether every literal and bracket of a piece of code is closed in it, so that other code may follow.
pub(super) fn is_closed(code: &str) -> bool {
    let bytes = code.as_bytes();
    let mut lexer = Lexer::new(bytes);
    let mut depth = 0_i64;
    let mut at = 0;
    let mut count = |from: usize, to: usize| {
        for byte in bytes.get(from..to).unwrap_or_default() {
            depth += match byte {
                b'(' | b'[' | b'{' => 1,
                b')' | b']' | b'}' => -1,
                _ => 0,
            };
        }
    };
    while let Some(token) = lexer.next_token() {
        if token.kind == (TokenKind::Literal { closed: false }) {
            return false;
        }
        count(at, token.start);
        at = token.end;
    }
    count(at, bytes.len());
    depth == 0
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
        assert_eq!(Python.claims(b"", b"a.py"), Some(Surface::Code));
        assert_eq!(Python.claims(b"", b"a.pyi"), Some(Surface::Stubs));
        assert_eq!(Python.claims(b"", b"py"), None);
        assert_eq!(Python.claims(b"", b"a.pyx"), None);
    }
}
