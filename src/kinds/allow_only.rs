//! `allow-only`: nothing else may be imported. Knows its target and what to say of the rest.

use super::distributions::{self, Distribution, Listed, done, shown};
use super::entries::{ByTop, Entry, Form, Reach};
use super::entry_list::{self, Target, find_contradictions};
use super::words::{Word, is_stdlib};
use super::{Asks, Complaint, Judge, Kind, View, targets};
use crate::dependency::{Origin, Standing};
use crate::document::fields::{Field, Reading, field};
use crate::document::shape::{self, Shape};
use crate::document::yaml::Node;
use crate::fact::{Fact, Role};
use crate::level::Level;
use crate::name::top;
use crate::project::libraries::Libraries;
use crate::project::{Project, standard_library};
use crate::span::Span;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "allow-only",
    about: "nothing else may be imported, or declared and installed",
    example: "allow-only: { import: [stdlib, first-party, httpx] }",
    shape,
    compile,
};

const TARGETS: [Field; 2] = [
    field("import", "names and words: nothing else may be imported", entry_list::list_shape),
    field("dependency", "distributions: nothing else may be declared, locked or installed", distributions::names_shape),
];

fn shape() -> Shape {
    shape::filled(shape::map(&TARGETS))
}

struct AllowOnly {
    entries: Vec<Entry>,
    index: ByTop,
    /// Where `import` stands; none where imports are not spoken of.
    span: Option<Span>,
    /// What may be depended on, and where that is said.
    distributions: Option<(Vec<Distribution>, Span)>,
}

fn compile(node: &Node, reading: &mut Reading<'_>, libraries: &Libraries) -> Option<Box<dyn Judge>> {
    let fields = targets(node, &KIND, &TARGETS, reading)?;
    let mut entries = Vec::new();
    let imports = fields.entry("import");
    if let Some((_, value)) = imports {
        let target =
            Target { key: "import", libraries: Some(libraries), ties: libraries, form: Form::Any, allows: false };
        entry_list::read(value, target, &mut entries, reading);
    }
    let span = imports.map(|(key, _)| key.span).filter(|_| !entries.is_empty());
    let distributions = fields.entry("dependency").map(|(key, value)| {
        let mut allowed = Vec::new();
        let listed =
            Listed { key: "dependency", known: libraries, versions: false, stubs: true, words: &["first-party"] };
        distributions::read(value, listed, &mut allowed, reading);
        for entry in &allowed {
            if let Some(successor) = &entry.successor {
                reading.wrong(successor.span, "what is allowed has no successor", "write a list: `[httpx, fastapi]`");
            }
        }
        (allowed, key.span)
    });
    let distributions = distributions.filter(|(allowed, _)| !allowed.is_empty());
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
    if span.is_none() && distributions.is_none() {
        return None;
    }
    Some(Box::new(AllowOnly { entries, index, span, distributions }))
}

impl AllowOnly {
    fn words(&self) -> impl Iterator<Item = Word> {
        self.entries.iter().filter_map(|entry| match entry.reach {
            Reach::Word(word) => Some(word),
            Reach::Pattern(_) | Reach::Method(_) => None,
        })
    }
}

impl AllowOnly {
    fn judge_dependency<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let (allowed, span) = self.distributions.as_ref()?;
        let dependency = distributions::dependency(view)?;
        // What only constrains brings nothing in, and systems have packages of their own.
        let counts = dependency.standing != Standing::Constraint && dependency.origin != Origin::System;
        if !counts || allowed.iter().any(|entry| entry.covers(dependency)) {
            return None;
        }
        Some(Complaint {
            matched: "dependency",
            span: *span,
            successor: None,
            possible: false,
            at_most: view.fact.open.then_some(Level::Warn),
        })
    }
}

impl Judge for AllowOnly {
    fn asks(&self) -> Asks {
        let every_distribution = self.distributions.is_some();
        if self.span.is_none() {
            return Asks { every_distribution, ..Asks::default() };
        }
        let relative = (!self.words().any(Word::may_cover_relative)).then_some(1);
        Asks { some: true, relative, dynamic: true, every_distribution, ..Asks::default() }
    }

    fn hears(&self, fact: &Fact<'_>) -> bool {
        match fact.role {
            Role::Import => self.span.is_some() && !fact.open,
            Role::Dependency => self.distributions.is_some(),
            _ => false,
        }
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
        if view.fact.role == Role::Dependency {
            return self.judge_dependency(view);
        }
        let mut entries = self.index.positions(view.reached).filter_map(|position| self.entries.get(position));
        let is_allowed = entries.any(|entry| entry.covers(view));
        (!is_allowed).then_some(Complaint {
            matched: "import",
            span: self.span?,
            successor: None,
            possible: false,
            at_most: None,
        })
    }

    fn names(&self) -> Vec<(&str, Span)> {
        self.entries.iter().filter_map(Entry::name).collect()
    }

    fn allows_first_party(&self) -> bool {
        self.words().any(|word| word == Word::FirstParty)
    }

    fn entries(&self) -> Vec<String> {
        let own = self.entries.iter().map(|entry| entry.written.text.clone());
        let distributions = self.distributions.iter().flat_map(|(allowed, _)| allowed);
        own.chain(distributions.map(|entry| format!("dependency: {}", entry.written.text))).collect()
    }

    fn distribution_names(&self) -> Vec<(&str, Span)> {
        let allowed = self.distributions.iter().flat_map(|(allowed, _)| allowed);
        allowed.filter(|entry| !entry.local).map(|entry| (entry.written.text.as_str(), entry.written.span)).collect()
    }

    fn message(&self, view: &View<'_>, _: &Complaint<'_>, instead: Option<&str>) -> String {
        if let Some(dependency) = distributions::dependency(view) {
            return if view.fact.open {
                "nobody knows what is installed here, so that it cannot be on the list of what may be".to_owned()
            } else {
                format!("{} {}, but is not on the list of what may be", shown(dependency), done(dependency))
            };
        }
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
