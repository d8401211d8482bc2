//! `pre-commit run` by hand and in pipelines: all files, a range of commits, and more files than one call takes.

use super::repository::{Hooked, pre_commit};

#[test]
fn all_files() {
    if !pre_commit("all_files") {
        return;
    }
    let hooked = Hooked::new(&["policy-system", "policy-system-manifests", "policy-system-project"]);
    let run = hooked.pre_commit(&["run", "--all-files"]);
    assert_eq!((run.code, run.stdout.matches("Passed").count()), (0, 3), "{}", run.stdout);
    hooked.repo.write("app/clean.py", "import requests\n");
    hooked.repo.write("requirements.txt", "requests\n");
    hooked.repo.git(&["commit", "--quiet", "--no-verify", "-am", "bad"]);
    let run = hooked.pre_commit(&["run", "--all-files"]);
    assert_eq!((run.code, run.stdout.matches("- exit code: 1").count()), (1, 3), "{}", run.stdout);
    assert!(run.stdout.contains("app/clean.py:1:8") && run.stdout.contains("requirements.txt:1:1"), "{}", run.stdout);
}

#[test]
fn a_range_of_commits() {
    if !pre_commit("a_range_of_commits") {
        return;
    }
    let hooked = Hooked::new(&["policy-system"]);
    let repo = &hooked.repo;
    let base = repo.git(&["rev-parse", "HEAD"]);
    repo.write("app/clean.py", "import requests\n");
    repo.git(&["commit", "--quiet", "--no-verify", "-am", "bad"]);
    let bad = repo.git(&["rev-parse", "HEAD"]);
    repo.write("app/other.py", "import sys\n");
    repo.git(&["commit", "--quiet", "--no-verify", "-am", "good"]);
    let range = |from: &str| hooked.pre_commit(&["run", "--from-ref", from, "--to-ref", "HEAD"]);
    let run = range(&base);
    assert!(run.code == 1 && run.stdout.contains("app/clean.py:1:8"), "{}", run.stdout);
    let run = range(&bad);
    assert!(run.code == 0 && run.stdout.contains("Passed"), "{}", run.stdout);
    let run = range("HEAD");
    assert!(run.code == 0 && run.stdout.contains("no files to check"), "{}", run.stdout);
}

#[test]
fn more_files_than_one_call_takes() {
    if !pre_commit("more_files_than_one_call_takes") {
        return;
    }
    let hooked = Hooked::new(&["policy-system"]);
    let repo = &hooked.repo;
    // Names are as long as file systems allow, so that 128 KiB of them are few files.
    let names: Vec<String> = (0..700).map(|at| format!("{}/{at:0>200}.py", "d".repeat(40))).collect();
    for name in &names {
        repo.write(name, "import os\n");
    }
    repo.git(&["add", "--all"]);
    let all = ["run", "--verbose", "--all-files"];
    let run = hooked.pre_commit(&all);
    let calls: Vec<usize> = run.stdout.lines().filter_map(checked).collect();
    assert!(run.code == 0 && calls.len() >= 2, "{calls:?} {}", run.stdout);
    // Three of the first commit that are judged, and the one that is excluded.
    assert_eq!(calls.iter().sum::<usize>(), 700 + 4, "each file once: {calls:?}");
    // One bad file among them fails the hook, whatever the other calls say.
    repo.write(&names[350], "import requests\n");
    let run = hooked.pre_commit(&all);
    assert!(run.code == 1 && run.stdout.contains("- exit code: 1"), "{}", run.stdout);
    // So does one that cannot be read, and then the whole is not to be trusted.
    repo.write(&names[3], b"# coding: utf-7\nimport requests\n");
    let run = hooked.pre_commit(&all);
    assert!(run.code == 1 && run.stdout.contains("- exit code: 2"), "{}", run.stdout);
    assert!(run.stdout.contains("error[http]"), "findings are told all the same: {}", run.stdout);
}

/// How many files a line of a summary speaks of.
fn checked(line: &str) -> Option<usize> {
    let (before, _) = line.split_once(" files checked")?;
    before.rsplit(' ').next()?.parse().ok()
}
