//! What `policy init` tells: what was seen, what was written, what that finds, and what to do then. Knows words only.

use super::Drafted;
use crate::finding::Finding;
use crate::formats::{escape, summary};
use crate::policy::builtin::UNREAD;
use crate::report::Report;
use crate::survey::draft::count;
use crate::survey::places::excluded;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Excluded folders, as far as they are told.
const MOST_EXCLUDED: usize = 5;

/// What was seen, what was written, and what it finds.
pub(super) fn account(drafted: &Drafted, what: &str) -> String {
    let survey = &drafted.looked.survey;
    let mut text = format!(
        "looked at {} and {}: {} imported, {} declared\n",
        count(survey.code().count(), "Python file", "Python files"),
        count(survey.manifests(), "manifest", "manifests"),
        count(drafted.looked.imported, "library", "libraries"),
        survey.declared().len(),
    );
    let problems = drafted.report.problems.len();
    if problems > 0 {
        let problems = count(problems, "problem", "problems");
        let told = if drafted.text.contains("\n# unanalysed:\n") {
            "the policy says where, and how to expect it"
        } else {
            "`policy check` says where"
        };
        let _ = writeln!(text, "{problems}: something cannot be read; {told}");
    }
    let rules = match drafted.own_rules {
        0 => "rules to uncomment, and packs".to_owned(),
        1 => "1 rule, and packs".to_owned(),
        rules => format!("{rules} rules, and packs"),
    };
    let _ = writeln!(text, "{what}: {rules}");
    let excluded = excluded(&drafted.looked.suggested);
    if !excluded.is_empty() {
        let files = count(excluded.iter().map(|(_, files)| files).sum(), "Python file", "Python files");
        let listed: Vec<&str> = excluded.iter().take(MOST_EXCLUDED).map(|(glob, _)| glob.as_str()).collect();
        let more = excluded.len() - listed.len();
        let more = if more > 0 { format!(" and {more} more folders") } else { String::new() };
        let _ = writeln!(text, "it excludes {files} as the code of others: {}{more}", escape::line(&listed.join(", ")));
    }
    for path in drafted.report.findings.iter().filter(|finding| &*finding.rule == UNREAD).map(|finding| &finding.path) {
        let path = escape::line(&path.to_string()).into_owned();
        let _ = writeln!(text, "`{path}` is another policy, which a run from here does not read: move its rules here");
    }
    text.push('\n');
    let findings = &drafted.report.findings;
    if findings.is_empty() {
        let why = match (problems, drafted.report.summary.files) {
            (0, 0) => ": there is nothing to check",
            (0, _) => "",
            _ => " in what can be read",
        };
        let _ = writeln!(text, "it finds nothing today{why}");
        return text;
    }
    text.push_str("it finds today:\n");
    for (rule, count) in by_rule(findings) {
        let _ = writeln!(text, "{count:>7}  {}", escape::line(&rule));
    }
    let _ = writeln!(text, "in all: {}", summary::found(drafted.report.summary.findings));
    text
}

/// Rules and how often each is broken, the worst first.
fn by_rule(findings: &[Finding]) -> Vec<(String, usize)> {
    const MOST: usize = 12;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(&finding.rule).or_default() += 1;
    }
    let mut all: Vec<(String, usize)> = counts.into_iter().map(|(rule, n)| (rule.to_owned(), n)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more: usize = all.iter().skip(MOST).map(|(_, n)| n).sum();
    if more > 0 {
        let rules = all.len() - MOST;
        all.truncate(MOST);
        all.push((format!("of {rules} more rules"), more));
    }
    all
}

/// What to do then. `root` is the folder to name for whoever stays above it.
pub(super) fn next(report: &Report, root: Option<&Path>) -> String {
    let check = match (report.complete, report.summary.files, report.summary.findings.total()) {
        (false, ..) => ("check", "exits with 2 until everything can be read, or is expected not to be"),
        (true, 0, _) => ("check --allow-empty", "passes; without the option, nothing to check is a mistake"),
        (true, _, 0) => ("check", "keeps it so"),
        _ => ("check", "shows each with its code"),
    };
    let baseline = match (report.complete, report.summary.findings.total()) {
        (_, 0) => None,
        (true, _) => Some(("baseline --create", "lets what is there stay, so that only what is new fails")),
        (false, _) => Some(("baseline --create", "lets what is there stay, once everything can be read")),
    };
    let doctor = Some(("doctor", "tells what is missing before it guards every change"));
    let shown = root.map(|root| escape::line(&root.display().to_string()).into_owned());
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '\\' | '.' | '_' | '-');
    let named = match &shown {
        Some(root) if root.chars().all(is_plain) => format!(" --root {root}"),
        Some(root) => format!(" --root \"{root}\""),
        None => String::new(),
    };
    let file = shown.map_or("policy.yaml".to_owned(), |root| format!("{root}/policy.yaml"));
    let mut text = format!("\nnext: read {file} and change what the team has not agreed on, then\n");
    let steps = [Some(check), baseline, doctor].into_iter().flatten();
    let steps: Vec<(String, &str)> =
        steps.map(|(command, what)| (format!("policy {command}{named}  "), what)).collect();
    let width = steps.iter().map(|(command, _)| command.chars().count()).max().unwrap_or_default().max(26);
    for (command, what) in steps {
        let _ = writeln!(text, "  {command:<width$}{what}");
    }
    text
}
