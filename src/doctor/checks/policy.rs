//! Whether the policy can fail anything at all, and whether it is under review.

use crate::doctor::{Answers, Seen};
use crate::level::Level;
use crate::policy::Rule;
use crate::repo_path::RepoPath;

/// A rule that is an error somewhere, now or on a later day.
fn can_fail(rule: &Rule) -> bool {
    let changed = rule.overrides.iter();
    let overridden = changed.filter(|change| change.within.is_empty()).filter_map(|change| change.level).next_back();
    let scheduled =
        rule.schedule.iter().flat_map(crate::policy::Schedule::steps).any(|(_, level)| level == Level::Error);
    let special = rule.contexts.iter().any(|(_, level)| *level == Level::Error)
        || rule.surfaces.iter().any(|(_, level)| *level == Level::Error);
    match overridden {
        Some(level) => level == Level::Error,
        None => rule.level == Level::Error || scheduled || special,
    }
}

/// A rule can fail, and something is checked.
pub(in crate::doctor) fn decides(seen: &Seen<'_>, answers: &mut Answers) {
    let policy = seen.policy;
    let failing = policy.rules.iter().filter(|rule| can_fail(rule)).count();
    let all = policy.rules.len();
    if failing == 0 {
        answers.wanting(
            None,
            format!("none of the {all} rules is an error anywhere: `policy check` never fails"),
            "give a rule `level: error`, or run `policy check --strict`",
        );
    } else {
        let plural = if all == 1 { "rule" } else { "rules" };
        answers.ok(format!("{all} {plural}, {failing} of which can fail a run"));
    }
    let probes = [&b"a.py"[..], b"a/b/c.py"].map(RepoPath::from_bytes);
    for (glob, _) in policy.exclude.iter().filter(|(glob, _)| probes.iter().all(|probe| glob.matches(probe))) {
        answers.wanting(
            None,
            format!("`exclude: {}` leaves out every Python file", glob.as_str()),
            "name what is not yours, such as `vendor/`",
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
    let missing: Vec<&RepoPath> =
        seen.policy_files.iter().chain(&seen.baseline).filter(|path| !tracked.contains(path)).collect();
    for path in &missing {
        answers.wanting(
            Some((path, 0)),
            "git does not track it: other clones do not have it",
            "`git add` and commit it",
        );
    }
    if missing.is_empty() {
        answers.ok("git tracks the policy, and all that belongs to it");
    }
}
