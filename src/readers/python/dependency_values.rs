//! Lists of requirements in Python code, as far as they are written down: literals, names that are bound to such, sums of
//! both. Knows expressions; nothing is ever run, and whatever only the running program knows is said to be open.

use super::uses::literals::unescape;
use super::uses::syntax::{Field, Id, Kind, Syntax};
use crate::excerpt::Excerpt;
use crate::span::Span;
use rustc_hash::FxHashMap;

/// Names lead to names so far.
const MAX_DEPTH: usize = 16;
/// So many steps are taken for one expression.
const MOST_STEPS: usize = 20_000;

/// A module's text and syntax, with what is bound and added to each name.
pub(super) struct Module<'m> {
    pub(super) text: &'m str,
    pub(super) syntax: &'m Syntax,
    bound: FxHashMap<&'m str, Vec<Id>>,
}

/// What an expression is made of.
#[derive(Debug)]
pub(super) enum Piece {
    /// A text.
    Text(Excerpt<'static>),
    /// A text that the running program completes: `f"a=={version}"`, `"a==%s" % version`.
    Half(Excerpt<'static>),
    /// A key of a dictionary, in front of its values.
    Key(String),
    /// Something that only the running program knows.
    Open(Span),
}

impl<'m> Module<'m> {
    pub(super) fn new(text: &'m str, syntax: &'m Syntax) -> Self {
        let mut module = Self { text, syntax, bound: FxHashMap::default() };
        for id in syntax.ids() {
            let bound = match syntax.kind(id) {
                Kind::Assignment | Kind::AugmentedAssignment => {
                    syntax.child(id, Field::Left).zip(syntax.child(id, Field::Right))
                }
                // `name.append(x)` and `name.extend(x)` add to what is bound.
                Kind::Call => module.added(id),
                _ => None,
            };
            let Some((target, value)) = bound else { continue };
            // `name["key"] = value` adds too.
            let target = match syntax.kind(target) {
                Kind::Subscript => syntax.child(target, Field::Value).unwrap_or(target),
                _ => target,
            };
            if let Some(name) = module.slice(target).filter(|_| syntax.kind(target) == Kind::Identifier) {
                module.bound.entry(name).or_default().push(value);
            }
        }
        module
    }

    fn added(&self, call: Id) -> Option<(Id, Id)> {
        let function = self.syntax.child(call, Field::Function)?;
        let method = self.syntax.child(function, Field::Attribute).and_then(|id| self.slice(id))?;
        if !matches!(method, "append" | "extend" | "insert" | "update") {
            return None;
        }
        Some((self.syntax.child(function, Field::Object)?, self.syntax.child(call, Field::Arguments)?))
    }

    pub(super) fn slice(&self, id: Id) -> Option<&'m str> {
        let (start, end) = self.syntax.range(id);
        self.text.get(start..end)
    }

    pub(super) fn span(&self, id: Id) -> Span {
        let (start, end) = self.syntax.range(id);
        Span::new(start, end)
    }

    /// What an expression is made of, in order.
    pub(super) fn pieces(&self, expression: Id) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = vec![(expression, 0)];
        let mut steps = 0;
        while let Some((id, depth)) = rest.pop() {
            steps += 1;
            if steps > MOST_STEPS {
                pieces.push(Piece::Open(self.span(id)));
                break;
            }
            let mut into = |ids: Vec<Id>| rest.extend(ids.into_iter().rev().map(|id| (id, depth)));
            match self.syntax.kind(id) {
                Kind::String | Kind::Concatenated => pieces.push(self.string(id)),
                Kind::List
                | Kind::Tuple
                | Kind::Set
                | Kind::Parenthesized
                | Kind::Splat
                | Kind::ExpressionList
                | Kind::Dictionary
                | Kind::DoubleSplat
                | Kind::Boolean
                | Kind::Arguments => {
                    into(self.syntax.children(id).collect());
                }
                // Either may hold; the test between them is no value.
                Kind::Conditional => {
                    let children: Vec<Id> = self.syntax.children(id).collect();
                    into(children.first().into_iter().chain(children.last()).copied().collect());
                }
                Kind::Pair => {
                    let key = self.syntax.child(id, Field::Key);
                    match key.map(|key| self.string(key)) {
                        Some(Piece::Text(text)) => pieces.push(Piece::Key(text.text().to_owned())),
                        _ => pieces.push(Piece::Key(String::new())),
                    }
                    into(self.syntax.child(id, Field::Value).into_iter().collect());
                }
                Kind::KeywordArgument => {
                    let name = self.syntax.child(id, Field::Name).and_then(|name| self.slice(name));
                    pieces.push(Piece::Key(name.unwrap_or_default().to_owned()));
                    into(self.syntax.child(id, Field::Value).into_iter().collect());
                }
                Kind::Binary => {
                    let operator = self.syntax.child(id, Field::Operator).and_then(|id| self.slice(id));
                    let left = self.syntax.child(id, Field::Left).filter(|left| self.is_text(*left));
                    if let Some(left) = left.filter(|_| matches!(operator, Some("+" | "%"))) {
                        pieces.push(self.half(left, self.syntax.child(id, Field::Right)));
                    } else if matches!(operator, Some("+" | "|")) {
                        let sides =
                            [Field::Left, Field::Right].into_iter().filter_map(|side| self.syntax.child(id, side));
                        into(sides.collect());
                    } else {
                        pieces.push(self.opened(id));
                    }
                }
                Kind::Identifier if depth < MAX_DEPTH => match self.slice(id).and_then(|name| self.bound.get(name)) {
                    Some(values) => rest.extend(values.iter().rev().map(|value| (*value, depth + 1))),
                    None => pieces.push(Piece::Open(self.span(id))),
                },
                Kind::Call => {
                    let function = self.syntax.child(id, Field::Function);
                    let name = function.and_then(|id| self.slice(id)).unwrap_or_default();
                    if matches!(name, "list" | "tuple" | "set" | "sorted" | "dict" | "sum" | "frozenset") {
                        into(self.syntax.child(id, Field::Arguments).into_iter().collect());
                    } else if let Some(text) = self.method_of_text(id) {
                        pieces.extend(text);
                    } else {
                        pieces.push(self.opened(id));
                    }
                }
                Kind::Number | Kind::None | Kind::True | Kind::False => {}
                _ => pieces.push(self.opened(id)),
            }
        }
        pieces
    }

