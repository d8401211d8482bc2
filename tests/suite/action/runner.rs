//! GitHub's runner, as far as a composite action can see it: variables, the files that steps write to, steps that are
//! skipped after one that failed, outputs. Knows no rule about what the action should do.

use super::expressions::fill;
use crate::suite::harness;
use crate::suite::runner_log::{self, Command as LogCommand};
use policy::document::yaml::{self, Node, Value as Yaml};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the action meets.
#[derive(Clone)]
pub(super) struct Job {
    /// The action's tree.
    pub action: PathBuf,
    /// Beneath it are the runner's folders and files.
    pub folder: PathBuf,
    pub workspace: PathBuf,
    pub event_name: String,
    pub event: Value,
    pub sha: String,
    /// `github.action_repository`: empty for `uses: ./`.
    pub repository: String,
    /// What `with:` says.
    pub inputs: BTreeMap<String, String>,
    /// Variables of the job. They win over all but the runner's own.
    pub variables: Vec<(String, String)>,
    /// In place of the files of the last step.
    pub summary: Option<PathBuf>,
    pub output: Option<PathBuf>,
}

/// What the action did.
#[derive(Debug)]
pub(super) struct Outcome {
    /// 0, or the exit code of the step that failed.
    pub code: i32,
    pub log: String,
    /// Annotations, in order. No other command was in the log.
    pub annotations: Vec<LogCommand>,
    pub outputs: BTreeMap<String, String>,
    pub summary: String,
}

impl Outcome {
    pub(super) fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }

    /// The command line of the tool, as the log shows it; empty when it was not called.
    pub(super) fn command_line(&self) -> &str {
        self.log.lines().find(|line| line.starts_with("policy check ")).unwrap_or_default()
    }

    /// The files that annotations of this level are about.
    pub(super) fn files(&self, level: &str) -> Vec<&str> {
        self.annotations.iter().filter(|one| one.name == level).map(|one| one.property("file")).collect()
    }
}

