//! Entries about distributions: names as requirements write them, with the versions that are meant. Knows which
//! declarations an entry covers and what it says of them; must not know levels.

use super::View;
use crate::accepts::{Accepts, Range, Verdict};
use crate::dependency::{Dependency, Origin, Standing};
use crate::distribution::{is_distribution, normalise};
use crate::document::fields::{Reading, Spanned};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::project::libraries::{self, Libraries};
use rustc_hash::FxHashMap;
use std::fmt::Write;

/// One entry.
pub(super) struct Distribution {
    /// How it is written.
    pub written: Spanned,
    /// Names of the distributions that it covers, in the spelling in which names are compared; every one when there are none.
    pub names: Vec<String>,
    /// What code imports of them: a system's package manager calls them so.
    pub imports: Vec<String>,
    /// Which versions are meant; all when there is none.
    pub range: Option<Range>,
    /// The successor it names.
    pub successor: Option<Spanned>,
    /// Whether local paths are meant.
    pub local: bool,
    /// Stands under `except`.
    pub allows: bool,
}

impl Distribution {
    /// Whether it covers a dependency, whatever its version.
    pub(super) fn covers(&self, dependency: &Dependency) -> bool {
        if self.local {
            return dependency.origin == Origin::Path;
        }
        if dependency.origin == Origin::System {
            return self.imports.contains(&dependency.name);
        }
        self.names.is_empty() || self.names.contains(&dependency.name)
    }

    /// Whether what it covers is forbidden as it stands: `None` for a version that is not meant, else whether it is
    /// `Outside` (nothing else can be installed), `Partly`, or `Unknown`.
    pub(super) fn judge(&self, dependency: &Dependency) -> Option<Verdict> {
        let is_constraint = dependency.standing == Standing::Constraint;
        let Some(range) = &self.range else {
            // What only constrains installs nothing.
            return (!is_constraint).then_some(Verdict::Outside);
        };
        match range.judge(&dependency.accepts) {
            Verdict::Inside => Some(Verdict::Outside),
            Verdict::Partly if !is_constraint => Some(Verdict::Partly),
            Verdict::Unknown if !is_constraint => Some(Verdict::Unknown),
            _ => None,
        }
    }
}

/// Entries by the names that they cover.
#[derive(Default)]
pub(super) struct ByName {
    named: FxHashMap<String, Vec<usize>>,
    anywhere: Vec<usize>,
}

impl ByName {
    /// Indexes entries by their position.
    pub(super) fn new(entries: &[Distribution]) -> Self {
        let mut index = Self::default();
        for (position, entry) in entries.iter().enumerate() {
            if entry.names.is_empty() {
                index.anywhere.push(position);
            }
            let mut names: Vec<&String> = entry.names.iter().chain(&entry.imports).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                index.named.entry(name.clone()).or_default().push(position);
            }
        }
        index
    }

    /// Positions of the entries that may cover a name.
    pub(super) fn positions(&self, name: &str) -> impl Iterator<Item = usize> {
        self.named.get(name).into_iter().flatten().chain(&self.anywhere).copied()
    }
}

/// What a library entry says of distributions: those that bring in what it names, and their stubs.
pub(super) fn of_library(
    written: &Spanned,
    successor: Option<&Spanned>,
    dist: Option<&str>,
    import: &str,
    known: &Libraries,
) -> Option<Distribution> {
    let names = match dist {
        Some(dist) => vec![normalise(dist)],
        None => known.distributions(import),
    };
    if names.is_empty() {
        return None;
    }
    Some(Distribution {
        written: written.clone(),
        names: with_stubs(names),
        imports: vec![normalise(import)],
        range: None,
        successor: successor.cloned(),
        local: false,
        allows: false,
    })
}

fn with_stubs(mut names: Vec<String>) -> Vec<String> {
    let stubs: Vec<String> = names.iter().flat_map(|name| [format!("types-{name}"), format!("{name}-stubs")]).collect();
    names.extend(stubs);
    names
}

