//! What binds a name to something that may be followed: imports and assignments. Knows targets and values; must not know
//! what names lead to.

use super::harvest::{AttributeBinding, Heir};
use super::scopes::{ScopeId, What};
use super::shapes::Shape;
use super::syntax::{Field, Id, Kind};
use super::walk::{Mode, Task, Walk, place};
use crate::name::{normalise, top};
use crate::readers::python::statement::Statement;

impl Walk<'_> {
    /// What an import statement binds. Its stand-in is a `pass`.
    pub(super) fn import(&mut self, task: Task) {
        let flat = self.flat;
        if self.is_broken {
            return;
        }
        if let Some(statement) = flat.import(self.shapes.syntax.range(task.node).0) {
            self.bind_import(statement, task.scope);
        }
    }

    pub(super) fn visit_named(&mut self, task: Task) {
        let (Some(name), Some(value)) = (self.child(task.node, Field::Name), self.child(task.node, Field::Value))
        else {
            return self.push_children(task, Mode::Read);
        };
        let target = self.harvest.scopes.around_comprehensions(task.scope);
        self.assign(name, Some(value), Task { scope: target, is_sure: false, ..task }, task.scope);
        self.push(value, task, Mode::Read);
    }

    pub(super) fn visit_assignment(&mut self, task: Task) {
        self.strings_of_assignment(task);
        let mut targets = Vec::new();
        let mut at = task.node;
        loop {
            targets.extend(self.child(at, Field::Left));
            if let Some(annotation) = self.child(at, Field::Type) {
                self.push(annotation, task, Mode::Annotation);
            }
            let Some(right) = self.child(at, Field::Right) else {
                // `x: T` binds nothing yet, but makes the name one of this scope.
                for target in targets {
                    self.assign(target, None, Task { is_sure: false, ..task }, task.scope);
                }
                return;
            };
            if self.shapes.syntax.kind(right) != Kind::Assignment {
                for target in targets {
                    self.assign(target, Some(right), task, task.scope);
                }
                self.push(right, task, Mode::Read);
                return;
            }
            at = right;
        }
    }

    /// Binds a target to a value, which is read in the scope `from`.
    pub(super) fn assign(&mut self, target: Id, value: Option<Id>, task: Task, from: ScopeId) {
        let syntax = self.shapes.syntax;
        let mut pairs = vec![(target, value)];
        while let Some((target, value)) = pairs.pop() {
            match syntax.kind(target) {
                Kind::Identifier => {
                    let shapes = value.map(|value| self.shapes_of(value, from)).unwrap_or_default();
                    self.assign_name(target, task, shapes, value);
                }
                Kind::Parenthesized if value.is_some() => {
                    pairs.extend(syntax.children(target).map(|inner| (inner, value)));
                }
                Kind::ListPattern | Kind::Tuple | Kind::List | Kind::ExpressionList => {
                    let inner = self.children(target);
                    let values = value.filter(|value| {
                        matches!(
                            syntax.kind(*value),
                            Kind::ExpressionList | Kind::Tuple | Kind::List | Kind::ListPattern
                        )
                    });
                    let values = values.map(|value| self.children(value)).unwrap_or_default();
                    let is_splat = |node: &Id| syntax.kind(*node) == Kind::Splat;
                    let fits = values.len() == inner.len() && !inner.iter().chain(&values).any(is_splat);
                    for (index, target) in inner.into_iter().enumerate() {
                        if fits {
                            pairs.push((target, values.get(index).copied()));
                        } else {
                            self.push(target, task, Mode::Target);
                        }
                    }
                }
                Kind::Attribute => {
                    self.assign_attribute(target, value, task, from);
                    // To set `self.http` is no use of what it is.
                    if let Some(object) = self.child(target, Field::Object) {
                        self.push_in(object, task, Mode::Read, from);
                    }
                }
                _ => self.push(target, task, Mode::Target),
            }
        }
    }

    pub(super) fn shapes_of(&self, value: Id, scope: ScopeId) -> Vec<Shape> {
        let (flat, shapes) = (self.flat, self.shapes);
        shapes.of(value, scope, self.in_class(scope), &|node| place(flat, shapes, node))
    }

    pub(super) fn assign_name(&mut self, target: Id, task: Task, shapes: Vec<Shape>, value: Option<Id>) {
        let scope = task.scope;
        let known = self.shapes.name(target, self.in_class(scope));
        if known.is_some()
            && let Some(value) = value
        {
            self.shapes.roots(value, &mut self.harvest.roots);
        }
        if known.is_none() && !shapes.is_empty() {
            let name = normalise(self.shapes.text(target)).into_owned();
            self.harvest.heirs.push(Heir { name, scope, shapes });
        } else {
            let what = if shapes.is_empty() { What::Other } else { What::Alias(shapes) };
            self.bind_if(target, scope, what, task.is_sure);
        }
    }

    pub(super) fn assign_attribute(&mut self, target: Id, value: Option<Id>, task: Task, from: ScopeId) {
        let (Some(object), Some(attribute)) = (self.child(target, Field::Object), self.child(target, Field::Attribute))
        else {
            return;
        };
        let shapes = value.map(|value| self.shapes_of(value, from)).unwrap_or_default();
        if self.shapes.syntax.kind(object) == Kind::Identifier && !shapes.is_empty() {
            self.harvest.attribute_bindings.push(AttributeBinding {
                object: normalise(self.shapes.text(object)).into_owned(),
                attribute: normalise(self.shapes.text(attribute)).into_owned(),
                scope: task.scope,
                shapes,
            });
        }
    }

    /// The same for one whose line could not be parsed.
    pub(super) fn bind_import(&mut self, statement: &Statement, scope: ScopeId) {
        for alias in &statement.aliases {
            let own = statement.name(alias);
            let name = if statement.is_from && !statement.module().is_empty() {
                format!("{}.{own}", statement.module())
            } else {
                own.to_owned()
            };
            if own == "*" {
                continue;
            }
            let (local, name) = match statement.bound(alias) {
                Some(bound) => (bound.to_owned(), name),
                None if statement.is_from => (own.to_owned(), name),
                None => (top(own).to_owned(), top(own).to_owned()),
            };
            if let Some(id) = self.shapes.names.id(&local) {
                let what = What::Import { name, level: statement.level, span: alias.span };
                self.bind_name(id, scope, what, alias.span.start as usize, true);
            }
        }
    }
}
