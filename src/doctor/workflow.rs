//! GitHub workflows and composite actions as data: triggers, jobs, steps (GitHub docs, "Workflow syntax for GitHub Actions"). Knows
//! every spelling of these; must not know what they are looked at for.

use super::yaml_file::{self, Lines};
use crate::excerpt::Excerpt;
use crate::readers::tree::{Item, Value};
use crate::repo_path::RepoPath;

/// A workflow, or an action.
#[derive(Default)]
pub struct Workflow {
    /// Where it lies.
    pub(super) path: RepoPath,
    /// What it calls itself.
    pub(super) name: String,
    /// What starts it.
    pub(super) triggers: Vec<Trigger>,
    /// Its jobs; an action is one job.
    pub(super) jobs: Vec<Job>,
    /// What of it could not be read, with the line.
    pub(super) trouble: Option<(u32, String)>,
}

/// What starts a workflow.
pub(super) struct Trigger {
    pub(super) event: String,
    pub(super) line: u32,
    /// Its filters: `branches`, `paths`, `types` and their likes.
    pub(super) filters: Vec<(String, Vec<String>)>,
}

impl Trigger {
    /// The values of a filter.
    pub(super) fn filter(&self, name: &str) -> Option<&[String]> {
        self.filters.iter().find(|(own, _)| own == name).map(|(_, values)| values.as_slice())
    }
}

/// A job.
#[derive(Default)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) line: u32,
    pub(super) condition: Option<String>,
    /// `continue-on-error`, as written.
    pub(super) tolerates: Option<String>,
    pub(super) needs: Vec<String>,
    /// A workflow that it calls.
    pub(super) calls: Option<String>,
    /// The shell of its scripts.
    pub(super) shell: Option<String>,
    pub(super) runs_on: String,
    /// The folder of its scripts.
    pub(super) folder: Option<String>,
    /// Variables of the workflow and of the job.
    pub(super) env: Vec<(String, String)>,
    /// Why it never runs.
    pub(super) fault: Option<&'static str>,
    /// Why it may not run.
    pub(super) doubt: Option<&'static str>,
    pub(super) steps: Vec<Step>,
}

/// A step.
#[derive(Default)]
pub(super) struct Step {
    pub(super) line: u32,
    pub(super) condition: Option<String>,
    pub(super) tolerates: Option<String>,
    /// The action that it uses.
    pub(super) uses: Option<String>,
    pub(super) with: Vec<(String, String)>,
    pub(super) script: Option<Excerpt<'static>>,
    /// The line on which the script begins.
    pub(super) script_line: u32,
    pub(super) shell: Option<String>,
    pub(super) folder: Option<String>,
    pub(super) env: Vec<(String, String)>,
}

impl Step {
    /// An input of its action.
    pub(super) fn input(&self, name: &str) -> Option<&str> {
        self.with.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Workflow {
    /// Reads a file. What cannot be read of it is its trouble.
    #[must_use]
    pub fn read(path: RepoPath, content: &Result<Vec<u8>, String>) -> Self {
        let (text, tree) = match yaml_file::read(content) {
            Ok(read) => read,
            Err((line, why)) => return Self { path, trouble: Some((line, why)), ..Self::default() },
        };
        let lines = Lines { text };
        let root = &tree.root;
        let outer = Outer { shell: default(root, "shell"), folder: default(root, "working-directory"), env: env(root) };
        let mut jobs: Vec<Job> = Vec::new();
        for (id, job) in root.get("jobs").map(Item::entries).unwrap_or_default() {
            jobs.push(read_job(id.text(), lines.of(id.start(0)), job, &outer, lines));
        }
        // A composite action.
        if let Some(runs) = root.get("runs") {
            let job = read_job("runs", lines.of(runs.span.start), runs, &Outer::default(), lines);
            jobs.push(Job { fault: None, ..job });
        }
        let triggers = root.get("on").map(|on| read_triggers(on, lines)).unwrap_or_default();
        let name = root.text_of("name").unwrap_or_default().to_owned();
        Self { path, name, triggers, jobs, trouble: None }
    }

    pub(super) fn path(&self) -> &RepoPath {
        &self.path
    }

    /// The action of one's own that a step uses, as a folder from the top.
    #[must_use]
    pub fn local_actions(&self) -> Vec<RepoPath> {
        let uses = self.jobs.iter().flat_map(|job| &job.steps).filter_map(|step| step.uses.as_deref());
        uses.filter_map(local).collect()
    }
}

/// A path of one's own: `./` or `./folder`.
pub(super) fn local(uses: &str) -> Option<RepoPath> {
    let rest = uses.strip_prefix("./")?;
    let mut path = RepoPath::default();
    for segment in rest.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
        if segment == ".." {
            return None;
        }
        path = path.join(segment.as_bytes());
    }
    Some(path)
}

fn read_triggers(on: &Item<'static>, lines: Lines<'_>) -> Vec<Trigger> {
    let bare = |item: &Item<'static>| {
        let event = item.text()?.text().to_owned();
        Some(Trigger { event, line: lines.of(item.span.start), filters: Vec::new() })
    };
    match &on.value {
        Value::Text(_) => bare(on).into_iter().collect(),
        Value::List(items) => items.iter().filter_map(bare).collect(),
        Value::Map(entries) => entries.iter().map(|(event, value)| read_trigger(event, value, lines)).collect(),
        Value::Other => Vec::new(),
    }
}

