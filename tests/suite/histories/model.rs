//! Small projects: files, their classes and functions, and what is forbidden in them; as text, too. Knows no edits and no
//! baseline.

use std::collections::BTreeSet;

/// Choices, one after the other; once they have run out, the first of everything.
pub(super) struct Tape(std::vec::IntoIter<u32>);

impl Tape {
    pub(super) fn new(choices: Vec<u32>) -> Self {
        Self(choices.into_iter())
    }

    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0.next().map_or(0, |choice| choice as usize % count.max(1))
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) + percent >= 100
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, at - self.below(at + 1));
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Line {
    Filler(usize),
    /// An import that is forbidden, and whether it came after the baseline.
    Bad(String, bool),
}

/// A module (the first of its file), a class or a function.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) id: usize,
    pub(super) inside: usize,
    pub(super) name: String,
    pub(super) is_class: bool,
    pub(super) lines: Vec<Line>,
    /// What its code was in when the baseline was written, in the same file.
    pub(super) from: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) path: String,
    /// What it was called when the baseline was written.
    pub(super) was: Option<String>,
    /// Whether git knows that it was renamed.
    pub(super) is_told: bool,
    pub(super) style: usize,
    pub(super) scopes: Vec<Scope>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Project {
    pub(super) files: Vec<File>,
    pub(super) fresh: usize,
}

/// Rule, path, scope and name.
pub(super) type Key = (String, String, String, String);

pub(super) const POLICY: &str =
    "version: 1\nrules:\n  http: { forbid: [requests, aiohttp] }\n  loops: { forbid: [aiohttp] }\n";
pub(super) const NAMES: [&str; 5] = ["requests", "requests.get", "aiohttp", "requests.post", "aiohttp.web"];
/// What is no import, though it looks so.
pub(super) const FILLERS: [&str; 7] = [
    "x = 1",
    "# import requests",
    "text = 'import aiohttp'",
    "'''\ndef f1():\n  import requests\nclass C2: pass\n'''",
    "data = [\n1, 'a',\n]",
    "for x in y: call(x, 'b')",
    "if x:\\\n pass",
];

fn rules(name: &str) -> &'static [&'static str] {
    if name.starts_with("aiohttp") { &["http", "loops"] } else { &["http"] }
}

impl File {
    pub(super) fn dotted(&self, scope: &Scope) -> String {
        let outer = self.scopes.iter().find(|outer| outer.id == scope.inside && scope.id != 0);
        let outer = outer.map(|outer| self.dotted(outer)).unwrap_or_default();
        if outer.is_empty() { scope.name.clone() } else { format!("{outer}.{}", scope.name) }
    }

    pub(super) fn has_scope(&self, dotted: &str) -> bool {
        self.scopes.iter().any(|scope| self.dotted(scope) == dotted)
    }

    pub(super) fn is_leaf(&self, at: usize) -> bool {
        at > 0 && self.scopes.iter().all(|other| other.id == 0 || other.inside != self.scopes[at].id)
    }

    pub(super) fn named(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn render(&self) -> String {
        let mut text =
            if self.style / 36 % 2 == 1 { "# def f1(): import requests\n\n".to_owned() } else { String::new() };
        self.scope_text(&self.scopes[0], "", &mut text);
        text
    }

    fn scope_text(&self, scope: &Scope, indent: &str, text: &mut String) {
        let deeper = |indent: &str| format!("{indent}{}", ["    ", "  ", "\t"][self.style % 3]);
        let (head, tail) = scope.lines.split_at(scope.lines.len() - scope.lines.len() / 3);
        self.lines_text(head, indent, text);
        for inner in self.scopes.iter().filter(|inner| inner.id != 0 && inner.inside == scope.id) {
            let mut indent = indent.to_owned();
            if self.style / 72 % 2 == 1 && scope.id == 0 {
                text.push_str("if True:\n");
                indent = deeper(&indent);
            }
            let (word, after) = if inner.is_class { ("class", "") } else { ("def", "()") };
            text.push_str(&format!("{indent}{word} {}{after}:\n", inner.name));
            self.scope_text(inner, &deeper(&indent), text);
        }
        self.lines_text(tail, indent, text);
        if scope.id != 0 {
            text.push_str(&format!("{indent}pass\n"));
        }
    }

    fn lines_text(&self, lines: &[Line], indent: &str, text: &mut String) {
        for line in lines {
            let shown = match line {
                Line::Filler(which) if self.style / 3 % 2 == 1 => FILLERS[*which].replace('\'', "\""),
                Line::Filler(which) => FILLERS[*which].to_owned(),
                Line::Bad(name, _) => match (name.split_once('.'), self.style / 12 % 3) {
                    (None, 2) => format!("import \\\n  {name} as other"),
                    (None, _) => format!("import {name}"),
                    (Some((module, member)), 1) => format!("from {module} import (  # all\n{member},\n)"),
                    (Some((module, member)), 2) => format!("from {module} \\\n import {member} as other"),
                    (Some((module, member)), _) => format!("from {module} import {member}"),
                },
            };
            let blank = if self.style / 6 % 2 == 1 { "\n" } else { "" };
            text.push_str(&format!("{indent}{shown}\n{blank}"));
        }
    }
}

impl Project {
    pub(super) fn number(&mut self) -> usize {
        self.fresh += 1;
        self.fresh
    }