/// How a list of distributions is to be read.
#[derive(Clone, Copy)]
pub(super) struct Listed<'l> {
    /// The key it stands under.
    pub key: &'static str,
    /// What code imports of distributions.
    pub known: &'l Libraries,
    /// Whether requirements with versions may stand there.
    pub versions: bool,
    /// Whether stubs of what is named are meant too.
    pub stubs: bool,
    /// Which words may stand there.
    pub words: &'static [&'static str],
}

/// Names without versions.
pub(super) fn names_shape() -> Shape {
    shape::list(shape::loosely(
        r"^\s*[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\s*$",
        "write the name that requirements use",
    ))
}

/// A list of names with or without versions, or a map of these to successors.
pub(super) fn shape() -> Shape {
    let help = "write the name that requirements use, with or without versions: `requests`, `\"urllib3<2\"`";
    let name = || shape::loosely(r"^\s*[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\s*($|[<>=!~(])", help);
    successors(name(), &name)
}

/// A list of names without versions, or a map of these to successors.
pub(super) fn plain_shape() -> Shape {
    let name = || names_shape().get("items").cloned().unwrap_or_default();
    successors(name(), &name)
}

fn successors(item: Shape, name: &dyn Fn() -> Shape) -> Shape {
    let mut shape = shape::list(item);
    let successors = shape::filled(shape::entries(name(), shape::or_nothing(shape::text())));
    for key in ["propertyNames", "additionalProperties", "minProperties"] {
        shape::set(&mut shape, key, successors.get(key).cloned().unwrap_or_default());
    }
    shape::set(&mut shape, "type", serde_json::json!(["string", "number", "boolean", "array", "object"]));
    shape
}

/// Reads a list of distributions, or a map of distribution to successor.
pub(super) fn read(node: &Node, listed: Listed<'_>, entries: &mut Vec<Distribution>, reading: &mut Reading<'_>) {
    if let Value::Map(pairs) = &node.value {
        if pairs.is_empty() {
            reading.wrong(
                node.span,
                format!("`{}` is an empty map", listed.key),
                "name at least one, or remove the key",
            );
        }
        for (key, value) in pairs {
            let written = Spanned { text: key.text.clone(), span: key.span };
            let successor = match &value.value {
                Value::Null => None,
                _ => reading.text(value, "a successor"),
            };
            push(&written, successor.as_ref(), listed, entries, reading);
        }
        return;
    }
    for item in reading.list(node, &format!("`{}`", listed.key)) {
        if let Some(written) = reading.text(item, "a distribution") {
            push(&written, None, listed, entries, reading);
        }
    }
}

