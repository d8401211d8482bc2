//! Reads one rule of a policy document. Knows the keys of a rule; the verb's value is read by its kind.

use super::exemption::{self, read_glob};
use super::rule::{Example, Rule};
use super::rule_table::{self, EXAMPLE, contexts, surfaces, verbs};
use super::written::written;
use super::{PathScope, builtin, schedule};
use crate::context::Context;
use crate::distribution::{is_distribution, normalise};
use crate::document::fields::{Field, Fields, Reading, Spanned};
use crate::document::yaml::{Key, Node, Value};
use crate::kinds::{KINDS, Kind};
use crate::level::Level;
use crate::name;
use crate::pattern::glob::Glob;
use crate::project::libraries::Libraries;
use crate::project::standard_library::{NEWEST, OLDEST};
use crate::span::Span;
use crate::surface::Surface;
use crate::versions::Versions;
use pep440_rs::{Version, VersionSpecifiers};
use std::str::FromStr;

/// Which policy rules stand in.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    /// 0 for the root's, `n` for the one that was pulled in as `n - 1`.
    pub index: usize,
    /// What stands in front of their ids.
    pub prefix: Option<&'s str>,
}

/// Reads `rules`.
pub(super) fn read(node: &Node, source: Source<'_>, libraries: &Libraries, reading: &mut Reading<'_>) -> Vec<Rule> {
    let entries = reading.entries(node, "`rules`");
    entries.iter().filter_map(|(key, value)| read_one(key, value, source, libraries, reading)).collect()
}

fn read_one(
    key: &Key,
    node: &Node,
    source: Source<'_>,
    libraries: &Libraries,
    reading: &mut Reading<'_>,
) -> Option<Rule> {
    check_id(key, reading);
    if node.value == Value::Refused {
        return None;
    }
    if node.value == Value::Null {
        let help = format!("give it a verb, for example: `{}`", KINDS.first()?.example);
        reading.wrong(key.span, format!("the rule `{}` is empty", key.text), help);
        return None;
    }
    let keys: Vec<Field> = verbs().chain(rule_table::KEYS).collect();
    let what = format!("the rule `{}`", key.text);
    let mistakes_before = reading.mistakes.len();
    let fields = reading.map(node, &what, &keys);
    let verb = find_verb(key, &fields, reading, reading.mistakes.len() > mistakes_before);
    let text = |name: &str, reading: &mut Reading<'_>| {
        fields.get(name).and_then(|node| reading.text(node, &format!("`{name}`")))
    };
    let scope = read_scope(&fields, reading);
    let exemptions = fields.get("allow-in").map(|node| exemption::read(node, reading)).unwrap_or_default();
    let level = fields.get("level").and_then(|node| schedule::read(node, "`level`", reading));
    let (level, schedule) = level.unwrap_or((Level::Error, None));
    let contexts = fields.get("contexts").map(|node| read_contexts(node, reading)).unwrap_or_default();
    let surfaces = fields.get("surfaces").map(|node| read_surfaces(node, reading)).unwrap_or_default();
    let groups = fields.get("groups").map(|node| read_groups(node, reading)).unwrap_or_default();
    let instead = text("instead", reading).filter(|written| check_instead(written, reading));
    let why = text("why", reading).map(|s| s.text);
    let docs = text("docs", reading).filter(|written| check_docs(written, reading)).map(|s| s.text);
    let owner = text("owner", reading).map(|s| s.text);
    let examples = fields.get("examples").map(|node| read_examples(node, reading)).unwrap_or_default();
    let python = fields.get("python").and_then(|node| read_python(node, reading));
    let suppressible = fields.get("suppressible").and_then(|node| read_yes_or_no(node, "`suppressible`", reading));
    let max_suppressions = fields.get("max-suppressions").and_then(|node| read_budget(node, reading));
    if suppressible == Some(false)
        && let Some((key, _)) = fields.entry("max-suppressions")
    {
        let help = "remove one of the two";
        reading.wrong(key.span, "a rule that cannot be suppressed needs no budget", help);
    }
    let (kind, value) = verb?;
    let judge = (kind.compile)(value, reading, libraries)?;
    let help = [why.clone(), docs.clone().map(|url| format!("see {url}"))];
    let help: Vec<String> = help.into_iter().flatten().collect();
    Some(Rule {
        id: source.prefix.map_or_else(|| key.text.clone(), |prefix| format!("{prefix}/{}", key.text)).into(),
        source: source.index,
        span: key.span,
        kind,
        written: written(kind.key, value),
        judge,
        scope,
        exemptions,
        level,
        schedule,
        contexts,
        surfaces,
        groups,
        python,
        overrides: Vec::new(),
        instead,
        why,
        docs,
        owner,
        examples,
        help: help.join("\n").into(),
        suppressible: suppressible.unwrap_or(true),
        max_suppressions,
    })
}

