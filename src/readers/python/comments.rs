//! Comments of Python that speak to the tool. Knows the lexer; must not know what they say.

use super::lexer::{Lexer, TokenKind};
use crate::readers::Sink;
use crate::readers::comments::{Found, tell};
use crate::text::Text;

/// Hands over the comments of a text in which the mark stands. `may_be_first`: whether the text begins its file.
pub(in crate::readers) fn read(text: &Text<'_>, may_be_first: bool, sink: &mut dyn Sink) {
    let content = text.content();
    let bytes = content.as_bytes();
    let mut positions = text.positions();
    let mut lexer = Lexer::new(bytes);
    let mut is_first = may_be_first;
    let mut at = 0;
    while let Some(token) = lexer.next_token() {
        is_first &= bytes.get(at..token.start).is_some_and(|code| code.trim_ascii().is_empty());
        at = token.end;
        if token.kind == TokenKind::Comment {
            let found = Found { start: token.start, end: token.end, is_first };
            tell(text, &mut positions, &found, &|line| line.starts_with('#'), sink);
        } else {
            is_first = false;
        }
    }
}
