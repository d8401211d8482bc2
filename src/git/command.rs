//! Starts git. Knows which of its settings could run something, ask somebody or change an answer, and switches them off; must
//! not know what is asked.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Settings that are off whatever the repository says (git-config(1)). The user's own files stay in force: they may name
/// safe directories.
const SETTINGS: [&str; 22] = [
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.askPass=",
    "core.gitProxy=",
    "core.alternateRefsCommand=true",
    "core.attributesFile=/dev/null",
    "core.commitGraph=false",
    "core.warnAmbiguousRefs=true",
    "core.quotePath=false",
    "credential.helper=",
    "protocol.allow=never",
    "diff.external=",
    "diff.relative=false",
    "diff.noprefix=false",
    "diff.orderFile=/dev/null",
    "diff.renames=true",
    "diff.renameLimit=5000",
    "diff.suppressBlankEmpty=false",
    "log.showSignature=false",
];

/// Variables that could lead git elsewhere. `GIT_INDEX_FILE` stays: inside a hook it names what is about to be committed.
const VARIABLES: [&str; 20] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_PAGER",
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_EXEC_PATH",
    "GIT_TRACE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
];

/// Why git gave no answer, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError {
    /// What is wrong.
    pub what: String,
    /// The cure.
    pub help: String,
}

impl GitError {
    /// An error with its cure.
    #[must_use]
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

/// A repository, by the top of its work tree.
#[derive(Clone, Debug)]
pub struct Git {
    top: PathBuf,
}

/// What a finished command gave.
pub(super) struct Answered {
    pub(super) is_success: bool,
    pub(super) out: Vec<u8>,
    pub(super) err: String,
}

impl Git {
    /// The repository whose work tree has this top.
    #[must_use]
    pub fn at(top: &Path) -> Self {
        Self { top: top.to_path_buf() }
    }

    /// The top of the work tree.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.top).arg("--no-pager").arg("--literal-pathspecs");
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        command.args(arguments);
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            // Whatever else the configuration allows: nothing is ever fetched.
            .env("GIT_ALLOW_PROTOCOL", "")
            .env("GIT_GRAFT_FILE", "/dev/null");
        command
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// When git cannot be started, or refuses the repository.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answered, GitError> {
        let output = self.command(arguments).stdin(Stdio::null()).output().map_err(|error| not_started(&error))?;
        let err = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if !output.status.success() {
            refused(&err)?;
        }
        Ok(Answered { is_success: output.status.success(), out: output.stdout, err })
    }

    /// Runs a command that has to succeed.
    ///
    /// # Errors
    /// In git's own words, when it does not.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let answered = self.ask(arguments)?;
        if answered.is_success {
            return Ok(answered.out);
        }
        let verb = arguments.first().copied().unwrap_or_default();
        let said = answered.err.lines().next().unwrap_or("no reason given").to_owned();
        Err(GitError::new(
            format!("git {verb} failed: {said}"),
            "try the command by hand: `git fsck` tells whether the repository is whole",
        ))
    }

    /// Starts a command that goes on while it is asked.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(super) fn start(&self, arguments: &[&str]) -> Result<Child, GitError> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|error| not_started(&error))
    }
}

fn not_started(error: &io::Error) -> GitError {
    if error.kind() == io::ErrorKind::NotFound {
        return GitError::new("git is not installed, or not on the path", "install git: it knows what changed");
    }
    GitError::new(format!("git cannot be started: {error}"), "install git, or mend its rights")
}

/// What git says when it will have nothing to do with a repository.
fn refused(err: &str) -> Result<(), GitError> {
    if err.contains("dubious ownership") {
        let help = "the repository belongs to another user: `git config --global --add safe.directory PATH` trusts it";
        return Err(GitError::new("git refuses this repository, since somebody else owns it", help));
    }
    if err.contains("not a git repository") {
        let help = "run inside a git work tree, or leave out `--since`, `--staged` and `--policy-ref`";
        return Err(GitError::new("this is no git repository", help));
    }
    if err.contains("bare repository") || err.contains("must be run in a work tree") {
        return Err(GitError::new("this repository has no work tree", "check it out: `git worktree add DIR`"));
    }
    Ok(())
}
