//! Text to policy, with every mistake in one go. Pure: the caller has read the file, says which version of the tool this
//! is, and hands out what the policy pulls in.

use super::extensions::{Extensions, Pulled};
pub use super::gather::too_long;
use super::gather::{Sheet, gather};
use super::root_keys;
use super::root_table::{EXTENDED, KEYS};
use super::rule_keys::{self, Source, read_globs};
use super::{Broken, Index, Policy, PolicySource, Rule, overrides};
use crate::document::fields::{Field, Fields, Reading};
use crate::document::yaml::{Node, Value};
use crate::project::libraries::Libraries;
use crate::repo_path::RepoPath;
use crate::span::Span;

const SMALLEST: &str = "version: 1\nrules:\n  http-client:\n    forbid: [requests]";

/// Compiles a policy.
///
/// # Errors
/// Every file with all its mistakes, which may be none; the root's file comes first. A policy with any mistake judges
/// nothing.
pub fn load(
    path: RepoPath,
    text: &str,
    tool_version: &str,
    extensions: &dyn Extensions,
) -> Result<Policy, Vec<Broken>> {
    let mut sheets = gather(PolicySource::new(path, text), extensions);
    let mut shared = Libraries::default();
    if let Some(root) = sheets.first_mut() {
        root.peek("libraries", |node, reading| root_keys::read_libraries(node, &mut shared, reading));
        root.peek("python", |node, reading| root_keys::read_environment(node, extensions, &mut shared, reading));
    }
    let mut rules = Vec::new();
    let extends = sheets.len() > 1;
    let policy = sheets.first_mut().and_then(|root| {
        let path = root.source.path.clone();
        root.read(|tree, reading| read_root(tree, &path, (tool_version, extends), &shared, &mut rules, reading))
    });
    for (index, sheet) in sheets.iter_mut().enumerate().skip(1) {
        let id = sheet.id.clone();
        let source = Source { index, prefix: id.as_deref() };
        // What a pulled-in file knows of libraries holds for its own rules: it could make another's list longer.
        let mut libraries = shared.clone();
        sheet.peek("libraries", |node, reading| root_keys::read_libraries(node, &mut libraries, reading));
        rules.extend(sheet.read(|tree, reading| read_extended(tree, source, &libraries, reading)));
    }
    for (index, sheet) in sheets.iter_mut().enumerate() {
        let own = rules.iter().filter(|rule| rule.source == index);
        sheet.read(|_, reading| own.for_each(|rule| check_successors(rule, reading)));
    }
    if let Some(root) = sheets.first_mut() {
        root.peek("overrides", |node, reading| overrides::apply(node, &mut rules, reading));
    }
    let pulled = sheets.iter().filter_map(pulled).collect();
    let source = sheets.first().map(|sheet| sheet.source.clone());
    let broken: Vec<Broken> = sheets.into_iter().map(Sheet::broken).collect();
    match (policy, source) {
        (Some(policy), Some(source)) if broken.iter().all(|broken| broken.mistakes.is_empty()) => {
            let index = Index::new(&rules);
            Ok(Policy { source, pulled, rules, index, libraries: shared, ..policy })
        }
        _ => Err(broken),
    }
}

fn pulled(sheet: &Sheet) -> Option<Pulled> {
    let (asked_by, asked) = sheet.asked?;
    Some(Pulled { source: sheet.source.clone(), id: sheet.id.clone()?, asked_by, asked })
}

/// The top of a document as a map of these keys, and whether a key was not understood.
fn top<'n>(
    tree: Option<&'n Node>,
    fields: &[Field],
    reading: &mut Reading<'_>,
) -> Option<(Fields<'n>, &'n Node, bool)> {
    let Some(tree) = tree else {
        if reading.mistakes.is_empty() {
            reading.wrong(Span::default(), "the policy is empty", format!("write, for example:\n{SMALLEST}"));
        }
        return None;
    };
    if !matches!(tree.value, Value::Map(_)) {
        let help = format!("write, for example:\n{SMALLEST}");
        reading.wrong(tree.span, format!("a policy is a map, not {}", tree.kind()), help);
        return None;
    }
    let mistakes_before = reading.mistakes.len();
    let fields = reading.map(tree, "a policy", fields);
    root_keys::check_version(fields.get("version"), tree, reading);
    Some((fields, tree, reading.mistakes.len() > mistakes_before))
}

