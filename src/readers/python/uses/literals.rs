//! What string literals say. Knows prefixes, escapes, adjacent literals and the literal head of a formatted one; must not
//! know what the text is for.

use super::syntax::{Field, Id, Kind, Syntax};

/// A text, as far as it is written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// The literal text, or its head.
    pub head: String,
    /// Whether it goes on in a way that only the running program knows.
    pub open: bool,
}

/// Texts longer than this name nothing.
const LONGEST: usize = 64 << 10;

/// The text of an expression: a literal, adjacent ones, or such joined by `+`; the head of a formatted one. `None` for
/// anything else.
pub(super) fn text_of(syntax: &Syntax, flat: &str, node: Id) -> Option<Text> {
    let mut text = Text::default();
    let mut rest = vec![node];
    let mut steps = 0;
    while let Some(node) = rest.pop() {
        steps += 1;
        if steps > 1_000 || text.head.len() > LONGEST {
            return None;
        }
        match syntax.kind(node) {
            Kind::Parenthesized | Kind::Concatenated => {
                let children: Vec<Id> = syntax.children(node).collect();
                rest.extend(children.into_iter().rev());
            }
            Kind::String => {
                literal(syntax, flat, node, &mut text)?;
            }
            Kind::Binary => {
                let operator = syntax.child(node, Field::Operator).and_then(|id| slice(syntax, flat, id))?;
                let (left, right) = (syntax.child(node, Field::Left)?, syntax.child(node, Field::Right)?);
                match operator {
                    "+" => rest.extend([right, left]),
                    // `"acme.%s" % name`
                    "%" => {
                        let mut inner = text_of_one(syntax, flat, left)?;
                        let end = inner.head.find('%').unwrap_or(inner.head.len());
                        inner.head.truncate(end);
                        text.head.push_str(&inner.head);
                        text.open = true;
                    }
                    _ => return None,
                }
            }
            // `"acme.{}".format(name)`
            Kind::Call => {
                let function = syntax.child(node, Field::Function)?;
                let is_format = syntax.child(function, Field::Attribute).and_then(|id| slice(syntax, flat, id));
                if syntax.kind(function) != Kind::Attribute || is_format != Some("format") {
                    return open_or_none(text);
                }
                let mut inner = text_of_one(syntax, flat, syntax.child(function, Field::Object)?)?;
                let end = inner.head.find('{').unwrap_or(inner.head.len());
                inner.head.truncate(end);
                text.head.push_str(&inner.head);
                text.open = true;
            }
            _ => return open_or_none(text),
        }
        if text.open {
            return Some(text);
        }
    }
    Some(text)
}

/// What was read so far is the head of something unknown; nothing at all is no text.
fn open_or_none(mut text: Text) -> Option<Text> {
    text.open = true;
    (!text.head.is_empty()).then_some(text)
}

fn text_of_one(syntax: &Syntax, flat: &str, node: Id) -> Option<Text> {
    let mut text = Text::default();
    match syntax.kind(node) {
        Kind::String => literal(syntax, flat, node, &mut text)?,
        Kind::Concatenated => {
            for part in syntax.children(node) {
                literal(syntax, flat, part, &mut text)?;
            }
        }
        _ => return None,
    }
    Some(text)
}

fn slice<'f>(syntax: &Syntax, flat: &'f str, node: Id) -> Option<&'f str> {
    let (start, end) = syntax.range(node);
    flat.get(start..end)
}

/// Adds what one literal says. `None` for bytes, and for escapes that need a table of names.
fn literal(syntax: &Syntax, flat: &str, node: Id, text: &mut Text) -> Option<()> {
    let mut prefix = "";
    let mut content_start = None;
    let mut content_end = syntax.range(node).1;
    for child in syntax.children(node) {
        match syntax.kind(child) {
            Kind::StringStart => {
                let start = slice(syntax, flat, child)?;
                prefix = start.trim_end_matches(['"', '\'']);
                content_start = Some(syntax.range(child).1);
            }
            Kind::Interpolation => {
                content_end = syntax.range(child).0;
                text.open = true;
                break;
            }
            Kind::StringEnd => content_end = syntax.range(child).0,
            _ => {}
        }
    }
    let has = |letter: char| prefix.chars().any(|c| c.eq_ignore_ascii_case(&letter));
    if has('b') {
        return None;
    }
    let content = flat.get(content_start?..content_end)?;
    if content.len() > LONGEST {
        return None;
    }
    let decoded = if has('r') { content.to_owned() } else { unescape(content)? };
    let decoded = if has('f') { decoded.replace("{{", "{").replace("}}", "}") } else { decoded };
    text.head.push_str(&decoded);
    Some(())
}

