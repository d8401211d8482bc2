//! Literal comparisons of `sys.version_info`: for which versions they hold. Knows how Python orders tuples; must not know
//! blocks.

use super::words::without_parentheses;
use crate::versions::{Version, Versions};
use std::cmp::Ordering;

/// For which versions a test can hold, and for which it can fail: both, where it asks for more than a minor version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guard {
    /// Versions that may take the branch.
    pub yes: Versions,
    /// Versions that may pass it by.
    pub no: Versions,
}

/// Reads `sys.version_info >= (3, 11)` in all its spellings: a part of the version on one side, a literal on the other.
pub(super) fn read(test: &[&[u8]]) -> Option<Guard> {
    let parts = conjunction(test)?;
    if let [whole] = parts.as_slice() {
        return read_one(without_parentheses(whole));
    }
    // Of a conjunction every part must hold; what else it asks, nobody knows.
    let parts = parts.iter().filter_map(|part| read_one(without_parentheses(part)));
    let known = parts.map(|guard| guard.yes).reduce(Versions::and)?;
    Some(Guard { yes: known, no: Versions::ANY })
}

/// The parts that `and` joins, outside of brackets; `None` where anything else joins or chooses.
fn conjunction<'t, 'a>(test: &'t [&'a [u8]]) -> Option<Vec<&'t [&'a [u8]]>> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, word) in test.iter().enumerate() {
        match *word {
            b"(" | b"[" | b"{" => depth += 1,
            b")" | b"]" | b"}" => depth -= 1,
            b"or" | b"if" | b"lambda" | b":" if depth == 0 => return None,
            b"and" if depth == 0 => {
                parts.push(test.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(test.get(start..)?);
    Some(parts)
}

fn read_one(test: &[&[u8]]) -> Option<Guard> {
    if let [b"not", rest @ ..] = test {
        let Guard { yes, no } = read_comparison(without_parentheses(rest))?;
        return Some(Guard { yes: no, no: yes });
    }
    read_comparison(test)
}

fn read_comparison(test: &[&[u8]]) -> Option<Guard> {
    let is_sign = |word: &&[u8]| matches!(*word, b"<" | b">" | b"=" | b"!");
    let at = test.iter().position(is_sign)?;
    let signs = test.iter().skip(at).take_while(|word| is_sign(word)).count();
    let (left, sign, right) = (test.get(..at)?, test.get(at..at + signs)?, test.get(at + signs..)?);
    let sign = Sign::read(sign)?;
    let (part, sign, literal) = match (Part::read(left), Literal::read(right)) {
        (Some(part), Some(literal)) => (part, sign, literal),
        _ => (Part::read(right)?, sign.turned(), Literal::read(left)?),
    };
    let can = |wanted: bool| {
        Versions::those(|version| orderings(&part, version, &literal).iter().any(|order| sign.holds(*order) == wanted))
    };
    Some(Guard { yes: can(true), no: can(false) })
}

#[derive(Clone, Copy)]
enum Sign {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

impl Sign {
    fn read(words: &[&[u8]]) -> Option<Self> {
        Some(match words {
            [b"<"] => Sign::Less,
            [b"<", b"="] => Sign::AtMost,
            [b"=", b"="] => Sign::Equal,
            [b"!", b"="] => Sign::Unequal,
            [b">", b"="] => Sign::AtLeast,
            [b">"] => Sign::More,
            _ => return None,
        })
    }

    /// The sign with its two sides exchanged.
    fn turned(self) -> Self {
        match self {
            Sign::Less => Sign::More,
            Sign::AtMost => Sign::AtLeast,
            Sign::AtLeast => Sign::AtMost,
            Sign::More => Sign::Less,
            same => same,
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Sign::Less => order.is_lt(),
            Sign::AtMost => order.is_le(),
            Sign::Equal => order.is_eq(),
            Sign::Unequal => order.is_ne(),
            Sign::AtLeast => order.is_ge(),
            Sign::More => order.is_gt(),
        }
    }
}

/// How many items `sys.version_info` has.
const ITEMS: usize = 5;

/// What of the version is compared.
enum Part {
    /// The first items of it, as a tuple.
    Tuple(usize),
    /// One item.
    Item(usize),
    /// A slice that is not told apart.
    Unknown,
}

impl Part {
    fn read(words: &[&[u8]]) -> Option<Self> {
        let ([b"sys", b".", b"version_info", rest @ ..] | [b"version_info", rest @ ..]) = words else { return None };
        Some(match rest {
            [] => Part::Tuple(ITEMS),
            [b".", b"major"] => Part::Item(0),
            [b".", b"minor"] => Part::Item(1),
            [b".", b"micro"] => Part::Item(2),
            [b"[", index @ .., b"]"] if index.iter().all(|word| *word == b":" || number(word).is_some()) => match index
            {
                [item] => Part::Item(number(item).unwrap_or(u64::MAX).try_into().unwrap_or(ITEMS)),
                [b":", end] | [b"0", b":", end] => {
                    Part::Tuple(number(end).unwrap_or(u64::MAX).try_into().unwrap_or(ITEMS).min(ITEMS))
                }
                _ => Part::Unknown,
            },
            _ => return None,
        })
    }
}

/// What it is compared with.
enum Literal {
    Number(u64),
    Tuple(Vec<u64>),
}

impl Literal {
    fn read(words: &[&[u8]]) -> Option<Self> {
        match words {
            [word] => number(word).map(Literal::Number),
            [b"(", items @ .., b")"] if !items.is_empty() => {
                let items = items.iter().filter(|word| **word != b",");
                items.map(|word| number(word)).collect::<Option<_>>().map(Literal::Tuple)
            }
            _ => None,
        }
    }
}

fn number(word: &[u8]) -> Option<u64> {
    let is_number = !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(word).ok()?.parse().ok()).flatten().or(is_number.then_some(u64::MAX))
}

/// Nobody can tell.
const EVERY: &[Ordering] = &[Ordering::Less, Ordering::Equal, Ordering::Greater];

/// How a version may compare with a literal: more than one answer where only its micro version decides.
fn orderings(part: &Part, (major, minor): Version, literal: &Literal) -> &'static [Ordering] {
    let item = |index: usize| match index {
        0 => Some(u64::from(major)),
        1 => Some(u64::from(minor)),
        _ => None,
    };
    let one = |order: Ordering| -> &'static [Ordering] {
        match order {
            Ordering::Less => &[Ordering::Less],
            Ordering::Equal => &[Ordering::Equal],
            Ordering::Greater => &[Ordering::Greater],
        }
    };
    match (part, literal) {
        (Part::Item(index), Literal::Number(number)) => item(*index).map_or(EVERY, |item| one(item.cmp(number))),
        (Part::Tuple(length), Literal::Tuple(numbers)) => {
            for index in 0..*length {
                let Some(number) = numbers.get(index) else { return one(Ordering::Greater) };
                match item(index).map(|item| item.cmp(number)) {
                    Some(Ordering::Equal) => {}
                    Some(order) => return one(order),
                    None => return EVERY,
                }
            }
            one(if numbers.len() > *length { Ordering::Less } else { Ordering::Equal })
        }
        _ => EVERY,
    }
}

#[cfg(test)]
mod tests {
    use super::super::condition::Test;
    use super::*;

    fn guard(test: &str) -> Option<Guard> {
        match Test::read(test.as_bytes()) {
            Test::Version(guard) => Some(guard),
            _ => None,
        }
    }

    #[test]
    fn tests_hold_for_the_versions_for_which_they_hold_in_python() {
        for (test, yes, no) in [
            ("sys.version_info >= (3, 11):", (3, 11), (3, 10)),
            ("sys.version_info[0] == 2:", (2, 7), (3, 0)),
            ("sys.version_info[:2] < (3, 8):", (3, 7), (3, 8)),
            ("sys.version_info[0:2] == (3, 8):", (3, 8), (3, 9)),
            ("sys.version_info.major != 3:", (2, 7), (3, 8)),
            ("sys.version_info.minor >= 9:", (3, 9), (3, 8)),
            ("version_info > (3,):", (3, 0), (2, 7)),
            ("version_info > (3, 8):", (3, 8), (3, 7)),
            ("version_info <= (3, 8):", (3, 7), (3, 8)),
            ("not (sys.version_info >= (3, 8)):", (3, 7), (3, 8)),
            ("(3, 8) <= sys.version_info:", (3, 8), (3, 7)),
            ("(sys.version_info < (3,)): import a", (2, 7), (3, 0)),
        ] {
            let guard = guard(test).unwrap_or_else(|| panic!("{test}"));
            assert!(guard.yes.admits(yes) && !guard.no.admits(yes), "{test} holds for {yes:?}");
            assert!(guard.no.admits(no) && !guard.yes.admits(no), "{test} fails for {no:?}");
        }
    }

    #[test]
    fn a_micro_version_leaves_its_minor_version_open() {
        let guard = guard("sys.version_info >= (3, 8, 1):").unwrap();
        assert!(guard.yes.admits((3, 8)) && guard.no.admits((3, 8)));
        assert!(guard.yes.admits((3, 9)) && !guard.no.admits((3, 9)));
    }

    #[test]
    fn of_a_conjunction_every_part_must_hold() {
        let guard = guard("sys.version_info >= (3, 8) and (sys.version_info < (3, 12)) and x:").unwrap();
        assert!(guard.yes.admits((3, 8)) && guard.yes.admits((3, 11)));
        assert!(!guard.yes.admits((3, 7)) && !guard.yes.admits((3, 12)));
        assert!(guard.no.admits((3, 9)));
    }

    #[test]
    fn brackets_are_looked_over() {
        let guard = guard("any(q for q in w if q or r) and sys.version_info < (3, 12):").unwrap();
        assert!(guard.yes.admits((3, 11)) && !guard.yes.admits((3, 12)));
    }

    #[test]
    fn other_tests_are_none() {
        for test in [
            "sys.version_info > cfg.MIN:",
            "sys.version_info >= (3,) or os.environ:",
            "x and y:",
            "sys.version_info >= (3,) and x or y:",
            "(sys.version_info >= (3,) and x) == y:",
            "not (x and sys.version_info < (3, 8) and y):",
            "f(x and sys.version_info < (3, 8) and y):",
            "z == (x and sys.version_info < (3, 8) and y):",
            "sys.version_info.foo():",
            "sys.version_info:",
            "x.version_info >= (3, 8):",
            "sys.version_info >= (3, x):",
        ] {
            assert_eq!(guard(test), None, "{test}");
        }
    }
}
