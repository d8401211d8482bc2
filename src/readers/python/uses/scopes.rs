//! Scopes and what is bound in them: Python's rules of name resolution (reference manual, "Naming and binding"). Knows
//! modules, classes, functions, comprehensions and type parameters; must not know syntax.

use super::lines::{Frame, FrameKind};
use super::names::NameId;
use super::shapes::Shape;
use crate::span::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// The number of a scope. Those of frames come first, by the number of their frame.
pub(super) type ScopeId = usize;

/// What a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    /// Functions and lambdas.
    Function,
    Comprehension,
    /// PEP 695: sees the class around it.
    TypeParameters,
}

#[derive(Debug)]
struct Scope {
    kind: ScopeKind,
    parent: ScopeId,
    globals: FxHashSet<NameId>,
    nonlocals: FxHashSet<NameId>,
}

/// What is bound to a name.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// What an import statement reaches: its name, dots in front, and where the alias stands.
    Import {
        /// Absolute, or behind the dots.
        name: String,
        /// Dots of a relative import.
        level: u32,
        /// The alias.
        span: Span,
    },
    /// What one of these expressions leads to.
    Alias(Vec<Shape>),
    /// A class of this file.
    Class(ScopeId),
    /// Anything else, or nothing (`del`).
    Other,
}

/// One binding.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    /// Where it is written; `global` may make it another scope's.
    pub scope: ScopeId,
    /// The name.
    pub name: NameId,
    /// What is bound.
    pub what: What,
    /// Where, in the original text.
    pub at: usize,
    /// Its line.
    pub line: usize,
    /// Whether it happens whenever the body of its scope runs to it.
    pub is_direct: bool,
}

/// The scopes of a file.
pub(super) struct Scopes {
    scopes: Vec<Scope>,
    by_symbol: FxHashMap<(ScopeId, NameId), Vec<usize>>,
}

impl Scopes {
    /// Those of the frames.
    pub(super) fn new(frames: &[Frame]) -> Self {
        let kind = |kind| match kind {
            FrameKind::Module => ScopeKind::Module,
            FrameKind::Class => ScopeKind::Class,
            FrameKind::Function => ScopeKind::Function,
        };
        let scope = |frame: &Frame| Scope::new(kind(frame.kind), frame.parent);
        Self { scopes: frames.iter().map(scope).collect(), by_symbol: FxHashMap::default() }
    }

    /// Opens a scope inside of another.
    pub(super) fn open(&mut self, kind: ScopeKind, parent: ScopeId) -> ScopeId {
        self.scopes.push(Scope::new(kind, parent));
        self.scopes.len() - 1
    }

    /// Puts type parameters between a scope and the one around it.
    pub(super) fn set_parent(&mut self, scope: ScopeId, parent: ScopeId) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.parent = parent;
        }
    }

    /// What a scope is.
    pub(super) fn kind(&self, scope: ScopeId) -> ScopeKind {
        self.scopes.get(scope).map_or(ScopeKind::Module, |scope| scope.kind)
    }

    /// The scope around one; the module is its own.
    pub(super) fn parent(&self, scope: ScopeId) -> ScopeId {
        self.scopes.get(scope).map_or(0, |scope| scope.parent)
    }

    /// `global name`.
    pub(super) fn declare_global(&mut self, scope: ScopeId, name: NameId) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.globals.insert(name);
        }
    }

    /// `nonlocal name`.
    pub(super) fn declare_nonlocal(&mut self, scope: ScopeId, name: NameId) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.nonlocals.insert(name);
        }
    }

    /// Where `:=` binds: not in a comprehension, but around it (PEP 572).
    pub(super) fn around_comprehensions(&self, mut scope: ScopeId) -> ScopeId {
        while self.kind(scope) == ScopeKind::Comprehension {
            scope = self.parent(scope);
        }
        scope
    }

    /// Takes note of all bindings, once they are known.
    pub(super) fn settle(&mut self, bindings: &[Binding]) {
        self.by_symbol.clear();
        let mut outer = Vec::new();
        for (index, binding) in bindings.iter().enumerate() {
            let Some(scope) = self.scopes.get(binding.scope) else { continue };
            if scope.globals.contains(&binding.name) {
                self.by_symbol.entry((0, binding.name)).or_default().push(index);
            } else if scope.nonlocals.contains(&binding.name) {
                outer.push(index);
            } else {
                self.by_symbol.entry((binding.scope, binding.name)).or_default().push(index);
            }
        }
        for index in outer {
            let Some(binding) = bindings.get(index) else { continue };
            if let Some(owner) = self.owner(binding.scope, binding.name) {
                self.by_symbol.entry((owner, binding.name)).or_default().push(index);
            }
        }
    }

    /// The scope that a name means when it is read in a scope; `None` for builtins and what nobody binds.
    pub(super) fn owner(&self, from: ScopeId, name: NameId) -> Option<ScopeId> {
        let mut at = from;
        let mut sees_class = true;
        loop {
            let scope = self.scopes.get(at)?;
            let is_seen = scope.kind != ScopeKind::Class || sees_class;
            if is_seen && scope.globals.contains(&name) {
                return self.by_symbol.contains_key(&(0, name)).then_some(0);
            }
            if is_seen && !scope.nonlocals.contains(&name) && self.by_symbol.contains_key(&(at, name)) {
                return Some(at);
            }
            if scope.kind == ScopeKind::Module {
                return None;
            }
            sees_class &= scope.kind == ScopeKind::TypeParameters;
            at = scope.parent;
        }
    }

    /// The bindings of a name in the scope that owns it.
    pub(super) fn bindings(&self, owner: ScopeId, name: NameId) -> &[usize] {
        self.by_symbol.get(&(owner, name)).map_or(&[], Vec::as_slice)
    }
}

impl Scope {
    fn new(kind: ScopeKind, parent: ScopeId) -> Self {
        Self { kind, parent, globals: FxHashSet::default(), nonlocals: FxHashSet::default() }
    }
}