fn check_id(key: &Key, reading: &mut Reading<'_>) {
    let id = &key.text;
    if id.starts_with("policy/") || id == "policy" {
        let help = format!("the prefix `policy/` is reserved for: {}", builtin::BUILTINS.map(|b| b.id).join(", "));
        reading.wrong(key.span, "this id is reserved for built-in findings", help);
    } else if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        let spelling: String =
            id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
        let help =
            format!("write `{}`", reading.corrected(key.span, if id.is_empty() { "my-rule" } else { &spelling }));
        reading.wrong(key.span, "an id consists of letters, digits, `-`, `_` and `.`", help);
    }
}

/// The one verb of a rule. `unsure`: a key was not understood, which may have been the verb.
fn find_verb<'n>(
    key: &Key,
    fields: &Fields<'n>,
    reading: &mut Reading<'_>,
    unsure: bool,
) -> Option<(&'static Kind, &'n Node)> {
    let mut verbs = KINDS.iter().filter_map(|kind| fields.entry(kind.key).map(|entry| (*kind, entry)));
    let Some((kind, (_, value))) = verbs.next() else {
        if !unsure {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
            let example = KINDS.first().map_or("", |kind| kind.example);
            let help = format!("add a verb, for example `{example}`; there are: {}", known.join(", "));
            reading.wrong(key.span, format!("the rule `{}` has no verb: it says nothing", key.text), help);
        }
        return None;
    };
    for (_, (second, _)) in verbs {
        let help = "a rule has exactly one verb: make a second rule of it";
        reading.wrong(second.span, format!("`{}` is a second verb beside `{}`", second.text, kind.key), help);
    }
    Some((kind, value))
}

fn read_scope(fields: &Fields<'_>, reading: &mut Reading<'_>) -> PathScope {
    let within = fields.get("in").map(|node| read_globs(node, "`in`", reading)).unwrap_or_default();
    let without = fields.get("not-in").map(|node| read_globs(node, "`not-in`", reading)).unwrap_or_default();
    for (glob, span) in &without {
        if within.iter().any(|(other, _)| other == glob) {
            let help = "the rule would speak nowhere: remove one of the two";
            reading.wrong(*span, format!("`{}` stands under `in` and under `not-in`", glob.as_str()), help);
        }
    }
    PathScope { within, without }
}

/// Reads a list of globs.
pub(super) fn read_globs(node: &Node, what: &str, reading: &mut Reading<'_>) -> Vec<(Glob, Span)> {
    let mut globs = Vec::new();
    for item in reading.list(node, what) {
        if let Some(written) = reading.text(item, "a path pattern")
            && let Some(glob) = read_glob(&written.text, written.span, reading)
        {
            globs.push((glob, written.span));
        }
    }
    globs
}

/// Reads a plain level.
pub(super) fn read_level(node: &Node, what: &str, reading: &mut Reading<'_>) -> Option<Level> {
    if matches!(node.value, Value::Map(_)) {
        reading.wrong(
            node.span,
            format!("{what} has no schedule"),
            "only the `level` of a rule or of an override may change by date: write one level here",
        );
        return None;
    }
    reading.choice(node, what, &Level::ALL)
}

fn read_contexts(node: &Node, reading: &mut Reading<'_>) -> Vec<(Context, Level)> {
    let fields = reading.map(node, "`contexts`", &contexts());
    if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
        reading.wrong(node.span, "`contexts` is an empty map", "name a context: `type-checking: none`");
    }
    let mut contexts = Vec::new();
    for (name, context) in Context::ALL {
        if let Some(value) = fields.get(name)
            && let Some(level) = read_level(value, &format!("`{name}`"), reading)
        {
            contexts.push((context, level));
        }
    }
    contexts
}

/// `surfaces`: levels of facts on a surface.
fn read_surfaces(node: &Node, reading: &mut Reading<'_>) -> Vec<(Surface, Level)> {
    let fields = reading.map(node, "`surfaces`", &surfaces());
    if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
        reading.wrong(node.span, "`surfaces` is an empty map", "name a surface: `docs: none`");
    }
    let mut surfaces = Vec::new();
    for surface in Surface::ALL {
        if let Some(value) = fields.get(surface.as_str())
            && let Some(level) = read_level(value, &format!("`{}`", surface.as_str()), reading)
        {
            surfaces.push((surface, level));
        }
    }
    surfaces
}

