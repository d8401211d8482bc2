//! Columns in the unit of a reader: bytes of UTF-8, counted from 1. Knows lines of files; must not know findings.
//!
//! A position tells its column in code points and its offset in the file as stored. In a file that is UTF-8 the offset gives
//! the bytes; in any other one the column in that unit is not known here, and none is told.

use super::Sources;
use crate::repo_path::RepoPath;
use crate::text::Position;

/// Columns of one file after the other. Cheap where positions ascend, however long a line is.
pub(super) struct Columns<'a> {
    sources: &'a dyn Sources,
    path: Option<RepoPath>,
    file: Option<File>,
}

struct File {
    text: String,
    /// Offset at which each line starts, behind a byte order mark.
    starts: Vec<usize>,
    /// An offset, and how many code points lie between the start of its line and it.
    last: (usize, usize),
}

impl<'a> Columns<'a> {
    /// No file is read before a column is asked for.
    #[must_use]
    pub(super) fn new(sources: &'a dyn Sources) -> Self {
        Self { sources, path: None, file: None }
    }

    /// The column of a position, from 1, in bytes of UTF-8; `None` where the file is not UTF-8, cannot be had any more, or
    /// does not hold the position.
    pub(super) fn utf8(&mut self, path: &RepoPath, position: Position) -> Option<u32> {
        if self.path.as_ref() != Some(path) {
            self.path = Some(path.clone());
            self.file = self.sources.bytes(path).and_then(File::new);
        }
        self.file.as_mut()?.column(position)
    }
}

impl File {
    fn new(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let mut starts = vec![if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }];
        let bytes = text.as_bytes();
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // CR, LF and CRLF each end a line.
            if !(bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        let last = (starts.first().copied().unwrap_or_default(), 0);
        Some(Self { text, starts, last })
    }

    fn column(&mut self, position: Position) -> Option<u32> {
        let offset = position.offset as usize;
        let start = *self.starts.get((position.line as usize).checked_sub(1)?)?;
        let next = self.starts.get(position.line as usize).copied().unwrap_or(self.text.len() + 1);
        if offset < start || offset >= next || !self.text.is_char_boundary(offset) {
            return None;
        }
        // From the last position on, forwards or backwards, where that one stands in the same line.
        let (from, points) = if (start..next).contains(&self.last.0) { self.last } else { (start, 0) };
        let count = |from: usize, to: usize| self.text.get(from..to).map(|text| text.chars().count());
        let points =
            if offset >= from { points + count(from, offset)? } else { points.checked_sub(count(offset, from)?)? };
        self.last = (offset, points);
        // A file that declares another encoding may be UTF-8 by chance; then its own columns tell.
        let is_sure = points + 1 == position.column as usize;
        is_sure.then(|| u32::try_from(offset - start + 1).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One(&'static [u8]);

    impl Sources for One {
        fn bytes(&self, _: &RepoPath) -> Option<Vec<u8>> {
            Some(self.0.to_vec())
        }
    }

    fn at(line: u32, column: u32, offset: u32) -> Position {
        Position { line, column, offset }
    }

    #[test]
    fn bytes_count_from_the_start_of_the_line() {
        let source = One("\u{FEFF}é\u{1F600}b\r\nü;x\rz".as_bytes());
        let mut columns = Columns::new(&source);
        let path = RepoPath::from_bytes(b"x.py");
        let mut ask = |line, column, offset| columns.utf8(&path, at(line, column, offset));
        assert_eq!(ask(1, 1, 3), Some(1));
        assert_eq!(ask(1, 3, 9), Some(7));
        assert_eq!(ask(1, 2, 5), Some(3));
        assert_eq!(ask(2, 3, 15), Some(4));
        assert_eq!(ask(3, 1, 17), Some(1));
        assert_eq!(ask(3, 2, 18), Some(2));
        assert_eq!(ask(3, 9, 18), None, "a column that does not fit");
        assert_eq!(ask(4, 1, 18), None, "a line that is not there");
        assert_eq!(ask(1, 2, 4), None, "within a character");
    }

    #[test]
    fn what_is_not_utf8_has_no_such_column() {
        let mut columns = Columns::new(&One(b"\xe9x"));
        assert_eq!(columns.utf8(&RepoPath::from_bytes(b"x.py"), at(1, 2, 1)), None);
    }
}
