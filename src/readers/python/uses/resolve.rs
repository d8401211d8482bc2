//! What names lead to: imports, and whatever is assigned from them. Knows bindings and scopes; must not know syntax or what
//! anybody asks for.

use super::harvest::{AttributeBinding, Harvest, Load};
use super::names::{NameId, Names};
use super::scopes::{Binding, ScopeId, ScopeKind, What};
use super::shapes::{Root, Shape};
use crate::fact::Confidence;
use crate::span::Span;
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Of a name with more bindings than this, the order does not count.
const MOST_BINDINGS: usize = 256;
/// A name leads to no more things than this.
const MOST_VALUES: usize = 32;
/// Names longer than this, in bytes, are not followed: they grow in a circle.
const LONGEST_NAME: usize = 1_000;
/// Assignments handed on more often than this within what was read are not followed.
const MOST_ROUNDS: usize = 64;

/// What a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Something imported.
    Name {
        /// Absolute, or behind the dots.
        name: String,
        /// Dots of the relative import.
        level: u32,
        /// The alias of the import, or the literal of a dynamic one.
        origin: Span,
        /// Whether something else may be meant.
        is_choice: bool,
        /// Where it is assigned from name to name.
        hops: Vec<u32>,
        /// Whether it is imported dynamically.
        is_dynamic: bool,
    },
    /// A text.
    Text(String),
}

/// What a load leads to.
#[derive(Clone, Debug)]
pub(super) struct Lead {
    /// What it leads to.
    pub value: Value,
    /// How sure that is.
    pub confidence: Confidence,
    /// The scope that owns the first name, and whether an import statement binds it there.
    pub bound: Option<(ScopeId, bool)>,
}

/// Follows names.
pub(super) struct Resolver<'r> {
    harvest: &'r Harvest,
    names: &'r Names,
    values: Vec<Vec<Value>>,
    attributes: FxHashMap<(ScopeId, String), Vec<Value>>,
    many: RefCell<FxHashMap<(ScopeId, NameId), Vec<usize>>>,
}

impl<'r> Resolver<'r> {
    /// Follows every assignment as far as it leads.
    pub(super) fn new(harvest: &'r Harvest, names: &'r Names) -> Self {
        let import = |binding: &Binding| match &binding.what {
            What::Import { name, level, span } => {
                vec![Value::Name {
                    name: name.clone(),
                    level: *level,
                    origin: *span,
                    is_choice: false,
                    hops: Vec::new(),
                    is_dynamic: false,
                }]
            }
            _ => Vec::new(),
        };
        let values = harvest.bindings.iter().map(import).collect();
        let mut resolver = Self { harvest, names, values, attributes: FxHashMap::default(), many: RefCell::default() };
        for _ in 0..MOST_ROUNDS {
            if !resolver.hand_on() {
                break;
            }
        }
        resolver
    }

    /// Hands every value on once; whether anything is new.
    fn hand_on(&mut self) -> bool {
        let mut is_new = false;
        for (index, binding) in self.harvest.bindings.iter().enumerate() {
            let What::Alias(shapes) = &binding.what else { continue };
            let own = self.harvest.scopes.owner(binding.scope, binding.name).map(|owner| (owner, binding.name));
            let values: Vec<Value> = shapes.iter().flat_map(|shape| self.follow_from(shape, own)).collect();
            if let Some(known) = self.values.get_mut(index) {
                is_new |= add(known, values);
            }
        }
        for binding in &self.harvest.attribute_bindings {
            let Some(class) = self.class_of(&binding.object, binding.scope) else { continue };
            let values: Vec<Value> = binding.shapes.iter().flat_map(|shape| self.follow(shape)).collect();
            is_new |= add(self.attributes.entry((class, binding.attribute.clone())).or_default(), values);
        }
        is_new
    }

    /// What an expression leads to.
    pub(super) fn follow(&self, shape: &Shape) -> Vec<Value> {
        self.follow_from(shape, None)
    }

