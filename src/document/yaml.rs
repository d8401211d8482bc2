//! YAML as a tree with byte spans. The only file that names the YAML engine; knows limits and what of YAML a policy
//! may not use (anchors, aliases, tags, several documents). Must not know keys.

use super::mistake::{MOST, Mistake};
use crate::span::Span;
use rustc_hash::FxHashMap;
use serde_yaml::granit_parser::{Event, Options, Parser, ScalarStyle, Span as EventSpan};

/// A policy longer than this, in bytes, is not read.
pub const MAX_BYTES: usize = 512 << 10;
/// Values nested deeper than this are not read.
pub const MAX_DEPTH: usize = 32;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// A scalar with its quotes; a collection from its first to its last child.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Something that was refused and told already; to be passed over in silence.
    Refused,
    /// Text. Numbers and booleans stay as they are written.
    Scalar {
        /// The value.
        text: String,
        /// Whether it stands without quotes.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file; keys are unique.
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// What this is, in words for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null | Value::Refused => "nothing",
            Value::Scalar { .. } => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// A collection that is still open.
struct Open {
    start: usize,
    end: usize,
    items: Vec<Node>,
    keys: Vec<Key>,
    /// Where each key stood first.
    known: FxHashMap<String, Span>,
    /// The key that waits for its value.
    key: Option<Key>,
    is_map: bool,
}

/// Parses one document. Mistakes are added to `mistakes`; the tree holds what could be read nevertheless, or is
/// `None` when nothing could.
pub fn parse(text: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    let mut parser = Parser::new_from_str_with_options(text, options());
    let mut tree =
        Builder { text, mistakes, open: Vec::new(), root: None, documents: 0, is_over: false, refused: false };
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => {
                if !tree.event(event, &span) {
                    return None;
                }
                if tree.is_over {
                    break;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                let mistake = super::traps::syntax(text, at, &error.info());
                tree.mistakes.push(mistake);
                return None;
            }
        }
    }
    tree.root
}

fn options() -> Options {
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    options
}

struct Builder<'t, 'm> {
    text: &'t str,
    mistakes: &'m mut Vec<Mistake>,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    /// Whether a second document began, which is not read.
    is_over: bool,
    /// Whether an anchor was refused; one mistake says it for all.
    refused: bool,
}

impl Builder<'_, '_> {
    /// Takes one event; `false` when it makes no sense to go on.
    fn event(&mut self, event: Event<'_>, span: &EventSpan) -> bool {
        let range = span.byte_range().unwrap_or(0..0);
        let place = Span::new(range.start, range.end);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.mistakes.push(Mistake::new(
                        place,
                        "a policy is one YAML document",
                        "remove the `---`, and put all rules beneath one `rules:`",
                    ));
                    self.is_over = true;
                    return true;
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let mistake = super::traps::alias(self.text, place);
                self.mistakes.push(mistake);
                self.push(Node { span: place, value: Value::Refused });
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), place);
                self.push(scalar(place, &value, style));
            }
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag)
                if self.open.len() >= MAX_DEPTH =>
            {
                let _ = (anchor, tag);
                let message = format!("values are nested deeper than {MAX_DEPTH} levels");
                self.mistakes.push(Mistake::new(place, message, "a policy needs no more than 8"));
                return false;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), place);
                self.start(place, false);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse(anchor, tag.is_some(), place);
                self.start(place, true);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(place),
            _ => {}
        }
        true
    }

    fn refuse(&mut self, anchor: usize, tag: bool, place: Span) {
        if (anchor > 0 || tag) && !self.refused {
            self.refused = true;
            self.mistakes.push(Mistake::new(
                place,
                "anchors (`&`), aliases (`*`) and tags (`!`) are not part of a policy",
                "write the value out; quote it if the sign is meant literally: \"!x\"",
            ));
        }
    }

    fn start(&mut self, place: Span, is_map: bool) {
        let (start, end) = (place.start as usize, place.end as usize);
        self.open.push(Open {
            start,
            end,
            items: Vec::new(),
            keys: Vec::new(),
            known: FxHashMap::default(),
            key: None,
            is_map,
        });
    }

    fn end(&mut self, place: Span) {
        let Some(open) = self.open.pop() else { return };
        // Block collections end somewhere behind their last child; flow ones at their bracket.
        let is_flow = self.text.as_bytes().get(place.start as usize).is_some_and(|b| matches!(b, b']' | b'}'));
        let end = if is_flow { place.end as usize } else { open.end };
        let span = Span::new(open.start, end);
        let value = if open.is_map {
            Value::Map(open.keys.into_iter().zip(open.items).collect())
        } else {
            Value::List(open.items)
        };
        self.push(Node { span, value });
    }

    fn push(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.end = open.end.max(node.span.end as usize);
        if !open.is_map {
            open.items.push(node);
            return;
        }
        if self.mistakes.len() > MOST {
            // Enough is told; looking up more lines would cost more than it helps.
            open.key = None;
            return;
        }
        if let Some(key) = open.key.take() {
            if let Some(first) = open.known.get(&key.text) {
                let line = line_of(self.text, *first);
                self.mistakes.push(Mistake::new(
                    key.span,
                    format!("`{}` stands here a second time; the first is on line {line}", key.text),
                    "join the two: YAML keeps only one of them",
                ));
            } else {
                open.known.insert(key.text.clone(), key.span);
                open.keys.push(key);
                open.items.push(node);
            }
        } else {
            let text = match node.value {
                Value::Scalar { text, .. } => text,
                Value::Null | Value::Refused => String::new(),
                Value::List(_) | Value::Map(_) => {
                    let help = "write `key: value`; quote a value that starts with `{` or `[`";
                    self.mistakes.push(Mistake::new(node.span, "a key must be text", help));
                    String::new()
                }
            };
            open.key = Some(Key { text, span: node.span });
        }
    }
}

fn scalar(span: Span, value: &str, style: ScalarStyle) -> Node {
    let plain = matches!(style, ScalarStyle::Plain);
    let value = if plain && matches!(value, "" | "~" | "null" | "Null" | "NULL") {
        Value::Null
    } else {
        Value::Scalar { text: value.to_owned(), plain }
    };
    Node { span, value }
}

/// The line of a span, from 1.
#[must_use]
pub fn line_of(text: &str, span: Span) -> usize {
    let before = text.as_bytes().get(..span.start as usize).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() + 1
}
