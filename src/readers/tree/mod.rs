//! Structured data as one kind of tree, whatever it was written in: what TOML, JSON and YAML have in common, with the way
//! back to the text. Must not know what keys mean.

pub(in crate::readers) mod json;
pub mod toml;
pub mod yaml;

use crate::excerpt::Excerpt;
use crate::span::{Span, to_u32};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'t> {
    /// The value with its quotes or brackets.
    pub span: Span,
    /// What it is.
    pub value: Value<'t>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'t> {
    /// Text, without quotes and escapes.
    Text(Excerpt<'t>),
    /// A number, a boolean, a date or nothing.
    Other,
    /// A list.
    List(Vec<Item<'t>>),
    /// A map in the order of the file. Keys may repeat: what is written twice is read twice.
    Map(Vec<(Excerpt<'t>, Item<'t>)>),
}

/// A tree, and what of it could not be read.
pub struct Tree<'t> {
    /// What could be read.
    pub root: Item<'t>,
    /// Where it is broken, and how.
    pub broken: Vec<(Span, String)>,
}

impl<'t> Item<'t> {
    /// The entries, when it is a map.
    #[must_use]
    pub fn entries(&self) -> &[(Excerpt<'t>, Item<'t>)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn items(&self) -> &[Item<'t>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&Excerpt<'t>> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The last value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Item<'t>> {
        self.entries().iter().rev().find(|(own, _)| own.text() == key).map(|(_, item)| item)
    }

    /// The text of a key.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Item::text).map(Excerpt::text)
    }

    /// Every value at the end of a path of keys; `*` is any key. Items of lists on the way are entered.
    #[must_use]
    pub fn at<'i>(&'i self, path: &[&str]) -> Vec<&'i Item<'t>> {
        let mut found = vec![self];
        for key in path {
            let mut next = Vec::new();
            for item in found {
                let maps: Vec<&Item<'t>> =
                    if let Value::List(items) = &item.value { items.iter().collect() } else { vec![item] };
                for map in maps {
                    let fits = map.entries().iter().filter(|(own, _)| *key == "*" || own.text() == *key);
                    next.extend(fits.map(|(_, item)| item));
                }
            }
            found = next;
        }
        found
    }
}

/// Finds out where each character of decoded text comes from: those that stand in the raw text are taken one by one,
/// white space stands for white space, and anything else for the escape at hand.
pub(in crate::readers) fn aligned(decoded: &str, raw: &str, from: usize) -> Excerpt<'static> {
    let mut excerpt = Excerpt::default();
    let mut at = 0;
    let place = |start: usize, end: usize| Span::new(from + start, from + end);
    let chars = decoded.char_indices();
    for (index, c) in chars {
        let text = decoded.get(index..index + c.len_utf8()).unwrap_or_default();
        let rest = raw.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let next = rest.chars().next();
        if next == Some('\\') && (c != '\\' || rest.starts_with("\\\\")) {
            // A line that goes on behind a backslash stands for nothing.
            let (escape, is_joint) = escape_len(rest);
            if is_joint {
                let joined = rest.get(escape..).unwrap_or_default();
                at += escape + joined.len() - joined.trim_start().len();
                let rest = raw.get(at..).unwrap_or_default();
                if rest.starts_with(c) {
                    excerpt.push(text, to_u32(from + at));
                    at += c.len_utf8();
                    continue;
                }
                let (escape, _) = escape_len(rest);
                excerpt.push_for(text, place(at, at + escape));
                at += escape;
                continue;
            }
            excerpt.push_for(text, place(at, at + escape));
            at += escape;
        } else if next == Some('\'') && c == '\'' && rest.starts_with("''") {
            excerpt.push_for(text, place(at, at + 2));
            at += 2;
        } else if next == Some(c) {
            excerpt.push(text, to_u32(from + at));
            at += c.len_utf8();
        } else if c.is_whitespace() {
            excerpt.push_for(text, place(at, at + blank));
            at += blank;
        } else if rest.get(blank..).is_some_and(|rest| rest.starts_with(c)) {
            at += blank;
            excerpt.push(text, to_u32(from + at));
            at += c.len_utf8();
        } else {
            // Something that nobody can follow: the rest stands for the rest.
            let rest = decoded.get(index..).unwrap_or_default();
            excerpt.push_for(rest, place(at, raw.len()));
            return excerpt;
        }
    }
    excerpt
}

/// How long an escape is, and whether it only joins two lines.
fn escape_len(rest: &str) -> (usize, bool) {
    let second = rest.chars().nth(1);
    let hex = |most: usize| rest.chars().skip(2).take(most).take_while(char::is_ascii_hexdigit).count() + 2;
    match second {
        Some('x') => (hex(2), false),
        // Two halves of a pair are one character.
        Some('u')
            if rest.get(6..).is_some_and(|low| low.starts_with("\\ud") || low.starts_with("\\uD")) && is_high(rest) =>
        {
            (12, false)
        }
        Some('u') => (hex(4), false),
        Some('U') => (hex(8), false),
        Some(c) if c.is_whitespace() => (1 + c.len_utf8(), true),
        Some(c) => (1 + c.len_utf8(), false),
        None => (1, false),
    }
}

fn is_high(rest: &str) -> bool {
    rest.get(2..6)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .is_some_and(|code| (0xD800..0xDC00).contains(&code))
}
