//! What a suppression comment says: `policy: allow(rule) until=2026-12-31 -- reason`. Knows its grammar only; must not know
//! where comments stand, what they cover, or which rules there are.

use std::borrow::Cow;

/// What every suppression comment begins with.
pub const MARK: &str = "policy:";

/// A suppression as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<'a> {
    /// Whether it speaks of the whole file.
    pub is_file: bool,
    /// Ids of rules, each once.
    pub rules: Vec<&'a str>,
    /// The last day on which it holds, as written.
    pub until: Option<&'a str>,
    /// Why.
    pub reason: &'a str,
}

/// A comment that is meant to be a suppression, but suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// The right spelling.
    pub help: &'static str,
}

const SHAPE: &str =
    "write `policy: allow(RULE) -- reason`, or `policy: allow-file(RULE) -- reason` at the top of the file";

/// What people write who are used to other tools.
const OTHER_WORDS: [&str; 9] = ["ignore", "disable", "skip", "suppress", "noqa", "nolint", "off", "permit", "exempt"];

/// Reads a comment from its `policy:` on; `None` for prose.
///
/// # Errors
/// When it is meant to be a suppression, but is none.
pub fn read(text: &str) -> Option<Result<Written<'_>, Malformed>> {
    let said = text.strip_prefix(MARK)?.trim_start();
    let end = said.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(said.len());
    let (word, rest) = said.split_at(end);
    let rest = rest.trim_start();
    let opens = rest.starts_with(['(', '[', '=', ':', '{']);
    let wrong = |message: &'static str| Some(Err(Malformed { message: message.into(), help: SHAPE }));
    let is_file = match word {
        "allow" => false,
        "allow-file" => true,
        _ if OTHER_WORDS.contains(&word) && (opens || rest.is_empty()) => {
            let message = format!("`policy: {word}` is no suppression");
            return Some(Err(Malformed { message: message.into(), help: SHAPE }));
        }
        _ if word.starts_with("allow") && opens => {
            let message = format!("there is no `{word}`");
            return Some(Err(Malformed { message: message.into(), help: SHAPE }));
        }
        _ => return None,
    };
    let Some(listed) = rest.strip_prefix('(') else {
        let is_meant = opens || rest.is_empty() || rest.starts_with("--");
        return if is_meant { wrong("a suppression names the rules that it speaks of") } else { None };
    };
    let Some((listed, rest)) = listed.split_once(')') else {
        return wrong("the list of rules is not closed");
    };
    let mut rules: Vec<&str> = Vec::new();
    for rule in listed.split(',').map(str::trim) {
        if rule.is_empty() || rule.contains(char::is_whitespace) {
            return wrong("a suppression names rules, separated by commas");
        }
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let (head, reason) = match rest.split_once("--") {
        Some((head, reason)) => (head.trim(), reason.trim()),
        None => (rest.trim(), ""),
    };
    let until = match head.strip_prefix("until=") {
        Some(date) => Some(date.trim()),
        None if head.is_empty() => None,
        None => return wrong("between the rules and ` -- reason`, only `until=2026-12-31` may stand"),
    };
    if reason.is_empty() {
        return wrong("a suppression says why: ` -- reason`");
    }
    Some(Ok(Written { is_file, rules, until, reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_suppression_is() {
        let read = |text| read(text).unwrap().unwrap();
        assert_eq!(
            read("policy: allow(no-old-http) until=2026-12-31 -- asserts on error types"),
            Written {
                is_file: false,
                rules: vec!["no-old-http"],
                until: Some("2026-12-31"),
                reason: "asserts on error types"
            }
        );
        assert_eq!(read("policy:allow( a, b/c ,a )--x").rules, ["a", "b/c"]);
        assert!(read("policy: allow-file(a) -- generated").is_file);
        assert_eq!(read("policy: allow(a) -- see -- there").reason, "see -- there");
    }

    #[test]
    fn what_suppresses_nothing_says_so() {
        for text in [
            "policy: allow",
            "policy: allow()  -- x",
            "policy: allow(a)",
            "policy: allow(a) --",
            "policy: allow(a) because",
            "policy: allow(a -- x",
            "policy: allow(a b) -- x",
            "policy: allow[a] -- x",
            "policy: allow -- x",
            "policy: allow-all(a) -- x",
            "policy: ignore(a)",
            "policy: disable=a",
            "policy: ignore",
        ] {
            assert!(matches!(read(text), Some(Err(_))), "{text}");
        }
    }

    #[test]
    fn prose_is_prose() {
        for text in ["policy: we allow nobody", "policy: allow users to log in", "policy: ignore what comes", "polic"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