    pub(super) fn bad_line(&mut self, tape: &mut Tape) -> Line {
        if tape.chance(15) {
            return Line::Bad(format!("requests.n{}", self.number()), true);
        }
        Line::Bad(NAMES[tape.below(NAMES.len())].to_owned(), true)
    }

    pub(super) fn add_scope(&mut self, file: usize, tape: &mut Tape) {
        let (id, is_class) = (self.number(), tape.chance(30));
        let inside = self.files[file].scopes[tape.below(self.files[file].scopes.len())].id;
        let lines = self.lines(tape);
        let name = format!("{}{id}", if is_class { "C" } else { "f" });
        self.files[file].scopes.push(Scope { id, inside, name, is_class, lines, from: Vec::new() });
    }

    fn lines(&mut self, tape: &mut Tape) -> Vec<Line> {
        let count = tape.below(6);
        let filler = |tape: &mut Tape| Line::Filler(tape.below(FILLERS.len()));
        (0..count).map(|_| if tape.chance(70) { self.bad_line(tape) } else { filler(tape) }).collect()
    }

    pub(super) fn add_file(&mut self, path: String, tape: &mut Tape) {
        let module =
            Scope { id: 0, inside: 0, name: String::new(), is_class: false, lines: self.lines(tape), from: Vec::new() };
        self.files.push(File { path, was: None, is_told: false, style: tape.below(144), scopes: vec![module] });
        for _ in 0..tape.below(5) {
            self.add_scope(self.files.len() - 1, tape);
        }
    }

    /// The state of which a baseline is written.
    pub(super) fn first(tape: &mut Tape) -> Self {
        let mut project = Self::default();
        let paths = ["a/__init__.py", "m.py", "a/m1.py", "b/__init__.py", "b/m2.py"];
        for path in paths.iter().take(1 + tape.below(paths.len())) {
            project.add_file((*path).to_owned(), tape);
        }
        project.settle();
        project
    }

    /// Says that all of it was there when the baseline was written.
    pub(super) fn settle(&mut self) {
        for file in &mut self.files {
            (file.was, file.is_told) = (Some(file.path.clone()), false);
            let names: Vec<String> = file.scopes.iter().map(|scope| file.dotted(scope)).collect();
            for (scope, name) in file.scopes.iter_mut().zip(names) {
                scope.from = vec![name];
                for line in &mut scope.lines {
                    if let Line::Bad(_, is_new) = line {
                        *is_new = false;
                    }
                }
            }
        }
    }

    /// What is forbidden in it, and whether it is new.
    pub(super) fn found(&self) -> Vec<(Key, bool)> {
        let mut found = Vec::new();
        for file in &self.files {
            for scope in &file.scopes {
                let dotted = file.dotted(scope);
                for line in &scope.lines {
                    let Line::Bad(name, is_new) = line else { continue };
                    for rule in rules(name) {
                        let key = ((*rule).to_owned(), file.path.clone(), dotted.clone(), name.clone());
                        found.push((key, *is_new));
                    }
                }
            }
        }
        found
    }

    /// How many imports in it are forbidden.
    pub(super) fn count(&self) -> usize {
        let lines = self.files.iter().flat_map(|file| &file.scopes).flat_map(|scope| &scope.lines);
        lines.filter(|line| matches!(line, Line::Bad(..))).count()
    }

    /// The project without some of what is forbidden in it, by position.
    pub(super) fn without(&self, fixed: &BTreeSet<usize>) -> Self {
        let (mut project, mut at) = (self.clone(), 0);
        for line in project.files.iter_mut().flat_map(|file| &mut file.scopes).flat_map(|scope| &mut scope.lines) {
            if matches!(line, Line::Bad(..)) {
                if fixed.contains(&at) {
                    *line = Line::Filler(at % FILLERS.len());
                }
                at += 1;
            }
        }
        project
    }
}
