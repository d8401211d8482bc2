//! `forbid`: must not occur. Knows its targets, how entries compete within one rule, and what to say.

use super::words::{WORDS, Word};
use super::{Asks, Complaint, Judge, Kind, View};
use crate::document::fields::{Reading, Spanned, field, later};
use crate::document::yaml::{Node, Value};
use crate::name;
use crate::pattern::name::{Fit, NamePattern};
use crate::project::libraries;
use crate::span::Span;
use rustc_hash::FxHashMap;

/// The verb.
pub(super) static KIND: Kind = Kind {
    key: "forbid",
    about: "must not occur: a list of libraries, or a map of targets",
    example: "forbid: [requests, aiohttp]",
    compile,
};

/// What follows `forbid:` when it is a map.
const TARGETS: [crate::document::fields::Field; 7] = [
    field("library"),
    field("name"),
    field("import"),
    field("except"),
    later("call"),
    later("dependency"),
    later("string"),
];

enum Reach {
    Pattern(NamePattern),
    Word(Word),
}

struct Entry {
    reach: Reach,
    written: Spanned,
    successor: Option<Spanned>,
    /// Stands under `except`: what it covers is allowed.
    allows: bool,
}

struct Forbid {
    entries: Vec<Entry>,
    /// Entries by the top-level name that everything they cover has.
    by_top: FxHashMap<String, Vec<usize>>,
    /// Entries without one.
    anywhere: Vec<usize>,
}

fn compile(node: &Node, reading: &mut Reading<'_>) -> Option<Box<dyn Judge>> {
    let mut entries = Vec::new();
    if matches!(node.value, Value::Map(_)) {
        let fields = reading.map(node, "`forbid`", &TARGETS);
        for target in ["library", "name", "import"] {
            if let Some(value) = fields.get(target) {
                read_entries(value, target, false, &mut entries, reading);
            }
        }
        let forbids = !entries.is_empty();
        if let Some(value) = fields.get("except") {
            read_entries(value, "except", true, &mut entries, reading);
            if !forbids {
                let help = "name what is forbidden beside it: `import: [any]`";
                reading.wrong(value.span, "`except` alone forbids nothing", help);
            }
        } else if !forbids && reading.mistakes.is_empty() {
            let help = "write `forbid: [requests]`, or a map with `import`, `name` or `library`";
            reading.wrong(node.span, "`forbid` names nothing", help);
        }
    } else {
        read_entries(node, "forbid", false, &mut entries, reading);
    }
    find_contradictions(&entries, reading);
    if entries.is_empty() {
        return None;
    }
    let mut by_top: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    let mut anywhere = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match &entry.reach {
            Reach::Pattern(pattern) => match pattern.top() {
                Some(top) => by_top.entry(top.to_owned()).or_default().push(index),
                None => anywhere.push(index),
            },
            Reach::Word(_) => anywhere.push(index),
        }
    }
    Some(Box::new(Forbid { entries, by_top, anywhere }))
}

/// A list of names, or a map of name to successor.
fn read_entries(node: &Node, target: &str, allows: bool, entries: &mut Vec<Entry>, reading: &mut Reading<'_>) {
    let what = format!("`{target}`");
    let is_library = matches!(target, "forbid" | "library");
    if let Value::Map(pairs) = &node.value
        && !is_renamed_library(node)
    {
        if pairs.is_empty() {
            reading.wrong(node.span, format!("{what} is an empty map"), "name at least one, or remove the key");
        }
        for (key, value) in pairs {
            let written = Spanned { text: key.text.clone(), span: key.span };
            let successor = match &value.value {
                Value::Null => None,
                _ => reading.text(value, "a successor").filter(|text| is_good_successor(text, reading)),
            };
            push_entry(written, successor, allows, is_library, entries, reading);
        }
        return;
    }
    for item in reading.list(node, &what) {
        if is_renamed_library(item) {
            let fields = reading.map(item, "a library", &[field("dist"), field("import")]);
            let import = fields.get("import").and_then(|value| reading.text(value, "`import`"));
            if let Some(dist) = fields.get("dist") {
                reading.text(dist, "`dist`");
            }
            match import {
                Some(written) => push_entry(written, None, allows, false, entries, reading),
                None => {
                    reading.wrong(
                        item.span,
                        "a library without an import name",
                        "write `{ dist: PyJWT, import: jwt }`",
                    );
                }
            }
        } else if let Some(written) = reading.text(item, "a name") {
            push_entry(written, None, allows, is_library, entries, reading);
        }
    }
}

