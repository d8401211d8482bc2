//! Small real git repositories: a base commit on `main`, a change on `pr`, and the gate that judges the change. Knows
//! git and the base; must not know which changes there are.

use crate::suite::harness::{self, Run};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What stands on `main`. `wrapper/` may use `requests`; `old/legacy.py` still does, twice.
const BASE: &[(&str, &str)] = &[
    ("policy.yaml", POLICY),
    ("rules/team.yaml", "version: 1\nrules:\n  json:\n    forbid: [simplejson]\n"),
    (
        "policy.baseline",
        "# policy-baseline 1\nhttp\told/legacy.py\tload\trequests\t0\nhttp\told/legacy.py\tsend\trequests\t0\n",
    ),
    ("old/legacy.py", LEGACY),
    ("app/__init__.py", ""),
    ("app/clean.py", "import os\n\nHOME = os.environ.get(\"HOME\")\n"),
    ("app/uses.py", "from wrapper import http\n\nprint(http(\"https://example.org\"))\n"),
    ("wrapper/__init__.py", "from .client import http\n"),
    ("wrapper/client.py", "import requests\n\n\ndef http(url):\n    return requests.get(url, timeout=5)\n"),
    ("requirements.txt", "httpx==0.28.1\n"),
    (".gitignore", "generated/\n*.tmp.py\n"),
    ("README.md", "A small service.\n"),
];

pub(crate) const POLICY: &str = "\
version: 1
extends: [rules/team.yaml]
rules:
  http:
    forbid: [requests, aiohttp]
    allow-in: [/wrapper/]
    contexts: { dynamic: error, string: error }
  payments:
    forbid: [stripe]
    suppressible: false
  clock:
    forbid: [pytz]
    level: error
    max-suppressions: 1
";

pub(crate) const LEGACY: &str = "\
def load(url):
    import requests

    return requests.get(url)


def send(url):
    import requests

    return requests.post(url)
";

/// What the gate is asked in the checkout of a pull request.
pub(crate) const GATE: &[&str] = &["check", "--since", "main", "--policy-ref", "main", "--format", "concise"];

/// A repository in a temporary folder, with a home of its own beside it.
pub(crate) struct Repo {
    temp: TempDir,
    is_committed: Cell<bool>,
}

impl Repo {
    /// A folder without anything.
    pub(crate) fn empty() -> Self {
        let temp = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(temp.path().join("home")).expect("a home");
        std::fs::create_dir_all(temp.path().join("repo")).expect("a folder");
        Self { temp, is_committed: Cell::new(false) }
    }

