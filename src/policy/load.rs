//! Text to policy, with every mistake in one go. Pure: the caller has read the file and says which version of the tool
//! this is.

use super::root_keys::{self, KEYS};
use super::rule_keys::{self, read_globs};
use super::{Index, Policy, PolicySource};
use crate::document::fields::Reading;
use crate::document::mistake::{MOST, Mistake};
use crate::document::yaml::{self, MAX_BYTES, Value};
use crate::repo_path::RepoPath;
use crate::span::Span;

/// Compiles a policy.
///
/// # Errors
/// All mistakes, in the order of the text. A policy with any mistake judges nothing.
pub fn load(path: RepoPath, text: &str, tool_version: &str) -> Result<Policy, Vec<Mistake>> {
    let mut reading = Reading { text, mistakes: Vec::new(), untold: 0 };
    let policy = compile(path, tool_version, &mut reading);
    let mut mistakes = std::mem::take(&mut reading.mistakes);
    match policy {
        Some(policy) if mistakes.is_empty() => Ok(policy),
        _ => {
            mistakes.sort_by_key(|mistake| mistake.span);
            mistakes.dedup();
            let untold = reading.untold + mistakes.len().saturating_sub(MOST);
            mistakes.truncate(MOST);
            if untold > 0 {
                let last = mistakes.last().map(|mistake| mistake.span).unwrap_or_default();
                let message = format!("and {untold} more mistakes of this kind or another");
                mistakes.push(Mistake::new(last, message, "mend those above first; the others are told then"));
            }
            Err(mistakes)
        }
    }
}

/// The mistake of a file that is too long to be a policy.
#[must_use]
pub fn too_long(bytes: u64) -> Mistake {
    let message = format!("the policy has {bytes} bytes; more than {MAX_BYTES} are not read");
    Mistake::new(Span::default(), message, "this is probably not a policy; name another file with `--policy`")
}

fn compile(path: RepoPath, tool_version: &str, reading: &mut Reading<'_>) -> Option<Policy> {
    let text = reading.text;
    if text.len() > MAX_BYTES {
        reading.mistakes.push(too_long(text.len() as u64));
        return None;
    }
    let mut mistakes = Vec::new();
    let tree = yaml::parse(text, &mut mistakes);
    reading.mistakes.append(&mut mistakes);
    let empty = "version: 1\nrules:\n  http-client:\n    forbid: [requests]";
    let Some(tree) = tree else {
        if reading.mistakes.is_empty() {
            reading.wrong(Span::default(), "the policy is empty", format!("write, for example:\n{empty}"));
        }
        return None;
    };
    if !matches!(tree.value, Value::Map(_)) {
        let help = format!("write, for example:\n{empty}");
        reading.wrong(tree.span, format!("a policy is a map, not {}", tree.kind()), help);
        return None;
    }
    let mistakes_before = reading.mistakes.len();
    let fields = reading.map(&tree, "a policy", &KEYS);
    let unsure = reading.mistakes.len() > mistakes_before;
    root_keys::check_version(fields.get("version"), &tree, reading);
    if let Some(node) = fields.get("requires") {
        root_keys::check_requires(node, tool_version, reading);
    }
    let python = root_keys::read_python(fields.get("python"), reading);
    let exclude = fields.get("exclude").map(|node| read_globs(node, "`exclude`", reading)).unwrap_or_default();
    let unanalysed = fields.get("unanalysed").map(|node| root_keys::read_unanalysed(node, reading));
    let builtin_levels = fields.get("policy").map(|node| root_keys::read_builtin_levels(node, reading));
    let rules = match fields.get("rules") {
        Some(node) if node.value == Value::Null || matches!(&node.value, Value::Map(rules) if rules.is_empty()) => {
            reading.wrong(
                node.span,
                "a policy without any rule decides nothing",
                format!("write, for example:\n{empty}"),
            );
            Vec::new()
        }
        Some(node) => rule_keys::read(node, reading),
        None => {
            if !unsure {
                let start = tree.span.start as usize;
                let help = format!("write, for example:\n{empty}");
                reading.wrong(Span::new(start, start + 1), "a policy without any rule decides nothing", help);
            }
            Vec::new()
        }
    };
    check_successors(&rules, reading);
    let index = Index::new(&rules);
    Some(Policy {
        source: PolicySource::new(path, text),
        rules,
        exclude,
        unanalysed: unanalysed.unwrap_or_default(),
        python,
        builtin_levels: builtin_levels.unwrap_or_default(),
        index,
    })
}

/// A rule that forbids its own successor can never be satisfied.
fn check_successors(rules: &[super::Rule], reading: &mut Reading<'_>) {
    for rule in rules {
        let own = rule.instead.as_ref().map(|instead| (instead.text.as_str(), instead.span));
        for (successor, span) in rule.judge.successors().into_iter().chain(own) {
            if rule.judge.forbids_name(successor) {
                let help = "name another successor, or allow this one under `except`";
                reading.wrong(span, format!("the successor `{successor}` is forbidden by this very rule"), help);
            }
        }
    }
}
