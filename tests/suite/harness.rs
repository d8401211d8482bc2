//! Runs the built binary with a scrubbed environment, in temporary folders. Knows nothing of what is tested.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
    pub elapsed: Duration,
}

/// The binary, ready for arguments; nothing of the machine's environment reaches it.
pub(crate) fn policy(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_policy"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Runs the binary to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(policy(folder).args(arguments))
}

/// Runs a prepared command to its end.
pub(crate) fn finish(command: &mut Command) -> Run {
    let started = Instant::now();
    let output = command.output().expect("the binary starts");
    Run {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
        elapsed: started.elapsed(),
    }
}

/// Where the project lies.
pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A temporary folder that holds these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        write(folder.path(), path, text.as_bytes());
    }
    folder
}

/// Writes one file, with the folders above it.
pub(crate) fn write(folder: &Path, path: &str, bytes: &[u8]) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    std::fs::write(file, bytes).expect("a file");
}

/// Copies a folder with everything in it; links stay links.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a listing").flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().expect("a kind").is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("a copy");
        }
    }
}

/// A policy that forbids one library.
pub(crate) const FORBID_REQUESTS: &str = "version: 1\nrules:\n  http:\n    forbid: [requests]\n";

/// Pythons that may be at hand, newest first.
const PYTHONS: [&str; 6] = ["python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python3"];

/// A Python that is at hand, newest first. Without one the test says so loudly and is skipped; in CI that fails.
pub(crate) fn python(who: &str) -> Option<&'static str> {
    let works = |name: &&str| {
        let check = "import sys; sys.exit(sys.version_info < (3, 10))";
        let run = Command::new(name).args(["-c", check]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    let found = PYTHONS.into_iter().find(works);
    if found.is_none() {
        skipped(who, "no Python 3.10 or newer");
    }
    found
}

/// Where `.ci/run` puts Python packages that tests compare with.
pub(crate) fn peers() -> PathBuf {
    project().join("target/peers")
}

/// A Python that can import a module, from [`peers`] or its own; without one the test says so loudly and is skipped.
pub(crate) fn python_with(who: &str, module: &str) -> Option<&'static str> {
    let imports = |name: &&str| {
        let mut import = Command::new(name);
        import.args(["-c", &format!("import {module}")]).env("PYTHONPATH", peers());
        import.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let found = PYTHONS.into_iter().find(imports);
    if found.is_none() {
        skipped(who, &format!("no Python with `{module}`; `.ci/run` installs it"));
    }
    found
}

/// Ruff, where it is installed.
pub(crate) fn ruff(who: &str) -> Option<&'static str> {
    let run = Command::new("ruff").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = run.is_ok_and(|status| status.success()).then_some("ruff");
    if found.is_none() {
        skipped(who, "no ruff");
    }
    found
}

/// Says that a test could not run here; in CI, where everything is installed, that is a failure.
pub(crate) fn skipped(who: &str, why: &str) {
    eprintln!("\n*** SKIPPED {who}: {why} ***\n");
    assert!(std::env::var_os("CI").is_none(), "skipped in CI: {who}: {why}");
}
