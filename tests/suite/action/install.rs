//! How the tool gets there: by its exact version and the checksum in the action's own tree, or not at all.

use super::pulls::{Workspace, has_tools};
use super::releases::{self, VERSION, archive, release, stand_in};
use super::runner::{Job, Outcome};
use crate::suite::harness;
use crate::suite::tamper::repository::Repo;
use serde_json::json;

/// A job in a repository without findings.
fn job() -> (Workspace, Job) {
    let repo = Repo::base();
    repo.commit();
    let clone = Workspace(repo);
    let job = clone.job("push", json!({}), "");
    (clone, job)
}

fn platform() -> String {
    let arch = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86_64" };
    let musl = std::fs::read_dir("/lib").into_iter().flatten().flatten();
    let musl = { musl }.any(|entry| entry.file_name().to_string_lossy().starts_with("ld-musl-"));
    match (cfg!(target_os = "macos"), musl) {
        (true, _) => format!("{arch}-apple-darwin"),
        (_, true) => format!("{arch}-unknown-linux-musl"),
        _ => format!("{arch}-unknown-linux-gnu"),
    }
}

#[track_caller]
fn is_refused(outcome: &Outcome, words: &str) {
    assert_eq!((outcome.code, outcome.output("verdict"), outcome.output("exit-code")), (2, "incomplete", "2"));
    let told = outcome.annotations.iter().any(|one| one.name == "error" && one.data.contains(words));
    assert!(told, "{words:?} is not told:\n{}", outcome.log);
}

#[test]
fn the_released_binary_of_the_version() {
    if !has_tools("a release") {
        return;
    }
    let (_clone, job) = job();
    for version in ["", VERSION] {
        let outcome = job.clone().with("version", version).run();
        assert_eq!(outcome.code, 0, "{version:?}: {}", outcome.log);
        let said = format!("policy {VERSION}: policy-{VERSION}-{}.tar.gz, sha256 ", platform());
        assert!(outcome.log.contains(&said), "{}", outcome.log);
    }
    let ranges =
        ["this", "latest", "v0.1.0", "0", "0.1", ">=0.1.0", "0.1.0 ", "$(id)", "0.1.0/../../x", "0.1.0\n0.2.0", "-V"];
    for version in ranges {
        is_refused(&job.clone().with("version", version).run(), "is not an exact version");
    }
    is_refused(&job.with("version", "9.9.9").run(), "knows no released file of policy 9.9.9");
}

#[test]
fn the_real_binary_in_an_archive() {
    if !has_tools("a real archive") {
        return;
    }
    let (clone, job) = job();
    let binary = std::fs::read(env!("CARGO_BIN_EXE_policy")).expect("the binary");
    let folder = clone.0.outside("real");
    let tree = releases::without_release(&folder);
    release(&folder, &tree, &platform(), &binary);
    let outcome = Job { action: tree, ..job }.run();
    assert_eq!((outcome.code, outcome.output("verdict")), (0, "clean"), "{}", outcome.log);
}

#[test]
fn another_checksum_is_never_run() {
    if !has_tools("checksums") {
        return;
    }
    let (clone, job) = job();
    let marker = clone.0.outside("ran");
    let program = format!("#!/bin/sh\ntouch '{}'\necho 'policy {VERSION}'\n", marker.display());
    let name = format!("policy-{VERSION}-{}.tar.gz", platform());
    let file = archive(&job.folder, &name, &program);
    is_refused(&job.run(), "is not the one that this action knows");
    std::fs::write(&file, "no archive").expect("a file");
    is_refused(&job.run(), "is not the one that this action knows");
    // A table that does not name the file by its version, its name and a whole checksum, does not name it.
    for line in [
        "",
        "# {sum}  {version}  {name}",
        "{sum}  0.0.9  {name}",
        "{sum}  {version}  x{name}",
        "abc  {version}  {name}",
    ] {
        let line = line.replace("{sum}", &"0".repeat(64)).replace("{version}", VERSION).replace("{name}", &name);
        harness::write(&job.action, "action/checksums.txt", format!("{line}\n").as_bytes());
        let outcome = job.run();
        assert!(outcome.log.contains("no released file fits; it is built from the source"), "{line}: {}", outcome.log);
        assert_eq!(outcome.code, 2, "this tree has no source: {}", outcome.log);
    }
    assert!(!marker.exists());
}

#[test]
fn what_cannot_be_had_is_said_and_built() {
    if !has_tools("a release that is gone") {
        return;
    }
    let (_clone, job) = job();
    std::fs::remove_dir_all(job.folder.join("releases")).expect("the releases");
    let outcome = job.run();
    assert!(
        outcome.annotations.iter().any(|one| one.name == "warning" && one.data.contains("could not be downloaded"))
    );
    assert!(outcome.log.contains("it is built from the source"), "{}", outcome.log);
    // An action of the checked repository itself has no releases.
    let local = Job { repository: String::new(), ..job }.run();
    assert!(local.log.contains("it is built from the source"), "{}", local.log);
    assert!(local.annotations.iter().all(|one| one.name != "warning"), "{}", local.log);
}

#[test]
#[cfg(target_os = "linux")]
fn where_the_c_library_is_too_old_the_other_binary_runs() {
    if !has_tools("an old C library") {
        return;
    }
    let gnu = platform();
    if gnu.ends_with("musl") {
        return;
    }
    let (clone, job) = job();
    let folder = clone.0.outside("old");
    let tree = releases::without_release(&folder);
    release(&folder, &tree, &gnu, "#!/bin/sh\necho 'GLIBC_9.99 not found' >&2\nexit 1\n");
    release(&folder, &tree, &gnu.replace("gnu", "musl"), releases::real());
    let outcome = Job { action: tree, ..job }.run();
    assert!(outcome.log.contains("does not run here"), "{}", outcome.log);
    assert_eq!((outcome.code, outcome.output("verdict")), (0, "clean"), "{}", outcome.log);
}

#[test]
fn a_binary_of_another_version_is_not_taken() {
    if !has_tools("another version") {
        return;
    }
    let (clone, job) = job();
    let other = stand_in("exit 0").replace(VERSION, "0.0.9");
    let job = Job { action: releases::action(&clone.0.outside("other"), &other), ..job };
    let outcome = job.run();
    assert_eq!((outcome.code, outcome.output("verdict")), (2, "incomplete"), "{}", outcome.log);
    assert_eq!(outcome.command_line(), "");
}
