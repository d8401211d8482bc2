//! The logical lines in which something may be used, and the classes and functions around them. Knows indentation and
//! headers; must not know what the lines mean.

use crate::name::normalise;
use crate::readers::python::headers::{self, Kind};
use crate::readers::python::logical_lines::{LogicalLines, skip_blank, word_at};

/// A module, class or function that a line stands in.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// A class, a function, or the module.
    pub kind: FrameKind,
    /// The frame around it; the module is its own.
    pub parent: usize,
    /// Its name.
    pub name: String,
    /// For a function: its first parameter.
    pub first_parameter: Option<String>,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    Module,
    Class,
    Function,
}

/// A logical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeLine {
    /// First token.
    pub start: usize,
    /// Its line end.
    pub end: usize,
    /// The frame it stands in; a header stands outside of what it opens.
    pub frame: usize,
    /// The frame that it opens.
    pub opens: Option<usize>,
    /// What it opens.
    pub head: Option<Kind>,
    /// Whether it runs whenever the body of its frame runs to it: no other block is around it.
    pub is_direct: bool,
}

struct Open {
    indent: usize,
    kind: Kind,
    frame: Option<usize>,
}

/// Reads the lines at ascending offsets. `literals` are those of more than one line.
pub(super) fn lines_at(bytes: &[u8], offsets: &[usize], literals: &[(usize, usize)]) -> (Vec<CodeLine>, Vec<Frame>) {
    let module = Frame { kind: FrameKind::Module, parent: 0, name: String::new(), first_parameter: None };
    let mut frames = vec![module];
    let mut found: Vec<CodeLine> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut lines = LogicalLines::new(bytes);
    let mut offsets = offsets.iter().copied().peekable();
    let mut looked_back_from = None;
    while let Some(&wanted) = offsets.peek() {
        if looked_back_from != Some(wanted) {
            looked_back_from = Some(wanted);
            if let Some(line) = headers::last_at_module_level(bytes, lines.position(), wanted, literals) {
                open.clear();
                lines.go_on_at(line);
            }
        }
        let Some(line) = lines.next() else { break };
        while open.last().is_some_and(|block| block.indent >= line.indent) {
            open.pop();
        }
        let frame = open.iter().rev().find_map(|block| block.frame).unwrap_or(0);
        let is_direct = open.last().is_none_or(|block| block.frame.is_some());
        let in_match = open.last().is_some_and(|block| block.kind == Kind::Match);
        let head = headers::kind(bytes, line.start, in_match);
        let is_wanted = wanted < line.end;
        let mut opens = None;
        if let Some((kind, word_end)) = head {
            let frame_kind = match kind {
                Kind::Def => Some(FrameKind::Function),
                Kind::Class => Some(FrameKind::Class),
                _ => None,
            };
            opens = frame_kind.map(|kind| {
                frames.push(read_frame(bytes.get(word_end..line.end).unwrap_or_default(), kind, frame));
                frames.len() - 1
            });
            open.push(Open { indent: line.indent, kind, frame: opens });
        }
        if is_wanted {
            let head = head.map(|(kind, _)| kind);
            found.push(CodeLine { start: line.start, end: line.end, frame, opens, head, is_direct });
            while offsets.peek().is_some_and(|offset| *offset < line.end) {
                offsets.next();
            }
        }
    }
    (found, frames)
}

/// `f(self, x):` or `C(A):`, behind the keyword.
fn read_frame(header: &[u8], kind: FrameKind, parent: usize) -> Frame {
    let text = |word: &[u8]| normalise(std::str::from_utf8(word).unwrap_or_default()).into_owned();
    let (name, end) = word_at(header, skip_blank(header, 0));
    let mut first_parameter = None;
    if kind == FrameKind::Function
        && let Some(open) = header.get(end..).and_then(|rest| memchr::memchr(b'(', rest))
    {
        let mut at = end + open + 1;
        while header.get(at).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'\\')) {
            at += 1;
        }
        let (word, _) = word_at(header, at);
        first_parameter = (!word.is_empty()).then(|| text(word));
    }
    Frame { kind, parent, name: text(name), first_parameter }
}

impl Frame {
    /// Names of the classes and functions up to a frame, joined by dots.
    pub(super) fn path(frames: &[Frame], mut at: usize) -> String {
        let mut names: Vec<&str> = Vec::new();
        while let Some(frame) = frames.get(at).filter(|_| at != 0) {
            names.push(&frame.name);
            at = frame.parent;
        }
        names.reverse();
        names.join(".")
    }
}
