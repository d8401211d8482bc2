//! `overrides`: the only way to change a rule that was pulled in. Knows their keys and which rules they may speak of; they
//! stand in the root's policy alone.

use super::Rule;
use super::exemption::{date_shape, globs_shape, read_date};
use super::rule_keys::{check_instead, read_globs, read_yes_or_no};
use super::schedule::{self, Schedule};
use crate::document::fields::{Field, Reading, Spanned, field};
use crate::document::mistake::nearest;
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::level::Level;
use crate::pattern::glob::Glob;
use crate::repo_path::RepoPath;
use crate::span::Span;
use jiff::civil::Date;
use rustc_hash::FxHashSet;
use std::sync::Arc;

const KEYS: [Field; 8] = [
    field("rule", "which rule: `source/id`, a list of them, or `source/*`", rule_shape),
    field("in", "where; everywhere without it", globs_shape),
    field("level", "the level there, whatever the context", schedule::shape),
    field("instead", "what to use instead there", shape::dotted),
    field("owner", "who decides there", shape::text),
    field("why", "why", shape::text),
    field("until", "the last day (UTC) on which it holds", date_shape),
    field("suppressible", "whether comments there may suppress its findings", shape::yes_or_no),
];

/// Keys of which an override has at least one.
const CHANGES: [&str; 4] = ["level", "instead", "owner", "suppressible"];

fn rule_shape() -> Shape {
    let rule =
        shape::matching("^[^/]+/(.+)$", "write `source/id`, or `source/*`: a rule of your own is changed itself");
    shape::like(shape::list(rule), serde_json::json!(["deprecated-libraries/pytz", "http-clients/*"]))
}

/// A list of overrides.
pub(super) fn shape() -> Shape {
    let mut shape = shape::required(shape::map(&KEYS), &["rule"]);
    shape = shape::with_any(shape, &CHANGES);
    shape::set(&mut shape, "title", serde_json::json!("override"));
    let example =
        serde_json::json!([{ "rule": "deprecated-libraries/pytz", "level": "none", "why": "Django 3 needs it" }]);
    let shape =
        serde_json::json!({ "if": { "type": "array" }, "then": shape::list_only(shape.clone()), "else": shape });
    shape::like(shape, serde_json::json!([example]))
}

/// At most so many rules and sources are named: each may mean many rules.
const MOST: usize = 1_000;

/// A change of a pulled-in rule.
#[derive(Clone, Debug)]
pub struct Override {
    /// Where; everywhere when empty.
    pub within: Vec<(Glob, Span)>,
    /// The level there, whatever the context.
    pub level: Option<Level>,
    /// When that level changes.
    pub schedule: Option<Schedule>,
    /// What to use instead there.
    pub instead: Option<Spanned>,
    /// Who decides there.
    pub owner: Option<String>,
    /// Whether comments there may suppress its findings.
    pub suppressible: Option<bool>,
    /// Why.
    pub why: Option<String>,
    /// The last day on which it holds (UTC).
    pub until: Option<Date>,
    /// Where it stands in the root's policy.
    pub span: Span,
}

impl Override {
    /// Whether it holds for a file on a day.
    #[must_use]
    pub fn holds(&self, path: &RepoPath, today: Date) -> bool {
        !self.is_expired(today) && self.speaks_of(path)
    }

    /// Whether it speaks of a file.
    #[must_use]
    pub fn speaks_of(&self, path: &RepoPath) -> bool {
        self.within.is_empty() || self.within.iter().any(|(glob, _)| glob.matches(path))
    }

    /// Whether it is past its last day.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| today > until)
    }
}

/// Reads `overrides` and hands each to the rules that it speaks of.
/// A source that is not there for another mistake is not told again.
pub(super) fn apply(node: &Node, rules: &mut [Rule], reading: &mut Reading<'_>) {
    let unsure = !reading.mistakes.is_empty();
    let mut named = 0;
    for item in reading.list(node, "`overrides`") {
        if !matches!(item.value, Value::Map(_)) {
            let help = "write `- { rule: deprecated-libraries/pytz, level: none, why: Django 3 needs it }`";
            reading.wrong(item.span, "an override says which rule it changes, and how", help);
            continue;
        }
        read_one(item, rules, unsure, &mut named, reading);
        if named > MOST {
            let message = format!("the overrides name more than {MOST} rules");
            reading.wrong(node.span, message, "`rule: source/*` changes every rule of a source");
            return;
        }
    }
}

