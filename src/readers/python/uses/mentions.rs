//! Where names of interest are mentioned, and which of these mentions matter. Knows bytes, literals and comments; must not
//! know scopes.

use super::flat::LONGEST_LITERAL;
use super::names::{NameId, Names};
use crate::name::{identifier_len, is_identifier_byte, normalise};
use crate::readers::Wanted;
use crate::readers::python::lexer::{Lexer, Token, TokenKind};
use crate::span::Span;
use memchr::memmem::Finder;

/// What each name may lead to; nothing known means that every mention matters.
pub(super) type Meanings = Vec<Vec<(String, u32)>>;

/// Mentions, in order, outside of `imports`: of `os` only those behind which nothing stands that nobody asks about.
pub(super) fn mentions(
    text: &str,
    names: &Names,
    meanings: &Meanings,
    imports: &[Span],
    wanted: &Wanted<'_>,
) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let in_import = |at: usize| {
        let index = imports.partition_point(|span| span.end as usize <= at);
        imports.get(index).is_some_and(|span| span.start as usize <= at)
    };
    for (id, name) in names.iter() {
        let meanings = meanings.get(id).map(Vec::as_slice).unwrap_or_default();
        let mut judged: Option<(&str, bool)> = None;
        for at in Finder::new(name).find_iter(bytes) {
            let end = at + name.len();
            let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied();
            if before.is_some_and(is_identifier_byte)
                || bytes.get(end).copied().is_some_and(is_identifier_byte)
                || (before == Some(b'.') && !names.is_attribute(id))
            {
                continue;
            }
            let matters = match attribute_behind(text, end).filter(|_| !meanings.is_empty()) {
                Some(attribute) => match judged {
                    Some((known, answer)) if known == attribute => answer,
                    _ => {
                        let answer =
                            meanings.iter().any(|(name, level)| wanted.uses(&format!("{name}.{attribute}"), *level));
                        judged = Some((attribute, answer));
                        answer
                    }
                },
                None => true,
            };
            if matters && !in_import(at) {
                found.push(at);
            }
        }
    }
    if !text.is_ascii() {
        found.extend(folded(text, names));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The attribute that is taken of what ends at `end`: plain, on the same line.
fn attribute_behind(text: &str, end: usize) -> Option<&str> {
    let bytes = text.as_bytes();
    let rest = bytes.get(end..)?;
    let dot = rest.iter().position(|b| *b != b' ').filter(|at| rest.get(*at) == Some(&b'.'))?;
    let start = end + dot + 1;
    let start = start + bytes.get(start..)?.iter().position(|b| *b != b' ')?;
    let len = identifier_len(bytes.get(start..)?);
    text.get(start..start + len).filter(|word| !word.is_empty() && word.is_ascii())
}

/// Identifiers that mean a name of interest only after NFKC.
fn folded<'t>(text: &'t str, names: &'t Names) -> impl Iterator<Item = usize> + 't {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| !b.is_ascii())) {
            let within = at + found;
            let head = bytes.get(at..within).unwrap_or_default();
            let start = within - head.iter().rev().take_while(|b| is_identifier_byte(**b)).count();
            let end = within + identifier_len(bytes.get(within..).unwrap_or_default());
            at = end.max(within + 1);
            let word = text.get(start..end).unwrap_or_default();
            if names.id(&normalise(word)).is_some() {
                return Some(start);
            }
        }
        None
    })
}

/// The strings and comments of a text, up to a place.
pub(super) fn tokens(bytes: &[u8], end: usize) -> Vec<Token> {
    let mut lexer = Lexer::new(bytes);
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token().filter(|token| token.start <= end) {
        tokens.push(token);
    }
    tokens
}

/// Leaves out mentions in comments and in prose.
pub(super) fn in_code(bytes: &[u8], mentions: &mut Vec<usize>, tokens: &[Token]) {
    let lexer = Lexer::new(bytes);
    mentions.retain(|at| {
        let index = tokens.partition_point(|token| token.end <= *at);
        let Some(token) = tokens.get(index).filter(|token| token.start <= *at) else { return true };
        match token.kind {
            TokenKind::Comment => false,
            TokenKind::Literal { .. } => {
                lexer.formatted_prefix(token.start).is_some()
                    || (token.end - token.start <= LONGEST_LITERAL
                        && may_be_type(bytes.get(token.start..token.end).unwrap_or_default()))
            }
        }
    });
}

/// Whether a plain literal can be a type: no signs but those of types, and no two words side by side.
fn may_be_type(literal: &[u8]) -> bool {
    let mut before = 0;
    let mut after_word_and_blank = false;
    for &byte in literal {
        let is_word = is_identifier_byte(byte);
        if is_word && after_word_and_blank {
            return false;
        }
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => after_word_and_blank |= is_identifier_byte(before),
            b'.' | b',' | b'[' | b']' | b'|' | b'(' | b')' | b'\'' | b'"' | b'*' | b'-' => after_word_and_blank = false,
            _ if is_word => {}
            _ => return false,
        }
        before = byte;
    }
    true
}

/// Literals of more than one line.
pub(super) fn tall(bytes: &[u8], tokens: &[Token]) -> Vec<(usize, usize)> {
    let is_tall = |token: &&Token| {
        token.kind != TokenKind::Comment
            && bytes.get(token.start..token.end).is_some_and(|text| memchr::memchr(b'\n', text).is_some())
    };
    tokens.iter().filter(is_tall).map(|token| (token.start, token.end)).collect()
}

/// Every word of the code that `is_asked` for: what a star import may bring in.
pub(super) fn words(text: &str, tokens: &[Token], mut is_asked: impl FnMut(&str) -> bool) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut words: rustc_hash::FxHashSet<&str> = rustc_hash::FxHashSet::default();
    let mut at = 0;
    let gaps = tokens.iter().map(|token| (token.start, token.end)).chain([(bytes.len(), bytes.len())]);
    for (start, end) in gaps {
        while at < start {
            let len = identifier_len(bytes.get(at..start).unwrap_or_default());
            let is_attribute = at > 0 && bytes.get(at - 1) == Some(&b'.');
            if len > 0 && !is_attribute && bytes.get(at).is_some_and(|b| !b.is_ascii_digit()) {
                words.extend(text.get(at..at + len));
            }
            at += len.max(1);
        }
        at = end;
    }
    let mut asked: Vec<String> =
        words.into_iter().map(|word| normalise(word).into_owned()).filter(|word| is_asked(word)).collect();
    asked.sort_unstable();
    asked
}

/// Names of a name, by its number.
pub(super) fn meaning(meanings: &mut Meanings, id: NameId, name: String, level: u32) {
    if meanings.len() <= id {
        meanings.resize(id + 1, Vec::new());
    }
    if let Some(known) = meanings.get_mut(id) {
        let meaning = (name, level);
        if !known.contains(&meaning) {
            known.push(meaning);
        }
    }
}
