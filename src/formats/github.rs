//! `github`: workflow commands that GitHub shows as annotations on a pull request (GitHub Docs, "Workflow commands for
//! GitHub Actions"). Knows what the runner reads, cuts and drops; paths are relative to the top of the work tree, where
//! GitHub looks for them.
//!
//! Columns are code points, from 1, and the end counts in; GitHub names no unit. The runner drops the columns of what spans
//! several lines, so those have none. It shows 10 annotations of each level in a step: problems come first, then errors,
//! and the last one of a level says what is not shown.

use super::{Format, Telling, escape, place, summary};
use crate::finding::Finding;
use crate::level::Level;
use crate::problem::Problem;
use crate::text::Position;
use std::fmt::Write as _;
use std::io::{self, Write};

/// GitHub shows no more of one level in one step (`ExecutionContext.cs`).
const MOST: usize = 10;
/// Problems leave that many of them to findings of level `error`, if there are so many.
const FOR_ERRORS: usize = 5;
/// The runner cuts a message behind so many UTF-16 code units (`ExecutionContext.cs`).
const MESSAGE: usize = 4096;
/// A title of an annotation (GitHub Docs, "REST API endpoints for check runs").
const TITLE: usize = 255;

/// Annotations on a pull request.
pub(super) struct Github;

impl Format for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn about(&self) -> &'static str {
        "annotations for GitHub Actions, at most 10 of each level"
    }

    fn tells_problems(&self) -> bool {
        true
    }

    fn tells_totals(&self) -> bool {
        false
    }

    fn write(&self, telling: &Telling<'_>, out: &mut dyn Write) -> io::Result<()> {
        let problems = &telling.report.problems;
        for (level, command) in [(Level::Error, "error"), (Level::Warn, "warning"), (Level::Note, "notice")] {
            let groups = statements(&telling.report.findings, level);
            let mut room = MOST;
            if level == Level::Error {
                let own = problems.len().min(MOST - groups.len().min(FOR_ERRORS));
                room -= own;
                let shown = shown(problems.len(), own);
                for problem in problems.iter().take(shown) {
                    writeln!(out, "{}", of_problem(telling, problem))?;
                }
                if shown < problems.len() {
                    let more = summary::count(problems.len() - shown, "more problem");
                    left_out(out, command, "not complete", &more)?;
                }
            }
            let shown = shown(groups.len(), room);
            for group in groups.iter().take(shown) {
                writeln!(out, "{}", of_statement(telling, command, group))?;
            }
            if shown < groups.len() {
                let findings: usize = groups.iter().skip(shown).map(Vec::len).sum();
                let places = summary::count(groups.len() - shown, "place");
                left_out(out, command, "more", &format!("{} in {places}", summary::count(findings, "more finding")))?;
            }
        }
        Ok(())
    }
}

/// How many of `count` are shown in `room`, when the last place tells about the others.
fn shown(count: usize, room: usize) -> usize {
    if count > room { room.saturating_sub(1) } else { count }
}

fn left_out(out: &mut dyn Write, command: &str, title: &str, more: &str) -> io::Result<()> {
    let why = format!("GitHub shows only {MOST} annotations of a level in a step");
    let text = format!("{more}: {why}. `--report markdown=FILE` gives a page of them, `--report json=FILE` all.");
    writeln!(out, "::{command} title={}::{}", property(&format!("policy: {title}")), data(&text))
}

/// Findings of one level, those of one rule in one statement together.
fn statements(findings: &[Finding], level: Level) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.level == level) {
        let fits = groups.iter_mut().rev().take(16).find(|group| {
            group.first().is_some_and(|first| {
                first.path == finding.path && first.statement == finding.statement && first.rule == finding.rule
            })
        });
        match fits {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

fn of_statement(telling: &Telling<'_>, command: &str, group: &[&Finding]) -> String {
    let Some(first) = group.first() else { return String::new() };
    let end = group.iter().map(|finding| finding.end).max().unwrap_or(first.end);
    let mut line = format!("::{command} file={}", property(&telling.paths.top(&first.path)));
    push_place(&mut line, first.start, end);
    let _ = write!(line, ",title={}", property(&cut(&escape::line(&format!("policy: {}", first.rule)), TITLE)));
    let mut messages: Vec<&str> = group.iter().map(|finding| &*finding.message).collect();
    messages.dedup();
    let _ = write!(line, "::{}", data(&text(&messages, &first.help)));
    line
}

fn of_problem(telling: &Telling<'_>, problem: &Problem) -> String {
    let mut line = "::error ".to_owned();
    if problem.path.is_some() {
        let _ = write!(line, "file={}", property(&place::of_problem(telling, problem)));
        if let Some((start, end)) = problem.place {
            push_place(&mut line, start, end);
        }
        line.push(',');
    }
    let _ = write!(line, "title={}", property(&format!("policy: not complete ({})", problem.kind.as_str())));
    let _ = write!(line, "::{}", data(&text(&[&problem.message], &problem.help)));
    line
}

/// Lines, and columns where start and end share a line and a column says more than the line.
fn push_place(line: &mut String, start: Position, end: Position) {
    let _ = write!(line, ",line={},endLine={}", start.line, end.line.max(start.line));
    if start.line == end.line && !place::is_whole_file(start, end) {
        let last = end.column.saturating_sub(1).max(start.column);
        let _ = write!(line, ",col={},endColumn={last}", start.column);
    }
}

/// What the annotation says, a line each, as it will be read: no longer than the runner lets it be.
fn text(messages: &[&str], help: &str) -> String {
    let mut text = String::new();
    let lines = messages.iter().flat_map(|message| message.lines()).chain(help.lines());
    for line in lines.filter(|line| !line.trim().is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&escape::line(line));
        // Longer by far than what is left in the end.
        if text.len() > 4 * MESSAGE {
            break;
        }
    }
    cut(&text, MESSAGE)
}

/// Text of at most so many UTF-16 code units, which is what the runner counts; a cut is said.
fn cut(text: &str, most: usize) -> String {
    const SIGN: &str = " … (cut)";
    if text.len() <= most || text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut room = most - SIGN.encode_utf16().count();
    let fits = |c: &char| {
        let rest = room.checked_sub(c.len_utf16());
        room = rest.unwrap_or_default();
        rest.is_some()
    };
    text.chars().take_while(fits).chain(SIGN.chars()).collect()
}

/// Escapes a message as the runner's own toolkit does, and other control characters visibly.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| escape::line(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// Escapes a property: a message, and the signs that end a property.
fn property(text: &str) -> String {
    escape::line(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_property_or_a_message() {
        assert_eq!(property("a:b,c%d\r\n"), "a%3Ab%2Cc%25d\\r\\n");
        assert_eq!(data("a\n::error::b"), "a%0A\\x3a:error::b");
    }

    #[test]
    fn a_message_is_cut_in_units_of_the_runner() {
        assert_eq!(cut(&"a".repeat(4096), MESSAGE).len(), 4096);
        let long = cut(&"\u{1F600}".repeat(5000), MESSAGE);
        assert_eq!(long.encode_utf16().count(), 4096);
        assert!(long.ends_with("… (cut)"));
    }
}