fn push(
    written: &Spanned,
    successor: Option<&Spanned>,
    listed: Listed<'_>,
    entries: &mut Vec<Distribution>,
    reading: &mut Reading<'_>,
) {
    let text = written.text.trim();
    let entry = |names: Vec<String>, imports: Vec<String>, range: Option<Range>, local: bool| Distribution {
        written: written.clone(),
        names,
        imports,
        range,
        successor: successor.cloned(),
        local,
        allows: false,
    };
    if listed.words.contains(&text) {
        entries.push(entry(Vec::new(), Vec::new(), None, text == "first-party"));
        return;
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default();
    let behind = text.get(end..).unwrap_or_default().trim();
    if !is_distribution(name) {
        let help = "write the name that requirements use, such as `requests`, or `\"urllib3<2\"`";
        reading.wrong(written.span, format!("`{text}` is no name of a distribution"), help);
        return;
    }
    if behind.starts_with(['[', ';', '@']) {
        let help = format!("write the name and versions only: `{}`", reading.corrected(written.span, name));
        reading.wrong(written.span, "extras, markers and addresses cannot be named here", help);
        return;
    }
    if !behind.is_empty() && !listed.versions {
        let help = format!("write `{}`; ranges belong under `versions`", reading.corrected(written.span, name));
        reading.wrong(written.span, "no version may stand here", help);
        return;
    }
    let range = read_range(behind, written, reading);
    if range.is_none() && !behind.is_empty() {
        return;
    }
    let normal = normalise(name);
    if let Some(other) =
        entries.iter().find(|other| other.range.is_none() && range.is_none() && other.names.first() == Some(&normal))
    {
        let message = format!("`{}` stands here a second time", other.written.text);
        reading.wrong(written.span, message, "remove one of the two");
        return;
    }
    let imports =
        listed.known.known_imports(&normal).iter().map(|import| normalise(import)).chain([normal.clone()]).collect();
    let names = if listed.stubs { with_stubs(vec![normal]) } else { vec![normal] };
    entries.push(entry(names, imports, range, false));
}

/// Version specifiers; a mistake when they are none, or when no version can fit.
pub(super) fn read_range(text: &str, written: &Spanned, reading: &mut Reading<'_>) -> Option<Range> {
    if text.is_empty() {
        return None;
    }
    let Some(range) = Range::parse(text) else {
        let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let is_bare = text.starts_with(|c: char| c.is_ascii_digit());
        let help = if is_bare {
            format!("write an operator in front: \">={digits}\" or \"=={digits}\"")
        } else {
            "write version specifiers (PEP 440), such as \">=4.5.5\" or \">=1.26,<2\"".to_owned()
        };
        reading.wrong(written.span, format!("`{text}` is no range of versions"), help);
        return None;
    };
    if range.is_empty() {
        reading.wrong(written.span, format!("no version fits `{text}`"), "correct the bounds");
        return None;
    }
    Some(range)
}

/// What is done with a dependency, in words that follow it: `is declared here`.
pub(super) fn done(dependency: &Dependency) -> String {
    let mut words = match dependency.standing {
        Standing::Declared => "is declared here".to_owned(),
        Standing::Constraint => "is constrained here".to_owned(),
        Standing::Override => "is put in place here".to_owned(),
        Standing::Locked => "is locked here".to_owned(),
        Standing::Installed => "is installed here".to_owned(),
    };
    if let Some(pulled) = &dependency.pulled {
        // Writing to memory does not fail.
        let _ = match pulled.graph.pullers(pulled.node).as_slice() {
            [] => write!(words, ", pulled in by another package"),
            [one] => write!(words, ", pulled in by `{one}`"),
            [one, other] => write!(words, ", pulled in by `{one}` and `{other}`"),
            [one, rest @ ..] => write!(words, ", pulled in by `{one}` and {} more", rest.len()),
        };
    }
    words
}

/// A text on one line, cut where it gets too long.
fn short(text: &str) -> String {
    let head: String = text.chars().take(1_000).collect();
    let line = head.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 120 { line.chars().take(117).chain("...".chars()).collect() } else { line }
}

/// A dependency as messages name it: the requirement as written, and the marker under which it holds.
pub(super) fn shown(dependency: &Dependency) -> String {
    let text = short(&dependency.written);
    let mut shown = format!("`{text}`");
    if dependency.guessed && dependency.origin != Origin::System {
        let _ = write!(shown, " (`{}` by its address)", dependency.name);
    }
    if let Some(described) = libraries::described_by(&dependency.name) {
        let _ = write!(shown, " (stubs of `{described}`)");
    }
    if let Some((marker, _)) = &dependency.marker {
        let marker = short(marker);
        let _ = write!(shown, " (where `{marker}`)");
    }
    shown
}

/// The dependency that a fact is about.
pub(super) fn dependency<'v>(view: &View<'v>) -> Option<&'v Dependency> {
    view.fact.dependency
}

/// Whether nobody can tell which version is meant.
pub(super) fn is_unverifiable(dependency: &Dependency) -> bool {
    dependency.accepts == Accepts::Unknown
}
