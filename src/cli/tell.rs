//! Tells what no format has a place for: problems, file listings, broken policies. Knows streams and spelling.

use super::{Exit, Shell, common};
use crate::disk::Selection;
use crate::formats::paths::Paths;
use crate::formats::{self, Style, Telling, escape};
use crate::policy::Broken;
use crate::problem::{Problem, ProblemKind};
use crate::report::{Asked, PolicyInfo, Report, Scope, Summary};

/// At most so many problems are drawn; the rest is counted.
const MOST: usize = 50;

/// Draws problems on standard error.
pub(super) fn problems(telling: &Telling<'_>, style: Style, shell: &mut Shell<'_>) {
    for problem in telling.report.problems.iter().take(MOST) {
        let name = problem.path.as_ref().map(|path| telling.paths.working(path));
        let bytes = match (&problem.path, problem.place) {
            (Some(path), Some(_)) => telling.sources.bytes(path),
            _ => None,
        };
        let _ = formats::draw_problem(problem, name.as_deref(), bytes.as_deref(), style, &mut shell.err);
    }
    if let Some(more) = telling.report.problems.len().checked_sub(MOST).filter(|more| *more > 0) {
        let _ = writeln!(shell.err, "… and {more} more problems; `--format json` tells them all");
    }
}

/// The same for a run that tells nothing else.
pub(super) fn problems_of(
    report: &Report,
    paths: &Paths,
    sources: &dyn formats::Sources,
    style: Style,
    shell: &mut Shell<'_>,
) {
    problems(&Telling::without_policy(report, paths, sources, style), style, shell);
}

/// Tells each file, selected or not, and why.
pub(super) fn listing(selection: &Selection, paths: &Paths, shell: &mut Shell<'_>) -> Exit {
    let mut lines: Vec<(&crate::repo_path::RepoPath, String)> = Vec::new();
    for file in &selection.files {
        lines.push((&file.path, format!("checked ({})", file.reader.name())));
    }
    for (path, skip) in &selection.skipped {
        lines.push((path, format!("skipped: {}", skip.reason())));
    }
    lines.sort();
    let mut written = Ok(());
    for (path, what) in lines {
        written = written.and_then(|()| writeln!(shell.out, "{}: {what}", escape::line(&paths.working(path))));
    }
    let mut exit = Exit::Clean;
    for problem in &selection.problems {
        let path = problem.path.as_ref().map(|path| format!("{}: ", paths.working(path))).unwrap_or_default();
        exit = common::fail(shell, &format!("{path}{}", problem.message), &problem.help);
    }
    common::printed(shell, written, exit)
}

/// The report of a run whose policy is wrong: nothing was judged.
#[must_use]
pub(super) fn of_broken_policy(broken: &[Broken]) -> Report {
    let problem = |broken: &Broken, mistake: &crate::document::mistake::Mistake| Problem {
        path: Some((*broken.source.path).clone()),
        place: Some(broken.source.place(mistake.span)),
        kind: ProblemKind::Policy,
        message: mistake.message.clone(),
        help: mistake.help.clone(),
    };
    let root = broken.first();
    Report {
        policy: root.map(|root| PolicyInfo { path: (*root.source.path).clone(), hash: root.source.hash() }),
        scope: Scope::Full,
        asked: Asked::default(),
        also_fails: None,
        complete: false,
        summary: Summary::default(),
        verdict: None,
        ratchet: None,
        suppressed: Vec::new(),
        findings: Vec::new(),
        problems: broken.iter().flat_map(|one| one.mistakes.iter().map(|mistake| problem(one, mistake))).collect(),
        excused: Vec::new(),
    }
}
