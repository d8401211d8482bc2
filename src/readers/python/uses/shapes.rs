//! Expressions that lead to a name: where they start, and the attributes taken of that. Knows names, attributes, `getattr`,
//! choices between several, and dynamic imports; must not know what the names are bound to.

use super::imported::Imported;
use super::literals::{Text, text_of};
use super::names::{NameId, Names};
use super::scopes::ScopeId;
use super::string_places::{self, Loads};
use super::syntax::{Field, Id, Kind, Syntax};
use crate::call::{Call, Written};
use crate::name::normalise;
use crate::span::Span;

/// Attributes beyond this are not looked at: no entry of a policy is so deep.
const DEEPEST: usize = 64;
/// Choices beyond this are not looked at.
const MOST_CHOICES: usize = 16;

/// Where an expression starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// A name, read in a scope.
    Name(NameId, ScopeId),
    /// An attribute of a name: `self.http`.
    Attribute(String, NameId, ScopeId),
    /// A module that is imported by its name, in a literal.
    Module(String, Span),
    /// A text.
    Text(String),
}

/// An expression that may lead to something of interest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Where it starts.
    pub root: Root,
    /// The attributes taken of that, each with its dot.
    pub suffix: String,
    /// Whether other expressions may be meant instead.
    pub is_choice: bool,
    /// Where it stands in the original text.
    pub at: Option<u32>,
}

/// Reads shapes of one parsed text.
#[derive(Clone, Copy)]
pub(super) struct Shapes<'s> {
    pub syntax: &'s Syntax,
    pub flat: &'s str,
    pub names: &'s Names,
    pub imported: &'s Imported,
}

/// What code does with a name from where it stands.
pub(super) struct Chain {
    /// The attributes taken of it, each with its dot.
    pub suffix: String,
    /// The last node of the chain.
    pub end: Id,
    /// What is handed over, if it is called.
    pub call: Option<Call>,
    /// Whether something else may be meant where the attributes are taken.
    pub is_choice: bool,
}

