//! `sarif` and `sarif-full`: SARIF 2.1.0 (OASIS, errata 01). `sarif` keeps to what GitHub takes ("SARIF support for code
//! scanning"): findings that nothing suppresses, at most as many as an upload may hold. `sarif-full` holds everything, for other
//! viewers. Knows both forms and the limits; the parts are made beside it.
//!
//! `primaryLocationLineHash` is left to GitHub's own uploader, which computes it from the file; any other value under that
//! key would be warned of for each result. Our key lies beside it.

mod notes;
mod results;
mod rules;
mod shapes;
mod uri;
mod words;

use super::{Format, Telling, safe_json};
use crate::finding::Finding;
use crate::level::Level;
use crate::page::Page;
use crate::report::Report;
use rustc_hash::{FxHashMap, FxHashSet};
use shapes::{Driver, Invocation, Log, Notification, Reported, Run, Tool};
use std::io::{self, Write};

/// The official schema of the version.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub refuses files with more results in a run, and with more rules.
const MOST: usize = 25_000;

/// At most so many problems are told in the form for upload; the last place says how many more there are.
const MOST_PROBLEMS: usize = 1_000;

/// The form for upload.
pub(super) struct Sarif;

/// The whole report.
pub(super) struct SarifFull;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0 for upload to GitHub: what nothing suppresses, at most 25,000 findings"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn left_out(&self, report: &Report) -> usize {
        report.findings.len().saturating_sub(MOST)
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        write(telling, false, out)
    }
}

impl Format for SarifFull {
    fn name(&self) -> &'static str {
        "sarif-full"
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0 with suppressed findings and all uses, for other viewers"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        write(telling, true, out)
    }
}

fn write(telling: &Telling<'_>, is_full: bool, out: &mut dyn Write) -> io::Result<()> {
    let report = telling.report;
    let told: Vec<&Finding> = if is_full { report.findings.iter().collect() } else { chosen(&report.findings) };
    let hidden: &[Finding] = if is_full { &report.suppressed } else { &[] };
    let pages = pages(telling, told.iter().copied().chain(hidden), is_full);
    let indexes: FxHashMap<&str, usize> = pages.iter().enumerate().map(|(at, page)| (page.id.as_str(), at)).collect();
    let index = |finding: &Finding| indexes.get(&*finding.rule).copied().unwrap_or_default();
    let results = told.iter().map(|own| results::reported(own, index(own), telling, is_full));
    let suppressed = hidden.iter().map(|own| results::suppressed(own, index(own), telling));
    let mut results: Vec<Reported<'_>> = results.chain(suppressed).collect();
    part_keys(&mut results);
    let left_out = report.findings.len() - told.len();
    let invocation = invocation(telling, left_out, is_full);
    let has_notes =
        !invocation.tool_configuration_notifications.is_empty() || !invocation.tool_execution_notifications.is_empty();
    let driver = Driver {
        name: "policy",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: pages.iter().map(rules::descriptor).collect(),
        notifications: if has_notes { notes::kinds() } else { Vec::new() },
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation],
        column_kind: "unicodeCodePoints",
        newline_sequences: ["\r\n", "\n", "\r"],
        results,
    };
    safe_json::to_writer_pretty(out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    writeln!(out)
}

/// As many findings as an upload may hold, the highest levels first, in their usual order.
fn chosen(findings: &[Finding]) -> Vec<&Finding> {
    if findings.len() <= MOST {
        return findings.iter().collect();
    }
    let mut room = MOST;
    let mut kept = vec![false; findings.len()];
    for level in [Level::Error, Level::Warn, Level::Note] {
        let of_level = findings.iter().zip(&mut kept).filter(|(finding, _)| finding.level == level);
        for (_, keep) in of_level.take(room) {
            *keep = true;
            room -= 1;
        }
    }
    findings.iter().zip(kept).filter(|(_, keep)| *keep).map(|(finding, _)| finding).collect()
}

/// The pages of all rules, in the order of the policy; of those with findings alone, where there are more than an upload may
/// hold. A rule without a page gets one that says so.
fn pages<'f>(telling: &Telling<'_>, findings: impl Iterator<Item = &'f Finding>, is_full: bool) -> Vec<Page> {
    let mut pages = (telling.pages)();
    let known: FxHashSet<String> = pages.iter().map(|page| page.id.clone()).collect();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    for finding in findings {
        if seen.insert(&finding.rule) && !known.contains(&*finding.rule) {
            let about = "the policy says nothing else of this rule".to_owned();
            pages.push(Page { id: finding.rule.to_string(), about, level: Some(finding.level), ..Page::default() });
        }
    }
    if !is_full && pages.len() > MOST {
        pages.retain(|page| seen.contains(page.id.as_str()));
    }
    pages
}

/// Gives each result a key of its own. Suppressed findings are counted by themselves, so that one may have the key of another:
/// further ones get a number.
fn part_keys(results: &mut [Reported<'_>]) {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    for result in results {
        let key = &mut result.partial_fingerprints.key;
        let count = seen.entry(key.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            *key = format!("{key}-{count}");
        }
    }
}

fn invocation(telling: &Telling<'_>, left_out: usize, is_full: bool) -> Invocation {
    let report = telling.report;
    let room = if is_full { usize::MAX } else { MOST_PROBLEMS };
    let mut configuration: Vec<Notification> = Vec::new();
    let mut execution: Vec<Notification> = Vec::new();
    for problem in report.problems.iter().take(room) {
        let list = if notes::is_configuration(problem) { &mut configuration } else { &mut execution };
        list.push(notes::of_problem(problem, false, telling));
    }
    if let Some(more) = report.problems.len().checked_sub(room).filter(|more| *more > 0) {
        execution.push(notes::of_cut(&format!("{more} more problems are not told here")));
    }
    execution.extend(report.excused.iter().take(room).map(|problem| notes::of_problem(problem, true, telling)));
    execution.extend(report.asked.words().iter().map(|words| notes::of_asked(words)));
    if left_out > 0 {
        let all = report.findings.len();
        let words =
            format!("{left_out} of {all} findings are left out, those of the lowest levels: an upload holds no more");
        execution.push(notes::of_cut(&words));
    }
    Invocation {
        execution_successful: report.complete,
        tool_configuration_notifications: configuration,
        tool_execution_notifications: execution,
    }
}