    /// The same for what is assigned to a name: `node = node.next` is followed once, not for ever.
    fn follow_from(&self, shape: &Shape, own: Option<(ScopeId, NameId)>) -> Vec<Value> {
        let mut values: Vec<Value> = match &shape.root {
            Root::Name(name, scope) => {
                let scopes = &self.harvest.scopes;
                let owner = scopes.owner(*scope, *name);
                let is_own = own.is_some() && own == owner.map(|owner| (owner, *name));
                let starts = |binding: &Binding| {
                    !is_own || matches!(binding.what, What::Import { .. }) || !refers(binding, *name)
                };
                let of = |owner: ScopeId| {
                    let bindings = scopes.bindings(owner, *name).iter();
                    let bindings = bindings.filter(|index| self.harvest.bindings.get(**index).is_some_and(starts));
                    let mut values: Vec<Value> = Vec::new();
                    for value in bindings.filter_map(|index| self.values.get(*index)).flatten() {
                        add(&mut values, vec![value.clone()]);
                        if values.len() >= MOST_VALUES {
                            break;
                        }
                    }
                    values
                };
                let values = owner.map(of).unwrap_or_default();
                // `http = http` in a class body reads the module's.
                let is_class = owner.is_some_and(|owner| owner == *scope && scopes.kind(owner) == ScopeKind::Class);
                if values.is_empty() && is_class { of(0) } else { values }
            }
            Root::Attribute(object, name, scope) => self.attribute(object, self.names.text(*name), *scope),
            Root::Module(name, span) => {
                vec![Value::Name {
                    name: name.clone(),
                    level: 0,
                    origin: *span,
                    is_choice: false,
                    hops: Vec::new(),
                    is_dynamic: true,
                }]
            }
            Root::Text(text) => vec![Value::Text(text.clone())],
        };
        values.retain_mut(|value| match value {
            Value::Name { name, is_choice, hops, .. } => {
                name.push_str(&shape.suffix);
                *is_choice |= shape.is_choice;
                hops.extend(shape.at);
                name.len() <= LONGEST_NAME
            }
            Value::Text(_) => shape.suffix.is_empty(),
        });
        values.truncate(MOST_VALUES);
        values
    }

    /// What an attribute of `self`, `cls` or a class of this file leads to.
    fn attribute(&self, object: &str, attribute: &str, scope: ScopeId) -> Vec<Value> {
        let Some(class) = self.class_of(object, scope) else { return Vec::new() };
        let mut classes = vec![class];
        let mut values = Vec::new();
        let mut at = 0;
        while let Some(&class) = classes.get(at) {
            at += 1;
            values.extend(self.attributes.get(&(class, attribute.to_owned())).into_iter().flatten().cloned());
            let name = self.names.id(attribute);
            let in_body = name.map(|name| self.harvest.scopes.bindings(class, name)).unwrap_or_default();
            values.extend(in_body.iter().filter_map(|index| self.values.get(*index)).flatten().cloned());
            // A class of this file has what its bases have.
            for (_, base) in self.harvest.bases.iter().filter(|(own, _)| *own == class) {
                let around = self.harvest.scopes.parent(class);
                let base = self.class_called(base, around).filter(|base| !classes.contains(base));
                classes.extend(base.filter(|_| at < MOST_VALUES));
            }
        }
        values
    }

    /// The class that a name stands for: the first parameter of a method, or a class of this file.
    fn class_of(&self, object: &str, scope: ScopeId) -> Option<ScopeId> {
        let scopes = &self.harvest.scopes;
        let mut at = scope;
        loop {
            let around = |mut at: ScopeId| {
                at = scopes.parent(at);
                while scopes.kind(at) == ScopeKind::TypeParameters {
                    at = scopes.parent(at);
                }
                at
            };
            let frame = self.harvest.frames.get(at).filter(|_| scopes.kind(at) == ScopeKind::Function);
            if frame.is_some_and(|frame| frame.first_parameter.as_deref() == Some(object)) {
                let class = around(at);
                return (scopes.kind(class) == ScopeKind::Class).then_some(class);
            }
            if scopes.kind(at) == ScopeKind::Module {
                break;
            }
            at = scopes.parent(at);
        }
        self.class_called(object, scope)
    }

