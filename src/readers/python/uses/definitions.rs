//! What opens a scope: functions, classes, lambdas, comprehensions and type parameters, and which parts of them are read
//! outside. Knows the grammar; must not know what names lead to.

use super::scopes::{ScopeId, ScopeKind, What};
use super::syntax::{Field, Id, Kind};
use super::walk::{Mode, Task, Walk};
use crate::name::normalise;

impl Walk<'_> {
    pub(super) fn visit_lambda(&mut self, task: Task) {
        let inner = self.harvest.scopes.open(ScopeKind::Function, task.scope);
        if let Some(parameters) = self.child(task.node, Field::Parameters) {
            self.parameters(parameters, task, task.scope, inner);
        }
        if let Some(body) = self.child(task.node, Field::Body) {
            self.push_in(body, task, Mode::Read, inner);
        }
    }

    /// Parameters belong to the function; their types and defaults do not. `outer` is where types are read: type parameters
    /// are seen there, and not by defaults.
    pub(super) fn parameters(&mut self, parameters: Id, task: Task, outer: ScopeId, inner: ScopeId) {
        for parameter in self.children(parameters) {
            match self.shapes.syntax.kind(parameter) {
                Kind::TypedParameter => {
                    for part in self.children(parameter) {
                        if self.shapes.syntax.field(part) == Field::Type {
                            self.push_in(part, task, Mode::Annotation, outer);
                        } else {
                            self.push_in(part, task, Mode::Target, inner);
                        }
                    }
                }
                Kind::DefaultParameter => {
                    for part in self.children(parameter) {
                        match self.shapes.syntax.field(part) {
                            Field::Type => self.push_in(part, task, Mode::Annotation, outer),
                            Field::Value => self.push_in(part, task, Mode::Read, task.scope),
                            _ => self.push_in(part, task, Mode::Target, inner),
                        }
                    }
                }
                Kind::DoubleSplat => {
                    for part in self.children(parameter) {
                        self.push_in(part, task, Mode::Target, inner);
                    }
                }
                _ => self.push_in(parameter, task, Mode::Target, inner),
            }
        }
    }

    /// The first iterable is evaluated outside, everything else inside.
    pub(super) fn visit_comprehension(&mut self, task: Task) {
        let inner = self.harvest.scopes.open(ScopeKind::Comprehension, task.scope);
        let mut is_first = true;
        for child in self.children(task.node) {
            if self.shapes.syntax.kind(child) != Kind::ForInClause {
                self.push_in(child, task, Mode::Read, inner);
                continue;
            }
            for part in self.children(child) {
                if self.shapes.syntax.field(part) == Field::Left {
                    self.push_in(part, task, Mode::Target, inner);
                } else {
                    self.push_in(part, task, Mode::Read, if is_first { task.scope } else { inner });
                }
            }
            is_first = false;
        }
    }

    pub(super) fn visit_function(&mut self, task: Task) {
        let inner = self.frame_scope(task, ScopeKind::Function);
        let outer = self.type_parameters(task, inner);
        if let Some(name) = self.child(task.node, Field::Name) {
            self.bind(name, task.scope, What::Other);
        }
        if let Some(parameters) = self.child(task.node, Field::Parameters) {
            self.parameters(parameters, task, outer, inner);
        }
        if let Some(result) = self.child(task.node, Field::ReturnType) {
            self.push_in(result, task, Mode::Annotation, outer);
        }
        if let Some(body) = self.child(task.node, Field::Body) {
            self.push_in(body, task, Mode::Read, inner);
        }
    }

    pub(super) fn visit_class(&mut self, task: Task) {
        let inner = self.frame_scope(task, ScopeKind::Class);
        let outer = self.type_parameters(task, inner);
        if let Some(name) = self.child(task.node, Field::Name) {
            self.bind(name, task.scope, What::Class(inner));
        }
        if let Some(bases) = self.child(task.node, Field::Superclasses) {
            let names =
                self.children(bases).into_iter().filter(|base| self.shapes.syntax.kind(*base) == Kind::Identifier);
            let names: Vec<_> = names.map(|base| (inner, normalise(self.shapes.text(base)).into_owned())).collect();
            self.harvest.bases.extend(names);
            self.push_in(bases, task, Mode::Read, outer);
        }
        if let Some(body) = self.child(task.node, Field::Body) {
            self.push_in(body, task, Mode::Read, inner);
        }
    }

    /// The scope of what a line opens.
    pub(super) fn frame_scope(&mut self, task: Task, kind: ScopeKind) -> ScopeId {
        let own = self.code_line().and_then(|line| line.opens).filter(|_| !task.in_body);
        own.unwrap_or_else(|| self.harvest.scopes.open(kind, task.scope))
    }

    /// Where types and bases are read: in a scope of type parameters, if there are any.
    pub(super) fn type_parameters(&mut self, task: Task, inner: ScopeId) -> ScopeId {
        let Some(parameters) = self.child(task.node, Field::TypeParameters) else { return task.scope };
        let scope = self.harvest.scopes.open(ScopeKind::TypeParameters, task.scope);
        self.harvest.scopes.set_parent(inner, scope);
        self.bind_type_parameters(parameters, task, scope);
        scope
    }

    /// `[T: int, *Ts, **P]`: the first name of each is bound, what follows is read.
    pub(super) fn bind_type_parameters(&mut self, parameters: Id, task: Task, scope: ScopeId) {
        for parameter in self.children(parameters) {
            let mut bound = Some(parameter);
            while let Some(node) = bound {
                let kind = self.shapes.syntax.kind(node);
                if kind == Kind::Identifier {
                    self.bind(node, scope, What::Other);
                    break;
                }
                let mut parts = self.children(node).into_iter();
                bound = parts.next();
                for part in parts {
                    self.push_in(part, task, Mode::Annotation, scope);
                }
            }
        }
    }

    pub(super) fn visit_type_alias(&mut self, task: Task) {
        let scope = self.harvest.scopes.open(ScopeKind::TypeParameters, task.scope);
        if let Some(left) = self.child(task.node, Field::Left) {
            // `Name` or `Name[T]`.
            let mut node = Some(left);
            while let Some(inner) = node {
                let children = self.children(inner);
                if self.shapes.syntax.kind(inner) == Kind::Identifier {
                    self.bind(inner, task.scope, What::Other);
                    break;
                }
                for child in children.iter().skip(1) {
                    if self.shapes.syntax.kind(*child) == Kind::TypeParameters {
                        self.bind_type_parameters(*child, task, scope);
                    } else {
                        self.push_in(*child, task, Mode::Target, scope);
                    }
                }
                node = children.first().copied();
            }
        }
        if let Some(right) = self.child(task.node, Field::Right) {
            self.push_in(right, task, Mode::Annotation, scope);
        }
    }
}