impl Job {
    /// Sets an input.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Runs every step of the action.
    #[track_caller]
    pub(super) fn run(&self) -> Outcome {
        let manifest = manifest(&self.action);
        let temporary = self.folder.join("temp");
        std::fs::create_dir_all(&temporary).expect("a folder");
        let event = self.folder.join("event.json");
        std::fs::write(&event, self.event.to_string()).expect("the event");
        let mut contexts = json!({
            "inputs": self.all_inputs(&manifest),
            "github": {
                "event_name": self.event_name, "event": self.event, "sha": self.sha,
                "action_repository": self.repository,
            },
            "steps": {},
        });
        let (mut log, mut code, mut summary) = (String::new(), 0, String::new());
        let runs = map(&manifest["runs"]);
        assert_eq!(scalar(&runs["using"]), "composite");
        let Yaml::List(steps) = &runs["steps"].value else { panic!("steps are a list") };
        for (at, step) in steps.iter().enumerate() {
            let step = map(step);
            let id = scalar(&step["id"]);
            contexts["steps"][&id] = json!({ "outputs": {} });
            if code != 0 {
                continue;
            }
            let files = StepFiles::new(&self.folder, at);
            let is_last = at + 1 == steps.len();
            let output = self.output.clone().filter(|_| is_last).unwrap_or_else(|| files.output.clone());
            let written = self.summary.clone().filter(|_| is_last).unwrap_or_else(|| files.summary.clone());
            let script = self.folder.join(format!("step{at}.sh"));
            let run = scalar(&step["run"]);
            std::fs::write(&script, fill(&run, &contexts)).expect("a script");
            assert_eq!(scalar(&step["shell"]), "bash");
            let mut command = self.bash(&script, &temporary, &event);
            command.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &written);
            command.env("GITHUB_ENV", &files.env).env("GITHUB_PATH", &files.path);
            for (name, value) in map(&step["env"]) {
                command.env(name, fill(&scalar(&value), &contexts));
            }
            let ran = command.output().expect("bash");
            code = ran.status.code().unwrap_or(-1);
            log.push_str(&String::from_utf8_lossy(&ran.stdout));
            log.push_str(&String::from_utf8_lossy(&ran.stderr));
            for untouched in [&files.env, &files.path] {
                assert_eq!(std::fs::read(untouched).expect("a file"), b"", "the action sets nothing for other steps");
            }
            let outputs = read_outputs(&std::fs::read_to_string(&files.output).expect("outputs"));
            contexts["steps"][&id]["outputs"] = json!(outputs);
            if written.is_file() {
                summary = std::fs::read_to_string(&written).expect("a summary");
            }
        }
        let outputs = map(&manifest["outputs"]);
        let outputs = outputs.iter().map(|(name, one)| (name.clone(), fill(&scalar(&map(one)["value"]), &contexts)));
        let outputs: BTreeMap<String, String> = outputs.collect();
        let annotations = runner_log::read(&log);
        for one in &annotations {
            assert!(["error", "warning", "notice"].contains(&&*one.name), "the log holds {one:?}:\n{log}");
        }
        Outcome { code, log, annotations, outputs, summary }
    }

    fn bash(&self, script: &Path, temporary: &Path, event: &Path) -> Command {
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(script);
        command.current_dir(&self.workspace).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.folder.join("home"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.envs([("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_SERVER_URL", "https://github.com")]);
        command.env("GITHUB_ACTION_PATH", &self.action).env("GITHUB_WORKSPACE", &self.workspace);
        command.env("GITHUB_EVENT_NAME", &self.event_name).env("GITHUB_EVENT_PATH", event);
        command.env("GITHUB_SHA", &self.sha).env("GITHUB_REPOSITORY", "someone/project");
        command
            .env("RUNNER_TEMP", temporary)
            .env("RUNNER_OS", if cfg!(target_os = "macos") { "macOS" } else { "Linux" });
        command.env("RUNNER_ARCH", if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" });
        command
    }

    /// What was given, and the defaults of the rest.
    fn all_inputs(&self, manifest: &BTreeMap<String, Node>) -> Map<String, Value> {
        let declared = map(&manifest["inputs"]);
        for name in self.inputs.keys() {
            assert!(declared.contains_key(name), "no input `{name}`");
        }
        let value = |name: &String, one: &Node| match self.inputs.get(name) {
            Some(given) => given.clone(),
            None => scalar(&map(one)["default"]),
        };
        declared.iter().map(|(name, one)| (name.clone(), Value::String(value(name, one)))).collect()
    }
}

/// The files of one step.
struct StepFiles {
    output: PathBuf,
    summary: PathBuf,
    env: PathBuf,
    path: PathBuf,
}

impl StepFiles {
    fn new(folder: &Path, at: usize) -> Self {
        let file = |name: &str| {
            let file = folder.join(format!("{name}{at}"));
            harness::write(folder, &format!("{name}{at}"), b"");
            file
        };
        Self { output: file("output"), summary: file("summary"), env: file("env"), path: file("path") }
    }
}

/// `action.yml` as a map.
pub(super) fn manifest(action: &Path) -> BTreeMap<String, Node> {
    let text = std::fs::read_to_string(action.join("action.yml")).expect("action.yml");
    let mut mistakes = Vec::new();
    let tree = yaml::parse(&text, &mut mistakes);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    map(&tree.expect("YAML"))
}

#[track_caller]
pub(super) fn map(node: &Node) -> BTreeMap<String, Node> {
    let Yaml::Map(pairs) = &node.value else { panic!("a map, not {}", node.kind()) };
    pairs.iter().map(|(key, value)| (key.text.clone(), value.clone())).collect()
}

#[track_caller]
pub(super) fn scalar(node: &Node) -> String {
    let Yaml::Scalar { text, .. } = &node.value else { panic!("text, not {}", node.kind()) };
    text.clone()
}

/// Reads `name=value` and `name<<END` (`FileCommandManager.cs`).
fn read_outputs(text: &str) -> BTreeMap<String, String> {
    let (mut found, mut lines) = (BTreeMap::new(), text.lines());
    while let Some(line) = lines.next() {
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        if heredoc.is_some_and(|at| equals.is_none_or(|equals| at < equals)) {
            let (name, end) = line.split_once("<<").expect("both parts");
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            found.insert(name.to_owned(), value.join("\n"));
        } else if !line.is_empty() {
            let (name, value) = line.split_once('=').expect("name=value");
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found
}
