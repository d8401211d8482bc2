//! Whether workflows run the policy: on pull requests, unfiltered, without conditions, on the main branch, in merge queues.

use crate::doctor::conditions::{bare, holds};
use crate::doctor::filters::lets_through;
use crate::doctor::gates::{Gate, MOST};
use crate::doctor::workflow::{Trigger, local};
use crate::doctor::{Answers, Seen, State};
use crate::readers;
use crate::repo_path::RepoPath;

const EXAMPLE: &str = "docs/gate.md has a workflow to copy: `on: pull_request`, a checkout with `fetch-depth: 2`, \
                       and `policy check --since HEAD^1 --policy-ref HEAD^1`";

/// A job runs `policy check` on pull requests.
pub(in crate::doctor) fn runs(seen: &Seen<'_>, answers: &mut Answers) {
    for workflow in &seen.workflows {
        if let Some((line, why)) = &workflow.trouble {
            answers.problem(Some((&workflow.path, *line)), why.clone(), "mend the file: GitHub does not run it either");
        }
    }
    for action in seen.actions.iter().map(|(_, action)| action) {
        if let Some((line, why)) = &action.trouble {
            answers.problem(Some((action.path(), *line)), why.clone(), "mend the file: GitHub does not run it either");
        }
    }
    let gates = seen.gates();
    let of_one = |pair: &[Gate<'_>]| pair.first().map(|gate| gate.place.0) == pair.last().map(|gate| gate.place.0);
    if let Some(gate) = gates.windows(MOST).find(|pair| of_one(pair)).and_then(<[_]>::first) {
        let what = format!("what comes behind the first {MOST} calls of a job");
        answers.unsure(Some(gate.place), what, "let a job run `policy check` once");
    }
    for gate in seen.gates_of_changes() {
        let job = gate.jobs.last().map(|job| job.id.as_str()).unwrap_or_default();
        let place = Some(gate.place);
        if let Some(fault) = gate.fault() {
            answers.wanting(place, fault, "mend the workflow");
        } else if let Some(doubt) = gate.doubt(&seen.below) {
            let what = format!("whether the job `{job}` runs it on pull requests: {doubt}");
            answers.unsure(
                place,
                what,
                "let `policy check` be a plain command of a step of its own, in the folder of the policy",
            );
        } else {
            let by = gate.trusted().map(|uses| format!(", by the action of `{uses}`")).unwrap_or_default();
            answers.say(State::Ok, place, format!("the job `{job}` runs it on pull requests{by}"), "");
        }
    }
    if !seen.gates_of_changes().is_empty() {
        return;
    }
    if let Some(gate) = gates.first() {
        let events: Vec<&str> = gate.triggers.iter().map(|trigger| trigger.event.as_str()).collect();
        return answers.wanting(
            Some(gate.place),
            format!("runs on {}, but not on pull requests", events.join(", ")),
            "add `pull_request:` beneath `on:`",
        );
    }
    let remote = seen.workflows.iter().flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)));
    let mut remote = remote.filter(|(_, job)| job.calls.as_deref().is_some_and(|calls| local(calls).is_none()));
    if let Some((workflow, job)) = remote.next() {
        let calls = job.calls.as_deref().unwrap_or_default();
        return answers.unsure(
            Some((&workflow.path, job.line)),
            format!("the job `{}` runs `{calls}`, which lies in another repository", job.id),
            "look there for `policy check`",
        );
    }
    if seen.gitlab.is_some() {
        return;
    }
    answers.wanting(None, "no workflow in .github/workflows runs `policy check`", EXAMPLE);
}

/// No filter keeps it from running.
pub(in crate::doctor) fn narrowed(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    for gate in &gates {
        let Some(trigger) = gate.trigger("pull_request") else { continue };
        let place = Some((gate.path, trigger.line));
        paths(seen, trigger, place, answers);
        branches(trigger, place, answers);
        if let Some(types) = trigger.filter("types") {
            let missing: Vec<&str> =
                ["opened", "synchronize"].into_iter().filter(|event| !types.iter().any(|own| own == event)).collect();
            if !missing.is_empty() {
                let what = format!("`types` leaves out {}: new commits are not judged", missing.join(" and "));
                answers.wanting(place, what, "remove `types`, or add `opened`, `synchronize` and `reopened`");
            }
        }
    }
    if !gates.is_empty() && answers.is_silent() {
        answers.ok("no filter of branches, paths or types");
    }
}

/// Files whose change must start a gate: what is tracked and read, or, where that is not known, some that every project has.
fn probes(seen: &Seen<'_>) -> Vec<String> {
    let is_read = |path: &&RepoPath| {
        let own = path.strip_folder(&seen.below);
        own.is_some_and(|own| readers::by_path(&RepoPath::from_bytes(own)).is_some())
    };
    let mut probes: Vec<String> = seen.policy_files.iter().chain(&seen.baseline).map(ToString::to_string).collect();
    match &seen.tracked {
        Ok(tracked) => probes.extend(tracked.iter().filter(is_read).map(ToString::to_string)),
        Err(_) => probes.extend(["a.py", "src/a/b.py", "requirements.txt", "pyproject.toml"].map(str::to_owned)),
    }
    probes
}

