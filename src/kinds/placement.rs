//! `placement`: where an import may stand. Knows which contexts run with their module.

use super::entries::{ByTop, Entry, Form, Reach};
use super::entry_list::{self, Target, find_contradictions};
use super::{Asks, Complaint, Judge, Kind, View};
use crate::context::Context;
use crate::document::fields::Reading;
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Key, Node, Value};
use crate::project::Project;
use crate::project::libraries::Libraries;
use crate::span::Span;
use crate::surface::Surface;
use rustc_hash::FxHashMap;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "placement",
    about: "where an import may stand: `lazy`, `function`, or `top-level`",
    example: "placement: { torch: lazy }",
    shape,
    compile,
};

fn shape() -> Shape {
    let places = CHOICES.map(|(word, place)| (word, place.about()));
    shape::filled(shape::entries(shape::name(), shape::words(&places)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Where it does not run with its module.
    Lazy,
    /// In a function.
    Function,
    /// At module level, also inside `if`, `try` or `with`.
    TopLevel,
}

const CHOICES: [(&str, Where); 3] =
    [("lazy", Where::Lazy), ("function", Where::Function), ("top-level", Where::TopLevel)];

impl Where {
    fn about(self) -> &'static str {
        match self {
            Where::Lazy => {
                "where it does not run with its module: a function, a `lazy import`, `TYPE_CHECKING`, a stub"
            }
            Where::Function => "in a function",
            Where::TopLevel => "at module level, also inside `if`, `try` or `with`",
        }
    }

    fn word(self) -> &'static str {
        CHOICES.iter().find(|(_, place)| *place == self).map_or("", |(word, _)| word)
    }

    fn admits(self, view: &View<'_>) -> bool {
        let has = |context| view.fact.contexts.contains(context);
        match self {
            Where::Lazy => {
                has(Context::Function)
                    || has(Context::Lazy)
                    || has(Context::TypeChecking)
                    || view.fact.surface == Surface::Stubs
            }
            Where::Function => has(Context::Function),
            Where::TopLevel => !has(Context::Function) && !has(Context::Class),
        }
    }
}

struct Placement {
    entries: Vec<(Entry, Where)>,
    index: ByTop,
}

fn compile(node: &Node, reading: &mut Reading<'_>, libraries: &Libraries) -> Option<Box<dyn Judge>> {
    if matches!(&node.value, Value::Map(pairs) if pairs.is_empty()) {
        reading.wrong(node.span, "`placement` is an empty map", "write `torch: lazy`");
    }
    let mut placed = Vec::new();
    for (key, value) in reading.entries(node, "`placement`") {
        let place = reading.choice(value, "a place", &CHOICES);
        let names = read_name(key, libraries, reading);
        if let Some(place) = place {
            placed.extend(names.into_iter().map(|name| (name, place)));
        }
    }
    find_contradictions(placed.iter().map(|(entry, _)| entry), reading);
    find_two_places(&placed, reading);
    let index = ByTop::new(placed.iter().map(|(entry, _)| entry));
    if placed.is_empty() { None } else { Some(Box::new(Placement { entries: placed, index })) }
}

/// A library may go by two names, but has one place.
fn find_two_places(placed: &[(Entry, Where)], reading: &mut Reading<'_>) {
    let mut first: FxHashMap<&str, Where> = FxHashMap::default();
    for (entry, place) in placed {
        let Reach::Pattern(pattern) = &entry.reach else { continue };
        if *first.entry(pattern.as_str()).or_insert(*place) != *place {
            let message = format!("`{}` has another place already", pattern.as_str());
            reading.wrong(entry.written.span, message, "a name has one place: remove one of the two");
        }
    }
}

/// A key as the name, word or library that it is.
fn read_name(key: &Key, libraries: &Libraries, reading: &mut Reading<'_>) -> Vec<Entry> {
    let mut names = Vec::new();
    let scalar = Node { value: Value::Scalar { text: key.text.clone(), plain: false }, span: key.span };
    let target =
        Target { key: "placement", libraries: Some(libraries), ties: libraries, form: Form::Any, allows: false };
    entry_list::read(&scalar, target, &mut names, reading);
    names
}

impl Judge for Placement {
    fn asks(&self) -> Asks {
        let mut asks = Asks::default();
        self.entries.iter().for_each(|(entry, _)| entry.add_to(&mut asks));
        Asks { uses: false, strings: false, dynamic: false, ..asks }
    }

    fn wants(&self, top: &str, project: &Project<'_>) -> bool {
        self.entries.iter().any(|(entry, _)| entry.may_cover(top, project))
    }

    fn may_concern(&self, name: &str) -> bool {
        let entries = self.index.positions(name).filter_map(|position| self.entries.get(position));
        entries.into_iter().any(|(entry, _)| entry.may_concern(name))
    }

    fn needs_place(&self) -> bool {
        true
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let entries = self.index.positions(view.reached).filter_map(|position| self.entries.get(position));
        let fitting = entries.filter_map(|placed| placed.0.fit(view).map(|weight| (weight, placed)));
        let fitting = fitting.filter(|((is_certain, ..), _)| *is_certain);
        let (_, (entry, place)) = fitting.max_by(|(a, _), (b, _)| a.cmp(b))?;
        let complaint = Complaint {
            matched: &entry.written.text,
            span: entry.written.span,
            successor: Some(place.word()),
            possible: false,
            at_most: None,
        };
        (!place.admits(view)).then_some(complaint)
    }

    fn names(&self) -> Vec<(&str, Span)> {
        self.entries.iter().filter_map(|(entry, _)| entry.name()).collect()
    }

    fn entries(&self) -> Vec<String> {
        self.entries.iter().map(|(entry, place)| format!("{}: {}", entry.written.text, place.word())).collect()
    }

    fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, _: Option<&str>) -> String {
        let reached = view.reached;
        let place = CHOICES.iter().find(|(word, _)| Some(*word) == complaint.successor).map(|(_, place)| *place);
        match place {
            Some(Where::TopLevel) => format!("`{reached}` belongs to the top level of its module"),
            Some(Where::Function) => format!("`{reached}` may only be imported inside a function"),
            _ => format!("`{reached}` is imported when this module runs; import it where it is used"),
        }
    }
}
