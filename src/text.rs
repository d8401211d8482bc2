//! Decoded text that remembers where each byte was stored. Knows offsets, lines and columns; must not know
//! how bytes were decoded or what the text means.

use crate::excerpt::Excerpt;
use crate::span::to_u32;
use std::borrow::Cow;

/// A place in a stored file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1. CR, LF and CRLF each end a line, as for `CPython`.
    pub line: u32,
    /// Column, from 1, in Unicode code points; a byte order mark does not count.
    pub column: u32,
    /// Offset in bytes of the file as stored.
    pub offset: u32,
}

/// UTF-8 text and the way back to the stored bytes.
#[derive(Clone, Debug, Default)]
pub struct Text<'a> {
    content: Cow<'a, str>,
    base: u32,
    shifts: Vec<Shift>,
    outer: Option<Outer<'a>>,
}

/// From decoded offset `after` on, the text is `longer` bytes longer than what is stored.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    /// Decoded offset just past a character that takes more, or fewer, bytes in UTF-8.
    pub after: u32,
    /// How many bytes longer the text is up to here; UTF-16 makes it shorter.
    pub longer: i32,
}

/// The text of a file that an excerpt was taken from.
#[derive(Clone, Debug)]
struct Outer<'a> {
    text: &'a Text<'a>,
    excerpt: Excerpt<'a>,
    kind: &'static str,
    /// Where parts start in the excerpt, with their numbers.
    parts: Vec<(u32, u32)>,
}

/// A place within a part of a file: a cell of a notebook, a block of code in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    /// What the part is: `cell` or `block`.
    pub kind: &'static str,
    /// Which one, from 1.
    pub index: u32,
    /// The line in it, from 1.
    pub line: u32,
    /// The column in it, from 1, in code points.
    pub column: u32,
}

impl<'a> Text<'a> {
    /// Text stored as UTF-8 behind `base` bytes that are no text (a byte order mark).
    #[must_use]
    pub fn stored(content: &'a str, base: usize) -> Self {
        Self { content: Cow::Borrowed(content), base: to_u32(base), ..Self::default() }
    }

    /// Text that was stored in another encoding than UTF-8, behind `base` bytes that are no text.
    #[must_use]
    pub fn transcoded(content: String, shifts: Vec<Shift>, base: usize) -> Self {
        Self { content: Cow::Owned(content), base: to_u32(base), shifts, outer: None }
    }

    /// What was taken out of a text; `parts` says where each of its parts starts, and which number it has.
    #[must_use]
    pub fn taken(text: &'a Text<'a>, excerpt: Excerpt<'a>, kind: &'static str, parts: Vec<(u32, u32)>) -> Self {
        Self { outer: Some(Outer { text, excerpt, kind, parts }), ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn content(&self) -> &str {
        self.outer.as_ref().map_or(&self.content, |outer| outer.excerpt.text())
    }

    /// Where a decoded offset lies in the stored file.
    #[must_use]
    pub fn stored_offset(&self, offset: u32) -> u32 {
        if let Some(outer) = &self.outer {
            return outer.text.stored_offset(outer.excerpt.start(offset as usize));
        }
        let before = self.shifts.partition_point(|shift| shift.after <= offset);
        let longer = before.checked_sub(1).and_then(|i| self.shifts.get(i)).map_or(0, |s| s.longer);
        offset.saturating_add_signed(-longer) + self.base
    }

    /// A cursor that turns offsets into positions.
    #[must_use]
    pub fn positions(&self) -> Positions<'_> {
        let text = self.outer.as_ref().map_or(self, |outer| outer.text);
        Positions { text, taken: self.outer.as_ref(), has_cr: None, at: 0, line: 1, column: 1 }
    }
}

/// Turns ascending offsets into positions in one pass over the text, however long its lines are.
pub struct Positions<'t> {
    /// The text of the file.
    text: &'t Text<'t>,
    /// What was taken out of it, whose offsets are asked for.
    taken: Option<&'t Outer<'t>>,
    /// Found out when the first position is asked for.
    has_cr: Option<bool>,
    at: usize,
    line: u32,
    column: u32,
}