/// `groups`: which dependencies a rule speaks of.
fn read_groups(node: &Node, reading: &mut Reading<'_>) -> Vec<String> {
    let mut groups = Vec::new();
    for item in reading.list(node, "`groups`") {
        let Some(written) = reading.text(item, "a group") else { continue };
        let known = ["runtime", "build"].contains(&written.text.as_str());
        let named = ["extra:", "group:"].iter().find_map(|kind| Some((*kind, written.text.strip_prefix(kind)?)));
        match named {
            _ if known => groups.push(written.text),
            Some((kind, "*")) => groups.push(format!("{kind}*")),
            Some((kind, name)) if is_distribution(name) => groups.push(format!("{kind}{}", normalise(name))),
            _ => {
                let near = is_distribution(&written.text).then(|| format!("group:{}", written.text));
                let help = "write `runtime`, `build`, `extra:NAME` or `group:NAME`; `*` is any name".to_owned();
                reading.misspelt(
                    written.span,
                    format!("`{}` is no group of dependencies", written.text),
                    near.as_deref(),
                    help,
                );
            }
        }
    }
    groups
}

/// `true` or `false`.
pub(super) fn read_yes_or_no(node: &Node, what: &str, reading: &mut Reading<'_>) -> Option<bool> {
    reading.choice(node, what, &[("true", true), ("false", false)])
}

/// `max-suppressions`: how many findings comments may suppress.
fn read_budget(node: &Node, reading: &mut Reading<'_>) -> Option<(usize, Span)> {
    let written = reading.text(node, "`max-suppressions`")?;
    let budget = written.text.parse().ok();
    if budget.is_none() {
        let help = "write how many findings comments may suppress, from 0 on";
        reading.wrong(written.span, format!("`{}` is no count", written.text), help);
    }
    budget.map(|budget| (budget, written.span))
}

/// Whether a successor is a dotted name; a mistake otherwise.
pub(super) fn check_instead(written: &Spanned, reading: &mut Reading<'_>) -> bool {
    if name::is_dotted(&name::normalise(&written.text)) {
        return true;
    }
    let spelling = written.text.trim_end_matches(".py").replace('/', ".").replace('-', "_");
    let help = if name::is_dotted(&spelling) {
        format!("write the dotted name that code imports: `{}`", reading.corrected(written.span, &spelling))
    } else {
        "write the dotted name that code imports, such as `acme.http.get`; prose belongs into `why`".to_owned()
    };
    reading.wrong(written.span, format!("`{}` is no dotted name", written.text), help);
    false
}

/// `python: ">=3.11"`: the versions for which a rule holds.
fn read_python(node: &Node, reading: &mut Reading<'_>) -> Option<(Versions, String)> {
    let written = reading.text(node, "`python`")?;
    let range = VersionSpecifiers::from_str(&written.text).ok().filter(|range| range.iter().next().is_some());
    let Some(range) = range else {
        // `3.12` and `3.12+` can only mean one thing.
        let version = written.text.trim().trim_end_matches('+');
        let is_version = version.strip_prefix("3.").is_some_and(|minor| minor.parse::<u8>().is_ok());
        let spelling = is_version.then(|| format!("\">={version}\""));
        let help = "write a range of versions: `python: \">=3.11\"`".to_owned();
        reading.misspelt(written.span, format!("`{}` is no version range", written.text), spelling.as_deref(), help);
        return None;
    };
    if range.iter().any(|one| one.version().release().len() > 2) {
        let message = format!("`{}` asks for more than a minor version", written.text);
        reading.wrong(written.span, message, "the target is a minor version: write, for example, \">=3.12\"");
        return None;
    }
    let holds = |(major, minor): (u8, u8)| range.contains(&Version::new([u64::from(major), u64::from(minor)]));
    let versions = Versions::those(holds);
    if !(OLDEST..=NEWEST).any(|minor| versions.admits((3, minor))) {
        let help = format!("the tool knows Python 3.{OLDEST} to 3.{NEWEST}");
        reading.wrong(written.span, format!("no Python that the tool knows is {}", written.text), help);
    }
    Some((versions, written.text))
}

fn check_docs(written: &Spanned, reading: &mut Reading<'_>) -> bool {
    let rest = written.text.strip_prefix("https://").or_else(|| written.text.strip_prefix("http://"));
    let good = rest.is_some_and(|rest| !rest.is_empty() && !written.text.contains(char::is_whitespace));
    if !good {
        let help = "write the whole address, starting with `https://`; other words belong into `why`";
        reading.wrong(written.span, format!("`{}` is no web address", written.text), help);
    }
    good
}

fn read_examples(node: &Node, reading: &mut Reading<'_>) -> Vec<Example> {
    let mut examples = Vec::new();
    for item in reading.list(node, "`examples`") {
        let fields = reading.map(item, "an example", &EXAMPLE);
        let text = |key: &str, reading: &mut Reading<'_>| {
            fields.get(key).and_then(|node| reading.text(node, &format!("`{key}`")))
        };
        let example = Example { bad: text("bad", reading), good: text("good", reading), path: text("path", reading) };
        if example.bad.is_none() && example.good.is_none() {
            reading.wrong(item.span, "an example shows neither `bad` nor `good` code", "add `bad: import requests`");
        } else {
            examples.push(example);
        }
    }
    examples
}
