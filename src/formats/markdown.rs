//! `markdown`: the summary of a job (GitHub Docs, "Adding a job summary"): the verdict, problems, totals by rule, findings,
//! what to do next. Knows GitHub's limit on summaries; paths are relative to the top of the work tree.
//!
//! Nothing in it is a link, a picture or a tag, whatever the names and messages hold.

use super::{Format, Telling, markup, place, summary};
use crate::finding::Finding;
use crate::level::Level;
use crate::report::{Counts, Report};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// A summary for a page.
pub(super) struct Markdown;

/// At most so many bytes. GitHub drops the whole summary of a step that is longer than 1,048,576 bytes, and a step may
/// write more than this report.
const BUDGET: usize = 512 * 1024;
/// Kept for what stands behind a table: the line that says what was cut, and the next step.
const RESERVE: usize = 4 * 1024;
/// A cell shows at most so many characters of one text.
const CELL: usize = 400;
/// So many owners of a rule's findings are named.
const OWNERS: usize = 3;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "a page for GITHUB_STEP_SUMMARY, at most 512 KiB"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        true
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(page(telling).as_bytes())
    }
}

fn page(telling: &Telling<'_>) -> String {
    let report = telling.report;
    let mut counts = Counts::default();
    for finding in &report.findings {
        counts.add(finding.level);
    }
    let mut page = format!("## policy: {}\n\n", verdict(report, counts, telling.style.fail_level));
    let mut lines = vec![summary::checked(report)];
    lines.extend(summary::remarks(report));
    lines.extend(expected(report));
    for line in lines {
        let _ = writeln!(page, "- {}", cell(&line));
    }
    // Each table may take what the ones in front left, and leaves room for those behind.
    problems(telling, &mut page, BUDGET / 4);
    rules(report, &mut page, BUDGET / 2);
    findings(telling, &mut page, BUDGET - RESERVE);
    if !report.complete {
        let what = "Something may be hidden where the problems are, so this run counts as failed.";
        let _ = write!(page, "\n**Next:** mend the problems. {what}\n");
    } else if let Some(next) = summary::next_step(&report.findings, counts) {
        let _ = write!(page, "\n**Next:** {}\n", cell(&next));
    }
    page
}

/// `failed with 1 error, new since 0123456789`, `passed with no findings`, `not complete, 1 problem; no findings`.
fn verdict(report: &Report, counts: Counts, fail_level: Level) -> String {
    let mut found = summary::found(counts);
    if let Some(base) = report.verdict.as_ref().and_then(|verdict| verdict.base.as_deref())
        && counts.total() > 0
    {
        let _ = write!(found, ", new since {}", markup::code(summary::short(base)));
    }
    if !report.complete {
        let problems = summary::count(report.problems.len(), "problem");
        return format!("not complete, {problems}; {found}");
    }
    let verdict = if counts.reaches(fail_level) || report.also_fails.is_some() { "failed" } else { "passed" };
    format!("{verdict} with {found}")
}

/// Problems that the policy expects are counted, and none of the run's.
fn expected(report: &Report) -> Option<String> {
    let count = report.excused.len();
    (count > 0)
        .then(|| format!("not judged, as the policy expects (`unanalysed`): {}", summary::count(count, "problem")))
}

/// Writes rows behind a head while the page stays below `end`; says how many were left out.
fn table(page: &mut String, (title, head): (&str, &str), end: usize, count: usize, rows: impl Iterator<Item = String>) {
    if count == 0 {
        return;
    }
    let columns = head.matches('|').count() - 1;
    let _ = write!(page, "\n### {title}\n\n{head}\n|{}\n", " --- |".repeat(columns));
    let mut shown = 0;
    for row in rows {
        if page.len() + row.len() + 1 > end {
            break;
        }
        page.push_str(&row);
        page.push('\n');
        shown += 1;
    }
    if shown < count {
        let more = count - shown;
        let what = title.to_lowercase();
        let _ = write!(
            page,
            "\n{more} of {count} {what} are cut here: this page keeps below 512 KiB. `--report json=FILE` holds all.\n"
        );
    }
}

