//! YAML traps that people meet in policies, told in plain words. Knows source text around a place; must not know
//! rules.

use super::mistake::{Mistake, corrected_line};
use crate::name::floor;
use crate::span::Span;

/// A syntax error of the YAML engine at byte `at`, explained where the line shows a known trap.
#[must_use]
pub(super) fn syntax(text: &str, at: usize, engine: &str) -> Mistake {
    let at = floor(text, at.min(text.len()));
    // Errors are often noticed one line late.
    for line in [line_around(text, at), line_before(text, at)] {
        if let Some(mistake) = line.and_then(|line| known_trap(text, line)) {
            return mistake;
        }
    }
    let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
    Mistake::new(
        Span::new(at, end),
        format!("this is not YAML: {engine}"),
        "check indentation (spaces only), colons followed by a space, and quotes around special signs",
    )
}

/// An alias, which mostly is an unquoted glob.
#[must_use]
pub(super) fn alias(text: &str, span: Span) -> Mistake {
    let rest = text.get(span.start as usize..).unwrap_or_default();
    let end = rest.find([',', ']', '}', '\n', ' ']).unwrap_or(rest.len());
    let span = Span::new(span.start as usize, span.start as usize + end);
    let glob = text.get(span.range()).unwrap_or_default();
    Mistake::new(
        span,
        "YAML reads a leading `*` as an alias",
        format!("quote it: `{}`", corrected_line(text, span, &format!("\"{glob}\""))),
    )
}

fn known_trap(text: &str, line: Span) -> Option<Mistake> {
    let content = text.get(line.range())?;
    let indent = content.len() - content.trim_start().len();
    let value_at = value_start(content)?;
    let value = content.get(value_at..)?;
    let start = line.start as usize + value_at;
    let whole = || {
        let value = value.split(" #").next().unwrap_or_default().trim_end();
        (Span::new(start, start + value.len()), value.to_owned())
    };
    let quoted = |message: &'static str| {
        let (span, value) = whole();
        let fixed = corrected_line(text, span, &format!("\"{}\"", value.replace('"', "\\\"")));
        Mistake::new(span, message, format!("quote it: `{fixed}`"))
    };
    if content.get(..indent)?.contains('\t') {
        let span = Span::new(line.start as usize, line.start as usize + indent);
        return Some(Mistake::new(
            span,
            "a tab indents this line; YAML wants spaces",
            "replace each tab by two spaces",
        ));
    }
    match value.chars().next()? {
        '*' => Some(alias(text, Span::empty(start))),
        '@' | '`' => Some(quoted("YAML reserves a leading `@` or backtick")),
        '%' => Some(quoted("YAML reads a leading `%` as a directive")),
        '>' | '|' => Some(quoted("YAML reads a leading `>` or `|` as the start of a text block")),
        '!' => Some(quoted("YAML reads a leading `!` as a tag")),
        '&' => Some(quoted("YAML reads a leading `&` as an anchor")),
        '[' | '{' => flow_trap(text, start, value),
        _ if value.contains(": ") => Some(quoted("a colon followed by a space starts another key")),
        _ => None,
    }
}

/// A sign inside a flow list or map that YAML takes for its own.
fn flow_trap(text: &str, start: usize, value: &str) -> Option<Mistake> {
    let mut at = 0;
    for item in value.split([',', '[', ']', '{', '}']) {
        let lead = item.len() - item.trim_start().len();
        let word = item.trim();
        let place = start + at + lead;
        let last = word.rsplit(": ").next().unwrap_or(word);
        let place = place + (word.len() - last.len());
        let span = Span::new(place, place + last.len());
        if last.starts_with('*') {
            return Some(alias(text, Span::empty(place)));
        }
        if last.starts_with(['@', '`', '%', '!', '&', '>', '|']) {
            let fixed = corrected_line(text, span, &format!("\"{last}\""));
            return Some(Mistake::new(
                span,
                "YAML has a meaning of its own for this leading sign",
                format!("quote it: `{fixed}`"),
            ));
        }
        at += item.len() + 1;
    }
    None
}

/// Where the value of a line starts: behind `key: ` or `- `.
fn value_start(content: &str) -> Option<usize> {
    let mut at = content.len() - content.trim_start().len();
    while content.get(at..)?.starts_with("- ") {
        at += 2;
        at += content.get(at..)?.len() - content.get(at..)?.trim_start().len();
    }
    let rest = content.get(at..)?;
    if let Some(colon) = rest.find(": ")
        && rest.get(..colon)?.chars().all(|c| c.is_alphanumeric() || "-_./\"'=".contains(c))
    {
        at += colon + 2;
        at += content.get(at..)?.len() - content.get(at..)?.trim_start().len();
    }
    Some(at)
}

/// What ` #` cut off from a plain text, when the sign is followed by no blank and so hardly begins a comment.
#[must_use]
pub(super) fn cut_off<'t>(text: &'t str, scalar: Span) -> Option<&'t str> {
    let rest = text.get(scalar.end as usize..)?;
    // Asked for every text of a policy: a look at the next sign, before one at the line.
    if !rest.trim_start_matches([' ', '\t']).starts_with('#') {
        return None;
    }
    let line: &'t str = rest.lines().next()?;
    let trimmed = line.trim_start();
    let is_cut = trimmed.starts_with('#') && !trimmed.starts_with("# ") && trimmed.len() > 1;
    (is_cut && (line.len() > trimmed.len() || scalar.is_empty())).then_some(trimmed)
}

fn line_around(text: &str, at: usize) -> Option<Span> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text.get(at..)?.find('\n').map_or(text.len(), |end| at + end);
    Some(Span::new(start, end))
}

fn line_before(text: &str, at: usize) -> Option<Span> {
    let start = line_around(text, at)?.start as usize;
    line_around(text, start.checked_sub(1)?)
}
