//! `forbid`: must not occur. Knows its targets, how entries compete within one rule, and what to say.

use super::banned::{self, Banned};
use super::call_conditions::Conditions;
use super::call_list;
use super::distributions::{self, Distribution, Listed};
use super::entries::{ByTop, Entry, Form, Reach, Weight};
use super::entry_list::{self, Target, find_contradictions};
use super::forbid_targets::{TARGETS, shape};
use super::words::Word;
use super::{Asks, Complaint, Judge, Kind, Stake, View};
use crate::document::fields::Reading;
use crate::document::yaml::{Node, Value};
use crate::fact::{Fact, Role};
use crate::name::{normalise, top};
use crate::project::libraries::Libraries;
use crate::project::{Project, standard_library};
use crate::span::Span;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "forbid",
    about: "must not occur: a list of libraries, or a map of targets",
    example: "forbid: [requests, aiohttp]",
    shape,
    compile,
};

/// A compiled `forbid` or `moved`.
pub(super) struct Forbid {
    entries: Vec<Entry>,
    index: ByTop,
    /// The one form of import that is forbidden, if there is only one.
    form: Option<Form>,
    /// Whether what lies beneath an entry lies beneath its successor too.
    moves: bool,
    /// Whether a word stands for other names on another Python.
    has_versions: bool,
    /// Whether a name is that of a module which comes and goes with versions, and may be a local one instead.
    may_be_local: bool,
    /// Distributions that must not be declared, locked or installed.
    banned: Banned,
}

/// Whether some Python has a module, and another has not.
fn is_passing(top: &str) -> bool {
    standard_library::knows(top) && !standard_library::is_everywhere(top)
}

impl Forbid {
    /// Judges by these entries.
    pub(super) fn new(entries: Vec<Entry>, moves: bool) -> Self {
        let index = ByTop::new(entries.iter());
        let mut forms = entries.iter().filter(|entry| !entry.allows).map(|entry| entry.form);
        let form = forms.next().filter(|first| forms.all(|form| form == *first));
        let has_versions = entries.iter().any(|e| matches!(e.reach, Reach::Word(word) if word.needs_version()));
        let may_be_local = entries.iter().any(|entry| match &entry.reach {
            Reach::Word(_) | Reach::Method(_) => false,
            Reach::Pattern(pattern) => pattern.top().is_none_or(is_passing),
        });
        Self { entries, index, form, moves, has_versions, may_be_local, banned: Banned::default() }
    }

    /// The same, and by these entries about distributions.
    fn with(mut self, distributions: Vec<Distribution>) -> Self {
        self.banned = Banned::new(distributions);
        self
    }

    /// Whether an entry about names stands in a place of the policy.
    fn is_written(&self, span: Span) -> bool {
        self.entries.iter().any(|own| own.written.span == span)
    }

    fn forbidding(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.allows)
    }
}

fn compile(node: &Node, reading: &mut Reading<'_>, libraries: &Libraries) -> Option<Box<dyn Judge>> {
    let ties = libraries;
    let libraries = Some(libraries);
    let mut entries = Vec::new();
    let mut forbidden = Vec::new();
    if matches!(node.value, Value::Map(_)) {
        let mistakes_before = reading.mistakes.len();
        let fields = reading.map(node, "`forbid`", &TARGETS);
        for (key, form, libraries) in [
            ("library", Form::Any, libraries),
            ("name", Form::Any, None),
            ("import", Form::Import, None),
            ("call", Form::Call, None),
            ("string", Form::String, None),
            ("dynamic", Form::Dynamic, None),
            ("star", Form::Star, None),
            ("private", Form::Private, None),
        ] {
            if let Some(value) = fields.get(key) {
                let target = Target { key, libraries, ties, form, allows: false };
                if let (Form::Dynamic, Value::Scalar { text, .. }) = (form, &value.value)
                    && matches!(text.as_str(), "yes" | "true" | "on" | "all")
                {
                    let help = "write `dynamic: [any]`, or the names under which modules are loaded";
                    reading.wrong(value.span, format!("`{text}` is no name"), help);
                    continue;
                }
                let from = entries.len();
                if form == Form::Call {
                    call_list::read(value, target, &mut entries, reading);
                } else {
                    entry_list::read(value, target, &mut entries, reading);
                }
                if let Some(known) = libraries {
                    forbidden.extend(banned::of_libraries(entries.get(from..).unwrap_or_default(), known));
                }
            }
        }
        if let Some(value) = fields.get("dependency") {
            let listed = Listed { key: "dependency", known: ties, versions: true, stubs: false, words: &["any"] };
            let mut named = Vec::new();
            distributions::read(value, listed, &mut named, reading);
            forbidden.extend(named);
        }
        let forbids = !entries.is_empty() || !forbidden.is_empty();
        if let Some(value) = fields.get("except") {
            let target = Target { key: "except", libraries: None, ties, form: Form::Any, allows: true };
            let of_distributions = fields.get("dependency").is_some() && entries.is_empty();
            if of_distributions {
                let listed =
                    Listed { key: "except", known: ties, versions: false, stubs: true, words: &["first-party"] };
                let mut named = Vec::new();
                distributions::read(value, listed, &mut named, reading);
                forbidden.extend(named.into_iter().map(|entry| Distribution { allows: true, ..entry }));
            } else {
                entry_list::read(value, target, &mut entries, reading);
            }
            if !forbids {
                let help = "name what is forbidden beside it: `import: [any]`";
                reading.wrong(value.span, "`except` alone forbids nothing", help);
            }
        } else if !forbids && reading.mistakes.len() == mistakes_before {
            let help = "write `forbid: [requests]`, or a map with `import`, `name` or `library`";
            reading.wrong(node.span, "`forbid` names nothing", help);
        }
    } else {
        let target = Target { key: "forbid", libraries, ties, form: Form::Any, allows: false };
        entry_list::read(node, target, &mut entries, reading);
        forbidden.extend(banned::of_libraries(&entries, ties));
    }
    find_contradictions(&entries, reading);
    if entries.is_empty() && forbidden.is_empty() {
        return None;
    }
    Some(Box::new(Forbid::new(entries, false).with(forbidden)))
}

