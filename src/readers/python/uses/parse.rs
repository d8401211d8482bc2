//! Parses flat text in pieces: many lines at once, and one by one where a piece has errors. Knows limits; must not know
//! what the lines mean.

use super::flat::Flat;
use super::syntax::Syntax;
use crate::readers::python::tree::{FlatParser, Refusal};
use std::ops::Range;

/// Lines are parsed together up to about so many bytes.
const PIECE: usize = 64 << 10;

/// Why a line is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was parsed with errors.
    Errors,
    /// It was not parsed.
    Refused(Refusal),
}

/// Hands over the syntax of all lines. Where the outcome is none, all of the lines were parsed; else there is one line, and
/// syntax only if it was parsed with errors.
pub(super) fn each(flat: &Flat, mut take: impl FnMut(Option<&Syntax>, Range<usize>, Option<Outcome>)) {
    let count = flat.starts.len();
    let end_of = |line: usize| flat.starts.get(line).copied().unwrap_or(flat.text.len());
    let mut parser = FlatParser::new(flat.text.len());
    // Ranges of lines, the first one last.
    let mut rest: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in 1..=count {
        if line == count || end_of(line + 1) - end_of(start) > PIECE {
            rest.push(start..line);
            start = line;
        }
    }
    rest.reverse();
    while let Some(lines) = rest.pop() {
        let (from, to) = (end_of(lines.start), end_of(lines.end));
        let text = flat.text.as_bytes().get(from..to).unwrap_or_default();
        let parsed = parser.parse(text);
        let is_one = lines.len() <= 1;
        match parsed {
            Ok(tree) if !tree.root_node().has_error() => take(Some(&Syntax::new(&tree, from)), lines, None),
            Ok(tree) if is_one => take(Some(&Syntax::new(&tree, from)), lines, Some(Outcome::Errors)),
            Err(refusal) if is_one => take(None, lines, Some(Outcome::Refused(refusal))),
            _ => {
                let middle = lines.start + lines.len() / 2;
                rest.push(middle..lines.end);
                rest.push(lines.start..middle);
            }
        }
    }
}
