//! A repository with hooks in it: a policy, a first commit, the real pre-commit installed as the hook of git, and the
//! definitions of this project as a repository of their own. Knows pre-commit and git; must not know what is committed.

use crate::suite::harness::{self, Run, finish, skipped};
use crate::suite::tamper::repository::Repo;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What stands in the first commit.
const BASE: &[(&str, &str)] = &[
    ("policy.yaml", "version: 1\nexclude: [vendor/]\nrules:\n  http:\n    forbid: [requests]\n"),
    ("policy.baseline", "# policy-baseline 1\nhttp\told/legacy.py\tload\trequests\t0\n"),
    ("app/clean.py", "import os\n"),
    ("app/other.py", "import json\n"),
    ("old/legacy.py", "def load(url):\n    import requests\n\n    return requests.get(url)\n"),
    ("vendor/lib.py", "import requests\n"),
    ("requirements.txt", "httpx==0.28.1\n"),
];

/// Such a repository.
pub(super) struct Hooked {
    /// What is committed to.
    pub(super) repo: Repo,
    /// The definitions, with the revision that users would name.
    definitions: Repo,
    /// What comes first on the path.
    path: Vec<PathBuf>,
    environment: Vec<(String, String)>,
}

/// pre-commit, where it is installed.
pub(super) fn pre_commit(who: &str) -> bool {
    let run = Command::new("pre-commit").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = run.is_ok_and(|status| status.success());
    if !is_there {
        skipped(who, "no pre-commit");
    }
    is_there
}

impl Hooked {
    /// The first commit with these hooks of `policy-system`, which run the binary under test.
    pub(super) fn new(ids: &[&str]) -> Self {
        let hooked = Self::fresh(ids);
        let git = |arguments: &[&str]| hooked.repo.git(arguments);
        git(&["add", "--all"]);
        git(&["commit", "--quiet", "--no-verify", "-m", "base"]);
        hooked
    }

    /// The same before anything is committed.
    pub(super) fn fresh(ids: &[&str]) -> Self {
        let definitions = Repo::empty();
        let own = std::fs::read(harness::project().join(super::definitions::OWN)).expect("the definitions");
        definitions.git(&["init", "--quiet", "--template=", "-b", "main"]);
        definitions.write(super::definitions::OWN, own);
        definitions.commit();
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_policy"));
        Self::from(definitions, ids, vec![binary.parent().expect("a folder").to_owned()], &[])
    }

    /// Before anything is committed, with definitions of any kind.
    pub(super) fn from(definitions: Repo, ids: &[&str], path: Vec<PathBuf>, environment: &[(&str, &str)]) -> Self {
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let hooked = Self { repo: Repo::empty(), definitions, path, environment };
        hooked.repo.git(&["init", "--quiet", "--template=", "-b", "main"]);
        for (path, text) in BASE {
            hooked.repo.write(path, text);
        }
        hooked.take(ids);
        let installed = hooked.pre_commit(&["install"]);
        assert_eq!(installed.code, 0, "{}{}", installed.stdout, installed.stderr);
        hooked
    }

    /// Writes a configuration with these hooks.
    pub(super) fn take(&self, ids: &[&str]) {
        let hooks: String = ids.iter().map(|id| format!("      - id: {id}\n")).collect();
        let folder = self.definitions.folder();
        let revision = self.definitions.git(&["rev-parse", "HEAD"]);
        let text = format!("repos:\n  - repo: file://{}\n    rev: {revision}\n    hooks:\n{hooks}", folder.display());
        self.repo.write(".pre-commit-config.yaml", text);
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let machine = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(self.path.iter().cloned().chain(std::env::split_paths(&machine)));
        command.current_dir(self.repo.folder()).args(arguments).env_clear().stdin(Stdio::null());
        command.env("PATH", path.expect("a path")).env("HOME", self.repo.outside("home"));
        command.env("PRE_COMMIT_HOME", self.repo.outside("pre-commit")).env("PRE_COMMIT_COLOR", "never");
        command.envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("LC_ALL", "C.UTF-8")]);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b.example");
        }
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }

    /// What pre-commit says.
    pub(super) fn pre_commit(&self, arguments: &[&str]) -> Run {
        finish(&mut self.command("pre-commit", arguments))
    }

    /// What git says to a commit of what is staged; both streams in one text.
    pub(super) fn commit(&self, arguments: &[&str]) -> Run {
        let all: Vec<&str> = ["commit", "-m", "change"].iter().chain(arguments).copied().collect();
        let mut run = finish(&mut self.command("git", &all));
        run.stdout.push_str(&run.stderr);
        run
    }

    /// The commit passes, and the last one holds nothing that was refused.
    #[track_caller]
    pub(super) fn passes(&self, arguments: &[&str]) -> String {
        let before = self.head();
        let run = self.commit(arguments);
        assert!(run.code == 0 && self.head() != before, "refused: {}", run.stdout);
        run.stdout
    }

    /// The commit is refused with all of these words, and is not made.
    #[track_caller]
    pub(super) fn refuses(&self, words: &[&str]) -> String {
        let before = self.head();
        let run = self.commit(&[]);
        assert!(run.code != 0 && self.head() == before, "not refused: {}", run.stdout);
        for word in words {
            assert!(run.stdout.contains(word), "no {word:?} in: {}", run.stdout);
        }
        run.stdout
    }

    fn head(&self) -> String {
        let run = finish(&mut self.command("git", &["rev-parse", "--verify", "--quiet", "HEAD"]));
        run.stdout
    }
}