fn problems(telling: &Telling<'_>, page: &mut String, end: usize) {
    let problems = &telling.report.problems;
    let rows = problems.iter().map(|problem| {
        let path = place::of_problem(telling, problem);
        let place = problem.place.map_or(path.clone(), |(start, _)| format!("{path}:{}", start.line));
        format!("| {} | {} | {} |", code(&place), cell(&problem.message), cell(&problem.help))
    });
    table(page, ("Problems", "| place | what could not be judged | what to do |"), end, problems.len(), rows);
}

/// What is said of one rule.
#[derive(Default)]
struct OfRule<'r> {
    counts: Counts,
    owners: BTreeSet<&'r str>,
    /// Findings in files whose owners are not known.
    unknown: bool,
}

fn rules(report: &Report, page: &mut String, end: usize) {
    let mut rules: BTreeMap<&str, OfRule<'_>> = BTreeMap::new();
    for finding in &report.findings {
        let own = rules.entry(&finding.rule).or_default();
        own.counts.add(finding.level);
        match finding.owners.as_deref() {
            Some([]) => drop(own.owners.insert("nobody")),
            Some(owners) => own.owners.extend(owners.iter().map(|owner| &**owner)),
            None => own.unknown = true,
        }
    }
    let mut rules: Vec<(&str, OfRule<'_>)> = rules.into_iter().collect();
    let weight = |own: &OfRule<'_>| (own.counts.error, own.counts.warn, own.counts.note);
    rules.sort_by_key(|(_, own)| Reverse(weight(own)));
    let is_owned = rules.iter().any(|(_, own)| !own.owners.is_empty());
    let head =
        if is_owned { "| rule | errors | warnings | notes | owners |" } else { "| rule | errors | warnings | notes |" };
    let count = rules.len();
    let rows = rules.into_iter().map(|(rule, own)| {
        let Counts { error, warn, note } = own.counts;
        let owners = if is_owned { format!(" {} |", owners(&own)) } else { String::new() };
        format!("| {} | {error} | {warn} | {note} |{owners}", code(rule))
    });
    table(page, ("Rules", head), end, count, rows);
}

fn owners(own: &OfRule<'_>) -> String {
    let mut names: Vec<String> = own.owners.iter().take(OWNERS).map(|name| cell(name)).collect();
    if own.owners.len() > OWNERS {
        names.push(format!("{} more", own.owners.len() - OWNERS));
    }
    if own.unknown {
        names.push("unknown".to_owned());
    }
    names.join(", ")
}

fn findings(telling: &Telling<'_>, page: &mut String, end: usize) {
    let mut findings: Vec<&Finding> = telling.report.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse(finding.level));
    let rows = findings.iter().map(|finding| {
        let path = telling.paths.top(&finding.path);
        let is_whole = place::is_whole_file(finding.start, finding.end);
        let mut place = code(&if is_whole { path } else { format!("{path}:{}", finding.start.line) });
        if let Some(within) = finding.within {
            let _ = write!(place, " ({} {}, line {})", within.kind, within.index, within.line);
        }
        format!("| {place} | {} | {} | {} |", finding.level, code(&finding.rule), cell(&finding.message))
    });
    table(page, ("Findings", "| place | level | rule | what |"), end, findings.len(), rows);
}

/// Text in a cell, cut where it is very long.
fn cell(text: &str) -> String {
    markup::cell(&cut(text, false))
}

/// Code in a cell. A path is cut at its front: the file name says most.
fn code(text: &str) -> String {
    markup::code(&cut(text, true))
}

fn cut(text: &str, keep_end: bool) -> String {
    if text.len() <= CELL {
        return text.to_owned();
    }
    let count = text.chars().count();
    if count <= CELL {
        text.to_owned()
    } else if keep_end {
        std::iter::once('…').chain(text.chars().skip(count - CELL)).collect()
    } else {
        text.chars().take(CELL).chain(std::iter::once('…')).collect()
    }
}
