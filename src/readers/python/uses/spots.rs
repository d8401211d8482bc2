//! Strings in places where names are resolved. Knows which part of a call, an
//! assignment or a dictionary the table of places speaks of; must not know what the strings lead to.

use super::harvest::Spot;
use super::literals::text_of;
use super::shapes::Root;
use super::string_places::{self, Names, Position};
use super::syntax::{Field, Id, Kind};
use super::walk::{Mode, Task, Walk};

/// Strings in one container beyond this are not looked at one by one.
const MOST: usize = 1_000_000;

impl Walk<'_> {
    pub(super) fn visit_call(&mut self, task: Task) {
        self.visit_loaded(task);
        let syntax = self.shapes.syntax;
        let (function, arguments) =
            (syntax.child(task.node, Field::Function), syntax.child(task.node, Field::Arguments));
        let callees = self.shapes.callees(task.node);
        // `cast("T", x)`: the first argument is a type; so is the bound of a type variable.
        let is_called = |name: &str| callees.iter().any(|callee| callee.rsplit('.').next() == Some(name));
        let (is_cast, is_variable) = (is_called("cast"), is_called("TypeVar"));
        if let Some(function) = function {
            self.push(function, task, Mode::Read);
        }
        let Some(arguments) = arguments else { return };
        if self.seeks.strings {
            self.strings_of_call(task, &callees, arguments);
        }
        if syntax.kind(arguments) != Kind::Arguments {
            return self.push(arguments, task, Mode::Read);
        }
        for (index, argument) in self.children(arguments).into_iter().enumerate() {
            let is_bound = || {
                let name = syntax.child(argument, Field::Name).map(|name| self.shapes.text(name));
                matches!(name, Some("bound" | "default")) || (name.is_none() && index > 0)
            };
            let is_type = (is_cast && index == 0) || (is_variable && is_bound());
            let mode = if is_type { Mode::Annotation } else { Mode::Read };
            self.push(argument, task, mode);
        }
    }

    fn strings_of_call(&mut self, task: Task, callees: &[String], arguments: Id) {
        if callees.iter().any(|callee| matches!(callee.as_str(), "exec" | "eval" | "compile" | "builtins.exec")) {
            if let Some(first) = self.shapes.syntax.children(arguments).next() {
                self.string_of_code(first, task);
            }
            return;
        }
        for callee in callees {
            if let Some(function) = string_places::function(callee) {
                for (index, argument) in self.children(arguments).into_iter().enumerate() {
                    let is_named = self.shapes.syntax.kind(argument) == Kind::KeywordArgument;
                    let name = self.shapes.syntax.child(argument, Field::Name).map(|name| self.shapes.text(name));
                    let is_meant = function.positions.iter().any(|position| match position {
                        Position::Index(own) => !is_named && *own == index,
                        Position::All => !is_named,
                        Position::Name(own) => is_named && name == Some(*own),
                    });
                    if is_meant {
                        let value =
                            if is_named { self.shapes.syntax.child(argument, Field::Value) } else { Some(argument) };
                        if let Some(value) = value {
                            self.strings_handed_over(value, arguments, task, function.names);
                        }
                    }
                }
                return;
            }
            // `INSTALLED_APPS.append("acme")`
            if let Some((setting, "append" | "insert" | "extend" | "add")) = callee.rsplit_once('.')
                && string_places::is_setting(setting.rsplit('.').next().unwrap_or(setting))
            {
                return self.strings_in(arguments, task, Names::Objects);
            }
        }
    }

    /// A string that is run.
    pub(super) fn string_of_code(&mut self, code: Id, task: Task) {
        if let Some(text) = text_of(self.shapes.syntax, self.shapes.flat, code) {
            let at = self.at(code, task);
            self.harvest.spots.push(Spot { text: Ok(text), names: Names::Modules, at, is_code: true });
        }
    }

    /// What a function is handed: for a dynamic import, also what only the running program knows.
    fn strings_handed_over(&mut self, value: Id, arguments: Id, task: Task, names: Names) {
        let before = self.harvest.spots.len();
        self.strings_in(value, task, names);
        let first_new = self.harvest.spots.get_mut(before);
        if names != Names::Modules {
            return;
        }
        match first_new {
            // `import_module(".sub", "package")`
            Some(Spot { text: Ok(text), .. }) if text.head.starts_with('.') && !text.head.starts_with("..") => {
                let second = self.shapes.syntax.children(arguments).nth(1);
                let package = second.map(|second| match self.shapes.syntax.child(second, Field::Value) {
                    Some(value) if self.shapes.syntax.kind(second) == Kind::KeywordArgument => value,
                    _ => second,
                });
                if let Some(package) = package.and_then(|node| text_of(self.shapes.syntax, self.shapes.flat, node)) {
                    text.head.insert_str(0, &package.head);
                }
            }
            None if self.seeks.open => {
                let at = self.at(value, task);
                let text = Ok(super::literals::Text { head: String::new(), open: true });
                self.harvest.spots.push(Spot { text, names, at, is_code: false });
            }
            _ => {}
        }
    }

    /// `sys.modules["acme"]`
    pub(super) fn strings_of_modules(&mut self, task: Task) {
        if let Some(key) = self.shapes.syntax.child(task.node, Field::Subscript) {
            self.strings_in(key, task, Names::Modules);
        }
    }

    /// `name=value` in a call.
    pub(super) fn strings_of_argument(&mut self, task: Task) {
        if self.seeks.strings
            && let Some(name) = self.shapes.syntax.child(task.node, Field::Name)
            && let Some(value) = self.shapes.syntax.child(task.node, Field::Value)
        {
            let name = self.shapes.text(name);
            self.strings_of_setting(name, value, task);
        }
    }

    /// `NAME = value`, `config.NAME = value`, `config["NAME"] = value`.
    pub(super) fn strings_of_assignment(&mut self, task: Task) {
        if !self.seeks.strings {
            return;
        }
        let (Some(left), Some(right)) =
            (self.shapes.syntax.child(task.node, Field::Left), self.shapes.syntax.child(task.node, Field::Right))
        else {
            return;
        };
        let name = match self.shapes.syntax.kind(left) {
            Kind::Identifier => self.shapes.text(left).to_owned(),
            Kind::Attribute => {
                let attribute = self.shapes.syntax.child(left, Field::Attribute);
                attribute.map(|attribute| self.shapes.text(attribute).to_owned()).unwrap_or_default()
            }
            Kind::Subscript => {
                let key = self.shapes.syntax.child(left, Field::Subscript);
                let text = key.and_then(|key| text_of(self.shapes.syntax, self.shapes.flat, key));
                text.map(|text| text.head).unwrap_or_default()
            }
            _ => return,
        };
        self.strings_of_setting(&name, right, task);
    }

    /// `"key": value` in a dictionary.
    pub(super) fn strings_of_pair(&mut self, task: Task) {
        if !self.seeks.strings {
            return;
        }
        let (Some(key), Some(value)) =
            (self.shapes.syntax.child(task.node, Field::Key), self.shapes.syntax.child(task.node, Field::Value))
        else {
            return;
        };
        let Some(text) = text_of(self.shapes.syntax, self.shapes.flat, key) else { return };
        if string_places::is_key(&text.head) {
            self.strings_in(value, task, Names::Objects);
        } else {
            self.strings_of_setting(&text.head, value, task);
        }
    }

    fn strings_of_setting(&mut self, name: &str, value: Id, task: Task) {
        if string_places::is_setting(name) {
            self.strings_in(value, task, Names::Objects);
        }
        if string_places::has_keys(name) && self.shapes.syntax.kind(value) == Kind::Dictionary {
            for pair in self.children(value) {
                if let Some(key) = self.shapes.syntax.child(pair, Field::Key) {
                    self.strings_in(key, task, Names::Objects);
                }
            }
        }
    }

    /// Every string of a value, in containers too.
    fn strings_in(&mut self, value: Id, task: Task, names: Names) {
        let syntax = self.shapes.syntax;
        let mut rest = vec![value];
        let mut count = 0;
        while let Some(node) = rest.pop() {
            count += 1;
            if count > MOST {
                return;
            }
            match syntax.kind(node) {
                Kind::List | Kind::Tuple | Kind::Set | Kind::Dictionary | Kind::ExpressionList | Kind::Arguments => {
                    rest.extend(syntax.children(node));
                }
                Kind::Pair => rest.extend(syntax.child(node, Field::Value)),
                kind => {
                    if let Some(text) = text_of(syntax, self.shapes.flat, node) {
                        let at = self.at(node, task);
                        self.harvest.spots.push(Spot { text: Ok(text), names, at, is_code: false });
                    } else if kind == Kind::Identifier
                        && let Some(name) = self.shapes.name(node, false)
                    {
                        let root = Root::Name(name, task.scope);
                        let shape = super::shapes::Shape { root, suffix: String::new(), is_choice: false, at: None };
                        let at = self.at(node, task);
                        self.harvest.spots.push(Spot { text: Err(shape), names, at, is_code: false });
                    } else if matches!(kind, Kind::Parenthesized | Kind::Binary | Kind::Boolean | Kind::Conditional) {
                        rest.extend(syntax.children(node));
                    }
                }
            }
        }
    }
}
