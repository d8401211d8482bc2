//! `github`: workflow commands that GitHub shows as annotations on a pull request (GitHub Docs, "Workflow commands for
//! GitHub Actions"). Knows GitHub's limit of 10 annotations of each level in a step; paths are relative to the top of
//! the work tree, where GitHub looks for them.

use super::{Format, Telling};
use crate::finding::Finding;
use crate::level::Level;
use crate::problem::Problem;
use std::fmt::Write as _;
use std::io::{self, Write};

/// GitHub shows no more of one level in one step.
const MOST: usize = 10;

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
        let problems: Vec<String> =
            telling.report.problems.iter().map(|problem| of_problem(telling, problem)).collect();
        let mut room = MOST - problems.len().min(MOST / 2);
        write_some(out, "error", "problems", &problems, MOST / 2)?;
        for (level, command) in [(Level::Error, "error"), (Level::Warn, "warning"), (Level::Note, "notice")] {
            let groups = statements(&telling.report.findings, level);
            let lines: Vec<String> = groups.iter().map(|group| of_statement(telling, command, group)).collect();
            write_some(out, command, "places with findings", &lines, room)?;
            room = MOST;
        }
        Ok(())
    }
}

/// Writes at most `room` lines; the last says what is left out.
fn write_some(out: &mut dyn Write, command: &str, what: &str, lines: &[String], room: usize) -> io::Result<()> {
    let shown = if lines.len() > room { room.saturating_sub(1) } else { lines.len() };
    for line in lines.iter().take(shown) {
        writeln!(out, "{line}")?;
    }
    if lines.len() > shown && room > 0 {
        let more = lines.len() - shown;
        writeln!(
            out,
            "::{command} title=policy::{more} more {what} are not shown here; `--report concise=FILE` tells them all"
        )?;
    }
    Ok(())
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
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return String::new() };
    let mut line = format!("::{command} file={}", property(&telling.paths.top(&first.path)));
    let _ = write!(line, ",line={},endLine={}", first.start.line, last.end.line);
    // GitHub takes columns only where start and end share a line, and counts the end in.
    if first.start.line == last.end.line {
        let end = last.end.column.saturating_sub(1).max(first.start.column);
        let _ = write!(line, ",col={},endColumn={end}", first.start.column);
    }
    let _ = write!(line, ",title={}", property(&format!("policy: {}", first.rule)));
    let mut text: Vec<&str> = group.iter().map(|finding| &*finding.message).collect();
    text.dedup();
    if !first.help.is_empty() {
        text.push(&first.help);
    }
    let _ = write!(line, "::{}", data(&text.join("\n")));
    line
}

fn of_problem(telling: &Telling<'_>, problem: &Problem) -> String {
    let mut line = "::error ".to_owned();
    if let Some(path) = &problem.path {
        let _ = write!(line, "file={},", property(&telling.paths.top(path)));
    }
    if let Some((start, end)) = problem.place {
        let _ = write!(line, "line={},endLine={},", start.line, end.line);
    }
    let _ = write!(line, "title={}", property(&format!("policy: not complete ({})", problem.kind.as_str())));
    let text = if problem.help.is_empty() {
        problem.message.to_string()
    } else {
        format!("{}\n{}", problem.message, problem.help)
    };
    let _ = write!(line, "::{}", data(&text));
    line
}

/// Escapes a message as the runner's own toolkit does, and other control characters visibly.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| super::escape::line(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// Escapes a property: a message, and the signs that end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_property_or_a_message() {
        assert_eq!(property("a:b,c%d\r"), "a%3Ab%2Cc%25d\\r");
        assert_eq!(data("a\n::error::b"), "a%0A\\x3a:error::b");
    }
}