fn paths(seen: &Seen<'_>, trigger: &Trigger, place: Option<(&RepoPath, u32)>, answers: &mut Answers) {
    let Some(name) = ["paths", "paths-ignore"].into_iter().find(|name| trigger.filter(name).is_some()) else { return };
    let patterns = trigger.filter(name).unwrap_or_default();
    let starts = |path: &str| lets_through(patterns, path).map(|through| through == (name == "paths"));
    let mut unsure = false;
    let mut left_out = Vec::new();
    for probe in probes(seen) {
        match starts(&probe) {
            Some(true) => {}
            Some(false) => left_out.push(probe),
            None => unsure = true,
        }
    }
    let help = "remove the filter: where the check is required, a workflow that a filter skips stays pending and blocks \
                the merge; where it is not, the change is merged unseen";
    match left_out.as_slice() {
        [] if unsure => answers.unsure(place, format!("`{name}` has patterns that are not read here"), help),
        [] => {}
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            answers.wanting(place, format!("`{name}` leaves out changes of `{first}`{more}"), help);
        }
    }
}

fn branches(trigger: &Trigger, place: Option<(&RepoPath, u32)>, answers: &mut Answers) {
    let usual = ["main", "master"];
    let help = "name every branch that is merged into, or remove the filter";
    if let Some(patterns) = trigger.filter("branches")
        && !usual.iter().any(|branch| lets_through(patterns, branch) == Some(true))
    {
        let what = format!("runs only on pull requests into {}", patterns.join(", "));
        answers.unsure(place, what, "is that the main branch? else name it");
    }
    if let Some(patterns) = trigger.filter("branches-ignore") {
        let ignored: Vec<&str> =
            usual.into_iter().filter(|branch| lets_through(patterns, branch) != Some(false)).collect();
        if !ignored.is_empty() {
            answers.wanting(place, format!("`branches-ignore` leaves out {}", ignored.join(" and ")), help);
        }
    }
}

/// No condition skips it: a job that a condition skips counts as passed.
pub(in crate::doctor) fn skipped(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    for gate in &gates {
        let jobs = gate.jobs.iter().map(|job| (job.condition.as_deref(), "job", job.line));
        let step = (gate.step.condition.as_deref(), "step", gate.step.line);
        for (condition, kind, line) in jobs.chain([step]) {
            let Some(condition) = condition.map(bare).filter(|own| holds(own) != Some(true)) else { continue };
            let place = Some((gate.place.0, line));
            let what = format!("the {kind} runs only if `{condition}`, and what is skipped counts as passed");
            let help = "remove `if:`; a condition belongs into what comes behind the gate";
            let skips = ["fork", "head.repo", "draft", "actor", "user.login", "label", "title", "message", "author"];
            if holds(condition) == Some(false) {
                let what = format!(
                    "the {kind} never runs on pull requests: `{condition}`, and what is skipped counts as passed"
                );
                answers.wanting(place, what, help);
            } else if skips.iter().any(|word| condition.contains(word)) {
                answers.wanting(place, what, help);
            } else {
                answers.unsure(place, what, help);
            }
        }
        for job in gate.jobs.iter().filter(|job| !job.needs.is_empty()) {
            let is_always = job.condition.as_deref().is_some_and(|condition| condition.contains("always()"));
            if !is_always {
                let needs = job.needs.iter().map(|need| format!("`{need}`")).collect::<Vec<_>>().join(", ");
                answers.unsure(
                    Some((gate.place.0, job.line)),
                    format!("the job is skipped where {needs} fails, and what is skipped counts as passed"),
                    "require these jobs too, or remove `needs:`",
                );
            }
        }
    }
    if !gates.is_empty() && answers.is_silent() {
        answers.ok("no condition skips it");
    }
}

/// No untrusted code meets the rights of the base.
pub(in crate::doctor) fn target(seen: &Seen<'_>, answers: &mut Answers) {
    for gate in seen.gates() {
        if let Some(trigger) = gate.trigger("pull_request_target") {
            answers.wanting(
                Some((gate.path, trigger.line)),
                "`pull_request_target` checks out the base, and gives what runs there the rights of the base",
                "use `pull_request`: the gate needs `contents: read` and nothing else",
            );
        }
    }
}

/// The main branch is checked too: dates come into force there, and two changes may break a rule together.
pub(in crate::doctor) fn main(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates();
    if gates.is_empty() {
        return;
    }
    let is_on_main = |gate: &Gate<'_>| {
        let pushed = gate.trigger("push").is_some_and(|push| {
            let through =
                |patterns: &[String]| ["main", "master"].iter().any(|b| lets_through(patterns, b) != Some(false));
            let only_tags = push.filter("branches").is_none() && push.filter("tags").is_some();
            !only_tags && push.filter("branches").is_none_or(through)
        });
        pushed || gate.trigger("schedule").is_some()
    };
    match gates.iter().find(|gate| is_on_main(gate)) {
        Some(gate) => answers.ok(format!("`{}` runs on the main branch or by schedule", gate.path)),
        None => answers.wanting(
            None,
            "no workflow checks the main branch, where dates come into force and changes meet",
            "run `policy check` on `push` to the main branch, or by `schedule`",
        ),
    }
}

/// Merge queues run it.
pub(in crate::doctor) fn queue(seen: &Seen<'_>, answers: &mut Answers) {
    let gates = seen.gates_of_changes();
    if gates.is_empty() {
        return;
    }
    if gates.iter().any(|gate| gate.trigger("merge_group").is_some()) {
        answers.ok("runs on `merge_group`");
    } else {
        answers.unsure(
            None,
            "whether a merge queue is used",
            "where one is, add `merge_group:` beneath `on:`: a required check that does not run there blocks the queue",
        );
    }
}
