//! `versions`: every declaration of a distribution lies inside a range. Demands none.

use super::distributions::{ByName, Distribution, dependency, read_range, shown};
use super::{Asks, Complaint, Judge, Kind, View};
use crate::accepts::{Range, Verdict};
use crate::dependency::{Origin, Standing};
use crate::distribution::{is_distribution, normalise};
use crate::document::fields::{Reading, Spanned};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::fact::{Fact, Role};
use crate::level::Level;
use crate::project::libraries::Libraries;
use crate::span::Span;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "versions",
    about: "every declaration of a distribution lies inside a range",
    example: "versions: { redis: \">=4.5.5\" }",
    shape,
    compile,
};

fn shape() -> Shape {
    shape::filled(shape::entries(shape::distribution(), shape::versions(">=4.5.5")))
}

struct Versions {
    entries: Vec<Distribution>,
    index: ByName,
    /// How each range is written.
    ranges: Vec<Spanned>,
}

fn compile(node: &Node, reading: &mut Reading<'_>, _: &Libraries) -> Option<Box<dyn Judge>> {
    let mut entries: Vec<Distribution> = Vec::new();
    let mut ranges = Vec::new();
    if matches!(&node.value, Value::Map(pairs) if pairs.is_empty()) {
        reading.wrong(node.span, "`versions` is an empty map", format!("write, for example, `{}`", KIND.example));
    }
    for (key, value) in reading.entries(node, "`versions`") {
        let written = Spanned { text: key.text.clone(), span: key.span };
        if !is_distribution(&key.text) {
            let help = "write the name that requirements use, without a version";
            reading.wrong(key.span, format!("`{}` is no name of a distribution", key.text), help);
            continue;
        }
        let Some(range) = reading.text(value, "a range of versions") else { continue };
        let name = normalise(&key.text);
        if entries.iter().any(|other| other.names.first() == Some(&name)) {
            reading.wrong(key.span, format!("`{}` stands here a second time", key.text), "join the two ranges");
            continue;
        }
        if range.text.trim().is_empty() {
            reading.wrong(range.span, "an empty range says nothing", "write, for example, \">=4.5.5\"");
            continue;
        }
        let Some(read) = read_range(range.text.trim(), &range, reading) else { continue };
        let entry = Distribution {
            written,
            names: vec![name],
            imports: Vec::new(),
            range: Some(read),
            successor: None,
            local: false,
            allows: false,
        };
        entries.push(entry);
        ranges.push(range);
    }
    let index = ByName::new(&entries);
    if entries.is_empty() { None } else { Some(Box::new(Versions { entries, index, ranges })) }
}

impl Versions {
    /// The entry that a dependency falls under, with what it says of it.
    fn verdict(&self, view: &View<'_>) -> Option<(usize, Verdict)> {
        let dependency = dependency(view)?;
        if dependency.origin == Origin::System {
            return None;
        }
        let position = self.index.positions(&dependency.name).next()?;
        let range: &Range = self.entries.get(position)?.range.as_ref()?;
        let verdict = range.judge(&dependency.accepts);
        // A constraint need not name all versions that something else excludes.
        let is_agreed = verdict == Verdict::Inside
            || (dependency.standing == Standing::Constraint && matches!(verdict, Verdict::Partly | Verdict::Unknown));
        (!is_agreed).then_some((position, verdict))
    }
}

impl Judge for Versions {
    fn asks(&self) -> Asks {
        let distributions = self.entries.iter().flat_map(|entry| entry.names.iter().cloned()).collect();
        Asks { distributions, ..Asks::default() }
    }

    fn hears(&self, fact: &Fact<'_>) -> bool {
        fact.role == Role::Dependency && !fact.open
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let (position, verdict) = self.verdict(view)?;
        let entry = self.entries.get(position)?;
        Some(Complaint {
            matched: &entry.written.text,
            span: entry.written.span,
            successor: None,
            possible: false,
            at_most: (verdict == Verdict::Unknown).then_some(Level::Warn),
        })
    }

    fn distribution_names(&self) -> Vec<(&str, Span)> {
        self.entries.iter().map(|entry| (entry.written.text.as_str(), entry.written.span)).collect()
    }

    fn entries(&self) -> Vec<String> {
        self.entries
            .iter()
            .zip(&self.ranges)
            .map(|(entry, range)| format!("{} {}", entry.written.text, range.text))
            .collect()
    }

    fn message(&self, view: &View<'_>, _: &Complaint<'_>, _: Option<&str>) -> String {
        let (Some((position, verdict)), Some(dependency)) = (self.verdict(view), dependency(view)) else {
            return String::new();
        };
        let range = self.ranges.get(position).map(|range| range.text.as_str()).unwrap_or_default();
        let own = shown(dependency);
        let is_locked = dependency.standing == Standing::Locked;
        match verdict {
            Verdict::Outside if is_locked => format!("{own} is locked here, outside of the agreed range `{range}`"),
            Verdict::Outside => format!("{own} can only install versions outside of the agreed range `{range}`"),
            Verdict::Nothing => format!("{own} fits no version at all; the agreed range is `{range}`"),
            Verdict::Unknown => {
                format!("which version {own} installs cannot be checked against the agreed range `{range}`")
            }
            _ if dependency.specifier.is_none() => {
                format!("{own} names no version, and may install one outside of the agreed range `{range}`")
            }
            _ => format!("{own} may install a version outside of the agreed range `{range}`"),
        }
    }
}
