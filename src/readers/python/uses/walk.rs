//! From syntax to bindings and loads: which nodes bind a name, which read one, and which scope each stands in. Knows the
//! grammar; must not know what names lead to.

use super::flat::Flat;
use super::harvest::{At, Harvest, Load};
use super::lines::CodeLine;
use super::names::NameId;
use super::scopes::{Binding, ScopeId, ScopeKind, What};
use super::shapes::{Root, Shapes};
use super::syntax::{Field, Id, Kind};
use crate::name::normalise;
use crate::span::Span;

/// What a node is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// An expression or statement.
    Read,
    /// A type: its strings are code.
    Annotation,
    /// Something that is bound.
    Target,
    /// Something that is deleted.
    Delete,
    /// A pattern of a `case`.
    Pattern,
}

/// A node to be looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Task {
    pub node: Id,
    pub scope: ScopeId,
    pub mode: Mode,
    /// Whether it stands in the body of its line's statement.
    pub in_body: bool,
    /// Whether what it binds is bound whenever the statement runs.
    pub is_sure: bool,
}

/// What is looked for besides names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeks {
    /// Strings and dynamic imports.
    pub strings: bool,
    /// Dynamic imports without a literal.
    pub open: bool,
}

/// Looks at the syntax of some lines.
pub(super) struct Walk<'w> {
    pub shapes: Shapes<'w>,
    pub flat: &'w Flat,
    pub lines: &'w [CodeLine],
    pub harvest: &'w mut Harvest,
    pub seeks: Seeks,
    tasks: Vec<Task>,
    /// The line that is looked at.
    pub line: usize,
    /// Whether the line could not be parsed whole.
    pub is_broken: bool,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        shapes: Shapes<'w>,
        flat: &'w Flat,
        lines: &'w [CodeLine],
        harvest: &'w mut Harvest,
        seeks: Seeks,
    ) -> Self {
        let tasks = Vec::new();
        Self { shapes, flat, lines, harvest, seeks, tasks, line: 0, is_broken: false }
    }

    /// Looks at every line of a parsed text; `is_broken` says that it holds one line, which could not be parsed whole.
    pub(super) fn run(&mut self, is_broken: bool) {
        self.is_broken = is_broken;
        let Some(root) = self.shapes.syntax.ids().next() else { return };
        let statements: Vec<Id> = self.shapes.syntax.children(root).collect();
        for statement in statements {
            self.line = self.flat.line(self.shapes.syntax.range(statement).0);
            let scope = self.code_line().map_or(0, |line| line.frame);
            self.tasks.push(Task { node: statement, scope, mode: Mode::Read, in_body: false, is_sure: true });
            while let Some(task) = self.tasks.pop() {
                self.visit(task);
            }
        }
    }

    pub(super) fn code_line(&self) -> Option<&'w CodeLine> {
        self.lines.get(self.line)
    }

    /// Where a node stands in the original text.
    pub(super) fn span(&self, node: Id) -> Span {
        place(self.flat, self.shapes, node)
    }

    pub(super) fn at(&self, node: Id, task: Task) -> At {
        let is_header = self.code_line().is_some_and(|line| line.head.is_some());
        At { span: self.span(node), line: self.line, in_header: is_header && !task.in_body }
    }

    /// Whether a name is mangled where it stands.
    pub(super) fn in_class(&self, mut scope: ScopeId) -> bool {
        loop {
            match self.harvest.scopes.kind(scope) {
                // A class whose name is all underscores mangles nothing.
                ScopeKind::Class => {
                    let frame = self.harvest.frames.get(scope);
                    return frame.is_none_or(|frame| frame.name.chars().any(|c| c != '_'));
                }
                ScopeKind::Module => return false,
                _ => scope = self.harvest.scopes.parent(scope),
            }
        }
    }

    pub(super) fn push(&mut self, node: Id, task: Task, mode: Mode) {
        self.tasks.push(Task { node, mode, ..task });
    }

    pub(super) fn push_in(&mut self, node: Id, task: Task, mode: Mode, scope: ScopeId) {
        self.tasks.push(Task { node, scope, mode, ..task });
    }

    pub(super) fn push_children(&mut self, task: Task, mode: Mode) {
        let syntax = self.shapes.syntax;
        self.tasks.extend(syntax.children(task.node).map(|node| Task { node, mode, ..task }));
    }

    pub(super) fn child(&self, node: Id, field: Field) -> Option<Id> {
        self.shapes.syntax.child(node, field)
    }

    pub(super) fn visit(&mut self, task: Task) {
        let kind = self.shapes.syntax.kind(task.node);
        let body = self.shapes.syntax.field(task.node) == Field::Body || kind == Kind::Block;
        let task = Task { in_body: task.in_body || (body && kind != Kind::Lambda), ..task };
        match task.mode {
            Mode::Target | Mode::Delete => self.visit_target(task, kind),
            Mode::Pattern => self.visit_pattern(task, kind),
            Mode::Read | Mode::Annotation => self.visit_read(task, kind),
        }
    }

    fn visit_target(&mut self, task: Task, kind: Kind) {
        match kind {
            Kind::Identifier => self.bind_if(task.node, task.scope, What::Other, task.is_sure),
            Kind::ListPattern
            | Kind::List
            | Kind::Tuple
            | Kind::Parenthesized
            | Kind::ExpressionList
            | Kind::Splat
            | Kind::PatternTarget
            | Kind::Error => self.push_children(task, task.mode),
            Kind::Attribute => {
                if let Some(object) = self.child(task.node, Field::Object) {
                    self.push(object, task, Mode::Read);
                }
            }
            _ => self.visit_read(Task { mode: Mode::Read, ..task }, kind),
        }
    }

    fn visit_pattern(&mut self, task: Task, kind: Kind) {
        let children: Vec<Id> = match kind {
            Kind::String | Kind::Concatenated | Kind::Interpolation => return self.push_children(task, Mode::Read),
            _ => self.shapes.syntax.children(task.node).collect(),
        };
        match kind {
            Kind::Identifier => self.bind(task.node, task.scope, What::Other),
            Kind::DottedName => match children.as_slice() {
                [one] => self.bind(*one, task.scope, What::Other),
                [first, ..] => self.push(*first, task, Mode::Read),
                [] => {}
            },
            Kind::ClassPattern => {
                for (index, child) in children.into_iter().enumerate() {
                    let first = (index == 0).then(|| self.shapes.syntax.children(child).next()).flatten();
                    match first {
                        Some(first) => self.push(first, task, Mode::Read),
                        None => self.push(child, task, Mode::Pattern),
                    }
                }
            }
            Kind::KeywordPattern => {
                for child in children.into_iter().skip(1) {
                    self.push(child, task, Mode::Pattern);
                }
            }
            _ => self.push_children(task, Mode::Pattern),
        }
    }

    pub(super) fn visit_read(&mut self, task: Task, kind: Kind) {
        let node = task.node;
        match kind {
            Kind::Identifier => self.load(task),
            Kind::Attribute => self.visit_attribute(task),
            Kind::MemberType => {
                if let Some(first) = self.shapes.syntax.children(node).next() {
                    self.push(first, task, task.mode);
                }
            }
            Kind::KeywordArgument => {
                self.strings_of_argument(task);
                if let Some(value) = self.child(node, Field::Value) {
                    self.push(value, task, task.mode);
                }
            }
            Kind::Lambda => self.visit_lambda(task),
            Kind::Comprehension => self.visit_comprehension(task),
            Kind::Named => self.visit_named(task),
            Kind::Assignment => self.visit_assignment(task),
            Kind::AugmentedAssignment => {
                self.strings_of_assignment(task);
                self.visit_left_right(task, Mode::Read);
            }
            Kind::For => {
                self.visit_left_right(task, Mode::Read);
            }
            Kind::AliasedPattern => self.visit_as(task),
            Kind::ExceptClause => self.visit_except(task),
            Kind::Delete => self.push_children(task, Mode::Delete),
            Kind::Global | Kind::Nonlocal => self.declare(task, kind),
            Kind::FunctionDefinition => self.visit_function(task),
            Kind::ClassDefinition => self.visit_class(task),
            Kind::TypeAlias => self.visit_type_alias(task),
            Kind::Pass => self.import(task),
            Kind::CaseClause => {
                for child in self.children(node) {
                    let is_pattern = self.shapes.syntax.kind(child) == Kind::CasePattern;
                    self.push(child, task, if is_pattern { Mode::Pattern } else { Mode::Read });
                }
            }
            Kind::Type => self.push_children(task, Mode::Annotation),
            Kind::Subscript => {
                self.visit_loaded(task);
                self.visit_subscript(task);
            }
            Kind::GenericType => self.visit_generic(task),
            Kind::String => self.visit_string(task),
            Kind::Exec => {
                if let Some(code) = self.children(node).into_iter().next().filter(|_| self.seeks.strings) {
                    self.string_of_code(code, task);
                }
                self.push_children(task, Mode::Read);
            }
            Kind::Call => self.visit_call(task),
            Kind::Pair => {
                self.strings_of_pair(task);
                self.push_children(task, Mode::Read);
            }
            _ => self.push_children(task, task.mode),
        }
    }

    pub(super) fn children(&self, node: Id) -> Vec<Id> {
        self.shapes.syntax.children(node).collect()
    }

    /// Binds an identifier, if it is of interest.
    pub(super) fn bind(&mut self, node: Id, scope: ScopeId, what: What) {
        self.bind_if(node, scope, what, true);
    }

    pub(super) fn bind_if(&mut self, node: Id, scope: ScopeId, what: What, is_sure: bool) {
        if let Some(name) = self.shapes.name(node, self.in_class(scope)) {
            let at = self.span(node).start as usize;
            self.bind_name(name, scope, what, at, is_sure);
        }
    }

    pub(super) fn bind_name(&mut self, name: NameId, scope: ScopeId, what: What, at: usize, is_sure: bool) {
        let line = self.code_line();
        // In a header only `import` in the body of a `def` is no binding of the line's own frame; bodies on the line of
        // their header run under its condition.
        let is_direct = is_sure
            && line.is_some_and(|line| {
                line.is_direct && (line.head.is_none() || line.opens.is_some()) && line.frame == scope
            });
        self.harvest.bindings.push(Binding { scope, name, what, at, line: self.line, is_direct });
    }

    pub(super) fn load(&mut self, task: Task) {
        let Some(name) = self.shapes.name(task.node, self.in_class(task.scope)) else { return };
        self.add_load(task, Root::Name(name, task.scope), task.node);
    }

    /// Takes note of what is read at a node.
    pub(super) fn add_load(&mut self, task: Task, root: Root, start: Id) {
        let load = self.load_at(task, root, start);
        self.harvest.loads.push(load);
    }

    pub(super) fn load_at(&self, task: Task, root: Root, start: Id) -> Load {
        let chain = self.shapes.chain(task.node);
        let mut at = self.at(start, task);
        let end = self.flat.original_end(self.shapes.syntax.range(chain.end).1);
        at.span = Span::new(at.span.start as usize, end);
        Load {
            scope: task.scope,
            root,
            suffix: chain.suffix,
            at,
            call: chain.call,
            is_choice: chain.is_choice,
            is_broken: self.is_broken,
        }
    }

    fn visit_attribute(&mut self, task: Task) {
        let (Some(object), Some(attribute)) =
            (self.child(task.node, Field::Object), self.child(task.node, Field::Attribute))
        else {
            return;
        };
        if let Some(name) = self.shapes.names.attribute(self.shapes.text(attribute))
            && self.shapes.syntax.kind(object) == Kind::Identifier
        {
            let object_name = normalise(self.shapes.text(object)).into_owned();
            self.add_load(task, Root::Attribute(object_name, name, task.scope), object);
        }
        if let Some(method) = self.shapes.names.method(self.shapes.text(attribute)) {
            let mut load = self.load_at(task, Root::Text(String::new()), attribute);
            if load.suffix.is_empty() && load.call.is_some() {
                load.at.span = self.span(attribute);
                self.harvest.methods.push((method, load));
            }
        }
        self.push(object, task, task.mode);
    }

    /// A dynamic import that is used where it stands.
    pub(super) fn visit_loaded(&mut self, task: Task) {
        let (flat, shapes) = (self.flat, self.shapes);
        if let Some((module, span)) = shapes.loaded(task.node, &|node| place(flat, shapes, node)) {
            let load = self.load_at(task, Root::Module(module, span), task.node);
            if self.shapes.syntax.kind(task.node) == Kind::Subscript && self.seeks.strings {
                self.strings_of_modules(task);
            }
            if !load.suffix.is_empty() || load.call.is_some() {
                self.harvest.loads.push(load);
            }
        }
    }

    /// `left op= right`, `for left in right: ...`
    fn visit_left_right(&mut self, task: Task, mode: Mode) {
        for child in self.children(task.node) {
            let is_left = self.shapes.syntax.field(child) == Field::Left;
            self.push(child, task, if is_left { Mode::Target } else { mode });
        }
    }

    /// `value as target` of `with` and `except`.
    fn visit_as(&mut self, task: Task) {
        for child in self.children(task.node) {
            let is_target = self.shapes.syntax.kind(child) == Kind::PatternTarget;
            self.push(child, task, if is_target { Mode::Target } else { Mode::Read });
        }
    }

    fn visit_except(&mut self, task: Task) {
        for child in self.children(task.node) {
            let is_target = self.shapes.syntax.field(child) == Field::Alias;
            self.push(child, task, if is_target { Mode::Target } else { Mode::Read });
        }
    }

    fn declare(&mut self, task: Task, kind: Kind) {
        for child in self.children(task.node) {
            if let Some(name) = self.shapes.name(child, self.in_class(task.scope)) {
                if kind == Kind::Global {
                    self.harvest.scopes.declare_global(task.scope, name);
                } else {
                    self.harvest.scopes.declare_nonlocal(task.scope, name);
                }
            }
        }
    }
}

/// Where a node stands in the original text.
pub(super) fn place(flat: &Flat, shapes: Shapes<'_>, node: Id) -> Span {
    let (start, end) = shapes.syntax.range(node);
    Span::new(flat.original(start), flat.original_end(end))
}