fn read_trigger(event: &Excerpt<'static>, value: &Item<'static>, lines: Lines<'_>) -> Trigger {
    let filters = value.entries().iter().map(|(name, value)| (name.text().to_owned(), texts(value))).collect();
    Trigger { event: event.text().to_owned(), line: lines.of(event.start(0)), filters }
}

/// One text, or those of a list.
fn texts(item: &Item<'static>) -> Vec<String> {
    let own = item.text().filter(|text| !text.is_empty()).map(|text| text.text().to_owned());
    let listed = item.items().iter().filter_map(Item::text).map(|text| text.text().to_owned());
    own.into_iter().chain(listed).collect()
}

/// What a workflow sets for its jobs.
#[derive(Default)]
struct Outer {
    shell: Option<String>,
    folder: Option<String>,
    env: Vec<(String, String)>,
}

fn default(item: &Item<'static>, key: &str) -> Option<String> {
    item.get("defaults")?.get("run")?.text_of(key).map(str::to_owned)
}

fn env(item: &Item<'static>) -> Vec<(String, String)> {
    pairs(item, "env")
}

fn pairs(item: &Item<'static>, key: &str) -> Vec<(String, String)> {
    let entries = item.get(key).map(Item::entries).unwrap_or_default();
    entries.iter().map(|(key, value)| (key.text().to_owned(), texts(value).join(" "))).collect()
}

/// Why a job never runs, and why it may not.
fn faults(job: &Item<'static>) -> (Option<&'static str>, Option<&'static str>) {
    let steps = job.get("steps").map(Item::items).unwrap_or_default();
    let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
    let axes = matrix.map(Item::entries).unwrap_or_default();
    let is_empty = |value: &Item<'static>| matches!(&value.value, Value::List(items) if items.is_empty());
    let fault = match () {
        () if job.get("runs-on").is_none() && job.get("uses").is_none() => {
            Some("the job has no `runs-on`: GitHub refuses the workflow")
        }
        () if steps.iter().any(|step| step.get("uses").is_some() && step.get("run").is_some()) => {
            Some("a step has both `uses` and `run`: GitHub refuses the workflow")
        }
        () if axes.iter().any(|(_, value)| is_empty(value)) => Some("`matrix` has an empty list: the job never runs"),
        () => None,
    };
    let is_open = |item: &Item<'static>| item.text().is_some_and(|text| text.text().contains("${{"));
    let doubt = match matrix {
        Some(matrix) if is_open(matrix) || axes.iter().any(|(_, value)| is_open(value)) => {
            Some("an expression says what `matrix` holds: with nothing in it, the job never runs")
        }
        Some(matrix) if matrix.get("exclude").is_some() => Some("`exclude` may leave nothing of `matrix`"),
        _ => None,
    };
    (fault, doubt)
}

fn read_job(id: &str, line: u32, job: &Item<'static>, outer: &Outer, lines: Lines<'_>) -> Job {
    let text = |key: &str| job.text_of(key).map(str::to_owned);
    let (fault, doubt) = faults(job);
    let mut runs_on = job.get("runs-on").map(|item| texts(item).join(" ")).unwrap_or_default();
    if runs_on.contains("${{") {
        // Any of the systems that the matrix names.
        let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
        let systems = matrix.into_iter().flat_map(Item::entries).flat_map(|(_, value)| {
            texts(value).into_iter().chain(value.items().iter().flat_map(Item::entries).flat_map(|(_, own)| texts(own)))
        });
        runs_on.extend(systems.map(|system| format!(" {system}")));
    }
    let steps = job.get("steps").map(Item::items).unwrap_or_default();
    Job {
        id: id.to_owned(),
        line,
        condition: text("if"),
        tolerates: text("continue-on-error"),
        needs: job.get("needs").map(texts).unwrap_or_default(),
        calls: text("uses"),
        shell: default(job, "shell").or_else(|| outer.shell.clone()),
        folder: default(job, "working-directory").or_else(|| outer.folder.clone()),
        env: outer.env.iter().cloned().chain(env(job)).collect(),
        fault,
        doubt,
        runs_on,
        steps: steps.iter().map(|step| read_step(step, lines)).collect(),
    }
}

fn read_step(step: &Item<'static>, lines: Lines<'_>) -> Step {
    let text = |key: &str| step.text_of(key).map(str::to_owned);
    let first = step.entries().first().map_or(step.span.start, |(key, _)| key.start(0));
    let script = step.get("run").and_then(Item::text).cloned();
    Step {
        line: lines.of(first),
        script_line: script.as_ref().map_or(0, |script| lines.of(script.start(0))),
        condition: text("if"),
        tolerates: text("continue-on-error"),
        uses: text("uses"),
        with: pairs(step, "with"),
        script,
        shell: text("shell"),
        folder: text("working-directory"),
        env: env(step),
    }
}