impl Judge for Forbid {
    fn asks(&self) -> Asks {
        let mut asks = Asks::default();
        self.forbidding().for_each(|entry| entry.add_to(&mut asks));
        self.banned.add_to(&mut asks);
        asks
    }

    fn stake(&self, name: &str, project: &Project<'_>) -> Stake {
        let entries = self.index.positions(name).filter_map(|position| self.entries.get(position));
        entries.filter(|entry| !entry.allows).map(|entry| entry.stake(name, project)).max().unwrap_or_default()
    }

    fn members(&self, name: &str, project: &Project<'_>) -> Option<Vec<&str>> {
        let entries = self.index.positions(name).filter_map(|position| self.entries.get(position));
        let mut members = Vec::new();
        for entry in entries.filter(|entry| !entry.allows && entry.stake(name, project) > Stake::None) {
            let literal = match &entry.reach {
                Reach::Pattern(pattern) => pattern.literal(),
                _ => None,
            };
            let behind = literal?.strip_prefix(name)?.strip_prefix('.')?;
            members.push(crate::name::top(behind));
        }
        Some(members)
    }

    fn hears(&self, _fact: &Fact<'_>) -> bool {
        true
    }

    fn wants(&self, top: &str, project: &Project<'_>) -> bool {
        self.forbidding().any(|entry| entry.may_cover(top, project))
    }

    fn may_concern(&self, name: &str) -> bool {
        let entries = self.index.positions(name).filter_map(|position| self.entries.get(position));
        entries.filter(|entry| !entry.allows).any(|entry| entry.may_concern(name))
    }

    fn needs_place(&self) -> bool {
        self.has_versions || self.may_be_local
    }

    fn place_matters(&self, view: &View<'_>) -> bool {
        let top = top(view.reached);
        standard_library::knows(top) && (self.has_versions || (is_passing(top) && view.project.is_first_party(top)))
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        if view.fact.role == Role::Dependency {
            return self.banned.judge(view);
        }
        if self.form.is_some_and(|form| !form.fits(view.fact)) {
            return None;
        }
        let entries = self.index.positions(view.reached).filter_map(|position| self.entries.get(position));
        let mut certain: Option<(Weight, &Entry)> = None;
        let mut possible = None;
        for entry in entries {
            let Some(weight) = entry.fit(view) else { continue };
            let best = if weight.0 { &mut certain } else { &mut possible };
            if best.as_ref().is_none_or(|(other, _)| weight >= *other) {
                *best = Some((weight, entry));
            }
        }
        // What a star may bring in counts where nothing surely decides, or where an exception is less specific.
        let is_deeper = |exception: &Weight, ban: &Weight| (ban.1, ban.2) > (exception.1, exception.2);
        let (weight, entry) = match (certain, possible) {
            (Some((exception, allowing)), Some(ban)) if allowing.allows && is_deeper(&exception, &ban.0) => ban,
            (certain, possible) => certain.or(possible)?,
        };
        (!entry.allows).then(|| Complaint {
            matched: &entry.written.text,
            span: entry.written.span,
            successor: entry.successor.as_ref().map(|successor| successor.text.as_str()),
            possible: !weight.0,
            at_most: None,
        })
    }

