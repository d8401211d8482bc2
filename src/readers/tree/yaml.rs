//! YAML as a tree. Names the YAML engine, as the policy's own parser does, but takes files as they are: anchors, several
//! documents, templates in lines of their own.

use super::{Item, Tree, Value};
use crate::excerpt::Excerpt;
use crate::span::Span;
use rustc_hash::FxHashMap;
use serde_yaml::granit_parser::{Event, Options, Parser};

/// Aliases put in at most so many nodes.
const MOST_COPIED: usize = 100_000;

/// At most so many lines that cannot be parsed are passed over.
const MOST_PASSED: usize = 40;

/// Reads as much of a file as can be read. A line at which the engine stops is told and passed over.
#[must_use]
pub fn parse(text: &str) -> Tree<'static> {
    let mut patched = std::borrow::Cow::Borrowed(text);
    let mut broken = Vec::new();
    loop {
        match attempt(&patched) {
            Ok((root, limit)) => {
                broken.extend(limit);
                return Tree { root, broken };
            }
            Err((at, message, root)) => {
                let line = line_at(&patched, at);
                broken.push((Span::new(line.start, line.end), message));
                if broken.len() >= MOST_PASSED || line.is_empty() {
                    return Tree { root, broken };
                }
                let blank: String = " ".repeat(line.len());
                patched.to_mut().replace_range(line, &blank);
            }
        }
    }
}

/// The last line up to an offset that is not blank, without its end.
fn line_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let at = crate::name::floor(text, at.min(text.len()));
    let before = text.get(..at).unwrap_or_default();
    let own_start = before.rfind('\n').map_or(0, |at| at + 1);
    let own_end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
    if text.get(own_start..own_end).is_some_and(|line| !line.trim().is_empty()) {
        return own_start..own_end;
    }
    let end = text.get(..own_start).unwrap_or_default().trim_end().len();
    let start = text.get(..end).unwrap_or_default().rfind('\n').map_or(0, |at| at + 1);
    start..end
}

type Stopped = (usize, String, Item<'static>);

fn attempt(text: &str) -> Result<(Item<'static>, Option<(Span, String)>), Stopped> {
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder { text, ..Builder::default() };
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                builder.event(event, range.start.min(text.len())..range.end.min(text.len()));
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                let message = error.info().clone();
                return Err((at, message, builder.finish().0));
            }
        }
    }
    Ok(builder.finish())
}

