//! Text taken out of a file, with the way back: a string without its quotes and escapes, a command without its line
//! continuations, the cells of a notebook one after the other. Knows offsets only; must not know what the text means.

use crate::span::{Span, to_u32};
use std::borrow::Cow;

/// A run of an excerpt that comes from one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// Where it starts in the excerpt.
    at: u32,
    /// Where it starts in the text it was taken from.
    from: u32,
    /// How long it is there.
    len: u32,
    /// Whether it stands there byte by byte; otherwise the whole run stands for the whole place, as an escape does.
    verbatim: bool,
}

/// Text and where each of its bytes comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt<'t> {
    text: Cow<'t, str>,
    /// Where it starts, when it is one verbatim run.
    from: u32,
    /// Its runs, in order of the excerpt; none when it is one verbatim run.
    runs: Vec<Run>,
}

impl<'t> Excerpt<'t> {
    /// Text that stands as it is at an offset.
    #[must_use]
    pub fn verbatim(text: &'t str, from: usize) -> Self {
        Self { text: Cow::Borrowed(text), from: to_u32(from), runs: Vec::new() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends text that stands as it is at an offset.
    pub fn push(&mut self, text: &str, from: u32) {
        if text.is_empty() {
            return;
        }
        self.spread();
        let len = to_u32(text.len());
        let at = to_u32(self.text.len());
        self.text.to_mut().push_str(text);
        match self.runs.last_mut() {
            Some(last) if last.verbatim && last.from + last.len == from => last.len += len,
            _ => self.runs.push(Run { at, from, len, verbatim: true }),
        }
    }

    /// Appends text that stands for something else, as a character does for its escape.
    pub fn push_for(&mut self, text: &str, place: Span) {
        if text.is_empty() {
            return;
        }
        self.spread();
        let at = to_u32(self.text.len());
        self.text.to_mut().push_str(text);
        self.runs.push(Run { at, from: place.start, len: to_u32(place.len()), verbatim: false });
    }

    /// Appends a part of another excerpt, or all of it.
    pub fn append(&mut self, other: &Excerpt<'_>, range: std::ops::Range<usize>) {
        let part = other.part(range);
        if part.runs.is_empty() {
            self.push(&part.text, part.from);
            return;
        }
        for (position, run) in part.runs.iter().enumerate() {
            let end = part.runs.get(position + 1).map_or(part.text.len(), |next| next.at as usize);
            let text = part.text.get(run.at as usize..end).unwrap_or_default();
            if run.verbatim {
                self.push(text, run.from);
            } else {
                self.push_for(text, Span { start: run.from, end: run.from + run.len });
            }
        }
    }

    /// Makes runs of what was one verbatim piece.
    fn spread(&mut self) {
        if self.runs.is_empty() && !self.text.is_empty() {
            self.runs.push(Run { at: 0, from: self.from, len: to_u32(self.text.len()), verbatim: true });
        }
    }

    fn run(&self, offset: u32) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.at <= offset);
        after.checked_sub(1).and_then(|at| self.runs.get(at)).or_else(|| self.runs.first())
    }

    /// Where what begins at an offset comes from.
    #[must_use]
    pub fn start(&self, offset: usize) -> u32 {
        let offset = to_u32(offset.min(self.text.len()));
        match self.run(offset) {
            None => self.from + offset,
            Some(run) if run.verbatim => run.from + (offset - run.at.min(offset)).min(run.len),
            // Behind everything, the last run's end is meant.
            Some(run) if offset as usize == self.text.len() && offset > run.at => run.from + run.len,
            Some(run) => run.from,
        }
    }

    /// Where what ends at an offset, exclusive, ends.
    #[must_use]
    pub fn end(&self, offset: usize) -> u32 {
        let Some(before) = offset.checked_sub(1) else { return self.start(0) };
        let before = to_u32(before.min(self.text.len()));
        match self.run(before) {
            None => self.from + before + 1,
            Some(run) if run.verbatim => run.from + (before + 1 - run.at).min(run.len),
            Some(run) => run.from + run.len,
        }
    }

