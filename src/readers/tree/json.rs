//! JSON as a tree. The only file that names the JSON engine, whose tokens are put together here: without recursion, and as
//! far as the text can be read.

use super::{Item, Tree, Value};
use crate::excerpt::Excerpt;
use crate::span::Span;
use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};

const STRICT: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: true,
    allow_extended_string_escapes: false,
};

/// Values nested deeper than this are not read.
const MAX_DEPTH: usize = 128;

/// A collection that is still open.
struct Open<'t> {
    start: usize,
    value: Value<'t>,
    /// Its key in the map around it.
    key: Option<Excerpt<'t>>,
    /// What stood last in it.
    last: Last,
}

/// What stood last in a collection, by which the next token is right or wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    Key,
    Colon,
    Value,
    Comma,
}

/// Reads a document up to where it is broken.
pub(in crate::readers) fn parse(text: &str) -> Tree<'_> {
    let mut scanner = Scanner::new(text, &STRICT);
    let mut broken = Vec::new();
    let mut root = None;
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut key = None;
    loop {
        let before = open.last().map(|open| (open.last, matches!(open.value, Value::Map(_))));
        let token = match scanner.scan() {
            Ok(Some(token)) => token,
            Ok(None) => break,
            Err(error) => {
                let at = error.range().start.min(text.len());
                broken.push((Span::new(at, at), error.kind().to_string()));
                break;
            }
        };
        let (start, end) = (scanner.token_start(), scanner.token_end());
        if let Some((last, is_map)) = before {
            let is_right = match token {
                Token::Comma => last == Last::Value,
                Token::Colon => last == Last::Key,
                Token::CloseBrace | Token::CloseBracket => matches!(last, Last::Start | Last::Value),
                _ if is_map => match token {
                    Token::String(_) => matches!(last, Last::Start | Last::Comma | Last::Colon),
                    _ => last == Last::Colon,
                },
                _ => matches!(last, Last::Start | Last::Comma),
            };
            if !is_right {
                broken.push((Span::new(start, end), "something is missing in front of this".to_owned()));
            }
            let next = match token {
                Token::Comma => Last::Comma,
                Token::Colon => Last::Colon,
                Token::String(_) if is_map && key.is_none() => Last::Key,
                _ => Last::Value,
            };
            if let Some(open) = open.last_mut() {
                open.last = next;
            }
        }
        let item = match token {
            Token::OpenBrace | Token::OpenBracket if open.len() >= MAX_DEPTH => {
                broken.push((Span::new(start, end), format!("values are nested deeper than {MAX_DEPTH} levels")));
                break;
            }
            Token::OpenBrace | Token::OpenBracket => {
                let value = if token == Token::OpenBrace { Value::Map(Vec::new()) } else { Value::List(Vec::new()) };
                open.push(Open { start, value, key: key.take(), last: Last::Start });
                continue;
            }
            Token::CloseBrace | Token::CloseBracket => {
                let is_map = token == Token::CloseBrace;
                let fits = open.last().is_some_and(|open| matches!(open.value, Value::Map(_)) == is_map);
                let Some(done) = open.pop().filter(|_| fits) else {
                    broken.push((Span::new(start, end), "a bracket that closes nothing".to_owned()));
                    break;
                };
                key = done.key;
                Item { span: Span::new(done.start, end), value: done.value }
            }
            Token::String(decoded) => {
                let raw = text.get(start + 1..end.saturating_sub(1)).unwrap_or_default();
                let excerpt = match decoded {
                    std::borrow::Cow::Borrowed(_) if !raw.contains('\\') => Excerpt::verbatim(raw, start + 1),
                    decoded => super::aligned(&decoded, raw, start + 1),
                };
                let is_key = key.is_none() && open.last().is_some_and(|open| matches!(open.value, Value::Map(_)));
                if is_key {
                    key = Some(excerpt);
                    continue;
                }
                Item { span: Span::new(start, end), value: Value::Text(excerpt) }
            }
            Token::Comma => {
                key = None;
                continue;
            }
            Token::Colon => continue,
            Token::Word(_) | Token::CommentLine(_) | Token::CommentBlock(_) => {
                broken.push((Span::new(start, end), "something that is no JSON".to_owned()));
                continue;
            }
            Token::Boolean(_) | Token::Number(_) | Token::Null => {
                Item { span: Span::new(start, end), value: Value::Other }
            }
        };
        put(&mut open, &mut root, key.take(), item);
    }
    if !open.is_empty() && broken.is_empty() {
        broken.push((Span::new(text.len(), text.len()), "the end is missing".to_owned()));
    }
    while let Some(done) = open.pop() {
        let item = Item { span: Span::new(done.start, text.len()), value: done.value };
        put(&mut open, &mut root, done.key, item);
    }
    if root.is_none() && broken.is_empty() {
        broken.push((Span::new(0, 0), "nothing stands here".to_owned()));
    }
    Tree { root: root.unwrap_or(Item { span: Span::default(), value: Value::Other }), broken }
}

fn put<'t>(open: &mut [Open<'t>], root: &mut Option<Item<'t>>, key: Option<Excerpt<'t>>, item: Item<'t>) {
    match open.last_mut().map(|open| &mut open.value) {
        Some(Value::List(items)) => items.push(item),
        Some(Value::Map(entries)) => entries.extend(key.map(|key| (key, item))),
        _ => *root = root.take().or(Some(item)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_lead_back_through_their_escapes() {
        let text = r#"{"a": ["\u0072edis\n", "x"], "n": 1}"#;
        let tree = parse(text);
        assert!(tree.broken.is_empty());
        let items = tree.root.at(&["a"]);
        let first = items[0].items()[0].text().unwrap();
        assert_eq!(first.text(), "redis\n");
        assert_eq!(first.span(0..5), Span { start: 8, end: 18 });
    }

    #[test]
    fn what_stands_before_a_break_is_read() {
        for bad in [r#"{"a": {} "b": 1}"#, r#"{"a" "b"}"#, "[1 2]", "[1,]", "{,}", r#"{"a": 1,}"#] {
            assert!(!parse(bad).broken.is_empty(), "{bad}");
        }
        for good in ["{}", "[]", r#"{"a": [1, {"b": null}], "c": "d"}"#, "1"] {
            assert_eq!(parse(good).broken, [], "{good}");
        }
        let tree = parse(r#"{"a": "x", "b": ["y", oops"#);
        assert!(!tree.broken.is_empty());
        assert_eq!(tree.root.at(&["b"])[0].items().len(), 1);
        assert!(parse(&"[".repeat(100_000)).broken[0].1.contains("nested"));
    }
}
