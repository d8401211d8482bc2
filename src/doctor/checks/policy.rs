//! Whether the policy can fail anything at all, and whether it is under review.

use crate::context::Contexts;
use crate::doctor::gates::Gate;
use crate::doctor::{Answers, Seen};

use crate::level::Level;
use crate::pattern::glob::Glob;
use crate::policy::Rule;
use crate::readers;
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use jiff::ToSpan;
use std::collections::BTreeSet;

/// So many days ahead, a level by date counts.
const DAYS: i64 = 366;

/// A rule that reaches a level somewhere, now or within a year.
fn can_fail(rule: &Rule, least: Level, seen: &Seen<'_>) -> bool {
    let until = seen.today.saturating_add(DAYS.days());
    let changed = rule.overrides.iter().filter(|change| change.within.is_empty());
    let overridden = changed.filter_map(|change| change.level).next_back();
    let scheduled = rule.schedule.iter().flat_map(crate::policy::Schedule::steps).filter(|(day, _)| *day <= until);
    let own = scheduled.map(|(_, level)| level).fold(rule.level, Level::max);
    let is_enough = match overridden {
        Some(level) => level >= least,
        None => {
            rule.contexts.iter().any(|(_, level)| *level >= least)
                || Surface::ALL.iter().any(|surface| rule.level_from(own, (Contexts::default(), *surface)) >= least)
        }
    };
    is_enough && speaks(rule, seen)
}

/// Whether a rule speaks of any file.
fn speaks(rule: &Rule, seen: &Seen<'_>) -> bool {
    let Ok(tracked) = &seen.tracked else { return true };
    let own = |path: &RepoPath| path.strip_folder(&seen.below).map(RepoPath::from_bytes);
    let mut read = tracked.iter().filter_map(own).filter(|path| readers::by_path(path).is_some()).peekable();
    read.peek().is_none() || read.any(|path| rule.scope.covers(&path))
}

/// A rule can fail, and something is checked.
pub(in crate::doctor) fn decides(seen: &Seen<'_>, answers: &mut Answers) {
    let policy = seen.policy;
    let least = seen.gates_of_changes().iter().map(Gate::fails_at).min().unwrap_or(Level::Error);
    let failing = policy.rules.iter().filter(|rule| can_fail(rule, least, seen)).count();
    let all = policy.rules.len();
    if failing == 0 {
        answers.wanting(
            None,
            format!("none of the {all} rules is an error anywhere, now or within a year: `policy check` never fails"),
            "give a rule `level: error` where there are files, or run `policy check --strict`",
        );
    } else {
        let plural = if all == 1 { "rule" } else { "rules" };
        answers.ok(format!("{all} {plural}, {failing} of which can fail a run"));
    }
    let probes = [&b"a.py"[..], b"a/b/c.py"].map(RepoPath::from_bytes);
    let is_all = |glob: &Glob| probes.iter().all(|probe| glob.matches(probe));
    for (glob, _) in policy.exclude.iter().filter(|(glob, _)| is_all(glob)) {
        answers.wanting(
            None,
            format!("`exclude: {}` leaves out every Python file", glob.as_str()),
            "name what is not yours, such as `vendor/`",
        );
    }
    for excuse in policy.unanalysed.iter().filter(|excuse| is_all(&excuse.glob)) {
        answers.wanting(
            None,
            format!("`unanalysed: {}` expects of every file that it cannot be judged", excuse.glob.as_str()),
            "name the files that cannot be",
        );
    }
    if seen.report.summary.files == 0 {
        answers.wanting(None, "no file is checked", "`policy check --files` tells why");
    }
    if !seen.report.complete {
        let count = seen.report.problems.len();
        let plural = if count == 1 { "problem" } else { "problems" };
        answers.problem(
            None,
            format!("{count} {plural}: not everything could be judged, and every run ends with 2"),
            "`policy check` tells them; mend, exclude, or list them under `unanalysed`",
        );
    }
}

/// Git tracks what decides.
pub(in crate::doctor) fn tracked(seen: &Seen<'_>, answers: &mut Answers) {
    let tracked = match &seen.tracked {
        Ok(tracked) => tracked,
        Err(why) => return answers.unsure(None, why.clone(), "run it in a git work tree"),
    };
    if seen.policy_files.is_empty() {
        return answers.wanting(
            None,
            "the policy lies outside of the git work tree: no review sees it change",
            "move it into the repository",
        );
    }
    let gates = seen.gates();
    let runners = gates.iter().flat_map(|gate| [gate.path, gate.place.0]);
    let actions = seen.actions.iter().map(|(_, action)| action.path());
    let others = seen.gitlab.iter().map(|file| &file.path).chain(seen.owners.iter().map(|(place, _)| place));
    let all = seen.policy_files.iter().chain(&seen.baseline).chain(runners).chain(actions).chain(others);
    let missing: BTreeSet<&RepoPath> = all.filter(|path| !tracked.contains(path)).collect();
    for path in &missing {
        answers.wanting(Some((path, 0)), "git does not track it: nobody else has it", "`git add` and commit it");
    }
    if missing.is_empty() {
        answers.ok("git tracks the policy, and all that belongs to it");
    }
}