fn is_renamed_library(node: &Node) -> bool {
    matches!(&node.value, Value::Map(pairs) if pairs.iter().any(|(key, _)| key.text == "dist"))
}

fn push_entry(
    written: Spanned,
    successor: Option<Spanned>,
    allows: bool,
    is_library: bool,
    entries: &mut Vec<Entry>,
    reading: &mut Reading<'_>,
) {
    if let Some(word) = Word::parse(&written.text) {
        entries.push(Entry { reach: Reach::Word(word), written, successor, allows });
        return;
    }
    if is_library && let Some(distributions) = libraries::shared_by(&written.text) {
        let help = format!("say which is meant: `{{ dist: PyJWT, import: {} }}`", written.text);
        let message = format!("`{}` is the import name of {distributions}", written.text);
        reading.wrong(written.span, message, if written.text == "jwt" { help } else { help.replace("PyJWT", "NAME") });
        return;
    }
    match NamePattern::parse(&written.text) {
        Ok(pattern) => entries.push(Entry { reach: Reach::Pattern(pattern), written, successor, allows }),
        Err(_) if reading.is_full() => reading.untold += 1,
        Err(malformed) => {
            let words = WORDS.map(|(name, _)| name);
            let near = crate::document::mistake::nearest(&written.text, words)
                .filter(|near| strsim::osa_distance(near, &written.text.to_lowercase().replace(['_', ' '], "-")) <= 2)
                .map(str::to_owned);
            let help = match near.or(malformed.spelling) {
                Some(spelling) => format!("write `{}`", reading.corrected(written.span, &spelling)),
                None => malformed.help,
            };
            reading.wrong(written.span, malformed.message, help);
        }
    }
}

fn is_good_successor(successor: &Spanned, reading: &mut Reading<'_>) -> bool {
    let good = name::is_dotted(&name::normalise(&successor.text));
    if !good {
        let help = "write the dotted name to use instead, such as `acme.http.get`, or `~` for none";
        reading.wrong(successor.span, format!("`{}` is no dotted name", successor.text), help);
    }
    good
}

/// One name both forbidden and excepted, or named twice.
fn find_contradictions(entries: &[Entry], reading: &mut Reading<'_>) {
    let mut first: FxHashMap<&str, bool> = FxHashMap::default();
    for entry in entries {
        let text = entry.written.text.as_str();
        let Some(allows) = first.get(text).copied() else {
            first.insert(text, entry.allows);
            continue;
        };
        if allows == entry.allows {
            reading.wrong(entry.written.span, format!("`{text}` stands here a second time"), "remove one of the two");
        } else {
            let help = "an exception must be more specific than what is forbidden: remove one of the two";
            reading.wrong(entry.written.span, format!("`{text}` is both forbidden and excepted"), help);
        }
    }
}

/// What decides between entries: certain before possible, names before words, then the more specific, then forbidding.
type Weight = (bool, usize, (usize, usize, bool), bool);

impl Entry {
    fn weight(&self, view: &View<'_>) -> Option<Weight> {
        match &self.reach {
            Reach::Word(word) => word.covers(view).then_some((true, word.rank(), (0, 0, false), !self.allows)),
            Reach::Pattern(pattern) => {
                let fit = pattern.fit(view.reached, view.fact.is_star())?;
                // An exception frees what it surely covers, never what a star may bring in.
                let is_certain = fit == Fit::Certain;
                (is_certain || !self.allows).then(|| (is_certain, 3, pattern.rank(), !self.allows))
            }
        }
    }
}

