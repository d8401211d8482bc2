//! Comments that speak to the tool. Knows where a comment of a line-based language begins and which line it stands for; must
//! not know what it says. A file is looked through only where the mark stands in its bytes.

use super::Sink;
use crate::excerpt::Excerpt;
use crate::span::{Span, to_u32};
use crate::text::{Position, Positions, Text};

/// A comment, from the mark on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// What it says.
    pub text: &'a str,
    /// Where that starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The line that it stands for: its own, or the next one with code where it stands alone. First and last offset, in bytes
    /// of the file as stored.
    pub covers: (u32, u32),
    /// Whether nothing but comments stands in front of it in the file.
    pub is_first: bool,
}

/// What comments that speak to the tool begin with.
const MARK: &str = "policy:";

/// Whether such a comment may stand in these bytes.
#[must_use]
pub fn may_stand_in(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, MARK).any(|at| {
        let rest = bytes.get(at + MARK.len()..).unwrap_or_default();
        let rest = rest.get(..rest.len().min(64)).unwrap_or_default().trim_ascii_start();
        rest.first().is_some_and(u8::is_ascii_alphabetic)
    })
}

/// A comment stands for a line at most so far below it.
const MOST_LINES: usize = 1_000;

/// A comment found in a text, before anybody knows what it stands for.
pub(super) struct Found {
    /// Where the comment begins, with its sign.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Whether nothing but comments stands in front of it.
    pub(super) is_first: bool,
}

/// Hands over a comment in which the mark stands. `is_comment` says whether a line, trimmed, is nothing but a comment.
pub(super) fn tell(
    text: &Text<'_>,
    positions: &mut Positions<'_>,
    found: &Found,
    is_comment: &dyn Fn(&str) -> bool,
    sink: &mut dyn Sink,
) {
    let content = text.content();
    let Some(at) = mark_in(content, found) else { return };
    let covers = line_for(content, found.start, is_comment);
    hand_over(text, positions, (at, found), covers, sink);
}

/// Hands over a comment that stands for this part of the text.
pub(super) fn hand_over(
    text: &Text<'_>,
    positions: &mut Positions<'_>,
    (mark, found): (usize, &Found),
    covers: Span,
    sink: &mut dyn Sink,
) {
    let said = text.content().get(mark..found.end).unwrap_or_default();
    let (start, end) = (positions.at(to_u32(mark)), positions.at(to_u32(found.end)));
    let covers = (positions.stored(covers.start), positions.stored(covers.end));
    sink.comment(&Comment { text: said, start, end, covers, is_first: found.is_first });
}

/// Where the mark stands in a comment: behind its first sign, or behind a further one.
pub(super) fn mark_in(content: &str, found: &Found) -> Option<usize> {
    let comment = content.get(found.start..found.end)?;
    let mut from = 0;
    while let Some(at) = comment.get(from..)?.find(MARK).map(|at| from + at) {
        let before = comment.get(..at)?.trim_end();
        if before.is_empty() || before.ends_with(['#', ';']) || before.ends_with("<!--") || before == ".." {
            return Some(found.start + at);
        }
        from = at + MARK.len();
    }
    None
}

/// The line of a comment, or the next one with code where nothing stands in front of it.
fn line_for(content: &str, comment: usize, is_comment: &dyn Fn(&str) -> bool) -> Span {
    let bytes = content.as_bytes();
    let start = content.get(..comment).and_then(|head| head.rfind(['\n', '\r'])).map_or(0, |at| at + 1);
    let own = Span::new(start, line_end(bytes, comment));
    if !content.get(start..comment).unwrap_or_default().trim().is_empty() {
        return own;
    }
    let mut next = own.end as usize;
    // Behind a long stack of comments, the first ones stand for nothing.
    for _ in 0..MOST_LINES {
        if next >= bytes.len() {
            break;
        }
        next += 1;
        let end = line_end(bytes, next);
        let line = content.get(next..end).unwrap_or_default().trim();
        if !line.is_empty() && !is_comment(line) {
            return Span::new(next, end);
        }
        next = end;
    }
    Span::empty(bytes.len())
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |at| from + at)
}

/// Comments behind `#`, and behind `;` at the start of a line, in files whose lines stand for themselves: a sign counts at the
/// start of a line or behind white space, outside of quotes.
pub(super) fn tell_lines(text: &Text<'_>, sink: &mut dyn Sink) {
    let content = text.content();
    let is_comment = |line: &str| line.starts_with(['#', ';']);
    let mut positions = text.positions();
    let mut is_first = true;
    let mut start = 0;
    for line in content.split_inclusive(['\n', '\r']) {
        let body = line.trim_end_matches(['\n', '\r']);
        let is_own = body.trim().is_empty() || is_comment(body.trim_start());
        if body.contains(MARK)
            && let Some(at) = sign_in(body)
        {
            let found = Found { start: start + at, end: start + body.trim_end().len(), is_first: is_first && is_own };
            tell(text, &mut positions, &found, &is_comment, sink);
        }
        is_first &= is_own;
        start += line.len();
    }
}

/// Where the comment of a line begins.
fn sign_in(line: &str) -> Option<usize> {
    let indent = line.len() - line.trim_start().len();
    if line.get(indent..)?.starts_with(['#', ';']) {
        return Some(indent);
    }
    let (mut double, mut single, mut before) = (false, false, ' ');
    for (at, c) in line.char_indices() {
        match c {
            '"' if !single => double = !double,
            '\'' if !double => single = !single,
            '#' if !double && !single && before.is_whitespace() => return Some(at),
            _ => {}
        }
        before = c;
    }
    None
}

/// The text of a piece of a file, for its comments.
pub(super) fn piece<'t>(file: &'t Text<'t>, code: &Excerpt<'t>) -> Text<'t> {
    Text::taken(file, code.clone(), "", Vec::new())
}
