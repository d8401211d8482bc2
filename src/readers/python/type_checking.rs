//! Whether a name is `typing.TYPE_CHECKING` for sure. Knows which spellings only read a name; any other makes the
//! answer no, so that no file can lower a level by binding the name itself.

use super::candidates::candidates;
use super::condition::Test;
use super::lexer::Lexer;
use super::statement::Statement;
use super::words::words;
use crate::name::is_identifier_byte;
use crate::span::Span;

const FLAG: &str = "TYPE_CHECKING";
/// Of more names than this, none beyond is certain.
const MOST_NAMES: usize = 32;
const HOMES: [&str; 2] = ["typing", "typing_extensions"];

/// Answers for one file; remembers what it found out.
pub(super) struct TypeChecking<'a> {
    text: &'a str,
    known: Vec<(Vec<u8>, bool)>,
    code: Option<Code>,
}

/// What of a file is code, found out once.
struct Code {
    /// Code bytes; everything else is blank.
    masked: Vec<u8>,
    /// `(bound name, whether it is the flag itself)`, from the two modules that define it.
    bound: Vec<(String, bool)>,
    /// Names that the same modules bind to something else.
    rebound: Vec<String>,
    /// Whether a name could be bound unseen: a star import of something else, or letters beyond ASCII that
    /// Python folds.
    opaque: bool,
}

impl<'a> TypeChecking<'a> {
    /// Nothing is read before a test is asked about.
    #[must_use]
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, known: Vec::new(), code: None }
    }

    /// Whether `test` is true for type checkers only.
    pub(super) fn holds(&mut self, test: &Test<'_>) -> bool {
        let (head, is_flag) = match test {
            Test::Name(name) => (*name, true),
            Test::Attribute(head, name) if *name == FLAG.as_bytes() => (*head, false),
            _ => return false,
        };
        if let Some((_, answer)) = self.known.iter().find(|(name, _)| name == head) {
            return *answer;
        }
        // A file with so many names for one flag plays tricks; and each name costs a look at the whole file.
        if self.known.len() >= MOST_NAMES {
            return false;
        }
        let code = self.code.get_or_insert_with(|| Code::read(self.text));
        let answer = code.is_only_read(head, is_flag);
        self.known.push((head.to_vec(), answer));
        answer
    }
}

impl Code {
    fn read(text: &str) -> Self {
        let mut masked = text.as_bytes().to_vec();
        let mut lexer = Lexer::new(text.as_bytes());
        while let Some(token) = lexer.next_token() {
            if let Some(gap) = masked.get_mut(token.start..token.end) {
                gap.fill(b' ');
            }
        }
        let mut opaque = !masked.is_ascii();
        let mut bound = Vec::new();
        let mut rebound = Vec::new();
        let mut statement = Statement::default();
        let places: Vec<_> = candidates(&masked).collect();
        for candidate in places {
            statement.read(text, &candidate);
            let is_home = statement.level == 0 && HOMES.contains(&statement.module());
            for alias in &statement.aliases {
                let name = statement.name(alias);
                let name_bound = statement.bound(alias).unwrap_or(name);
                if !statement.is_from && HOMES.contains(&name) {
                    bound.push((name_bound.to_owned(), false));
                    blank(&mut masked, alias.span);
                } else if is_home && name == FLAG {
                    bound.push((name_bound.to_owned(), true));
                } else if is_home && name == "*" {
                    // Both modules list the flag among their public names.
                    bound.push((FLAG.to_owned(), true));
                } else if name == "*" {
                    opaque = true;
                } else if is_home {
                    rebound.push(name_bound.to_owned());
                }
            }
            // What these modules bind is accounted for; the words are not looked at again.
            if is_home && statement.broken.is_none() {
                blank(&mut masked, statement.span);
            }
        }
        Self { masked, bound, rebound, opaque }
    }

    /// Whether `name` was imported as the flag (or its module) and every other mention only reads it.
    fn is_only_read(&self, name: &[u8], is_flag: bool) -> bool {
        let imported = self.bound.iter().any(|(bound, flag)| bound.as_bytes() == name && *flag == is_flag);
        let otherwise = self.bound.iter().any(|(bound, flag)| bound.as_bytes() == name && *flag != is_flag);
        let rebound = self.rebound.iter().any(|rebound| rebound.as_bytes() == name);
        if !imported || otherwise || rebound || self.opaque {
            return false;
        }
        let finder = memchr::memmem::Finder::new(name);
        finder.find_iter(&self.masked).all(|at| {
            let before = self.masked.get(..at).unwrap_or_default();
            let after = self.masked.get(at + name.len()..).unwrap_or_default();
            let is_word = !before.last().copied().is_some_and(is_identifier_byte)
                && !after.first().copied().is_some_and(is_identifier_byte);
            !is_word || if is_flag { reads_flag(before, after) } else { reads_module(before, after) }
        })
    }
}

fn blank(masked: &mut [u8], span: Span) {
    if let Some(words) = masked.get_mut(span.range()) {
        words.fill(b' ');
    }
}

