//! Where findings and problems stand, for formats that must name a file and a line. Knows positions and paths only.

use super::{Telling, escape};
use crate::problem::Problem;
use crate::text::Position;

/// Whether a place stands for a whole file: empty, at its first character.
#[must_use]
pub(super) fn is_whole_file(start: Position, end: Position) -> bool {
    start.line == 1 && start.column == 1 && (end.line, end.column) == (1, 1)
}

/// The file of a problem, relative to the top of the work tree. Readers drop what has no file, so a problem of the run
/// itself stands in the policy, or else in the top folder.
#[must_use]
pub(super) fn of_problem(telling: &Telling<'_>, problem: &Problem) -> String {
    let policy = telling.report.policy.as_ref().map(|policy| &policy.path);
    let path = problem.path.as_ref().or(policy).map(|path| telling.paths.top(path)).unwrap_or_default();
    if path.is_empty() { ".".to_owned() } else { escape::line(&path).into_owned() }
}

/// Sentences on one line: what is wrong, then every line of the help.
#[must_use]
pub(super) fn sentences(message: &str, help: &str) -> String {
    let mut text = escape::line(message).into_owned();
    for line in help.lines().filter(|line| !line.trim().is_empty()) {
        text.push_str(if text.ends_with(['.', ':', ';', '!', '?']) { " " } else { ". " });
        text.push_str(&escape::line(line));
    }
    text
}
