//! Mistakes in a policy file: what is wrong, underlined, and the line to paste instead. Knows spans of the policy
//! text; must not know how they are drawn.

use crate::name::floor;
use crate::span::Span;
use std::borrow::Cow;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is underlined.
    pub span: Span,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// What to write instead.
    pub help: Cow<'static, str>,
}

impl Mistake {
    /// A mistake at `span`.
    #[must_use]
    pub fn new(span: Span, message: impl Into<Cow<'static, str>>, help: impl Into<Cow<'static, str>>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

/// Mistakes beyond this many are counted, not told one by one.
pub const MOST: usize = 50;

/// A line longer than this, in bytes, is not repeated to be pasted; the replacement alone is.
const LONGEST_LINE: usize = 300;

/// The line of `text` around `span`, with the span replaced: a line to paste. Without its indentation.
#[must_use]
pub fn corrected_line(text: &str, span: Span, replacement: &str) -> String {
    let range = span.range();
    let near =
        floor(text, range.start.saturating_sub(LONGEST_LINE))..floor(text, range.end.saturating_add(LONGEST_LINE));
    let cut = (near.start, text.get(near).unwrap_or_default());
    let is_long = |side: Option<&str>| side.is_some_and(|side| side.len() >= LONGEST_LINE - 4 && !side.contains('\n'));
    if is_long(cut.1.get(..range.start - cut.0)) || is_long(cut.1.get(range.end - cut.0..)) {
        return replacement.to_owned();
    }
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = after.find('\n').unwrap_or(after.len());
    let head = before.get(line_start..).unwrap_or_default().trim_start();
    let tail = after.get(..line_end).unwrap_or_default();
    let tail = tail.split(" #").next().unwrap_or_default().trim_end();
    format!("{head}{replacement}{tail}")
}

/// The nearest of some words: at most a third of its letters away.
#[must_use]
pub fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if word.len() > 60 {
        return None;
    }
    let lower = word.to_lowercase().replace('_', "-");
    words
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&lower, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_to_paste() {
        let text = "rules:\n  a:\n    levle: warn  # c\n";
        let at = text.find("levle").unwrap();
        assert_eq!(corrected_line(text, Span::new(at, at + 5), "level"), "level: warn");
    }

    #[test]
    fn nearest_words() {
        assert_eq!(nearest("levle", ["level", "why"]), Some("level"));
        assert_eq!(nearest("allow_in", ["allow-in", "in"]), Some("allow-in"));
        assert_eq!(nearest("zzzzzz", ["level", "why"]), None);
    }
}
