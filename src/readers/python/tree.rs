//! Tier 3: the one guarded call of tree-sitter in the whole crate. Knows its hazards (quadratic comments, indentation
//! overflow, memory) and keeps them out; must not know what its callers look for.

use super::lexer::{Lexer, TokenKind};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use tree_sitter::{ParseOptions, Parser, Tree};

/// Text longer than this is not parsed: a tree takes up to 337 bytes for each byte of text.
pub const MAX_BYTES: usize = 4 << 20;
/// Blocks nested deeper than this are not parsed: the scanner of the grammar aborts the process at 511 levels.
/// `CPython` refuses more than 100.
pub const MAX_INDENTS: usize = 250;
/// How often the parser may report progress (each time after about 100 operations), for each byte of text.
/// Counting gives the same verdict on fast and slow machines.
const PROGRESS_PER_BYTE: usize = 2;
const PROGRESS_FLOOR: usize = 10_000;

/// Why a text was not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// Nested deeper than [`MAX_INDENTS`].
    TooDeep,
    /// The work limit was reached.
    TooMuchWork,
}

impl Refusal {
    /// What to tell people.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Refusal::TooLong => "this statement is too long to be parsed: the limit is 256 KiB",
            Refusal::TooDeep => "this statement is nested too deep to be parsed: the limit is 250 blocks",
            Refusal::TooMuchWork => "this statement takes too much work to be parsed",
        }
    }
}

/// Parses Python text. Comments are blanked out first and lone carriage returns become newlines; offsets stay.
///
/// # Errors
/// When a limit is reached. The caller must tell that as a problem, never take it for an empty tree.
pub fn parse(bytes: &[u8]) -> Result<Tree, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::TooLong);
    }
    if deepest_indent(bytes) > MAX_INDENTS {
        return Err(Refusal::TooDeep);
    }
    let masked = mask(bytes);
    let limit = masked.len().saturating_mul(PROGRESS_PER_BYTE) / 100 + PROGRESS_FLOOR;
    run(&mut parser()?, &masked, limit, LONGEST).0
}

fn parser() -> Result<Parser, Refusal> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).map_err(|_| Refusal::TooMuchWork)?;
    Ok(parser)
}