impl Judge for Forbid {
    fn asks(&self) -> Asks {
        let forbids_anywhere = self.anywhere.iter().any(|&i| self.entries.get(i).is_some_and(|entry| !entry.allows));
        if forbids_anywhere {
            return Asks::Everything;
        }
        let forbidden = self
            .by_top
            .iter()
            .filter(|(_, entries)| entries.iter().any(|&i| self.entries.get(i).is_some_and(|entry| !entry.allows)));
        let mut tops: Vec<String> = forbidden.map(|(top, _)| top.clone()).collect();
        tops.sort_unstable();
        Asks::Tops(tops)
    }

    fn judge<'j>(&'j self, view: &View<'_>) -> Option<Complaint<'j>> {
        let top = name::top(view.reached);
        let shadowed = view.fact.level == 0 && view.project.is_shadow(top);
        let named = if self.by_top.is_empty() { None } else { self.by_top.get(top) };
        let named = named.into_iter().flatten();
        let (weight, entry) = named
            .chain(&self.anywhere)
            .filter_map(|&index| self.entries.get(index))
            .filter(|entry| !(shadowed && matches!(entry.reach, Reach::Pattern(_))))
            .filter_map(|entry| entry.weight(view).map(|weight| (weight, entry)))
            .max_by(|(a, _), (b, _)| a.cmp(b))?;
        if entry.allows {
            return None;
        }
        // A relative import reaches first-party code, never the library that an entry names; an entry deeper in a package
        // of our own that exists names that.
        if view.fact.level > 0
            && let Reach::Pattern(pattern) = &entry.reach
            && pattern.top().is_some_and(libraries::knows)
            && !pattern.literal().is_some_and(|name| name.contains('.') && view.project.exists(name) == Some(true))
        {
            return None;
        }
        Some(Complaint {
            matched: &entry.written.text,
            span: entry.written.span,
            successor: entry.successor.as_ref().map(|s| s.text.as_str()),
            possible: !weight.0,
        })
    }

    fn forbids_name(&self, name: &str) -> bool {
        let fitting = self.entries.iter().filter_map(|entry| match &entry.reach {
            Reach::Pattern(pattern) => pattern.fit(name, false).map(|_| (pattern.rank(), !entry.allows)),
            Reach::Word(_) => None,
        });
        fitting.max().is_some_and(|(_, forbids)| forbids)
    }

    fn names(&self) -> Vec<(&str, Span)> {
        let patterns = self.entries.iter().filter_map(|entry| match &entry.reach {
            Reach::Pattern(pattern) => pattern.top().map(|top| (top, entry.written.span)),
            Reach::Word(_) => None,
        });
        patterns.collect()
    }

    fn entries(&self) -> Vec<&str> {
        self.entries.iter().filter(|entry| !entry.allows).map(|entry| entry.written.text.as_str()).collect()
    }

    fn replacements(&self) -> Vec<(&str, &str)> {
        let pairs = self.entries.iter().filter_map(|entry| entry.successor.as_ref().map(|to| (&entry.written, to)));
        pairs.map(|(from, to)| (from.text.as_str(), to.text.as_str())).collect()
    }

    fn successors(&self) -> Vec<(&str, Span)> {
        let successors = self.entries.iter().filter_map(|entry| entry.successor.as_ref());
        successors.map(|successor| (successor.text.as_str(), successor.span)).collect()
    }

    fn message(&self, view: &View<'_>, complaint: &Complaint<'_>, instead: Option<&str>) -> String {
        let reached = view.reached;
        let mut message = if complaint.possible {
            let module = reached.strip_suffix(".*").unwrap_or(reached);
            format!("`from {module} import *` can bring in `{}`, which is forbidden", complaint.matched)
        } else if Word::parse(complaint.matched).is_some() {
            format!("`{reached}` is forbidden here (`{}`)", complaint.matched)
        } else {
            format!("`{reached}` is forbidden")
        };
        if let Some(successor) = complaint.successor.or(instead) {
            message.push_str("; use `");
            message.push_str(successor);
            message.push('`');
        }
        message
    }
}
