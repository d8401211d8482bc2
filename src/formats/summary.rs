//! What a run came to, for people: totals by rule and folder, completeness, and the next step. Told on standard error
//! beside formats that have no place for it.

use super::{GroupBy, Telling, escape};
use crate::finding::Finding;
use crate::report::{Counts, Report, Scope, Summary};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

/// At most so many lines in each table.
const ROWS: usize = 8;

/// Writes totals, completeness and the next step.
///
/// # Errors
/// When the writer refuses.
pub fn write(telling: &Telling<'_>, elapsed: Duration, out: &mut dyn Write) -> io::Result<()> {
    let report = telling.report;
    let counts = report.summary.findings;
    let findings = &report.findings;
    if findings.len() > 1 {
        if let Some(by) = telling.style.group_by {
            let title = GroupBy::ALL.iter().find(|(_, own)| *own == by).map_or("", |(name, _)| name);
            table(out, &format!("by {title}"), &tally(findings, |finding| by.group(finding)))?;
        } else {
            table(out, "by rule", &tally(findings, |finding| finding.rule.to_string()))?;
            table(out, "by folder", &tally(findings, folder))?;
        }
    }
    for problem in report.excused.iter().take(ROWS) {
        let path = problem.path.as_ref().map(|path| telling.paths.working(path)).unwrap_or_default();
        writeln!(out, "expected: {}: {} (`unanalysed`)", escape::line(&path), escape::line(&problem.message))?;
    }
    let seconds = elapsed.as_secs_f64();
    writeln!(out, "{}; {} in {seconds:.2} s", found(counts), checked(report))?;
    for line in remarks(report) {
        writeln!(out, "{}", escape::line(&line))?;
    }
    if !report.complete {
        let problems = count(report.problems.len(), "problem");
        writeln!(out, "not complete: {problems}; something may be hidden there, so this run counts as failed")?;
    } else if let Some(next) = next_step(findings, counts) {
        writeln!(out, "next: {next}")?;
    }
    Ok(())
}

/// `2 of 3 files checked`, and which part of the tree that was.
#[must_use]
pub(super) fn checked(report: &Report) -> String {
    let asked = report.summary.named.unwrap_or(report.summary.files);
    let files = match (asked, report.summary.analysed) {
        (files, analysed) if files == analysed && files > 0 => count(files, "file"),
        (files, analysed) => format!("{analysed} of {}", count(files, "file")),
    };
    let base = report.verdict.as_ref().and_then(|verdict| verdict.base.as_deref());
    let part = match (base, report.scope) {
        (Some(base), _) => format!(" (what changed since {})", short(base)),
        (None, Scope::Partial) => " (part of the tree)".to_owned(),
        (None, Scope::Full) => String::new(),
    };
    format!("{files} checked{part}")
}

/// What was found and is not told (suppressed, permitted by the baseline, or there before), which policy judged, and what
/// the baseline no longer needs. A line each.
#[must_use]
pub(super) fn remarks(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let mut parts = Vec::new();
    let Summary { suppressed, baselined, .. } = report.summary;
    if suppressed > 0 {
        parts.push(format!("{suppressed} suppressed by comments"));
    }
    if let Some(ratchet) = &report.ratchet
        && baselined > 0
    {
        parts.push(format!("{baselined} permitted by {}", ratchet.path));
    }
    if let Some(verdict) = report.verdict.as_ref().filter(|verdict| verdict.known > 0) {
        parts.push(format!("{} there before", verdict.known));
    }
    if !parts.is_empty() {
        lines.push(format!("not told: {}", parts.join(", ")));
    }
    lines.extend(report.asked.words());
    if let Some(why) = report.also_fails {
        lines.push(format!("fails: {why}"));
    }
    if let Some(verdict) = &report.verdict {
        if let Some(why) = verdict.cut {
            lines.push(format!("files that did not change were not looked at, although {why}: `--since` does that"));
        }
        if verdict.introduced {
            lines.push("the policy is introduced by this change: the commit that would decide has none".to_owned());
        } else if let Some(commit) = &verdict.policy_ref {
            lines.push(format!("judged by the policy of {}", short(commit)));
        }
    }
    if let Some(ratchet) = report.ratchet.as_ref().filter(|ratchet| !ratchet.stale.is_empty()) {
        let entries = match ratchet.stale.len() {
            1 => "1 entry of the baseline no longer occurs".to_owned(),
            stale => format!("{stale} entries of the baseline no longer occur"),
        };
        lines.push(format!("good news: {entries}; `policy baseline --tighten` removes what is done"));
    }
    lines
}

/// A commit as people write it.
pub(super) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// `3 errors, 1 warning`, or `no findings`.
#[must_use]
pub fn found(counts: Counts) -> String {
    let parts = [(counts.error, "error"), (counts.warn, "warning"), (counts.note, "note")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(*n, word)).collect();
    if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") }
}

pub(super) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// The folder of a finding, at most two levels deep.
fn folder(finding: &Finding) -> String {
    let parent = finding.path.parent();
    let parts: Vec<String> = parent.segments().take(2).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    if parts.is_empty() { "./".to_owned() } else { format!("{}/", parts.join("/")) }
}

fn tally(findings: &[Finding], key: impl Fn(&Finding) -> String) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(key(finding)).or_insert(0) += 1;
    }
    let mut rows: Vec<(String, usize)> = counts.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    rows
}

fn table(out: &mut dyn Write, title: &str, rows: &[(String, usize)]) -> io::Result<()> {
    writeln!(out, "{title}:")?;
    for (name, number) in rows.iter().take(ROWS) {
        writeln!(out, "{number:>7}  {}", escape::line(name))?;
    }
    if rows.len() > ROWS {
        writeln!(out, "         … and {} more", rows.len() - ROWS)?;
    }
    Ok(())
}

/// What to do next.
#[must_use]
pub(super) fn next_step(findings: &[Finding], counts: Counts) -> Option<String> {
    // What makes the run fail comes first.
    let worst =
        findings.iter().filter(|finding| !finding.rule.starts_with("policy/")).map(|finding| finding.level).max()?;
    let worst: Vec<Finding> = findings.iter().filter(|finding| finding.level == worst).cloned().collect();
    let most = tally(&worst, |finding| finding.rule.to_string());
    let (rule, _) = most.iter().find(|(rule, _)| !rule.starts_with("policy/"))?;
    (counts.total() > 0).then(|| format!("`policy explain {rule}` tells why, and what to use instead"))
}
