//! Gates: the places in workflows at which the policy is checked, by a command or by an action, also in workflows and actions of one's
//! own that others call. Knows how one is found; judges none.

use super::calls::{Call, Fate, Shell, calls};
use super::workflow::{Job, Step, Trigger, Workflow, local};
use crate::repo_path::RepoPath;

/// A place at which the policy is checked.
pub(super) struct Gate<'w> {
    /// The workflow whose triggers count.
    pub(super) path: &'w RepoPath,
    pub(super) triggers: &'w [Trigger],
    /// The jobs on the way: the one that is started, and the one that checks.
    pub(super) jobs: Vec<&'w Job>,
    pub(super) step: &'w Step,
    /// The steps in front of it.
    pub(super) before: &'w [Step],
    /// Where it stands.
    pub(super) place: (&'w RepoPath, u32),
    pub(super) means: Means,
}

/// How a gate checks.
pub(super) enum Means {
    /// By a command.
    Call(Call),
    /// By the action.
    Action,
    /// By an action of one's own, which calls the tool.
    Own(Call),
}

impl Gate<'_> {
    /// What starts it by an event.
    pub(super) fn trigger(&self, event: &str) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| trigger.event == event)
    }

    pub(super) fn fate(&self) -> Fate {
        match &self.means {
            Means::Call(call) | Means::Own(call) => call.fate,
            Means::Action => Fate::Decides,
        }
    }

    /// Whether an input of the action is not switched off.
    fn has(&self, input: &str) -> bool {
        self.step.input(input).is_none_or(|value| value != "false")
    }

    /// The commit that changes are compared with, where only what is new is told.
    pub(super) fn since(&self) -> Option<&str> {
        match &self.means {
            Means::Call(call) | Means::Own(call) => call.option("--since"),
            Means::Action => self.has("new-only").then_some("HEAD^1"),
        }
    }

    /// The commit whose policy decides.
    pub(super) fn policy_ref(&self) -> Option<&str> {
        match &self.means {
            Means::Call(call) | Means::Own(call) => call.option("--policy-ref"),
            Means::Action => self.has("policy-from-base").then_some("HEAD^1"),
        }
    }
}

/// Whether an action is the tool's own, by its name: `acme/policy@v1`.
pub(super) fn is_action(uses: &str) -> bool {
    let name = uses.split('@').next().unwrap_or_default();
    !uses.starts_with("./")
        && name.contains('/')
        && matches!(name.rsplit('/').next(), Some("policy" | "policy-check" | "policy-action"))
}

/// Every gate of all workflows.
pub(super) fn gates<'w>(workflows: &'w [Workflow], actions: &'w [(RepoPath, Workflow)]) -> Vec<Gate<'w>> {
    let mut found = Vec::new();
    for workflow in workflows {
        for job in &workflow.jobs {
            let from = Start { path: &workflow.path, triggers: &workflow.triggers };
            in_job(from, &workflow.path, &[job], actions, &mut found);
            // A workflow of one's own that the job calls; what that one calls is followed no further.
            let called = job.calls.as_deref().and_then(local);
            let called = called.and_then(|path| workflows.iter().find(|other| other.path == path));
            for inner in called.iter().flat_map(|called| &called.jobs) {
                let path = called.map_or(&workflow.path, |called| &called.path);
                in_job(from, path, &[job, inner], actions, &mut found);
            }
        }
    }
    // What is only called by others starts nothing by itself.
    found.retain(|gate| gate.triggers.iter().any(|trigger| trigger.event != "workflow_call"));
    found
}

#[derive(Clone, Copy)]
struct Start<'w> {
    path: &'w RepoPath,
    triggers: &'w [Trigger],
}

fn in_job<'w>(
    start: Start<'w>,
    path: &'w RepoPath,
    jobs: &[&'w Job],
    actions: &'w [(RepoPath, Workflow)],
    found: &mut Vec<Gate<'w>>,
) {
    let Some(job) = jobs.last().copied() else { return };
    for (at, step) in job.steps.iter().enumerate() {
        let before = job.steps.get(..at).unwrap_or_default();
        let mut add = |means: Means, line: u32| {
            let (jobs, place) = (jobs.to_vec(), (path, line));
            found.push(Gate { path: start.path, triggers: start.triggers, jobs, step, before, place, means });
        };
        for call in calls_of(step, job) {
            let line = step.script_line + call.line;
            add(Means::Call(call), line);
        }
        let Some(uses) = step.uses.as_deref() else { continue };
        if is_action(uses) {
            add(Means::Action, step.line);
        }
        let own = local(uses).and_then(|folder| actions.iter().find(|(own, _)| *own == folder));
        if let Some((_, action)) = own {
            let steps = action.jobs.iter().flat_map(|job| job.steps.iter().map(move |step| (job, step)));
            let call = steps.flat_map(|(job, step)| calls_of(step, job)).next();
            match call {
                Some(call) => add(Means::Own(call), step.line),
                // The tool's own action, in its own repository or as a copy.
                None if matches!(action.name.as_str(), "policy" | "policy-check") => add(Means::Action, step.line),
                None => {}
            }
        }
    }
}

fn calls_of(step: &Step, job: &Job) -> Vec<Call> {
    let shell = Shell::of(step.shell.as_deref().or(job.shell.as_deref()), &job.runs_on);
    step.script.as_ref().map(|script| calls(script, shell)).unwrap_or_default()
}