    /// The base commit on `main`, and `pr` checked out, with nothing of its own yet.
    pub(crate) fn base() -> Self {
        let repo = Self::empty();
        repo.git(&["init", "--quiet", "--template=", "-b", "main"]);
        for (path, text) in BASE {
            repo.write(path, text);
        }
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "-m", "base"]);
        repo.git(&["checkout", "--quiet", "-b", "pr"]);
        repo
    }

    /// The same repository in another place.
    pub(crate) fn another(&self) -> Self {
        let copy = Self::empty();
        harness::copy(&self.folder(), &copy.folder());
        copy
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.temp.path().join("repo")
    }

    /// A place outside of the repository.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// The real git, with nothing of the machine's settings.
    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new("git");
        command.current_dir(folder).env_clear().stdin(Stdio::null()).env("HOME", self.outside("home"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("LC_ALL", "C")]);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b.example");
            command.env(format!("GIT_{who}_DATE"), "2026-01-05T12:00:00Z");
        }
        command
    }

    /// What git says; it must succeed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.command(&self.folder()).args(arguments).output().expect("git is there");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Git, where it may fail.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> bool {
        self.command(&self.folder()).args(arguments).output().expect("git is there").status.success()
    }

    #[track_caller]
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        harness::write(&self.folder(), path, text.as_ref());
    }

    /// Replaces text that must be there.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.folder().join(path)).expect("the file");
        assert!(text.contains(from), "{path} does not hold {from:?}");
        self.write(path, text.replacen(from, to, 1));
    }

    #[track_caller]
    pub(crate) fn append(&self, path: &str, text: &str) {
        let mut whole = std::fs::read(self.folder().join(path)).unwrap_or_default();
        whole.extend_from_slice(text.as_bytes());
        self.write(path, whole);
    }

    #[track_caller]
    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.folder().join(path)).expect("the file");
    }

    #[cfg(unix)]
    #[track_caller]
    pub(crate) fn link(&self, target: &str, path: &str) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::os::unix::fs::symlink(target, path).expect("a link");
    }

    /// The violation that is to get past the gate.
    #[track_caller]
    pub(crate) fn violate(&self) {
        self.write("app/new.py", "import requests\n");
    }

    /// Commits everything, ignored files too if they were added before.
    #[track_caller]
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.commit_index();
    }

    /// Commits what the index holds, whatever the work tree holds.
    #[track_caller]
    pub(crate) fn commit_index(&self) {
        self.git(&["commit", "--quiet", "--allow-empty", "-m", "change"]);
        self.is_committed.set(true);
    }

    /// Commits everything, unless the change has done so in its own way.
    #[track_caller]
    pub(crate) fn settle(&self) {
        if !self.is_committed.get() {
            self.commit();
        }
    }

    /// Puts an entry into the index that the work tree need not have.
    #[track_caller]
    pub(crate) fn stage(&self, mode: &str, path: &str, text: &str) {
        let blob = self.outside("blob");
        std::fs::write(&blob, text).expect("a file");
        let id = self.git(&["hash-object", "-w", "--no-filters", blob.to_str().expect("a name")]);
        self.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{path}")]);
    }

    /// Adds to `main` first, and starts `pr` anew from there.
    #[track_caller]
    pub(crate) fn before(&self, change: impl FnOnce(&Self)) {
        self.on_main(change);
        self.git(&["checkout", "--quiet", "-B", "pr", "main"]);
    }

    /// Adds to `main` while `pr` stays where it began.
    #[track_caller]
    pub(crate) fn meanwhile(&self, change: impl FnOnce(&Self)) {
        self.on_main(change);
        self.git(&["checkout", "--quiet", "pr"]);
    }

    #[track_caller]
    fn on_main(&self, change: impl FnOnce(&Self)) {
        self.git(&["checkout", "--quiet", "main"]);
        change(self);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "-m", "main goes on"]);
    }

    /// The gate, as a workflow asks it.
    pub(crate) fn gate(&self) -> Run {
        self.policy(GATE)
    }

    pub(crate) fn policy(&self, arguments: &[&str]) -> Run {
        self.policy_in(&self.folder(), arguments)
    }

    pub(crate) fn policy_in(&self, folder: &Path, arguments: &[&str]) -> Run {
        harness::finish(self.prepared(folder).args(arguments))
    }

    /// The binary with what it needs to find git, and nothing else.
    pub(crate) fn prepared(&self, folder: &Path) -> Command {
        let mut command = harness::policy(folder);
        command.env("HOME", self.outside("home")).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    /// Every file beneath the repository, `.git` too, with its bytes. A run of the gate changes none.
    pub(crate) fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut open, mut files) = (vec![self.folder()], BTreeMap::new());
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).expect("a listing").flatten() {
                let kind = entry.file_type().expect("a kind");
                if kind.is_dir() {
                    open.push(entry.path());
                } else if kind.is_file() {
                    files.insert(entry.path(), std::fs::read(entry.path()).expect("a file"));
                }
            }
        }
        files
    }
}

/// The exit codes that a change may end with.
pub(crate) type Codes = &'static [i32];
/// The change is complete, and has findings.
pub(crate) const FOUND: Codes = &[1];
/// The change cannot be judged.
pub(crate) const STOPPED: Codes = &[2];
/// Either is right; silence is not.
pub(crate) const EITHER: Codes = &[1, 2];
/// Nothing is wrong with it.
pub(crate) const PASSED: Codes = &[0];

/// A name, the exit codes that are right, the words that must be told, and the change.
pub(crate) type Case = (&'static str, Codes, &'static str, fn(&Repo));

/// Makes every change in a repository of its own, and tells of all that the gate did not judge as expected.
#[track_caller]
pub(crate) fn judge(cases: &[Case]) {
    let base = Repo::base();
    let judged = cases.iter().map(|(name, codes, words, change)| judge_one(&base, name, codes, words, change));
    let wrong: String = judged.collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What is wrong with the verdict about one change; nothing if it is as expected.
#[track_caller]
pub(crate) fn judge_one(base: &Repo, name: &str, codes: Codes, words: &str, change: &dyn Fn(&Repo)) -> String {
    let repo = base.another();
    change(&repo);
    repo.settle();
    let before = repo.state();
    let run = repo.gate();
    let mut complaint = compare(name, &run, codes, words);
    if before != repo.state() {
        complaint.push_str(&format!("--- {name}: the run wrote into the repository\n"));
    }
    complaint
}

/// What is wrong with a run; nothing if it ended as expected.
pub(crate) fn compare(name: &str, run: &Run, codes: &[i32], words: &str) -> String {
    let told = format!("{}{}", run.stdout, run.stderr);
    let missing: Vec<&str> = words.split_whitespace().filter(|word| !told.contains(word)).collect();
    if codes.contains(&run.code) && missing.is_empty() {
        return String::new();
    }
    format!("--- {name}: exit code {}, expected {codes:?}; not told: {missing:?}\n{told}\n", run.code)
}

/// A notebook with one cell.
pub(crate) fn notebook(line: &str) -> String {
    let cell = format!(r#"{{"cell_type": "code", "source": ["{line}"], "metadata": {{}}, "outputs": []}}"#);
    format!("{{\"cells\": [{cell}], \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5}}\n")
}
