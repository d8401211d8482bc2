//! Environment markers (PEP 508): for which versions of Python a requirement is meant. Whatever else a marker asks may hold.

use crate::accepts::{Accepts, Range, Verdict};
use crate::versions::{Version, Versions};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Parentheses nested deeper than this are taken to hold.
const MAX_DEPTH: usize = 32;
/// A longer marker is taken to hold.
const MOST_BYTES: usize = 16 << 10;

/// The versions of Python on which a marker may hold; all for one that cannot be read.
pub(super) fn versions(marker: &str) -> Versions {
    if !marker.contains("python") || marker.len() > MOST_BYTES {
        return Versions::ANY;
    }
    let tokens = tokens(marker);
    let ranges = Ranges::default();
    Versions::those(|version| {
        let mut reading = Evaluation { tokens: &tokens, at: 0, version, depth: 0, ranges: &ranges };
        reading.any().unwrap_or(true)
    })
}

#[derive(Debug, PartialEq)]
enum Token<'m> {
    Word(&'m str),
    Text(&'m str),
    Sign(&'m str),
}

fn tokens(marker: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = marker.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '\'' | '"' => {
                let inner = rest.get(1..).unwrap_or_default();
                let len = inner.find(first).unwrap_or(inner.len());
                tokens.push(Token::Text(inner.get(..len).unwrap_or_default()));
                (len + 2).min(rest.len())
            }
            '(' | ')' => {
                tokens.push(Token::Sign(rest.get(..1).unwrap_or_default()));
                1
            }
            '<' | '>' | '=' | '!' | '~' => {
                let len = rest.find(|c: char| !"<>=!~".contains(c)).unwrap_or(rest.len());
                tokens.push(Token::Sign(rest.get(..len).unwrap_or_default()));
                len
            }
            c if c.is_alphanumeric() || c == '_' => {
                let len = rest.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
                tokens.push(Token::Word(rest.get(..len).unwrap_or_default()));
                len
            }
            c => c.len_utf8(),
        };
        rest = rest.get(len..).unwrap_or_default().trim_start();
    }
    tokens
}

/// Ranges that a marker asks for, by how they are written: the same ones for every version.
type Ranges = RefCell<FxHashMap<String, Option<Range>>>;

struct Evaluation<'m> {
    tokens: &'m [Token<'m>],
    at: usize,
    version: Version,
    depth: usize,
    ranges: &'m Ranges,
}

impl Evaluation<'_> {
    fn next(&mut self) -> Option<&Token<'_>> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.tokens.get(self.at) == Some(&Token::Word(word));
        self.at += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Option<bool> {
        let mut holds = self.all()?;
        while self.takes("or") {
            let other = self.all()?;
            holds |= other;
        }
        Some(holds)
    }

    fn all(&mut self) -> Option<bool> {
        let mut holds = self.one()?;
        while self.takes("and") {
            let other = self.one()?;
            holds &= other;
        }
        Some(holds)
    }

    fn one(&mut self) -> Option<bool> {
        if self.tokens.get(self.at) == Some(&Token::Sign("(")) {
            self.at += 1;
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return None;
            }
            let holds = self.any()?;
            self.depth -= 1;
            return (self.next() == Some(&Token::Sign(")"))).then_some(holds);
        }
        let left = self.operand()?;
        let sign = match self.next()? {
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Word("in") => "in".to_owned(),
            Token::Word("not") => "not in".to_owned(),
            _ => return None,
        };
        if sign == "not in" && !self.takes("in") {
            return None;
        }
        let right = self.operand()?;
        let (own, sign, other) = match (left, right) {
            (Operand::Python(own), Operand::Text(other)) => (own, sign, other),
            (Operand::Text(other), Operand::Python(own)) => (own, turned(&sign), other),
            // What else a marker asks for may hold.
            _ => return Some(true),
        };
        Some(compare(&own, &sign, &other, self.ranges))
    }

    fn operand(&mut self) -> Option<Operand> {
        let (major, minor) = self.version;
        match self.next()? {
            Token::Word("python_version" | "python_full_version") => Some(Operand::Python(format!("{major}.{minor}"))),
            Token::Word(_) => Some(Operand::Other),
            Token::Text(text) => Some(Operand::Text((*text).to_owned())),
            Token::Sign(_) => None,
        }
    }
}

enum Operand {
    Python(String),
    Text(String),
    Other,
}

fn turned(sign: &str) -> String {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        "in" => "contains",
        "not in" => "contains not",
        same => same,
    }
    .to_owned()
}

fn compare(own: &str, sign: &str, other: &str, ranges: &Ranges) -> bool {
    match sign {
        // `python_version in "3.8 3.9"` is about text.
        "in" => other.contains(own),
        "not in" => !other.contains(own),
        "contains" => own.contains(other),
        "contains not" => !own.contains(other),
        // A minor version has every patch of it, but for what asks for one in particular.
        _ => {
            let minor: String = other.split('.').take(2).collect::<Vec<_>>().join(".");
            let is_patch = minor.len() < other.len() && !other.ends_with(".*");
            let sign = match sign {
                "<" | "<=" if is_patch => "<=",
                ">" | ">=" if is_patch => ">=",
                "==" | "===" | "~=" if is_patch => "==",
                "!=" if is_patch => return true,
                sign => sign,
            };
            let asked = if is_patch { &minor } else { other };
            let mut ranges = ranges.borrow_mut();
            let range = ranges.entry(format!("{sign}{asked}")).or_insert_with_key(|text| Range::parse(text));
            let Some(range) = range else { return true };
            range.judge(&Accepts::one(own)) == Verdict::Inside
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_say_for_which_python() {
        let on = |marker: &str, minor: u8| versions(marker).admits((3, minor));
        assert!(on("python_version < '3.8'", 7) && !on("python_version < '3.8'", 8));
        assert!(on("'3.8' <= python_version and os_name == 'nt'", 12));
        assert!(!on("(python_version<\"3.8\" or python_version>='3.11') and extra == 'x'", 9));
        assert!(on("python_version in '3.8 3.9'", 9) && !on("python_version in '3.8 3.9'", 12));
        assert!(on("python_full_version < '3.11.4'", 11) && !on("python_full_version < '3.11.4'", 12));
        assert!(on("sys_platform == 'win32'", 12) && on("python_version <", 12) && on("((((", 12));
        assert!(!versions("python_version == '2.7'").admits((3, 12)));
    }
}