/// The guarded call: the tree, and how often the parser reported progress.
fn run(parser: &mut Parser, text: &[u8], limit: usize, time: Duration) -> (Result<Tree, Refusal>, usize) {
    let mut reports = 0;
    let started = Instant::now();
    let mut on_progress = |_: &tree_sitter::ParseState| {
        reports += 1;
        if reports > limit || started.elapsed() > time { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut on_progress);
    let mut read = |at: usize, _: tree_sitter::Point| text.get(at..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, None, Some(options)).ok_or(Refusal::TooMuchWork);
    if tree.is_err() {
        parser.reset();
    }
    (tree, reports)
}

/// Parses pieces of flat text: without comments, joined lines, lone carriage returns and nested blocks. All pieces of a text
/// share one limit.
pub(super) struct FlatParser {
    parser: Result<Parser, Refusal>,
    left: usize,
    time: Duration,
}

/// One statement longer than this is not parsed.
const MAX_STATEMENT: usize = 256 << 10;
/// All of a file together is parsed no longer than this. Counting ends most parses long before; some inputs make each
/// step slower than the last.
const LONGEST: Duration = Duration::from_secs(1);
/// How much more often than a text parsed at once its pieces may report progress: halves of halves are parsed again.
const AGAIN: usize = 16;

impl FlatParser {
    /// For a text of so many bytes.
    pub(super) fn new(len: usize) -> Self {
        Self {
            parser: parser(),
            left: len.saturating_mul(PROGRESS_PER_BYTE * AGAIN) / 100 + PROGRESS_FLOOR,
            time: LONGEST,
        }
    }

    /// Parses a piece.
    ///
    /// # Errors
    /// When a limit is reached. The caller must tell that as a problem, never take it for an empty tree.
    pub(super) fn parse(&mut self, text: &[u8]) -> Result<Tree, Refusal> {
        if text.len() > MAX_STATEMENT {
            return Err(Refusal::TooLong);
        }
        let parser = self.parser.as_mut().map_err(|refusal| *refusal)?;
        // One bad statement must not use up what the others need.
        let limit = (text.len().saturating_mul(PROGRESS_PER_BYTE) / 100 + PROGRESS_FLOOR / 10).min(self.left);
        let started = Instant::now();
        let (tree, reports) = run(parser, text, limit, self.time);
        self.left -= reports.min(self.left);
        self.time = self.time.saturating_sub(started.elapsed());
        tree
    }
}

/// Comments and joined line ends as blanks, lone CR as LF.
fn mask(bytes: &[u8]) -> Vec<u8> {
    let mut masked = bytes.to_vec();
    let mut lexer = Lexer::new(bytes);
    let mut code_start = 0;
    while let Some(token) = lexer.next_token() {
        join_lines(&mut masked, code_start, token.start);
        code_start = token.end;
        if token.kind == TokenKind::Comment
            && let Some(comment) = masked.get_mut(token.start..token.end)
        {
            comment.fill(b' ');
        }
    }
    join_lines(&mut masked, code_start, bytes.len());
    for at in 0..masked.len() {
        let lone = masked.get(at) == Some(&b'\r') && masked.get(at + 1) != Some(&b'\n');
        if lone && let Some(byte) = masked.get_mut(at) {
            *byte = b'\n';
        }
    }
    masked
}

/// Blanks every backslash-newline of a stretch of code.
fn join_lines(masked: &mut [u8], start: usize, end: usize) {
    let Some(code) = masked.get_mut(start..end) else { return };
    let mut at = 0;
    while let Some(found) = code.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found;
        let len = match (code.get(at + 1), code.get(at + 2)) {
            (Some(b'\r'), Some(b'\n')) => 3,
            (Some(b'\r' | b'\n'), _) => 2,
            _ => 0,
        };
        if let Some(joined) = code.get_mut(at..at + len) {
            joined.fill(b' ');
        }
        at += len.max(1);
    }
}

/// An upper bound for the depth of blocks: a monotone stack of line indents.
fn deepest_indent(bytes: &[u8]) -> usize {
    let mut stack: Vec<usize> = Vec::new();
    let mut deepest = 0;
    for line in bytes.split(|&b| b == b'\n' || b == b'\r') {
        let mut column = 0;
        let mut is_blank = true;
        for &byte in line {
            match byte {
                b' ' => column += 1,
                b'\t' => column = column / 8 * 8 + 8,
                0x0C => column = 0,
                _ => {
                    is_blank = false;
                    break;
                }
            }
        }
        if is_blank {
            continue;
        }
        while stack.last().is_some_and(|&top| top >= column) {
            stack.pop();
        }
        if column > 0 {
            stack.push(column);
        }
        deepest = deepest.max(stack.len());
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_refuse_before_the_grammar_can_abort() {
        let deep: String = (0..600).map(|n| " ".repeat(n) + "if x:\n").collect();
        assert_eq!(parse(format!("{deep}{}'s'\n", " ".repeat(600)).as_bytes()).err(), Some(Refusal::TooDeep));
        assert_eq!(parse(&vec![b'\n'; MAX_BYTES + 1]).err(), Some(Refusal::TooLong));
    }

    #[test]
    fn comments_and_joined_lines_cost_nothing() {
        let comments = format!("if 1:\n  pass\n{}import requests\n", "# c\n".repeat(64_000));
        let tree = parse(comments.as_bytes()).unwrap();
        assert!(!tree.root_node().has_error());
        let joined = format!("{}import requests\n", "\\\n".repeat(100_000));
        assert!(parse(joined.as_bytes()).is_ok());
    }
}