/// Decodes the escapes of a literal; `None` for `\N{...}` and for what is none.
pub(in crate::readers::python) fn unescape(content: &str) -> Option<String> {
    let mut decoded = String::with_capacity(content.len());
    let mut chars = content.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            decoded.push(c);
            continue;
        }
        let escape = chars.next()?;
        let mut hex = |digits: usize| -> Option<char> {
            let mut value = 0_u32;
            for _ in 0..digits {
                value = value * 16 + chars.next()?.to_digit(16)?;
            }
            char::from_u32(value)
        };
        let plain = match escape {
            '\n' => continue,
            '\r' => {
                chars.next_if_eq(&'\n');
                continue;
            }
            'x' => hex(2)?,
            'u' => hex(4)?,
            'U' => hex(8)?,
            'N' => named_character(&mut chars)?,
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0C',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0B',
            '0'..='7' => {
                let mut value = escape.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) else { break };
                    value = value * 8 + digit;
                    chars.next();
                }
                char::from_u32(value)?
            }
            '\\' | '\'' | '"' => escape,
            other => {
                decoded.push('\\');
                other
            }
        };
        decoded.push(plain);
    }
    Some(decoded)
}

/// `{LATIN SMALL LETTER A}`: of all characters with a name, those of which names of modules consist.
fn named_character(chars: &mut impl Iterator<Item = char>) -> Option<char> {
    let name: String = chars.by_ref().skip_while(|c| *c == '{').take_while(|c| *c != '}').take(40).collect();
    let name = name.to_ascii_uppercase();
    let letter = |text: &str| text.chars().next().filter(|c| text.len() == 1 && c.is_ascii_uppercase());
    match name.as_str() {
        "FULL STOP" => Some('.'),
        "LOW LINE" => Some('_'),
        "COLON" => Some(':'),
        _ => name
            .strip_prefix("LATIN SMALL LETTER ")
            .and_then(letter)
            .map(|c| c.to_ascii_lowercase())
            .or_else(|| name.strip_prefix("LATIN CAPITAL LETTER ").and_then(letter)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(code: &str) -> Option<(String, bool)> {
        let tree = crate::readers::python::tree::parse(format!("x = {code}\n").as_bytes()).unwrap();
        let syntax = Syntax::new(&tree, 0);
        let assignment = syntax.ids().find(|id| syntax.kind(*id) == Kind::Assignment).unwrap();
        let value = syntax.child(assignment, Field::Right).unwrap();
        text_of(&syntax, &format!("x = {code}\n"), value).map(|text| (text.head, text.open))
    }

    #[test]
    fn literals_say_what_python_reads() {
        for (code, text, open) in [
            ("'requests'", "requests", false),
            ("'req' \"uests\"", "requests", false),
            ("('re' + 'quests')", "requests", false),
            (r"'\x72e\161uests'", "requests", false),
            (r"r'\x72'", r"\x72", false),
            ("f'requests.{x}'", "requests.", true),
            ("f'requests'", "requests", false),
            (r"'a\N{FULL STOP}\N{LATIN SMALL LETTER B}'", "a.b", false),
            ("'requests.%s' % x", "requests.", true),
            ("'requests.{}'.format(x)", "requests.", true),
            ("'requests.' + x", "requests.", true),
            ("'''requests'''", "requests", false),
        ] {
            assert_eq!(says(code), Some((text.to_owned(), open)), "{code}");
        }
        for code in ["b'requests'", "x", "x + 'a'", r"'\N{SNOWMAN}'", "1"] {
            assert_eq!(says(code), None, "{code}");
        }
    }
}