impl Positions<'_> {
    /// Where a decoded offset lies in the stored file.
    #[must_use]
    pub fn stored(&self, offset: u32) -> u32 {
        self.text.stored_offset(self.in_file(offset))
    }

    fn in_file(&self, offset: u32) -> u32 {
        self.taken.map_or(offset, |taken| taken.excerpt.start(offset as usize))
    }

    /// The part of the file that an offset lies in, where the text consists of such.
    #[must_use]
    pub fn within(&self, offset: u32) -> Option<Within> {
        let taken = self.taken?;
        let after = taken.parts.partition_point(|(start, _)| *start <= offset);
        let (start, index) = *taken.parts.get(after.checked_sub(1)?)?;
        let before = taken.excerpt.text().as_bytes().get(start as usize..offset as usize)?;
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let line = 1 + to_u32(memchr::memchr_iter(b'\n', before).count());
        let column = 1 + code_points(before.get(line_start..).unwrap_or_default());
        Some(Within { kind: taken.kind, index, line, column })
    }

    /// The position of a decoded offset. Cheap when offsets ascend; a step back starts anew.
    pub fn at(&mut self, offset: u32) -> Position {
        let offset = self.in_file(offset);
        let bytes = self.text.content.as_bytes();
        let target = (offset as usize).min(bytes.len());
        if target < self.at {
            (self.at, self.line, self.column) = (0, 1, 1);
        }
        let passed = bytes.get(self.at..target).unwrap_or_default();
        let has_cr = *self.has_cr.get_or_insert_with(|| memchr::memchr(b'\r', bytes).is_some());
        let line_start = if has_cr { self.lines_with_cr(target) } else { self.lines(passed) };
        match line_start {
            Some(start) => {
                self.column = 1 + code_points(bytes.get(start..target).unwrap_or_default());
            }
            None => self.column += code_points(passed),
        }
        self.at = target;
        Position { line: self.line, column: self.column, offset: self.text.stored_offset(offset) }
    }

    fn lines(&mut self, passed: &[u8]) -> Option<usize> {
        let last = memchr::memrchr(b'\n', passed)?;
        self.line += to_u32(memchr::memchr_iter(b'\n', passed).count());
        Some(self.at + last + 1)
    }

    fn lines_with_cr(&mut self, target: usize) -> Option<usize> {
        let bytes = self.text.content.as_bytes();
        let mut start = None;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes.get(self.at..target).unwrap_or_default()) {
            let at = self.at + at;
            let is_first_of_pair = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !is_first_of_pair {
                self.line += 1;
                start = Some(at + 1);
            }
        }
        start
    }
}

/// Code points in valid UTF-8: every byte that is no continuation byte.
fn code_points(bytes: &[u8]) -> u32 {
    to_u32(bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_line_ends_count() {
        let text = Text::stored("a\rb\r\nc\nd", 3);
        let mut positions = text.positions();
        let seen: Vec<_> = [0, 2, 5, 7].into_iter().map(|o| positions.at(o)).collect();
        let lines: Vec<_> = seen.iter().map(|p| (p.line, p.column, p.offset)).collect();
        assert_eq!(lines, [(1, 1, 3), (2, 1, 5), (3, 1, 8), (4, 1, 10)]);
    }

    #[test]
    fn columns_are_code_points_and_go_on_within_a_line() {
        let text = Text::stored("é = 1; x", 0);
        let mut positions = text.positions();
        assert_eq!(positions.at(3).column, 3);
        assert_eq!(positions.at(8).column, 8);
        assert_eq!(positions.at(0).column, 1);
    }

    #[test]
    fn transcoded_offsets_lead_back() {
        let text = Text::transcoded("é=1".to_owned(), vec![Shift { after: 2, longer: 1 }], 0);
        assert_eq!(text.stored_offset(0), 0);
        assert_eq!(text.stored_offset(2), 1);
        assert_eq!(text.stored_offset(3), 2);
    }

    #[test]
    fn what_was_taken_out_leads_back_and_knows_its_part() {
        let file = Text::stored("[\"import a\\n\",\n \"b\"]", 0);
        let mut excerpt = Excerpt::default();
        excerpt.push("import a", 2);
        excerpt.push_for("\n", crate::span::Span { start: 10, end: 12 });
        excerpt.push("b", 17);
        let text = Text::taken(&file, excerpt, "cell", vec![(0, 1), (9, 4)]);
        let mut positions = text.positions();
        assert_eq!(text.content(), "import a\nb");
        assert_eq!(positions.at(7), Position { line: 1, column: 10, offset: 9 });
        assert_eq!(positions.at(9), Position { line: 2, column: 3, offset: 17 });
        assert_eq!(positions.within(7), Some(Within { kind: "cell", index: 1, line: 1, column: 8 }));
        assert_eq!(positions.within(9), Some(Within { kind: "cell", index: 4, line: 1, column: 1 }));
    }
}