impl<'s> Shapes<'s> {
    /// The source text of a node.
    pub(super) fn text(&self, node: Id) -> &'s str {
        let (start, end) = self.syntax.range(node);
        self.flat.get(start..end).unwrap_or_default()
    }

    /// The number of an identifier of interest. Names that a class mangles (reference manual, "Private name mangling") are
    /// none.
    pub(super) fn name(&self, node: Id, in_class: bool) -> Option<NameId> {
        let text = self.text(node);
        let is_mangled = in_class && text.starts_with("__") && !text.ends_with("__");
        if is_mangled { None } else { self.names.id(text) }
    }

    /// What an expression may lead to; `place` turns a node into its place in the original text.
    pub(super) fn of(&self, node: Id, scope: ScopeId, in_class: bool, place: &dyn Fn(Id) -> Span) -> Vec<Shape> {
        let mut shapes = Vec::new();
        let mut rest = vec![(node, String::new(), false)];
        let mut steps = 0;
        while let Some((node, suffix, is_choice)) = rest.pop() {
            steps += 1;
            if steps > DEEPEST * 2 || shapes.len() >= MOST_CHOICES {
                break;
            }
            let child = |field| self.syntax.child(node, field);
            let leads = |root, suffix| Shape { root, suffix, is_choice, at: Some(place(node).start) };
            match self.syntax.kind(node) {
                Kind::Identifier => {
                    if let Some(name) = self.name(node, in_class) {
                        shapes.push(leads(Root::Name(name, scope), suffix));
                    }
                }
                Kind::Attribute => {
                    let (Some(object), Some(attribute)) = (child(Field::Object), child(Field::Attribute)) else {
                        continue;
                    };
                    if self.syntax.kind(object) == Kind::Identifier
                        && let Some(name) = self.names.attribute(self.text(attribute))
                    {
                        let object = normalise(self.text(object)).into_owned();
                        shapes.push(leads(Root::Attribute(object, name, scope), suffix.clone()));
                    }
                    rest.push((object, format!(".{}{suffix}", normalise(self.text(attribute))), is_choice));
                }
                Kind::Parenthesized => {
                    rest.extend(self.syntax.children(node).map(|inner| (inner, suffix.clone(), is_choice)));
                }
                Kind::Named => rest.extend(child(Field::Value).map(|value| (value, suffix, is_choice))),
                Kind::Boolean => {
                    let sides = [child(Field::Left), child(Field::Right)];
                    rest.extend(sides.into_iter().flatten().map(|side| (side, suffix.clone(), true)));
                }
                Kind::Conditional => {
                    let parts: Vec<Id> = self.syntax.children(node).collect();
                    let sides = [parts.first(), parts.get(2)];
                    rest.extend(sides.into_iter().flatten().map(|side| (*side, suffix.clone(), true)));
                }
                Kind::Call => {
                    if let Some((object, attribute)) =
                        self.attribute_of(node).filter(|(_, _, reads)| *reads).map(|(o, a, _)| (o, a))
                    {
                        rest.push((object, format!(".{attribute}{suffix}"), is_choice));
                    } else if let Some((module, span)) = self.loaded(node, place) {
                        shapes.push(leads(Root::Module(module, span), suffix));
                    }
                }
                Kind::Subscript => {
                    if let Some((module, span)) = self.loaded(node, place) {
                        shapes.push(leads(Root::Module(module, span), suffix));
                    }
                }
                Kind::String | Kind::Concatenated | Kind::Binary => {
                    if let Some(Text { head, open: false }) = text_of(self.syntax, self.flat, node) {
                        shapes.push(leads(Root::Text(head), suffix));
                    }
                }
                _ => {}
            }
        }
        shapes
    }

    /// The names that an expression may start with, whether of interest or not.
    pub(super) fn roots(&self, node: Id, roots: &mut Vec<String>) {
        let mut rest = vec![node];
        let mut steps = 0;
        while let Some(node) = rest.pop() {
            steps += 1;
            if steps > DEEPEST * 2 {
                return;
            }
            let child = |field| self.syntax.child(node, field);
            match self.syntax.kind(node) {
                Kind::Identifier => {
                    let name = normalise(self.text(node)).into_owned();
                    if !roots.contains(&name) {
                        roots.push(name);
                    }
                }
                Kind::Attribute => rest.extend(child(Field::Object)),
                Kind::Parenthesized => rest.extend(self.syntax.children(node)),
                Kind::Named => rest.extend(child(Field::Value)),
                Kind::Boolean => rest.extend([child(Field::Left), child(Field::Right)].into_iter().flatten()),
                Kind::Conditional => rest.extend(self.syntax.children(node).step_by(2)),
                Kind::Call => {
                    rest.extend(self.attribute_of(node).filter(|(.., reads)| *reads).map(|(object, ..)| object));
                }
                _ => {}
            }
        }
    }

    /// `getattr(object, "name")` and its sisters: the object, the name, and whether the call gives what it names.
    pub(super) fn attribute_of(&self, call: Id) -> Option<(Id, String, bool)> {
        let callees = self.callees(call);
        let (object, attribute) = callees.iter().find_map(|callee| string_places::attribute_positions(callee))?;
        let arguments = self.syntax.child(call, Field::Arguments)?;
        let positional: Vec<Id> = self.syntax.children(arguments).take(4).collect();
        let object = *positional.get(object).filter(|id| self.syntax.kind(**id) != Kind::KeywordArgument)?;
        let attribute = *positional.get(attribute)?;
        let text = text_of(self.syntax, self.flat, attribute).filter(|text| !text.open)?;
        let name = normalise(&text.head).into_owned();
        crate::name::is_dotted(&name).then(|| {
            let reads = callees.iter().any(|callee| matches!(callee.as_str(), "getattr" | "builtins.getattr"));
            (object, name, reads)
        })
    }

    /// The module that a dynamic import gives: `importlib.import_module("a.b")`, `sys.modules["a"]`.
    pub(super) fn loaded(&self, node: Id, place: &dyn Fn(Id) -> Span) -> Option<(String, Span)> {
        if self.syntax.kind(node) == Kind::Subscript {
            let value = self.syntax.child(node, Field::Value)?;
            let key = self.syntax.child(node, Field::Subscript)?;
            let text = text_of(self.syntax, self.flat, key).filter(|text| !text.open)?;
            let spelt = self.dotted(value)?;
            let is_modules =
                spelt == "sys.modules" || self.imported.meanings(&spelt).iter().any(|name| name == "sys.modules");
            return (is_modules && crate::name::is_dotted(&text.head)).then(|| (text.head, place(key)));
        }
        let loads = self.callees(node).iter().find_map(|callee| string_places::loads(callee))?;
        let arguments = self.syntax.child(node, Field::Arguments)?;
        let first = self.syntax.children(arguments).next()?;
        let text = text_of(self.syntax, self.flat, first).filter(|text| !text.open)?;
        let name = text.head.replace(':', ".");
        if !crate::name::is_dotted(&name) {
            return None;
        }
        let name = match loads {
            Loads::Module => name,
            Loads::Top if self.has_fromlist(arguments) => name,
            Loads::Top => crate::name::top(&name).to_owned(),
        };
        Some((name, place(first)))
    }

    /// `__import__("a.b", fromlist=["c"])` gives `a.b`; without, `a` (library reference, `__import__`).
    fn has_fromlist(&self, arguments: Id) -> bool {
        let list = self.syntax.children(arguments).enumerate().take(8).find_map(|(index, argument)| {
            let is_named = self.syntax.kind(argument) == Kind::KeywordArgument;
            let name = self.syntax.child(argument, Field::Name).map(|name| self.text(name));
            match is_named {
                true if name == Some("fromlist") => self.syntax.child(argument, Field::Value),
                false if index == 3 => Some(argument),
                _ => None,
            }
        });
        list.is_some_and(|list| self.syntax.children(list).next().is_some())
    }

    /// What is called: as it is spelt, and as the imports of the file say. Of something that is no name only the attributes
    /// are told, with a dot in front.
    pub(super) fn callees(&self, call: Id) -> Vec<String> {
        let spelt = self.syntax.child(call, Field::Function).and_then(|function| self.dotted(function));
        let Some(spelt) = spelt else { return Vec::new() };
        let mut callees = self.imported.meanings(&spelt);
        callees.push(spelt);
        callees
    }

    /// A dotted expression as it is spelt.
    pub(super) fn dotted(&self, node: Id) -> Option<String> {
        let mut segments = Vec::new();
        let mut at = node;
        loop {
            match self.syntax.kind(at) {
                Kind::Identifier => {
                    segments.push(normalise(self.text(at)));
                    break;
                }
                Kind::Attribute if segments.len() < DEEPEST => {
                    segments.push(normalise(self.text(self.syntax.child(at, Field::Attribute)?)));
                    at = self.syntax.child(at, Field::Object)?;
                }
                _ => {
                    segments.push("".into());
                    break;
                }
            }
        }
        segments.reverse();
        let dotted = segments.join(".");
        (!dotted.is_empty()).then_some(dotted)
    }

    /// What is done with a node: attributes, `getattr`, a call.
    pub(super) fn chain(&self, node: Id) -> Chain {
        let mut chain = Chain { suffix: String::new(), end: node, call: None, is_choice: false };
        let mut depth = 0;
        let mut at = node;
        while let Some(parent) = self.syntax.parent(at) {
            match self.syntax.kind(parent) {
                Kind::Attribute if self.syntax.field(at) == Field::Object => {
                    if depth < DEEPEST
                        && let Some(attribute) = self.syntax.child(parent, Field::Attribute)
                    {
                        chain.suffix.push('.');
                        chain.suffix.push_str(&normalise(self.text(attribute)));
                        chain.end = parent;
                    }
                    depth += 1;
                    at = parent;
                }
                Kind::DottedName => {
                    for other in self.syntax.children(parent).skip(1).take(DEEPEST) {
                        chain.suffix.push('.');
                        chain.suffix.push_str(&normalise(self.text(other)));
                    }
                    chain.end = parent;
                    return chain;
                }
                Kind::Parenthesized => at = parent,
                Kind::Named if self.syntax.field(at) == Field::Value => at = parent,
                Kind::Boolean if self.is_taken_on(parent) => (at, chain.is_choice) = (parent, true),
                Kind::Conditional if self.is_taken_on(parent) && self.syntax.children(parent).nth(1) != Some(at) => {
                    (at, chain.is_choice) = (parent, true);
                }
                // `*a.b` is `*(a.b)`, whatever the grammar says.
                Kind::Splat
                    if self.syntax.parent(parent).is_some_and(|above| {
                        matches!(self.syntax.kind(above), Kind::Attribute | Kind::Call | Kind::Subscript)
                            && matches!(self.syntax.field(parent), Field::Object | Field::Function | Field::Value)
                    }) =>
                {
                    at = parent;
                }
                Kind::Arguments => {
                    let Some(call) = self.syntax.parent(parent) else { break };
                    match self.attribute_of(call) {
                        Some((object, attribute, reads)) if object == at && depth < DEEPEST => {
                            chain.suffix.push('.');
                            chain.suffix.push_str(&attribute);
                            depth += 1;
                            if !reads {
                                return chain;
                            }
                            chain.end = call;
                            at = call;
                        }
                        _ => break,
                    }
                }
                Kind::Call if self.syntax.field(at) == Field::Function => {
                    chain.call = Some(self.arguments(parent));
                    break;
                }
                _ => break,
            }
        }
        chain
    }

    /// Whether an attribute is taken of an expression, or it is called, in parentheses.
    fn is_taken_on(&self, node: Id) -> bool {
        let mut at = node;
        while let Some(parent) = self.syntax.parent(at) {
            match self.syntax.kind(parent) {
                Kind::Parenthesized => at = parent,
                Kind::Attribute => return self.syntax.field(at) == Field::Object,
                Kind::Call => return self.syntax.field(at) == Field::Function,
                _ => return false,
            }
        }
        false
    }

    /// What a call hands over.
    pub(super) fn arguments(&self, call: Id) -> Call {
        let mut read = Call::default();
        let Some(arguments) = self.syntax.child(call, Field::Arguments) else { return read };
        if self.syntax.kind(arguments) == Kind::Comprehension {
            read.positional.push(Written::Other);
            return read;
        }
        for argument in self.syntax.children(arguments).take(256) {
            match self.syntax.kind(argument) {
                Kind::Splat | Kind::DoubleSplat => read.open = true,
                Kind::KeywordArgument => {
                    let name = self.syntax.child(argument, Field::Name).map_or("", |name| self.text(name));
                    let value =
                        self.syntax.child(argument, Field::Value).map_or(Written::Other, |value| self.written(value));
                    read.named.push((normalise(name).into_owned(), value));
                }
                Kind::Parenthesized if self.text(argument).starts_with("(*") => read.open = true,
                _ if read.open => {}
                _ => read.positional.push(self.written(argument)),
            }
        }
        read
    }

    fn written_flat(&self, node: Id) -> Written {
        if self.syntax.kind(node) == Kind::Parenthesized { Written::Other } else { self.written(node) }
    }

    fn written(&self, node: Id) -> Written {
        match self.syntax.kind(node) {
            Kind::Parenthesized => {
                self.syntax.children(node).next().map_or(Written::Other, |inner| self.written_flat(inner))
            }
            Kind::None => Written::None,
            Kind::True => Written::Bool(true),
            Kind::False => Written::Bool(false),
            Kind::Number => Written::Number(self.text(node).to_owned()),
            Kind::Unary => Written::Number(self.text(node).split_whitespace().collect()),
            Kind::String | Kind::Concatenated => match text_of(self.syntax, self.flat, node) {
                Some(Text { head, open: false }) => Written::Text(head),
                _ => Written::Other,
            },
            _ => Written::Other,
        }
    }
}
