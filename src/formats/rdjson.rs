//! `rdjson` and `rdjsonl`: the Reviewdog Diagnostic Format (`reviewdog.proto`), as one object or as one object a line.
//! Knows its severities, its ranges and its unit of columns; nothing else of reviewdog.
//!
//! Paths are relative to the top of the work tree. Lines and columns count from 1, ends are exclusive, columns are bytes of
//! UTF-8 (`reviewdog.proto`, message `Position`); a file in another encoding has lines only. Reviewdog puts messages into
//! comments as Markdown, so they are made safe for that.

use super::columns::Columns;
use super::{Format, Telling, escape, markup, place, safe_json};
use crate::finding::Finding;
use crate::level::Level;
use crate::problem::Problem;
use crate::repo_path::RepoPath;
use crate::text::Position;
use serde::Serialize;
use std::io::{self, Write};

/// One object.
pub(super) struct Rdjson;

/// One object a line.
pub(super) struct Rdjsonl;

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Place>,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: std::borrow::Cow<'a, str>,
}

const SOURCE: &str = "policy";

impl Format for Rdjson {
    fn name(&self) -> &'static str {
        "rdjson"
    }

    fn about(&self) -> &'static str {
        "one JSON object for reviewdog"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = telling.report;
        let worst = report.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::None);
        let worst = if report.problems.is_empty() { worst } else { Level::Error };
        write!(out, "{{\"source\":{{\"name\":\"{SOURCE}\"}},\"severity\":\"{}\",\"diagnostics\":[", severity(worst))?;
        let mut separator = "\n";
        each(telling, None, &mut |diagnostic| {
            write!(out, "{separator}")?;
            separator = ",\n";
            safe_json::to_writer(out, &diagnostic)
        })?;
        writeln!(out, "{}]}}", if separator == "\n" { "" } else { "\n" })
    }
}

impl Format for Rdjsonl {
    fn name(&self) -> &'static str {
        "rdjsonl"
    }

    fn about(&self) -> &'static str {
        "one JSON object a line for reviewdog"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        each(telling, Some(SOURCE), &mut |diagnostic| {
            safe_json::to_writer(out, &diagnostic)?;
            writeln!(out)
        })
    }
}

/// Gives every problem, then every finding, to `write`.
fn each(
    telling: &Telling<'_>,
    source: Option<&'static str>,
    write: &mut dyn FnMut(Diagnostic<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut columns = Columns::new(telling.sources);
    let source = || source.map(|name| Source { name });
    for problem in &telling.report.problems {
        write(of_problem(telling, problem, source(), &mut columns))?;
    }
    for finding in &telling.report.findings {
        write(of_finding(telling, finding, source(), &mut columns))?;
    }
    Ok(())
}

fn of_finding<'f>(
    telling: &Telling<'_>,
    finding: &'f Finding,
    source: Option<Source>,
    columns: &mut Columns<'_>,
) -> Diagnostic<'f> {
    let path = telling.paths.top(&finding.path);
    Diagnostic {
        message: message(&finding.message, &finding.help),
        location: Location {
            path: escape::line(&path).into_owned(),
            range: Some(range(&finding.path, finding.start, finding.end, columns)),
        },
        severity: severity(finding.level),
        source,
        code: Code { value: escape::line(&finding.rule) },
    }
}

fn of_problem(
    telling: &Telling<'_>,
    problem: &Problem,
    source: Option<Source>,
    columns: &mut Columns<'_>,
) -> Diagnostic<'static> {
    let range = match (&problem.path, problem.place) {
        (Some(path), Some((start, end))) => Some(range(path, start, end, columns)),
        _ => None,
    };
    Diagnostic {
        message: format!("not complete: {}", message(&problem.message, &problem.help)),
        location: Location { path: place::of_problem(telling, problem), range },
        severity: severity(Level::Error),
        source,
        code: Code { value: format!("policy/problem/{}", problem.kind.as_str()).into() },
    }
}

/// What is wrong and the lines of the help, as Markdown.
fn message(message: &str, help: &str) -> String {
    let mut text = markup::text(message);
    for line in help.lines().filter(|line| !line.trim().is_empty()) {
        text.push('\n');
        text.push_str(&markup::text(line));
    }
    text
}

fn range(path: &RepoPath, start: Position, end: Position, columns: &mut Columns<'_>) -> Range {
    let lines = |end: Option<u32>| Range {
        start: Place { line: start.line, column: None },
        end: end.map(|line| Place { line, column: None }),
    };
    if place::is_whole_file(start, end) {
        return lines(None);
    }
    match (columns.utf8(path, start), columns.utf8(path, end)) {
        (Some(first), Some(last)) => Range {
            start: Place { line: start.line, column: Some(first) },
            end: Some(Place { line: end.line, column: Some(last) }),
        },
        // Whole lines: such a range holds its last line.
        _ => lines(Some(end.line)),
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "ERROR",
        Level::Warn => "WARNING",
        Level::Note | Level::None => "INFO",
    }
}