    /// Where a range comes from: from the start of its first to the end of its last byte.
    #[must_use]
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        let start = self.start(range.start);
        Span { start, end: if range.is_empty() { start } else { self.end(range.end).max(start) } }
    }

    /// The whole place.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.span(0..self.text.len())
    }

    /// A part as an excerpt of its own; empty where the range is none of this text.
    #[must_use]
    pub fn part(&self, range: std::ops::Range<usize>) -> Excerpt<'t> {
        let text: Cow<'t, str> = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(range.clone()).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(range.clone()).unwrap_or_default().to_owned()),
        };
        let from = self.start(range.start);
        if self.runs.is_empty() || text.is_empty() {
            return Excerpt { text, from, runs: Vec::new() };
        }
        let (first, last) = (to_u32(range.start), to_u32(range.end));
        let begin = self.runs.partition_point(|run| run.at <= first).saturating_sub(1);
        let runs = self.runs.get(begin..).unwrap_or_default().iter().take_while(|run| run.at < last);
        let runs: Vec<Run> = runs
            .map(|run| {
                let cut = first.saturating_sub(run.at);
                if run.verbatim {
                    Run { at: run.at.max(first) - first, from: run.from + cut, len: run.len - cut.min(run.len), ..*run }
                } else {
                    Run { at: run.at.max(first) - first, ..*run }
                }
            })
            .collect();
        match runs.as_slice() {
            [only] if only.verbatim => Excerpt { text, from: only.from, runs: Vec::new() },
            _ => Excerpt { text, from, runs },
        }
    }

    /// Without white space at both ends.
    #[must_use]
    pub fn trim(&self) -> Excerpt<'t> {
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len().max(start);
        self.part(start..end)
    }

    /// Its lines, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Excerpt<'t>> {
        let mut at = 0;
        let starts: Vec<(usize, usize)> = self
            .text
            .split('\n')
            .map(|line| {
                let start = at;
                at += line.len() + 1;
                (start, start + line.strip_suffix('\r').unwrap_or(line).len())
            })
            .collect();
        starts.into_iter().map(|(start, end)| self.part(start..end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbatim_text_leads_back_byte_by_byte() {
        let excerpt = Excerpt::verbatim("requests==2", 10);
        assert_eq!(excerpt.span(0..8), Span { start: 10, end: 18 });
        let part = excerpt.part(8..11);
        assert_eq!((part.text(), part.whole()), ("==2", Span { start: 18, end: 21 }));
    }

    #[test]
    fn escapes_and_joined_lines_lead_back() {
        // "\u0072equests" and, on a further line, ">=2".
        let mut excerpt = Excerpt::default();
        excerpt.push_for("r", Span { start: 1, end: 7 });
        excerpt.push("equests", 7);
        excerpt.push(">=2", 20);
        assert_eq!(excerpt.text(), "requests>=2");
        assert_eq!(excerpt.span(0..8), Span { start: 1, end: 14 });
        assert_eq!(excerpt.span(8..11), Span { start: 20, end: 23 });
        assert_eq!(excerpt.span(0..1), Span { start: 1, end: 7 });
        let part = excerpt.part(3..10);
        assert_eq!((part.text(), part.whole()), ("uests>=", Span { start: 9, end: 22 }));
        let mut again = Excerpt::default();
        again.append(&excerpt, 0..11);
        assert_eq!(again, excerpt);
    }

    #[test]
    fn lines_keep_their_places() {
        let lines: Vec<_> = Excerpt::verbatim("a\r\nbc\n", 5).lines().map(|line| line.whole()).collect();
        assert_eq!(lines, [Span { start: 5, end: 6 }, Span { start: 8, end: 10 }, Span { start: 11, end: 11 }]);
    }
}
