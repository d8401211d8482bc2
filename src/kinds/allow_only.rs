//! `allow-only`: nothing else may be imported. Knows its target and what to say of the rest.

use super::entries::{ByTop, Entry, Form, Reach};
use super::entry_list::{self, Target, find_contradictions};
use super::words::{Word, is_stdlib};
use super::{Asks, Complaint, Judge, Kind, View, targets};
use crate::document::fields::{Field, Reading, field, later};
use crate::document::yaml::Node;
use crate::fact::{Fact, Role};
use crate::name::top;
use crate::project::libraries::Libraries;
use crate::project::{Project, standard_library};
use crate::span::Span;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "allow-only",
    about: "nothing else may be imported",
    example: "allow-only: { import: [stdlib, first-party, httpx] }",
    compile,
};

const TARGETS: [Field; 2] = [field("import"), later("dependency")];

struct AllowOnly {
    entries: Vec<Entry>,
    index: ByTop,
    span: Span,
}

fn compile(node: &Node, reading: &mut Reading<'_>, libraries: &Libraries) -> Option<Box<dyn Judge>> {
    let fields = targets(node, &KIND, &TARGETS, reading)?;
    let (key, value) = fields.entry("import")?;
    let mut entries = Vec::new();
    let target = Target { key: "import", libraries: Some(libraries), ties: libraries, form: Form::Any, allows: false };
    entry_list::read(value, target, &mut entries, reading);
    find_contradictions(&entries, reading);
    for entry in &entries {
        if matches!(entry.reach, Reach::Word(Word::Any)) {
            let help = "list what may be imported, or remove the rule";
            reading.wrong(entry.written.span, "`any` allows everything: the rule says nothing", help);
        }
        if let Some(successor) = &entry.successor {
            let help = "write a list: `[stdlib, first-party, httpx]`";
            reading.wrong(successor.span, "what is allowed has no successor", help);
        }
    }
    let index = ByTop::new(entries.iter());
    if entries.is_empty() { None } else { Some(Box::new(AllowOnly { entries, index, span: key.span })) }
}

impl AllowOnly {
    fn words(&self) -> impl Iterator<Item = Word> {
        self.entries.iter().filter_map(|entry| match entry.reach {
            Reach::Word(word) => Some(word),
            Reach::Pattern(_) | Reach::Method(_) => None,
        })
    }
}

impl Judge for AllowOnly {
    fn asks(&self) -> Asks {
        let relative = (!self.words().any(Word::may_cover_relative)).then_some(1);
        Asks { some: true, relative, dynamic: true, ..Asks::default() }
    }

    fn hears(&self, fact: &Fact<'_>) -> bool {
        fact.role == Role::Import && !fact.open
    }

    fn wants(&self, top: &str, project: &Project<'_>) -> bool {
        !self.entries.iter().any(|entry| entry.surely_covers(top, project))
    }

    fn needs_place(&self) -> bool {
        self.words().any(Word::needs_version)
    }

    fn place_matters(&self, view: &View<'_>) -> bool {
        // Only of what is in some library does the version decide.
        self.needs_place() && standard_library::knows(top(view.reached))
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let mut entries = self.index.positions(view.reached).filter_map(|position| self.entries.get(position));
        let is_allowed = entries.any(|entry| entry.covers(view));
        (!is_allowed).then_some(Complaint { matched: "import", span: self.span, successor: None, possible: false })
    }

    fn names(&self) -> Vec<(&str, Span)> {
        self.entries.iter().filter_map(Entry::name).collect()
    }

    fn allows_first_party(&self) -> bool {
        self.words().any(|word| word == Word::FirstParty)
    }

    fn entries(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.written.text.clone()).collect()
    }

    fn message(&self, view: &View<'_>, _: &Complaint<'_>, instead: Option<&str>) -> String {
        let own = top(view.reached);
        let what = if view.fact.level > 0 || view.project.is_first_party(own) {
            "first-party".to_owned()
        } else if is_stdlib(own, view.python) {
            "standard library".to_owned()
        } else if standard_library::knows(own) {
            format!("not in the standard library of Python {}.{}", view.python.0, view.python.1)
        } else {
            "third-party".to_owned()
        };
        let mut message = format!("`{}` is not on the list of what may be imported here ({what})", view.reached);
        if let Some(instead) = instead {
            message.push_str("; use `");
            message.push_str(instead);
            message.push('`');
        }
        message
    }
}