fn read_one(item: &Node, rules: &mut [Rule], unsure: bool, named: &mut usize, reading: &mut Reading<'_>) {
    let mistakes_before = reading.mistakes.len();
    let fields = reading.map(item, "an override", &KEYS);
    let text = |key: &str, reading: &mut Reading<'_>| {
        fields.get(key).and_then(|node| reading.text(node, &format!("`{key}`"))).map(|written| written.text)
    };
    let Some(rule) = fields.get("rule") else {
        if reading.mistakes.len() == mistakes_before {
            reading.wrong(item.span, "an override does not say which rule it changes", "add `rule: source/id`");
        }
        return;
    };
    let level = fields.get("level").and_then(|node| schedule::read(node, "`level`", reading));
    let (level, schedule) = level.map_or((None, None), |(level, schedule)| (Some(level), schedule));
    let changed = Override {
        within: fields.get("in").map(|node| read_globs(node, "`in`", reading)).unwrap_or_default(),
        level,
        schedule,
        instead: fields
            .get("instead")
            .and_then(|node| reading.text(node, "`instead`"))
            .filter(|written| check_instead(written, reading)),
        owner: text("owner", reading),
        suppressible: fields.get("suppressible").and_then(|node| read_yes_or_no(node, "`suppressible`", reading)),
        why: text("why", reading),
        until: fields.get("until").and_then(|node| read_date(node, reading)),
        span: item.span,
    };
    let says_something = CHANGES.iter().any(|key| fields.get(key).is_some());
    if !says_something && reading.mistakes.len() == mistakes_before {
        reading.wrong(
            item.span,
            "this override changes nothing",
            "add a `level`, an `instead`, an `owner` or `suppressible`",
        );
    }
    let mut seen = FxHashSet::default();
    for name in reading.list(rule, "`rule`") {
        let Some(written) = reading.text(name, "`rule`") else { continue };
        if !seen.insert(written.text.clone()) {
            reading.wrong(
                written.span,
                format!("`{}` stands here a second time", written.text),
                "remove one of the two",
            );
            continue;
        }
        *named += 1;
        if *named > MOST {
            return;
        }
        let changed = Arc::new(Override { span: written.span, ..changed.clone() });
        let whole = written.text.strip_suffix("/*");
        let is_meant = |rule: &Rule| match whole {
            Some(source) => rule.id.split_once('/').is_some_and(|(own, _)| own == source),
            None => *rule.id == *written.text,
        };
        let mut found = false;
        for rule in rules.iter_mut().filter(|rule| is_meant(rule)) {
            found = true;
            let forbidden = changed.instead.as_ref().filter(|to| rule.judge.forbids_name(&to.text));
            if let Some(to) = forbidden {
                let message = format!("the successor `{}` is forbidden by `{}`", to.text, rule.id);
                reading.wrong(to.span, message, "name another successor");
            }
            if rule.source == 0 {
                let help = "change the rule itself: it stands in this file";
                reading.wrong(written.span, format!("`{}` was not pulled in", written.text), help);
            } else {
                rule.overrides.push(Arc::clone(&changed));
            }
        }
        let source = written.text.split_once('/').map(|(source, _)| source);
        let has_source = |rule: &Rule| rule.id.split_once('/').map(|(own, _)| own) == source;
        let is_told = || unsure && source.is_some() && !rules.iter().any(has_source);
        if !found && !is_told() {
            let pulled = rules.iter().filter(|rule| rule.source > 0).map(|rule| &*rule.id);
            let by_end = pulled.clone().find(|id| id.rsplit('/').next() == Some(written.text.as_str()));
            let help = match by_end.or_else(|| nearest(&written.text, pulled)) {
                Some(near) => format!("write `{}`", reading.corrected(written.span, near)),
                None => "`policy rules` lists all; `source/*` means every rule of a source".to_owned(),
            };
            reading.wrong(written.span, format!("there is no rule `{}`", written.text), help);
        }
    }
}
