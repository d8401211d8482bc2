//! Headers of compound statements: which kind of block a logical line opens. Knows keywords; must not know what the blocks
//! mean.

use super::logical_lines::{skip_blank, word_at};

/// What a header opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Def,
    Class,
    /// `if` and `elif`.
    If,
    Loop,
    With,
    Try,
    Except,
    Else,
    Finally,
    Match,
    Case,
}

/// The compound statement that a line opens whose first token stands at `start`, and where its keyword ends.
#[must_use]
pub(super) fn kind(bytes: &[u8], start: usize, in_match: bool) -> Option<(Kind, usize)> {
    let (word, mut end) = word_at(bytes, start);
    let kind = match word {
        b"def" => Kind::Def,
        b"class" => Kind::Class,
        b"if" | b"elif" => Kind::If,
        b"for" | b"while" => Kind::Loop,
        b"with" => Kind::With,
        b"try" => Kind::Try,
        b"except" => Kind::Except,
        b"else" => Kind::Else,
        b"finally" => Kind::Finally,
        b"async" => {
            let next = skip_blank(bytes, end);
            let (word, next_end) = word_at(bytes, next);
            end = next_end;
            match word {
                b"def" => Kind::Def,
                b"for" => Kind::Loop,
                b"with" => Kind::With,
                _ => return None,
            }
        }
        b"match" => Kind::Match,
        b"case" if in_match => Kind::Case,
        _ => return None,
    };
    Some((kind, end))
}

/// The last line between two places that begins with `def` or `class` at module level: it stands outside of every block,
/// since neither word can stand inside of brackets. `literals` are those of more than one line.
#[must_use]
pub(super) fn last_at_module_level(bytes: &[u8], from: usize, to: usize, literals: &[(usize, usize)]) -> Option<usize> {
    let mut before = bytes.get(from..to)?;
    while let Some(newline) = memchr::memrchr(b'\n', before) {
        let line = from + newline + 1;
        let text = bytes.get(line..).unwrap_or_default();
        let is_joined = before.get(..newline).is_some_and(|head| head.ends_with(b"\\") || head.ends_with(b"\\\r"));
        if !is_joined && [&b"def "[..], b"class ", b"async def "].iter().any(|word| text.starts_with(word)) {
            let (start, end) = literals
                .get(literals.partition_point(|(start, _)| *start <= line).wrapping_sub(1))
                .copied()
                .unwrap_or_default();
            if !(start < line && line < end) {
                return Some(line);
            }
        }
        before = before.get(..newline).unwrap_or_default();
    }
    None
}
