//! What shells put into words: variables, as far as they are known, and commands within commands. Knows how expansions are
//! spelt; must not know where words end.

use super::variables::Value;
use super::{Command, MAX_DEPTH, Splitter, Word};
use crate::excerpt::Excerpt;

/// Variables may put in so many bytes, all uses together.
const MOST_PUT_IN: usize = 1 << 20;

impl Splitter<'_, '_> {
    /// `$x`, `${x}`, `$(command)`, `$((1))`, `${{ expression }}`.
    pub(super) fn expand(&mut self, quoted: bool) {
        let rest = self.rest();
        if rest.starts_with("${{") {
            let len = rest.find("}}").map_or(rest.len(), |len| len + 2);
            let inner = rest.get(3..len.saturating_sub(2)).unwrap_or_default().trim();
            match inner.strip_prefix("env.").filter(|name| self.variables.get(name).is_some()) {
                Some(name) => self.put_in(name, len, quoted),
                None => self.unknown(len),
            }
        } else if rest.starts_with("$((") {
            let len = rest.find("))").map_or(rest.len(), |len| len + 2);
            self.unknown(len);
        } else if rest.starts_with("$(") {
            let (len, end) = enclosed(rest);
            self.inner(2, end);
            self.unknown(len);
        } else if rest.starts_with("${") {
            let len = rest.find('}').map_or(rest.len(), |len| len + 1);
            let inner = rest.get(2..len.saturating_sub(1)).unwrap_or_default();
            let name_len = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
            let (name, tail) = inner.split_at(name_len);
            // `${x:-default}` is the default where nothing is known.
            let default = [":-", "-", ":=", "="].iter().find_map(|sign| tail.strip_prefix(sign));
            let default = default.filter(|_| !tail.contains('$'));
            let is_whole = tail.is_empty() || matches!(tail, "[@]" | "[*]") || default.is_some();
            if self.variables.get(name).is_some() && is_whole {
                self.put_in(name, len, quoted);
            } else if let Some(default) = default {
                let start = self.at + len.saturating_sub(1) - default.len();
                let part = self.script.part(start..start + default.len());
                let mut value = Excerpt::default();
                value.append(&part, 0..part.text().len());
                self.put(&Value { word: Word { text: value, open: false }, is_list: false }, None, quoted);
                self.at += len;
            } else {
                self.unknown(len);
            }
        } else {
            let name: &str = rest.get(1..).unwrap_or_default();
            let name_len = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
            let name = name.get(..name_len).unwrap_or_default();
            if self.variables.get(name).is_some() {
                self.put_in(name, name_len + 1, quoted);
            } else if name.is_empty() && !matches!(self.peek(1), b'@' | b'*' | b'#' | b'?' | b'!' | b'$' | b'-') {
                self.take(1);
            } else {
                self.unknown((name_len + 1).max(if name.is_empty() { 2 } else { 1 }));
            }
        }
    }

    /// Something that only the running shell knows; its text stays, so that it has a place.
    fn unknown(&mut self, len: usize) {
        self.take(len);
        self.word.get_or_insert_default().open = true;
    }

    /// Puts the value of a variable in for an expansion of so many bytes; its words stand where that stands.
    fn put_in(&mut self, name: &str, len: usize, quoted: bool) {
        let place = self.script.span(self.at..(self.at + len).min(self.bytes.len()));
        self.at += len;
        if let Some(value) = self.variables.get(name).cloned() {
            *self.put_in += value.word.text.text().len();
            if *self.put_in > MOST_PUT_IN {
                self.word.get_or_insert_default().open = true;
                return;
            }
            self.put(&value, Some(place), quoted);
        }
    }

    /// Puts a value in; outside of quotes it is split at white space.
    fn put(&mut self, value: &Value, place: Option<crate::span::Span>, quoted: bool) {
        let quoted = quoted && !value.is_list;
        let value = &value.word;
        let text = value.text.text();
        let mut at = 0;
        while at < text.len() || at == 0 {
            let rest = text.get(at..).unwrap_or_default();
            let blank = rest.len() - rest.trim_start().len();
            if !quoted && blank > 0 {
                self.end_word();
                at += blank;
                continue;
            }
            let len = if quoted { rest.len() } else { rest.find(char::is_whitespace).unwrap_or(rest.len()) };
            if len > 0 || quoted {
                let word = self.word.get_or_insert_default();
                match place {
                    Some(place) => word.text.push_for(text.get(at..at + len).unwrap_or_default(), place),
                    None => word.text.append(&value.text, at..at + len),
                }
                word.open |= value.open;
            }
            at += len;
            if len == 0 {
                break;
            }
        }
    }

    /// Reads a part of the text as a script of its own.
    pub(super) fn inner(&mut self, skip: usize, end: usize) {
        let script = self.script.part(self.at + skip..(self.at + end).min(self.bytes.len()));
        if self.depth >= MAX_DEPTH {
            let span = script.whole();
            self.out.push(Command { words: Vec::new(), span, fed: None, too_deep: true });
            return;
        }
        // What it assigns is its own, strictly; a copy for each would take too long.
        Splitter::new(&script, self.variables, self.out, self.depth + 1, self.put_in).run();
    }

    pub(super) fn backticks(&mut self) {
        let rest = self.rest().get(1..).unwrap_or_default();
        let len = rest.find('`').unwrap_or(rest.len());
        self.inner(1, len + 1);
        self.unknown(len + 2);
    }
}

/// How long a command in brackets is that begins with a sign in front of them, and where what they enclose ends: with the
/// text, where they are never closed.
pub(super) fn enclosed(text: &str) -> (usize, usize) {
    match closing(text, 1) {
        Some(len) => (len, len.saturating_sub(1).max(2)),
        None => (text.len(), text.len()),
    }
}

/// Where the bracket that opens at `at` closes, exclusive.
fn closing(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate().skip(at) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
    }
    None
}
