//! Audited exemptions: who may do what a rule forbids, how often and how long. Knows the shapes of `allow-in`.

use crate::dependency::Dependency;
use crate::distribution::{is_distribution, normalise as normalise_distribution};
use crate::document::fields::{Field, Reading, Spanned, field};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::fact::Fact;
use crate::name::{is_dotted, normalise};
use crate::pattern::glob::Glob;
use crate::pattern::name::NamePattern;
use crate::repo_path::RepoPath;
use crate::span::Span;
use jiff::civil::Date;

/// One entry of `allow-in`.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// Which files.
    pub glob: Glob,
    /// Which class or function in them, with what it encloses.
    pub scope: Option<String>,
    /// Which names; all when empty.
    pub names: Vec<NamePattern>,
    /// The same as names of distributions, in the spelling in which these are compared.
    pub distributions: Vec<String>,
    /// Locked packages that nothing but these pulls in; no others when it is not empty.
    pub via: Vec<String>,
    /// Why.
    pub why: Option<String>,
    /// The last day on which it holds (UTC).
    pub until: Option<Date>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How many findings it may exempt.
    pub max: Option<usize>,
    /// Where it stands in the policy.
    pub span: Span,
}

impl Exemption {
    /// Whether it is past its last day.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| today > until)
    }

    /// Whether it speaks of a file.
    #[must_use]
    pub fn covers_path(&self, path: &RepoPath) -> bool {
        self.glob.matches(path)
    }

    /// Whether it speaks of a fact that reaches a name, given that it speaks of the file.
    #[must_use]
    pub fn covers(&self, fact: &Fact<'_>, name: &str) -> bool {
        if let Some(dependency) = fact.dependency {
            return self.covers_dependency(dependency);
        }
        let (scope, star) = (fact.scope, fact.is_star());
        let in_scope = self.scope.as_deref().is_none_or(|wanted| {
            scope.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        in_scope
            && self.via.is_empty()
            && (self.has_no_names()
                || self.names.iter().any(|pattern| {
                    pattern.fit(name, star).is_some_and(|fit| fit == crate::pattern::name::Fit::Certain)
                }))
    }
}

impl Exemption {
    fn has_no_names(&self) -> bool {
        self.names.is_empty() && self.distributions.is_empty()
    }

    fn covers_dependency(&self, dependency: &Dependency) -> bool {
        let is_named = self.has_no_names() || self.distributions.contains(&dependency.name);
        let is_via = self.via.is_empty()
            || dependency.pulled.as_ref().is_some_and(|pulled| !pulled.graph.is_pulled_without(pulled.node, &self.via));
        self.scope.is_none() && is_named && is_via
    }
}

/// Keys of an exemption.
const KEYS: [Field; 7] = [
    field("in", "where it holds: a path pattern, or `path/file.py::Class.function`", place_shape),
    field("name", "which names, or which distributions; all without it", || shape::list(shape::name())),
    field("why", "why it is there", shape::text),
    field("until", "the last day (UTC) on which it holds", date_shape),
    field("owner", "who answers for it", shape::text),
    field("max", "how many findings it may exempt", || shape::count(1)),
    field("via", "locked packages that nothing but these pulls in", || shape::list(shape::distribution())),
];

/// A list of exemptions.
pub(super) fn shape() -> Shape {
    let exemption = shape::required(shape::map(&KEYS), &["in"]);
    let item = serde_json::json!({
        "title": "exemption", "if": { "type": "object" }, "then": exemption, "else": place_shape(),
    });
    let shape = serde_json::json!({ "if": { "type": "array" }, "then": shape::list_only(item.clone()), "else": item });
    let dated =
        serde_json::json!({ "in": "tests/", "name": "requests.exceptions", "why": "so far", "until": "2026-12-31" });
    shape::like(shape, serde_json::json!([["acme/http/"], [dated]]))
}

/// A path pattern, or one with a class or function.
fn place_shape() -> Shape {
    shape::loosely(r"^[^!?\[{\\][^?\[{\\]*$", "write a path pattern: `*` and `**` are its only wildcards")
}

/// A list of path patterns.
pub(super) fn globs_shape() -> Shape {
    shape::like(shape::list(place_shape()), serde_json::json!([["apps/"], ["tests/", "apps/*/scripts/"]]))
}

/// A day.
pub(super) fn date_shape() -> Shape {
    let shape = shape::matching("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "write a day as `2026-12-31`");
    shape::like(shape, serde_json::json!(["2026-12-31"]))
}

/// Reads `allow-in`.
pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Vec<Exemption> {
    let items = reading.list(node, "`allow-in`");
    items.into_iter().filter_map(|item| read_one(item, reading)).collect()
}

fn read_one(item: &Node, reading: &mut Reading<'_>) -> Option<Exemption> {
    if !matches!(item.value, Value::Map(_)) {
        let written = reading.text(item, "an exemption")?;
        let (glob, scope) = read_place(&written, reading)?;
        return Some(Exemption {
            glob,
            scope,
            names: Vec::new(),
            distributions: Vec::new(),
            via: Vec::new(),
            why: None,
            until: None,
            owner: None,
            max: None,
            span: item.span,
        });
    }
    let fields = reading.map(item, "an exemption", &KEYS);
    let (names, distributions) = fields.get("name").map(|node| read_names(node, reading)).unwrap_or_default();
    let via = fields.get("via").map(|node| read_via(node, reading)).unwrap_or_default();
    let text = |key: &str, reading: &mut Reading<'_>| {
        fields.get(key).and_then(|node| reading.text(node, &format!("`{key}`"))).map(|s| s.text)
    };
    let why = text("why", reading);
    let owner = text("owner", reading);
    let until = fields.get("until").and_then(|node| read_date(node, reading));
    let max = fields.get("max").and_then(|node| read_max(node, reading));
    let Some(place) = fields.get("in") else {
        reading.wrong(item.span, "an exemption does not say where it holds", "add `in: path/`");
        return None;
    };
    let written = reading.text(place, "`in`")?;
    let (glob, scope) = read_place(&written, reading)?;
    Some(Exemption { glob, scope, names, distributions, via, why, until, owner, max, span: written.span })
}

/// `path` or `path::Class.function`.
fn read_place(written: &Spanned, reading: &mut Reading<'_>) -> Option<(Glob, Option<String>)> {
    let (path, scope) = match written.text.split_once("::") {
        Some((path, scope)) => (path, Some(normalise(scope).into_owned())),
        None => (written.text.as_str(), None),
    };
    if let Some(scope) = scope.as_deref().filter(|scope| !is_dotted(scope)) {
        let help = "write `path/file.py::Class.function`";
        reading.wrong(written.span, format!("`{scope}` is no class or function"), help);
        return None;
    }
    let tail = written.text.get(path.len()..).unwrap_or_default();
    let glob = read_glob_with_tail(path, tail, written.span, reading)?;
    Some((glob, scope))
}

/// Reads one glob; a malformed one is a mistake that shows the right spelling.
pub(super) fn read_glob(text: &str, span: Span, reading: &mut Reading<'_>) -> Option<Glob> {
    read_glob_with_tail(text, "", span, reading)
}

/// The same, for a glob that is followed by `tail` in the same text.
fn read_glob_with_tail(text: &str, tail: &str, span: Span, reading: &mut Reading<'_>) -> Option<Glob> {
    match Glob::parse(text) {
        Ok(glob) => Some(glob),
        Err(malformed) => {
            let help = match malformed.spelling {
                Some(spelling) if spelling.contains(", ") => {
                    let each: Vec<String> = spelling.split(", ").map(|one| format!("`{one}{tail}`")).collect();
                    format!("{}: {}", malformed.help, each.join(" and "))
                }
                Some(spelling) => {
                    let spelling = format!("{spelling}{tail}");
                    let quoted = if spelling.contains('*') { format!("\"{spelling}\"") } else { spelling };
                    format!("{}: `{}`", malformed.help, reading.corrected(span, &quoted))
                }
                None => malformed.help,
            };
            reading.wrong(span, malformed.message, help);
            None
        }
    }
}

/// Names of what code imports; those that may be distributions too.
fn read_names(node: &Node, reading: &mut Reading<'_>) -> (Vec<NamePattern>, Vec<String>) {
    let mut names = Vec::new();
    let mut distributions = Vec::new();
    for item in reading.list(node, "`name`") {
        let Some(written) = reading.text(item, "a name") else { continue };
        let is_whole = is_distribution(&written.text);
        if is_whole {
            distributions.push(normalise_distribution(&written.text));
        }
        match NamePattern::parse(&written.text) {
            Ok(pattern) => names.push(pattern),
            // `opentelemetry-api` is what requirements say.
            Err(_) if is_whole && written.text.contains('-') => {}
            Err(malformed) => {
                reading.misspelt(written.span, malformed.message, malformed.spelling.as_deref(), malformed.help);
            }
        }
    }
    (names, distributions)
}

/// Packages that pull others in.
fn read_via(node: &Node, reading: &mut Reading<'_>) -> Vec<String> {
    let mut via = Vec::new();
    for item in reading.list(node, "`via`") {
        let Some(written) = reading.text(item, "a package") else { continue };
        if is_distribution(&written.text) {
            via.push(normalise_distribution(&written.text));
        } else {
            let help = "write the name that requirements use, without a version";
            reading.wrong(written.span, format!("`{}` is no name of a distribution", written.text), help);
        }
    }
    via
}

/// Reads a last day.
pub(super) fn read_date(node: &Node, reading: &mut Reading<'_>) -> Option<Date> {
    date_of(node, "`until`", "write the last day on which it holds, as `2026-12-31`", reading).map(|(date, _)| date)
}

/// Reads a day.
pub(super) fn date_of(node: &Node, what: &str, help: &str, reading: &mut Reading<'_>) -> Option<(Date, Span)> {
    let written = reading.text(node, what)?;
    let date = parse_date(&written.text);
    if date.is_none() {
        reading.wrong(written.span, format!("`{}` is no date", written.text), help.to_owned());
    }
    date.map(|date| (date, written.span))
}

/// A day as `2026-12-31`, and in no other spelling.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == 10)
}

fn read_max(node: &Node, reading: &mut Reading<'_>) -> Option<usize> {
    let written = reading.text(node, "`max`")?;
    let max = written.text.parse().ok().filter(|max| *max > 0);
    if max.is_none() {
        let help = "write how many findings the exemption may cover, from 1 on";
        reading.wrong(written.span, format!("`{}` is no count", written.text), help);
    }
    max
}
