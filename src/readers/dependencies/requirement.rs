//! One requirement as PEP 508 spells it, with the place of each of its parts. Lenient where pip is or was: a comma at the
//! end, parentheses, any white space. Must not know where the requirement stands.

use std::ops::Range;

/// The parts of a requirement, as ranges of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) name: Range<usize>,
    /// With the brackets.
    pub(super) extras: Option<Range<usize>>,
    /// Without parentheses.
    pub(super) specifier: Option<Range<usize>>,
    pub(super) url: Option<Range<usize>>,
    pub(super) marker: Option<Range<usize>>,
    /// Where what comes before the marker ends.
    pub(super) end: usize,
}

/// Why a text is no requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) at: usize,
    pub(super) message: &'static str,
}

/// Reads one requirement.
pub(super) fn parse(text: &str) -> Result<Parts, Malformed> {
    let wrong = |at: usize, message: &'static str| Err(Malformed { at, message });
    let skip = |at: usize| at + blank_len(text.get(at..).unwrap_or_default());
    let start = skip(0);
    let rest = text.get(start..).unwrap_or_default();
    let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(rest.len());
    let name = start..start + len;
    if !crate::distribution::is_distribution(text.get(name.clone()).unwrap_or_default()) {
        return wrong(start, "a requirement begins with the name of a distribution");
    }
    let mut parts = Parts { end: name.end, name, ..Parts::default() };
    let mut at = skip(parts.end);
    if text.get(at..).is_some_and(|rest| rest.starts_with('[')) {
        let Some(len) = text.get(at..).and_then(|rest| rest.find(']')) else {
            return wrong(at, "the bracket of the extras is never closed");
        };
        let inner = text.get(at + 1..at + len).unwrap_or_default();
        let is_good = |name: &str| name.is_empty() || crate::distribution::is_distribution(name);
        if !inner.split(',').map(str::trim).all(is_good) {
            return wrong(at, "an extra is a name");
        }
        parts.extras = Some(at..at + len + 1);
        parts.end = at + len + 1;
        at = skip(parts.end);
    }
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with('@') {
        let start = skip(at + 1);
        let address = text.get(start..).unwrap_or_default();
        let len = address.find(char::is_whitespace).unwrap_or(address.len());
        if len == 0 {
            return wrong(at, "nothing stands behind the `@`");
        }
        parts.url = Some(start..start + len);
        parts.end = start + len;
    } else if rest.starts_with('(') {
        let Some(len) = rest.find(')') else { return wrong(at, "the parenthesis is never closed") };
        parts.specifier = trimmed(text, at + 1..at + len);
        parts.end = at + len + 1;
    } else if rest.starts_with(['<', '>', '=', '!', '~', '^']) {
        let end = at + rest.find(';').unwrap_or(rest.len());
        parts.specifier = trimmed(text, at..end);
        parts.end = parts.specifier.as_ref().map_or(at, |range| range.end);
    }
    at = skip(parts.end);
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with(';') {
        parts.marker = trimmed(text, at + 1..text.len());
    } else if !rest.is_empty() {
        return wrong(at, "this is no version specifier");
    }
    if let Some(range) = &parts.specifier
        && let Some(bad) = malformed_specifier(text.get(range.clone()).unwrap_or_default())
    {
        return wrong(range.start + bad, "this is no version specifier");
    }
    Ok(parts)
}

fn blank_len(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A range without white space at its ends; none when nothing is left.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let inner = text.get(range.clone()).unwrap_or_default();
    let start = range.start + blank_len(inner);
    let end = start + inner.trim().len();
    (start < end).then_some(start..end)
}

/// Where a list of version specifiers is none; what follows an operator is not looked at, since `===` takes anything.
fn malformed_specifier(text: &str) -> Option<usize> {
    let mut at = 0;
    for part in text.split(',') {
        let trimmed = part.trim();
        let version = trimmed.trim_start_matches(['<', '>', '=', '!', '~', '^']);
        let has_blank = version.trim_start().contains(char::is_whitespace);
        let is_last = at + part.len() == text.len();
        let is_end = trimmed.is_empty() && is_last && at > 0;
        let is_empty = version.len() == trimmed.len() || version.trim().is_empty();
        if (is_empty && !is_end) || has_blank {
            return Some(at);
        }
        at += part.len() + 1;
    }
    None
}

/// The names of extras within their brackets.
pub(super) fn extras(text: &str) -> Vec<String> {
    let inner = text.trim_matches(['[', ']']);
    let names = inner.split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut extras: Vec<String> = names.map(crate::distribution::normalise).collect();
    extras.sort_unstable();
    extras.dedup();
    extras
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, String, String, String, String) {
        let parts = parse(text).unwrap();
        let of = |range: Option<Range<usize>>| range.map(|r| text[r].to_owned()).unwrap_or_default();
        (text[parts.name.clone()].to_owned(), of(parts.extras), of(parts.specifier), of(parts.url), of(parts.marker))
    }

    #[test]
    fn parts_have_their_places() {
        let tuple = |a: &str, b: &str, c: &str, d: &str, e: &str| (a.into(), b.into(), c.into(), d.into(), e.into());
        assert_eq!(read("redis"), tuple("redis", "", "", "", ""));
        assert_eq!(
            read(" redis [hiredis , ocsp] >= 4.5 , <6; python_version<'3.8'"),
            tuple("redis", "[hiredis , ocsp]", ">= 4.5 , <6", "", "python_version<'3.8'")
        );
        assert_eq!(read("a (>=1,<2)"), tuple("a", "", ">=1,<2", "", ""));
        assert_eq!(read("a>=1,"), tuple("a", "", ">=1,", "", ""));
        assert_eq!(read("a @ https://x/y;z#egg=b ; m"), tuple("a", "", "", "https://x/y;z#egg=b", "m"));
        assert_eq!(read("a()"), tuple("a", "", "", "", ""));
        assert_eq!(extras("[Socks, a_b, a.b]"), ["a-b", "socks"]);
    }

    #[test]
    fn what_is_no_requirement_is_refused() {
        for bad in [
            "", "-e .", "a b", "a==1 2", "a[", "a @", "./x", "=1", "a>=1 b", "{{ x }}", "a(", "a,b", "a==", "a!",
            "a[b c]", "a[b:c]",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
