//! A few lines of a file, cut and cleaned for show, as a source of the drawing library. Knows that the library must never
//! be handed a whole file, a very wide line, or text that steers a terminal.

use super::escape;
use crate::text::Position;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::borrow::Cow;

/// Lines wider than this, in characters, are cut around what is shown.
const WIDTH: usize = 160;
/// Statements longer than this many lines are cut.
const LINES: usize = 12;

/// A piece of one file.
#[derive(Debug)]
struct Piece {
    name: String,
    /// Cleaned lines, joined by newlines.
    text: String,
    /// Line of the first, from 0.
    first_line: usize,
    /// Column of the first label, from 0, as in the file.
    column: usize,
    /// Offset at which the piece stands in the view.
    start: usize,
}

/// Pieces of files, one behind the other, that are drawn as one.
#[derive(Debug, Default)]
pub(super) struct View {
    pieces: Vec<Piece>,
}

/// Space between two pieces, so that they are never drawn as one.
const GAP: usize = 1 << 20;

impl View {
    /// Adds the lines around `marks` (ascending, start and end each), and gives back the span of each mark in the view.
    /// `bytes` is what the file held when it was checked.
    pub(super) fn add(&mut self, name: String, bytes: &[u8], marks: &[(Position, Position)]) -> Vec<SourceSpan> {
        let Some((first, _)) = marks.first() else { return Vec::new() };
        let last_line = marks.iter().map(|(_, end)| end.line).max().unwrap_or(first.line);
        let lines = lines_from(bytes, first.offset as usize, (last_line - first.line) as usize);
        let start = self.pieces.last().map_or(0, |piece| piece.start + piece.text.len() + GAP);
        let mut text = String::new();
        let mut spans = vec![SourceSpan::from((start, 0)); marks.len()];
        for (index, line) in lines.iter().enumerate() {
            let number = first.line as usize + index;
            let on_line: Vec<(usize, usize, usize)> = marks
                .iter()
                .enumerate()
                .filter(|(_, (mark, _))| mark.line as usize == number)
                .map(|(at, (from, to))| {
                    let end = if to.line == from.line { to.column as usize - 1 } else { usize::MAX };
                    (at, from.column as usize - 1, end)
                })
                .collect();
            let (clean, shown) = clean_line(line, &on_line);
            for (mark, from, to) in shown {
                if let Some(span) = spans.get_mut(mark) {
                    *span = SourceSpan::from((start + text.len() + from, to.saturating_sub(from)));
                }
            }
            text.push_str(&clean);
            text.push('\n');
        }
        self.pieces.push(Piece {
            name,
            text,
            first_line: first.line.saturating_sub(1) as usize,
            column: first.column.saturating_sub(1) as usize,
            start,
        });
        spans
    }
}

/// The line that holds `offset` and `more` lines behind it.
fn lines_from(bytes: &[u8], offset: usize, more: usize) -> Vec<Cow<'_, str>> {
    let offset = offset.min(bytes.len());
    let before = bytes.get(..offset).unwrap_or_default();
    let is_break = |b: &u8| matches!(b, b'\n' | b'\r');
    let start = before.iter().rposition(&is_break).map_or(0, |at| at + 1);
    let mut rest = bytes.get(start..).unwrap_or_default();
    if start == 0 {
        rest = rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(rest);
    }
    let mut lines = Vec::new();
    for _ in 0..=more.min(LINES) {
        let end = rest.iter().position(is_break).unwrap_or(rest.len());
        lines.push(to_text(rest.get(..end).unwrap_or_default()));
        let skip = if rest.get(end..end + 2) == Some(b"\r\n") { 2 } else { 1 };
        rest = rest.get(end + skip..).unwrap_or_default();
    }
    lines
}

/// Bytes of a line as text: UTF-8, or one character for each byte, so that columns stay right.
fn to_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}

/// A cleaned line, cut if it is wide, and the marks on it as byte ranges. Marks are given in characters.
fn clean_line(line: &str, marks: &[(usize, usize, usize)]) -> (String, Vec<(usize, usize, usize)>) {
    let first = marks.first().map_or(0, |(_, from, _)| *from);
    // A line may have millions of characters: only those that are shown are looked at one by one.
    let from = if line.len() <= WIDTH { 0 } else { first.saturating_sub(WIDTH / 4) };
    let (from, start) = line.char_indices().nth(from).map_or((0, 0), |(start, _)| (from, start));
    let rest = line.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(WIDTH).map_or(rest.len(), |(end, _)| end);
    let head = rest.get(..end).unwrap_or_default();
    let to = from + head.chars().count();
    let mut text = String::new();
    if from > 0 {
        text.push('…');
    }
    // Byte offset of each shown character in the cleaned text, and of the end.
    let mut offsets = Vec::with_capacity(to - from + 1);
    let starts_command = head.trim_start().starts_with("::");
    let lead = head.chars().take_while(|c| c.is_whitespace()).count();
    for (index, c) in head.chars().enumerate() {
        offsets.push(text.len());
        if starts_command && index == lead {
            text.push_str("\\x3a");
        } else if c == '[' && text.ends_with("##") {
            text.push_str("\\x5b");
        } else {
            let mut buffer = [0; 4];
            let one: &str = c.encode_utf8(&mut buffer);
            text.push_str(&escape::code(one));
        }
    }
    offsets.push(text.len());
    if end < rest.len() {
        text.push('…');
    }
    let at = |column: usize| {
        let index = column.clamp(from, to) - from;
        offsets.get(index).copied().unwrap_or_default()
    };
    let shown = marks.iter().map(|&(mark, start, end)| (mark, at(start), at(end))).collect();
    (text, shown)
}

impl SourceCode for View {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let piece = self
            .pieces
            .iter()
            .find(|piece| start >= piece.start && end <= piece.start + piece.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        let text = piece.text.strip_suffix('\n').unwrap_or(&piece.text);
        Ok(Box::new(MietteSpanContents::new_named(
            piece.name.clone(),
            text.as_bytes(),
            SourceSpan::from((piece.start, text.len())),
            piece.first_line,
            piece.column,
            text.lines().count(),
        )))
    }
}