    fn forbids_name(&self, name: &str) -> bool {
        let entries = self.index.positions(name).filter_map(|position| self.entries.get(position));
        let fitting = entries.filter_map(|entry| match &entry.reach {
            Reach::Pattern(pattern) if matches!(entry.form, Form::Any | Form::Import) => {
                pattern.fit(name, false).map(|_| (pattern.rank(), !entry.allows))
            }
            _ => None,
        });
        fitting.max().is_some_and(|(_, forbids)| forbids)
    }

    fn names(&self) -> Vec<(&str, Span)> {
        self.entries.iter().filter_map(Entry::name).collect()
    }

    fn spelt(&self) -> Vec<&str> {
        let is_spelt = |entry: &&Entry| entry.form == Form::Any;
        self.forbidding()
            .filter(is_spelt)
            .filter_map(|entry| match &entry.reach {
                Reach::Pattern(pattern) => pattern.literal(),
                _ => None,
            })
            .collect()
    }

    fn entries(&self) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for entry in self.forbidding() {
            let text = match entry.form {
                Form::Any | Form::Import => entry.written.text.clone(),
                Form::Call if entry.conditions == Conditions::default() => format!("call: {}", entry.written.text),
                Form::Call => format!("call: {} {}", entry.written.text, entry.conditions.describe()),
                Form::String => format!("string: {}", entry.written.text),
                Form::Dynamic => format!("dynamic: {}", entry.written.text),
                Form::Star => format!("star: {}", entry.written.text),
                Form::Private => format!("private: {}", entry.written.text),
            };
            // A library may stand for several names.
            if entries.last() != Some(&text) {
                entries.push(text);
            }
        }
        let distributions = self.banned.names(&|span| self.is_written(span));
        entries.extend(distributions.into_iter().map(|(name, _)| format!("dependency: {name}")));
        let allowed: Vec<&str> = self.entries.iter().filter(|e| e.allows).map(|e| e.written.text.as_str()).collect();
        if !allowed.is_empty() {
            entries.push(format!("except: {}", allowed.join(", ")));
        }
        entries
    }

    fn replacements(&self) -> Vec<(&str, &str)> {
        let pairs = self.entries.iter().filter_map(|entry| entry.successor.as_ref().map(|to| (&entry.written, to)));
        let pairs = pairs.map(|(from, to)| (from.text.as_str(), to.text.as_str()));
        pairs.chain(self.banned.replacements(&|span| self.is_written(span))).collect()
    }

    fn successors(&self) -> Vec<(&str, Span)> {
        let successors = self.entries.iter().filter_map(|entry| entry.successor.as_ref());
        successors.map(|successor| (successor.text.as_str(), successor.span)).collect()
    }

    fn distribution_names(&self) -> Vec<(&str, Span)> {
        // What libraries are called in code, `names` tells.
        self.banned.names(&|span| self.is_written(span))
    }

    fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, instead: Option<&str>) -> String {
        if view.fact.role == Role::Dependency {
            return self.banned.message(view, complaint, instead);
        }
        let reached = view.reached;
        let module = || reached.strip_suffix(".*").unwrap_or(reached);
        let entry = self.entries.iter().find(|entry| entry.written.span == complaint.span);
        let form = entry.map(|entry| entry.form);
        let fact = view.fact;
        let mut message = match form {
            Some(Form::Dynamic) => "a module is imported by a name that only the running program knows".to_owned(),
            _ if fact.open => format!("something beneath `{reached}` is imported, which is forbidden"),
            Some(Form::Call) => {
                let conditions = entry.map(|entry| entry.conditions.describe()).unwrap_or_default();
                let name = reached.strip_prefix("builtins.").unwrap_or(reached);
                let conditions = if conditions.is_empty() { conditions } else { format!(" {conditions}") };
                format!("calling `{name}`{conditions} is forbidden")
            }
            Some(Form::Star) => format!("`from {} import *` is forbidden", module()),
            Some(Form::Private) => format!("`{reached}` is private to its library"),
            _ if complaint.possible => {
                format!("`from {} import *` can bring in `{}`, which is forbidden", module(), complaint.matched)
            }
            _ if Word::parse(complaint.matched).is_some() => {
                format!("`{reached}` is forbidden here (`{}`)", complaint.matched)
            }
            _ => format!("`{reached}` is forbidden"),
        };
        if let Some(successor) = complaint.successor.or(instead) {
            message.push_str("; use `");
            message.push_str(successor);
            if self.moves && !view.fact.is_star() {
                let old = normalise(complaint.matched.trim_start_matches('='));
                message.push_str(reached.strip_prefix(&*old).unwrap_or_default());
            }
            message.push('`');
        }
        message
    }
}