struct Open {
    start: usize,
    end: usize,
    anchor: usize,
    key: Option<Excerpt<'static>>,
    has_key: bool,
    value: Value<'static>,
    nodes: usize,
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    documents: Vec<Item<'static>>,
    anchors: FxHashMap<usize, (Item<'static>, usize)>,
    copied: usize,
    limit: Option<(Span, String)>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        match event {
            Event::Alias(id) => {
                let place = Span::new(range.start, range.end);
                let (item, nodes) = match self.anchors.get(&id) {
                    Some((item, nodes)) if self.copied + nodes <= MOST_COPIED => (item.clone(), *nodes),
                    Some(_) => {
                        let message = format!("aliases put in more than {MOST_COPIED} values");
                        self.limit.get_or_insert((place, message));
                        (Item { span: place, value: Value::Other }, 1)
                    }
                    None => (Item { span: place, value: Value::Other }, 1),
                };
                self.copied += nodes;
                self.push(item, nodes);
            }
            Event::UnresolvedAlias(_) => {
                self.push(Item { span: Span::new(range.start, range.end), value: Value::Other }, 1);
            }
            Event::Scalar(value, style, anchor, _) => {
                let (skipped, raw) = raw_scalar(self.text, &range, style);
                let excerpt = if *value == *raw {
                    let mut excerpt = Excerpt::default();
                    excerpt.push(&value, crate::span::to_u32(skipped));
                    excerpt
                } else {
                    super::aligned(&value, raw, skipped)
                };
                let item = Item { span: Span::new(range.start, range.end), value: Value::Text(excerpt) };
                if anchor > 0 {
                    self.anchors.insert(anchor, (item.clone(), 1));
                }
                self.push(item, 1);
            }
            Event::SequenceStart(_, anchor, _) => self.start(&range, anchor, Value::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => self.start(&range, anchor, Value::Map(Vec::new())),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => {}
        }
    }

    fn start(&mut self, range: &std::ops::Range<usize>, anchor: usize, value: Value<'static>) {
        self.open.push(Open { start: range.start, end: range.end, anchor, key: None, has_key: false, value, nodes: 1 });
    }

    fn end(&mut self) {
        let Some(done) = self.open.pop() else { return };
        let item = Item { span: Span::new(done.start, done.end), value: done.value };
        if done.anchor > 0 && done.nodes <= MOST_COPIED {
            self.copied += done.nodes;
            self.anchors.insert(done.anchor, (item.clone(), done.nodes));
        }
        self.push(item, done.nodes);
    }

    fn push(&mut self, item: Item<'static>, nodes: usize) {
        let Some(open) = self.open.last_mut() else {
            self.documents.push(item);
            return;
        };
        open.end = open.end.max(item.span.end as usize);
        open.nodes += nodes;
        match &mut open.value {
            Value::List(items) => items.push(item),
            Value::Map(entries) if open.has_key => {
                open.has_key = false;
                match open.key.take() {
                    // `<<: *base` brings in the entries of another map.
                    Some(key) if key.text() == "<<" => {
                        let maps = if let Value::List(items) = item.value { items } else { vec![item] };
                        for map in maps {
                            if let Value::Map(mut more) = map.value {
                                more.append(entries);
                                *entries = more;
                            }
                        }
                    }
                    Some(key) => entries.push((key, item)),
                    None => {}
                }
            }
            Value::Map(_) => {
                open.has_key = true;
                open.key = match item.value {
                    Value::Text(text) => Some(text),
                    _ => Some(Excerpt::default()),
                };
            }
            _ => {}
        }
    }

    /// All documents; several become a list.
    fn finish(mut self) -> (Item<'static>, Option<(Span, String)>) {
        while !self.open.is_empty() {
            self.end();
        }
        let whole = Span::new(0, self.text.len());
        let root = if self.documents.len() == 1 { self.documents.pop() } else { None };
        (root.unwrap_or(Item { span: whole, value: Value::List(self.documents) }), self.limit)
    }
}

/// What stands between the quotes of a scalar, or the lines of a block, and where it starts.
fn raw_scalar<'t>(
    text: &'t str,
    range: &std::ops::Range<usize>,
    style: serde_yaml::granit_parser::ScalarStyle,
) -> (usize, &'t str) {
    use serde_yaml::granit_parser::ScalarStyle;
    let raw = text.get(range.clone()).unwrap_or_default();
    let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let quote = raw.find(['"', '\'']).filter(|_| is_quoted);
    match quote {
        Some(at) => {
            let inner = raw.get(at + 1..raw.len().saturating_sub(1)).unwrap_or_default();
            (range.start + at + 1, inner)
        }
        None => (range.start, raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first<'i>(tree: &'i Tree<'static>, path: &[&str]) -> &'i Excerpt<'static> {
        tree.root.at(path)[0].text().unwrap()
    }

    #[test]
    fn scalars_lead_back_in_every_style() {
        let text =
            "a: redis>=4\nb: 'it''s'\nc: \"\\u0072edis\"\nd: |\n  pip install \\\n    redis\ne: >-\n  one\n  two\n";
        let tree = parse(text);
        assert!(tree.broken.is_empty(), "{:?}", tree.broken);
        for (key, word) in [("a", "redis"), ("b", "s"), ("c", "edis"), ("d", "redis"), ("e", "two")] {
            let excerpt = first(&tree, &[key]);
            let at = excerpt.text().rfind(word).unwrap();
            let span = excerpt.span(at..at + word.len());
            assert_eq!(&text[span.range()], word, "{key}");
        }
    }

    #[test]
    fn templates_cost_no_more_than_their_lines() {
        let text = "dependencies:\n{% if x %}\n  - redis\n{% endif %}\n  - pip\n";
        let tree = parse(text);
        assert!(!tree.broken.is_empty());
        assert_eq!(tree.root.at(&["dependencies"])[0].items().len(), 2);
    }

    #[test]
    fn aliases_are_put_in_but_no_bomb() {
        let tree = parse("base: &b {x: '1'}\nown:\n  <<: *b\n  y: '2'\n");
        assert_eq!(tree.root.at(&["own", "x"]).len(), 1);
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let before = format!("*a{}, ", n - 1).repeat(10);
            bomb = format!("{bomb}a{n}: &a{n} [{}]\n", before.trim_end_matches(", "));
        }
        assert!(parse(&bomb).broken.iter().any(|(_, message)| message.contains("aliases")));
    }
}
