//! Each input does what `action.yml` says, and none is ever code.

use super::pulls::{Origin, Workspace, has_tools};
use super::runner::{Job, Outcome};
use crate::suite::tamper::repository::Repo;
use serde_json::json;

/// A full run over a tree with one finding in `app`.
pub(super) fn full_run() -> (Workspace, Job) {
    let origin = Origin::new(|repo| {
        repo.write("app/new.py", "import requests\n");
        repo.write("other place/new.py", "import aiohttp\n");
    });
    let clone = origin.checkout("refs/pull/7/merge", 1);
    let job = clone.job("push", json!({}), &origin.merge);
    (clone, job)
}

/// Runs the same job with these inputs.
pub(super) fn again(job: &Job, inputs: &[(&str, &str)]) -> Outcome {
    inputs.iter().fold(job.clone(), |job, (name, value)| job.with(name, value)).run()
}

#[track_caller]
pub(super) fn is_incomplete(outcome: &Outcome, words: &str) {
    assert_eq!((outcome.code, outcome.output("verdict"), outcome.output("sarif")), (2, "incomplete", ""));
    assert!(outcome.log.contains(words), "{words:?} is not told:\n{}", outcome.log);
    assert!(outcome.annotations.iter().any(|one| one.name == "error"), "{}", outcome.log);
}

#[test]
fn inputs_reach_the_tool() {
    if !has_tools("inputs") {
        return;
    }
    let (_clone, job) = full_run();
    let both = ["app/new.py", "other place/new.py"];
    assert_eq!(again(&job, &[]).files("error"), both);
    assert_eq!(again(&job, &[("paths", "app \n 'other place'")]).files("error"), both);
    assert_eq!(again(&job, &[("paths", "other\\ place")]).files("error"), both[1..]);
    assert_eq!(again(&job, &[("args", "--rule payments")]).output("verdict"), "clean");
    assert_eq!(again(&job, &[("policy", "policy.yaml")]).files("error"), both);
    is_incomplete(&again(&job, &[("policy", "--help")]), "--help");
    let never = again(&job, &[("fail-level", "never")]);
    assert_eq!((never.code, never.output("verdict"), never.output("errors")), (0, "findings", "2"));
    is_incomplete(&again(&job, &[("fail-level", "loud")]), "loud");
    for name in ["new-only", "policy-from-base", "sarif", "summary"] {
        is_incomplete(&again(&job, &[(name, "yes")]), "neither `true` nor `false`");
    }
}

#[test]
fn paths_and_arguments_are_never_code() {
    if !has_tools("hostile inputs") {
        return;
    }
    let (clone, job) = full_run();
    let hostile = [
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned",
        "app; touch pwned #",
        "app && touch pwned",
        "app | tee pwned",
        "app > pwned",
        "\"$(touch pwned)\"",
        "app/*.py",
        "app/{new,clean}.py",
        "~",
        "$HOME",
        "--output=pwned",
        "-o pwned",
        "app\n$(touch pwned)\n::error::pwned",
        "${{ github.token }}",
    ];
    for text in hostile {
        let outcome = again(&job, &[("paths", text)]);
        is_incomplete(&outcome, "does not exist");
        assert!(!clone.0.folder().join("pwned").exists(), "{text}");
        if !text.contains("-o") {
            is_incomplete(&again(&job, &[("args", text)]), "");
            assert!(!clone.0.folder().join("pwned").exists(), "{text}");
        }
    }
    for open in ["'app", "\"app", "app\\"] {
        is_incomplete(&again(&job, &[("paths", open)]), "open quote");
        is_incomplete(&again(&job, &[("args", open)]), "open quote");
    }
}

#[test]
fn arguments_that_ask_for_something_else_are_no_verdict() {
    if !has_tools("other arguments") {
        return;
    }
    let (_clone, job) = full_run();
    for text in ["--help", "--files", "--format json", "--since HEAD --since HEAD", "--report nonsense"] {
        is_incomplete(&again(&job, &[("args", text)]), "not complete");
    }
}

#[test]
fn the_working_directory_stays_in_the_workspace() {
    if !has_tools("a working directory") {
        return;
    }
    let (clone, job) = full_run();
    let outcome = again(&job, &[("working-directory", "app"), ("paths", "new.py")]);
    assert_eq!(outcome.files("error"), ["app/new.py"], "paths of annotations begin at the top: {}", outcome.log);
    std::fs::create_dir(clone.0.outside("secret")).expect("a folder");
    clone.0.link("../secret", "way-out");
    for folder in ["..", "way-out", "app/../..", "nowhere", "$(pwd)", "-"] {
        is_incomplete(&again(&job, &[("working-directory", folder)]), "the workspace");
    }
    let absolute = clone.0.folder().join("app");
    for folder in ["/etc", absolute.to_str().expect("a name"), "D:\\a\\app"] {
        is_incomplete(&again(&job, &[("working-directory", folder)]), "write it relative to the workspace");
        is_incomplete(&again(&job, &[("paths", &format!("'{folder}'"))]), "write it relative to the workspace");
    }
}

#[test]
fn a_monorepo_is_judged_from_one_of_its_folders() {
    if !has_tools("a monorepo") {
        return;
    }
    let repo = Repo::base();
    repo.before(|base| {
        for file in ["policy.yaml", "policy.baseline"] {
            base.remove(file);
        }
        base.write("services/a/policy.yaml", "version: 1\nrules:\n  http:\n    forbid: [requests]\n");
        base.write("services/a/old.py", "import requests\n");
        base.write("services/b/policy.yaml", "version: 1\nrules:\n  clock:\n    forbid: [pytz]\n");
    });
    let origin = Origin::of(repo, |change| {
        change.write("services/a/new.py", "import requests\nimport pytz\n");
        change.write("services/b/new.py", "import requests\nimport pytz\n");
    });
    let (_clone, job) = origin.pull_request();
    for (folder, file, line) in [("services/a", "services/a/new.py", "1"), ("services/b", "services/b/new.py", "2")] {
        let outcome = again(&job, &[("working-directory", folder)]);
        assert_eq!(outcome.files("error"), [file], "{}", outcome.log);
        assert_eq!(outcome.annotations[0].property("line"), line);
    }
}
