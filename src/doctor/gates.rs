//! Gates: the places in workflows at which the policy is checked, by a command or by an action, also in workflows and actions of one's
//! own that others call. Knows how one is found; judges none.

use super::calls::{Call, Fate, calls};
use super::effects::is_obeyed;
use super::options::{Harm, harm, option};
use super::script::Word;
use super::shells::Shell;
use super::workflow::{Job, Step, Trigger, Workflow, local};
use crate::level::Level;
use crate::readers;
use crate::repo_path::RepoPath;

/// A place at which the policy is checked.
pub(super) struct Gate<'w> {
    /// The workflow whose triggers count.
    pub(super) path: &'w RepoPath,
    pub(super) triggers: &'w [Trigger],
    /// The jobs on the way: the one that is started, and the one that checks.
    pub(super) jobs: Vec<&'w Job>,
    pub(super) step: &'w Step,
    /// The step within an action of one's own.
    pub(super) inner: Option<&'w Step>,
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

    /// The commit that changes are compared with, where only what is new is told; the action takes it from the event.
    pub(super) fn since(&self) -> Option<&str> {
        match &self.means {
            Means::Call(call) | Means::Own(call) => option(&call.words, "--since").map(|value| self.resolved(value)),
            Means::Action => self.has("new-only").then_some("HEAD^1"),
        }
    }

    /// The commit whose policy decides.
    pub(super) fn policy_ref(&self) -> Option<&str> {
        match &self.means {
            Means::Call(call) | Means::Own(call) => {
                option(&call.words, "--policy-ref").map(|value| self.resolved(value))
            }
            Means::Action => self.has("policy-from-base").then_some("HEAD^1"),
        }
    }

    /// What `$NAME` is, where the step or the job sets it.
    fn resolved<'v>(&'v self, value: &'v str) -> &'v str {
        let name = value.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
        let find = |env: &'v [(String, String)]| env.iter().rfind(|(own, _)| Some(own.as_str()) == name);
        let own = find(&self.step.env).or_else(|| self.jobs.iter().rev().find_map(|job| find(&job.env)));
        own.map_or(value, |(_, value)| value)
    }

    /// Whose action it is.
    pub(super) fn trusted(&self) -> Option<&str> {
        let uses = self.step.uses.as_deref().filter(|uses| is_action(uses))?;
        uses.split('@').next()
    }

    /// Why it never runs.
    pub(super) fn fault(&self) -> Option<&'static str> {
        self.jobs.iter().find_map(|job| job.fault)
    }

    /// Why nobody can tell whether it runs, and is what it looks like, for a root that lies there.
    pub(super) fn doubt(&self, below: &RepoPath) -> Option<String> {
        let env = self.jobs.iter().flat_map(|job| &job.env).chain(&self.step.env);
        let mut obeyed = env.filter(|(name, _)| is_obeyed(name)).map(|(name, _)| format!("`env` sets `{name}`"));
        let own = match &self.means {
            Means::Call(call) => call.doubt.clone(),
            Means::Own(call) => call.doubt.clone().or_else(|| inner_doubt(self)),
            Means::Action if self.trusted().is_none() => {
                Some("an action in the work tree is part of what changes bring".to_owned())
            }
            Means::Action => None,
        };
        let job = self.jobs.iter().find_map(|job| job.doubt).map(str::to_owned);
        own.or(job).or_else(|| obeyed.next()).or_else(|| self.elsewhere(below))
    }

    /// Why it may run in another folder than the root.
    fn elsewhere(&self, below: &RepoPath) -> Option<String> {
        let (outer, inner) = match &self.means {
            Means::Call(call) => {
                let job = self.jobs.last().and_then(|job| job.folder.as_deref());
                (self.step.folder.as_deref().or(job), call.folder.as_deref())
            }
            Means::Own(call) => (None, call.folder.as_deref()),
            Means::Action => (self.step.input("working-directory"), None),
        };
        let folder = [outer.unwrap_or_default(), inner.unwrap_or_default()].join("/");
        if let Some(path) =
            local(&format!("./{folder}")).filter(|_| !folder.contains(['$', '~']) && !folder.starts_with("//"))
            && path == *below
        {
            return None;
        }
        let name = |folder: &str| match folder.trim_matches('/') {
            "" => "the top folder".to_owned(),
            folder => format!("`{folder}`"),
        };
        let (own, root) = (name(&folder), name(&below.to_string()));
        Some(format!("it runs in {own}, and this is about {root}"))
    }

    /// What its options or inputs do to it; the worst one.
    pub(super) fn harm(&self) -> Option<Harm> {
        let words = match &self.means {
            Means::Call(call) | Means::Own(call) => return harm(&call.words),
            Means::Action => self.step.input("args").map(words_of).unwrap_or_default(),
        };
        let args = harm(&words);
        let level = self.step.input("fail-level").unwrap_or_default();
        match level {
            "never" => {
                return Some(Harm::Certain("with `fail-level: never` it passes whatever it finds".to_owned()));
            }
            _ if matches!(args, Some(Harm::Certain(_))) => return args,
            _ => {}
        }
        let possible = |why: String| Some(Harm::Possible(why));
        if !matches!(level, "" | "error" | "warn" | "note") {
            return possible(format!("`fail-level: {level}` is not known here"));
        }
        if let Some(name) = ["--since", "--policy-ref"].into_iter().find(|name| option(&words, name).is_some()) {
            return possible(format!("`args` names its own commit (`{name}`)"));
        }
        let narrowed = ["paths", "policy"].into_iter().find_map(|name| {
            let value = self.step.input(name).filter(|value| !value.trim().is_empty())?;
            Some(format!("`{name}: {value}` takes something away"))
        });
        narrowed.map(Harm::Possible).or(args)
    }

    /// Whether warnings fail it as well.
    pub(super) fn fails_at(&self) -> Level {
        let own: Vec<Word>;
        let (words, input) = match &self.means {
            Means::Call(call) | Means::Own(call) => (&call.words, None),
            Means::Action => {
                own = self.step.input("args").map(words_of).unwrap_or_default();
                (&own, self.step.input("fail-level"))
            }
        };
        match option(words, "--fail-level").or(input) {
            Some("note") => Level::Note,
            Some("warn") => Level::Warn,
            _ if words.iter().any(|word| word.text == "--strict") => Level::Warn,
            _ => Level::Error,
        }
    }
}