    /// A string as an excerpt; one that only the running program completes is open.
    fn string(&self, id: Id) -> Piece {
        let mut excerpt = Excerpt::default();
        let mut is_half = false;
        let mut rest = vec![id];
        while let Some(node) = rest.pop() {
            match self.syntax.kind(node) {
                Kind::Concatenated => {
                    let children: Vec<Id> = self.syntax.children(node).collect();
                    rest.extend(children.into_iter().rev());
                }
                Kind::String => match self.literal(node, &mut excerpt) {
                    Some(is_whole) => is_half |= !is_whole,
                    None => return self.opened(id),
                },
                _ => return Piece::Open(self.span(id)),
            }
        }
        if is_half { Piece::Half(excerpt) } else { Piece::Text(excerpt) }
    }

    fn is_text(&self, id: Id) -> bool {
        matches!(self.syntax.kind(id), Kind::String | Kind::Concatenated)
    }

    /// A string with something behind it or put into it; two strings are one.
    fn half(&self, left: Id, right: Option<Id>) -> Piece {
        let right = right.filter(|right| self.is_text(*right)).map(|right| self.string(right));
        match (self.string(left), right) {
            (Piece::Text(mut text), Some(Piece::Text(more))) if !text.text().contains('%') => {
                text.append(&more, 0..more.text().len());
                Piece::Text(text)
            }
            (Piece::Text(text) | Piece::Half(text), _) => Piece::Half(text),
            (piece, _) => piece,
        }
    }

    /// `"a b".split()` and `"a=={}".format(version)`.
    fn method_of_text(&self, call: Id) -> Option<Vec<Piece>> {
        let function = self.syntax.child(call, Field::Function)?;
        let object = self.syntax.child(function, Field::Object).filter(|object| self.is_text(*object))?;
        let method = self.syntax.child(function, Field::Attribute).and_then(|id| self.slice(id))?;
        match (method, self.string(object)) {
            ("split" | "splitlines", Piece::Text(text)) => {
                let words = text.text().split_whitespace();
                let from = |word: &str| word.as_ptr() as usize - text.text().as_ptr() as usize;
                Some(words.map(|word| Piece::Text(text.part(from(word)..from(word) + word.len()))).collect())
            }
            ("format", Piece::Text(text) | Piece::Half(text)) => Some(vec![Piece::Half(text)]),
            _ => None,
        }
    }

    /// Takes the text of one literal: whether it is whole; `None` for one that is no text.
    fn literal(&self, node: Id, excerpt: &mut Excerpt<'static>) -> Option<bool> {
        let mut is_whole = true;
        let (mut start, mut end, mut prefix) = (None, None, "");
        for child in self.syntax.children(node) {
            match self.syntax.kind(child) {
                Kind::StringStart => {
                    prefix = self.slice(child).unwrap_or_default().trim_end_matches(['"', '\'']);
                    start = Some(self.syntax.range(child).1);
                }
                Kind::StringEnd => end = Some(self.syntax.range(child).0),
                Kind::Interpolation => is_whole = false,
                _ => {}
            }
        }
        let (start, end) = (start?, end?);
        let content = self.text.get(start..end).unwrap_or_default();
        if prefix.chars().any(|c| c.eq_ignore_ascii_case(&'b')) {
            return None;
        }
        if !content.contains('\\') || prefix.chars().any(|c| c.eq_ignore_ascii_case(&'r')) {
            excerpt.push(content, crate::span::to_u32(start));
            return Some(is_whole);
        }
        let decoded = unescape(content)?;
        let aligned = crate::readers::tree::aligned(&decoded, content, start);
        excerpt.append(&aligned, 0..decoded.len());
        Some(is_whole)
    }

    /// Something open; where it begins with a literal (`"requests" + version`), that much is said.
    fn opened(&self, id: Id) -> Piece {
        Piece::Open(self.span(id))
    }
}
