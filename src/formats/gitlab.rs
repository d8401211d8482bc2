//! `gitlab`: a Code Quality report (GitLab Docs, "Code Quality report format"), an array of objects. Knows GitLab's
//! severities, and that GitLab keeps one object of each fingerprint only.
//!
//! Paths are relative to the top of the work tree, without `./`. GitLab shows lines and no columns; columns are told in
//! code points, from 1, as the end is: its format names no unit.

use super::{Format, Telling, escape, place, safe_json};
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;
use crate::level::Level;
use crate::problem::Problem;
use crate::text::Position;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::io::{self, Write};

/// A Code Quality report.
pub(super) struct Gitlab;

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    /// Where no column says more.
    Lines {
        begin: u32,
    },
    Positions {
        begin: LineColumn,
        end: LineColumn,
    },
}

#[derive(Serialize)]
struct LineColumn {
    line: u32,
    column: u32,
}

impl Format for Gitlab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn about(&self) -> &'static str {
        "a Code Quality report for GitLab merge requests"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = telling.report;
        let mut seen = Seen::default();
        let mut separator = "\n";
        write!(out, "[")?;
        let problems = report.problems.iter().map(|problem| of_problem(telling, problem, &mut seen));
        for entry in problems {
            write!(out, "{separator}  ")?;
            safe_json::to_writer(out, &entry)?;
            separator = ",\n";
        }
        for finding in &report.findings {
            write!(out, "{separator}  ")?;
            safe_json::to_writer(out, &of_finding(telling, finding, &mut seen))?;
            separator = ",\n";
        }
        writeln!(out, "{}]", if separator == "\n" { "" } else { "\n" })
    }
}

fn of_finding<'f>(telling: &Telling<'_>, finding: &'f Finding, seen: &mut Seen) -> Entry<'f> {
    let path = telling.paths.top(&finding.path);
    // As everywhere, but with the whole path: reports of several roots in one repository are put together.
    let own = Fingerprint::new(&finding.rule, path.as_bytes(), &finding.scope, &finding.name, finding.ordinal);
    Entry {
        // GitLab does not show the name of a check.
        description: escape::line(&format!("{}: {}", finding.rule, finding.message)).into_owned(),
        check_name: &finding.rule,
        fingerprint: unique(own, seen),
        severity: match finding.level {
            Level::Error => "major",
            Level::Warn => "minor",
            Level::Note | Level::None => "info",
        },
        location: Location { path: escape::line(&path).into_owned(), place: Place::of(finding.start, finding.end) },
    }
}

fn of_problem(telling: &Telling<'_>, problem: &Problem, seen: &mut Seen) -> Entry<'static> {
    let path = place::of_problem(telling, problem);
    let kind = problem.kind.as_str();
    let own = Fingerprint::new("policy/problem", path.as_bytes(), kind, &problem.message, 0);
    let fingerprint = unique(own, seen);
    let text = place::sentences(&problem.message, &problem.help);
    let place = problem.place.map_or(Place::Lines { begin: 1 }, |(start, end)| Place::of(start, end));
    Entry {
        description: format!("not complete ({kind}): {text}"),
        check_name: "policy/problem",
        fingerprint,
        severity: "blocker",
        location: Location { path, place },
    }
}

/// How often each fingerprint was met.
type Seen = FxHashMap<Fingerprint, usize>;

/// A fingerprint that no entry in front has: of equal ones, the second and later ones are salted with their number.
fn unique(own: Fingerprint, seen: &mut Seen) -> String {
    let mut free = own;
    while let Some(times) = seen.get_mut(&free) {
        *times += 1;
        free = Fingerprint::new("policy/again", free.to_string().as_bytes(), "", "", *times);
    }
    seen.insert(free, 0);
    free.to_string()
}

impl Place {
    fn of(start: Position, end: Position) -> Self {
        if place::is_whole_file(start, end) {
            return Place::Lines { begin: 1 };
        }
        let at = |position: Position| LineColumn { line: position.line, column: position.column };
        Place::Positions { begin: at(start), end: at(end) }
    }
}