    /// The class of this file that a name means.
    fn class_called(&self, name: &str, scope: ScopeId) -> Option<ScopeId> {
        let name = self.names.id(name)?;
        let owner = self.harvest.scopes.owner(scope, name)?;
        let bindings = self.harvest.scopes.bindings(owner, name);
        bindings.iter().find_map(|index| match self.harvest.bindings.get(*index)?.what {
            What::Class(class) => Some(class),
            _ => None,
        })
    }

    /// What a binding leads to.
    pub(super) fn values(&self, binding: usize) -> &[Value] {
        self.values.get(binding).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody binds the name that a load reads: a builtin, or from a star import.
    pub(super) fn is_unbound(&self, load: &Load) -> bool {
        matches!(load.root, Root::Name(name, scope) if self.harvest.scopes.owner(scope, name).is_none())
    }

    /// What a load leads to.
    pub(super) fn leads(&self, load: &Load) -> Vec<Lead> {
        let Root::Name(name, scope) = load.root else {
            let shape = Shape { root: load.root.clone(), suffix: load.suffix.clone(), is_choice: false, at: None };
            let values = self.follow(&shape);
            let confidence = match load.root {
                Root::Module(..) => Confidence::Certain,
                _ => Confidence::Likely,
            };
            return values.into_iter().map(|value| Lead { value, confidence, bound: None }).collect();
        };
        let Some(owner) = self.owner_at(load, scope, name) else { return Vec::new() };
        let surviving = self.surviving(owner, load, self.harvest.scopes.bindings(owner, name));
        let mut leads: Vec<Lead> = Vec::new();
        let mut is_sure = !load.is_broken && !load.is_choice;
        for index in surviving {
            let Some((binding, values)) = self.harvest.bindings.get(index).zip(self.values.get(index)) else {
                continue;
            };
            is_sure &= values.len() == 1;
            for value in values {
                let mut value = value.clone();
                match &mut value {
                    Value::Name { name, is_choice, .. } => {
                        name.push_str(&load.suffix);
                        is_sure &= !*is_choice;
                        if name.len() > LONGEST_NAME {
                            name.truncate(crate::name::floor(name, LONGEST_NAME));
                        }
                    }
                    Value::Text(_) if load.suffix.is_empty() => {}
                    Value::Text(_) => continue,
                }
                if leads.iter().any(|lead| same_name(&lead.value, &value)) {
                    continue;
                }
                let by_import = matches!(binding.what, What::Import { .. });
                leads.push(Lead { value, confidence: Confidence::Certain, bound: Some((owner, by_import)) });
            }
        }
        if !is_sure || leads.len() > 1 {
            for lead in &mut leads {
                lead.confidence = Confidence::Likely;
            }
        }
        leads
    }

    /// The scope that owns a name where it is read. A class body reads the module until it binds the name itself
    /// (reference manual, "Resolution of names"); what it imports itself further down is taken for its own.
    fn owner_at(&self, load: &Load, scope: ScopeId, name: NameId) -> Option<ScopeId> {
        let scopes = &self.harvest.scopes;
        let owner = scopes.owner(scope, name)?;
        if owner != scope || scopes.kind(owner) != ScopeKind::Class {
            return Some(owner);
        }
        let start = load.at.span.start as usize;
        let is_before = |binding: &Binding| {
            matches!(binding.what, What::Import { .. }) || (binding.at < start && binding.line != load.at.line)
        };
        let mut bindings = scopes.bindings(owner, name).iter().filter_map(|index| self.harvest.bindings.get(*index));
        let is_global = !scopes.bindings(0, name).is_empty();
        if is_global && !bindings.any(is_before) { Some(0) } else { Some(owner) }
    }

    /// The bindings that may hold where a load stands. In the scope that owns the name, the last one in front of it that
    /// always runs ends all earlier ones.
    fn surviving(&self, owner: ScopeId, load: &Load, bindings: &[usize]) -> Vec<usize> {
        let start = load.at.span.start as usize;
        let all = bindings.iter().copied();
        if bindings.len() > MOST_BINDINGS {
            // Every binding of one value is as good as the first.
            return self.first_of_each(owner, bindings);
        }
        if load.scope != owner {
            return all.collect();
        }
        let binding = |index: usize| self.harvest.bindings.get(index);
        let ends = |index: &usize| {
            binding(*index).filter(|b| b.is_direct && b.scope == owner && b.at < start && b.line != load.at.line)
        };
        let last = bindings.iter().filter_map(ends).map(|binding| binding.at).max();
        // What a function binds by `global` runs whenever that is called.
        let survives = |binding: &Binding| binding.scope != owner || last.is_none_or(|last| binding.at >= last);
        all.filter(|index| binding(*index).is_some_and(survives)).collect()
    }

    /// For a name with very many bindings: the first one of each value. Put together once.
    fn first_of_each(&self, owner: ScopeId, bindings: &[usize]) -> Vec<usize> {
        let name =
            bindings.first().and_then(|index| self.harvest.bindings.get(*index)).map_or(0, |binding| binding.name);
        let mut known = self.many.borrow_mut();
        let firsts = known.entry((owner, name)).or_insert_with(|| {
            let mut values: Vec<Value> = Vec::new();
            let mut firsts = Vec::new();
            for &index in bindings {
                let own = self.values(index);
                let is_new = add(&mut values, own.to_vec());
                if is_new || (own.is_empty() && firsts.is_empty()) {
                    firsts.push(index);
                }
            }
            firsts
        });
        firsts.clone()
    }

    /// Names that are bound to what is of interest without being of interest yet.
    pub(super) fn heirs(&self) -> impl Iterator<Item = (&str, ScopeId, Vec<Value>)> {
        let heirs = self.harvest.heirs.iter();
        heirs.map(|heir| {
            let values = heir.shapes.iter().flat_map(|shape| self.follow(shape)).collect();
            (heir.name.as_str(), heir.scope, values)
        })
    }

    /// Values that classes hand on as attributes: the class, the attribute, and the values.
    pub(super) fn attribute_values(&self) -> impl Iterator<Item = (ScopeId, &str, &[Value])> {
        let bound = self.harvest.attribute_bindings.iter().filter_map(
            |AttributeBinding { object, attribute, scope, .. }| {
                let class = self.class_of(object, *scope)?;
                let values = self.attributes.get(&(class, attribute.clone()))?;
                Some((class, attribute.as_str(), values.as_slice()))
            },
        );
        let in_bodies = self.harvest.bindings.iter().zip(&self.values).filter_map(|(binding, values)| {
            let is_class = self.harvest.scopes.kind(binding.scope) == ScopeKind::Class;
            is_class.then(|| (binding.scope, self.names.text(binding.name), values.as_slice()))
        });
        bound.chain(in_bodies)
    }
}

/// Whether a binding is assigned from the name itself.
fn refers(binding: &Binding, name: NameId) -> bool {
    let starts_there = |shape: &Shape| matches!(shape.root, Root::Name(own, _) if own == name);
    matches!(&binding.what, What::Alias(shapes) if shapes.iter().any(starts_there))
}

/// Whether two values are the same, wherever they come from.
fn same_name(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Name { name: a, level: b, .. }, Value::Name { name: c, level: d, .. }) => a == c && b == d,
        (one, other) => one == other,
    }
}

/// Adds what is new.
fn add(known: &mut Vec<Value>, values: Vec<Value>) -> bool {
    let before = known.len();
    for value in values {
        if known.len() < MOST_VALUES && !known.iter().any(|known| same_name(known, &value)) {
            known.push(value);
        }
    }
    known.len() > before
}