/// The words and signs in front, on the same line. A name that begins its line may be bound there, so that nothing of the
/// line before may speak for it. Looks back a little only, which keeps a file linear.
fn words_before(before: &[u8]) -> Vec<&[u8]> {
    let tail = before.get(before.len().saturating_sub(200)..).unwrap_or_default();
    let start = memchr::memrchr2(b'\n', b'\r', tail).map_or(0, |at| at + 1);
    words(tail.get(start..).unwrap_or_default()).collect()
}

/// The words and signs behind, on the same line.
fn words_after(after: &[u8]) -> Vec<&[u8]> {
    let head = after.get(..after.len().min(200)).unwrap_or_default();
    let end = memchr::memchr2(b'\n', b'\r', head).unwrap_or(head.len());
    words(head.get(..end).unwrap_or_default()).take(4).collect()
}

/// Whether what stands between is read for sure: it follows a word after which only a value can stand, and no `:=`
/// follows it.
fn reads_flag(before: &[u8], after: &[u8]) -> bool {
    let (before, after) = (words_before(before), words_after(after));
    let is_walrus = matches!(after.as_slice(), [b":", b"=", ..]);
    match before.as_slice() {
        [.., b"if" | b"elif" | b"not" | b"and" | b"or" | b"assert" | b"return" | b"while"] => !is_walrus,
        // `x = TYPE_CHECKING`, but not `x = TYPE_CHECKING = y` and no tuple.
        [.., b"="] => matches!(after.as_slice(), [] | [b")", ..]),
        // `f(TYPE_CHECKING)` may be a parameter of a `def`; `if (TYPE_CHECKING):` is not.
        [.., b"if" | b"elif" | b"while", b"("] => matches!(after.as_slice(), [b")", b":", ..]),
        _ => false,
    }
}

/// A module is only read where an attribute of it is taken; the flag of it, where a flag would be read.
fn reads_module(before: &[u8], after: &[u8]) -> bool {
    if let [.., owner, b"."] = words_before(before).as_slice() {
        // The attribute of something else that has the same name; not the end of an ellipsis.
        return owner.last().copied().is_some_and(|b| is_identifier_byte(b) || b == b')' || b == b']');
    }
    match words_after(after).as_slice() {
        [b".", attribute, ..] if *attribute == FLAG.as_bytes() => {
            let at = memchr::memmem::find(after, attribute).unwrap_or(0) + attribute.len();
            reads_flag(before, after.get(at..).unwrap_or_default())
        }
        [b".", ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(source: &str, test: &str) -> bool {
        TypeChecking::new(source).holds(&Test::read(test.as_bytes()))
    }

    #[test]
    fn certain_spellings() {
        assert!(holds("from typing import TYPE_CHECKING\nif TYPE_CHECKING: pass", "TYPE_CHECKING:"));
        assert!(holds("from typing_extensions import TYPE_CHECKING as TC, Any\nif TC: pass", "TC:"));
        assert!(holds("import os, typing\nif typing.TYPE_CHECKING: pass", "typing.TYPE_CHECKING:"));
        assert!(holds("from typing import *\nx = TYPE_CHECKING\n", "TYPE_CHECKING:"));
        assert!(holds("import typing as t\nif t.TYPE_CHECKING: pass\nx: t.Any", "t.TYPE_CHECKING:"));
        assert!(holds("from typing import TYPE_CHECKING\nif (TYPE_CHECKING): pass", "(TYPE_CHECKING):"));
        assert!(holds("from typing import TYPE_CHECKING\nx = 1 if TYPE_CHECKING else 2", "TYPE_CHECKING:"));
    }

    #[test]
    fn a_name_that_may_be_bound_elsewhere_is_not_certain() {
        let import = "from typing import TYPE_CHECKING\n";
        for trick in [
            "TYPE_CHECKING = True",
            "TYPE_CHECKING: bool = True",
            "x = TYPE_CHECKING = True",
            "x = TYPE_CHECKING, y = 1, 2",
            "x, TYPE_CHECKING = 1, 2",
            "for TYPE_CHECKING in x: pass",
            "def f(TYPE_CHECKING): pass",
            "with x as TYPE_CHECKING: pass",
            "if (TYPE_CHECKING := 1): pass",
            "from acme import TYPE_CHECKING",
            "import acme as TYPE_CHECKING",
            "from acme import *",
            "global TYPE_CHECKING",
            "ＴYPE_CHECKING = 1",
            "def f():\n    return\nTYPE_CHECKING = True",
            "from typing import Any as TYPE_CHECKING",
        ] {
            assert!(!holds(&format!("{import}{trick}\n"), "TYPE_CHECKING:"), "{trick}");
        }
        assert!(!holds("import typing\ntyping.TYPE_CHECKING = True\n", "typing.TYPE_CHECKING:"));
        for trick in [
            "typing = acme",
            "def f(): ...\ntyping = object()",
            "typing.TYPE_CHECKING: bool = True",
            "typing.TYPE_CHECKING, x = 1, 2",
            "with x as typing.TYPE_CHECKING: pass",
        ] {
            assert!(!holds(&format!("import typing\n{trick}\n"), "typing.TYPE_CHECKING:"), "{trick}");
        }
        assert!(!holds("TYPE_CHECKING = False\n", "TYPE_CHECKING:"));
        assert!(!holds("", "TYPE_CHECKING:"));
    }
}