/// Everything of the root's policy but what it shares with others.
fn read_root(
    tree: Option<&Node>,
    path: &RepoPath,
    (tool_version, extends): (&str, bool),
    libraries: &Libraries,
    rules: &mut Vec<Rule>,
    reading: &mut Reading<'_>,
) -> Option<Policy> {
    let (fields, tree, unsure) = top(tree, &KEYS, reading)?;
    let requires = fields.get("requires").and_then(|node| root_keys::check_requires(node, tool_version, reading));
    let python = root_keys::read_python(fields.get("python"), reading);
    let exclude = fields.get("exclude").map(|node| read_globs(node, "`exclude`", reading)).unwrap_or_default();
    let unanalysed = fields.get("unanalysed").map(|node| root_keys::read_unanalysed(node, reading));
    let baseline = fields.get("baseline").and_then(|node| root_keys::read_baseline(node, path, reading));
    let builtin_levels = fields.get("policy").map(|node| root_keys::read_builtin_levels(node, reading));
    let has_rules = extends || fields.get("extends").is_some();
    read_rules(&fields, tree, unsure || has_rules, Source { index: 0, prefix: None }, libraries, rules, reading);
    Some(Policy {
        exclude,
        unanalysed: unanalysed.unwrap_or_default(),
        python,
        requires,
        baseline,
        builtin_levels: builtin_levels.unwrap_or_default(),
        ..Policy::default()
    })
}

/// A pulled-in policy: it adds rules and nothing else, so that no file but the root's can loosen anything.
fn read_extended(
    tree: Option<&Node>,
    source: Source<'_>,
    libraries: &Libraries,
    reading: &mut Reading<'_>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Some((fields, tree, unsure)) = top(tree, &KEYS, reading) {
        for field in KEYS.iter().filter(|field| !EXTENDED.contains(&field.name)) {
            if let Some((key, _)) = fields.entry(field.name) {
                let message = format!("`{}` may stand in the root's policy only", key.text);
                let help = format!("an extended policy holds {}", EXTENDED.map(|key| format!("`{key}`")).join(", "));
                reading.wrong(key.span, message, help);
            }
        }
        let unsure = unsure || fields.get("extends").is_some();
        read_rules(&fields, tree, unsure, source, libraries, &mut rules, reading);
    }
    rules
}

/// `rules`; without them a mistake, unless there are others or nobody can be sure.
fn read_rules(
    fields: &Fields<'_>,
    tree: &Node,
    may_lack: bool,
    source: Source<'_>,
    libraries: &Libraries,
    rules: &mut Vec<Rule>,
    reading: &mut Reading<'_>,
) {
    let help = || format!("write, for example:\n{SMALLEST}");
    match fields.get("rules") {
        Some(node) if node.value == Value::Null || matches!(&node.value, Value::Map(rules) if rules.is_empty()) => {
            reading.wrong(node.span, "a policy without any rule decides nothing", help());
        }
        Some(node) => rules.extend(rule_keys::read(node, source, libraries, reading)),
        None if may_lack => {}
        None => {
            let start = tree.span.start as usize;
            reading.wrong(Span::new(start, start + 1), "a policy without any rule decides nothing", help());
        }
    }
}

/// A rule that forbids its own successor can never be satisfied.
fn check_successors(rule: &Rule, reading: &mut Reading<'_>) {
    let own = rule.instead.as_ref().map(|instead| (instead.text.as_str(), instead.span));
    for (successor, span) in rule.judge.successors().into_iter().chain(own) {
        if rule.judge.forbids_name(successor) {
            let help = "name another successor, or make the entry exact: `=name` does not cover what lies beneath";
            reading.wrong(span, format!("the successor `{successor}` is forbidden by this very rule"), help);
        }
    }
}