/// Words of an input, as the action takes them.
fn words_of(text: &str) -> Vec<Word> {
    let word = |text: String| Word { open: text.contains("${{"), text, quoted: false };
    readers::option_words(text).into_iter().map(word).collect()
}

/// Why a call within an action of one's own may not count.
fn inner_doubt(gate: &Gate<'_>) -> Option<String> {
    gate.inner.and_then(|step| match step {
        step if step.condition.is_some() => Some("a condition stands at the step within the action".to_owned()),
        step if step.tolerates.is_some() => Some("`continue-on-error` stands at the step within the action".to_owned()),
        step if step.folder.is_some() => Some("the step within the action runs in another folder".to_owned()),
        _ => None,
    })
}

/// Whether an action is the tool's own, by its name: `acme/policy@v1`.
pub(super) fn is_action(uses: &str) -> bool {
    let name = uses.split('@').next().unwrap_or_default();
    let parts: Vec<&str> = name.split('/').collect();
    matches!(parts.as_slice(), [owner, "policy" | "policy-check" | "policy-action"] if !owner.is_empty() && *owner != ".")
}

/// At most so many gates of a job are looked at.
pub(super) const MOST: usize = 100;

/// The gates of all workflows.
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
    let most = found.len() + MOST;
    for (at, step) in job.steps.iter().enumerate() {
        let before = job.steps.get(..at).unwrap_or_default();
        if found.len() >= most {
            return;
        }
        let mut add = |means: Means, line: u32, inner: Option<&'w Step>| {
            if found.len() >= most {
                return;
            }
            let (jobs, place) = (jobs.to_vec(), (path, line));
            found.push(Gate { path: start.path, triggers: start.triggers, jobs, step, inner, before, place, means });
        };
        for call in calls_of(step, job) {
            let line = step.script_line + call.line;
            add(Means::Call(call), line, None);
        }
        let Some(uses) = step.uses.as_deref() else { continue };
        if is_action(uses) {
            add(Means::Action, step.line, None);
        }
        let own = local(uses).and_then(|folder| actions.iter().find(|(own, _)| *own == folder));
        if let Some((_, action)) = own {
            let steps = action.jobs.iter().flat_map(|job| job.steps.iter().map(move |step| (job, step)));
            let mut calls = steps.flat_map(|(job, step)| calls_of(step, job).into_iter().map(move |call| (call, step)));
            match calls.next() {
                Some((call, inner)) => add(Means::Own(call), step.line, Some(inner)),
                // The tool's own action, in its own repository or as a copy.
                None if matches!(action.name.as_str(), "policy" | "policy-check") => {
                    add(Means::Action, step.line, None);
                }
                None => {}
            }
        }
    }
}

fn calls_of(step: &Step, job: &Job) -> Vec<Call> {
    let shell = Shell::of(step.shell.as_deref().or(job.shell.as_deref()), &job.runs_on);
    step.script.as_ref().map(|script| calls(script.text(), shell)).unwrap_or_default()
}
