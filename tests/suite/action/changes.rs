//! What a pull request does to its own gate, or brings into the log, does not help it.

use super::pulls::{Origin, has_tools};
use super::runner::Outcome;
use crate::suite::tamper::repository::Repo;
use serde_json::json;

fn of(change: impl FnOnce(&Repo)) -> Outcome {
    Origin::new(change).pull_request().1.run()
}

#[track_caller]
fn finds(outcome: &Outcome, words: &str) {
    assert_eq!((outcome.code, outcome.output("verdict")), (1, "findings"), "{}", outcome.log);
    let told =
        |one: &crate::suite::runner_log::Command| one.property("title").contains(words) || one.data.contains(words);
    assert!(outcome.annotations.iter().any(told), "{words:?} is not told:\n{}", outcome.log);
}

#[test]
fn a_change_does_not_judge_itself() {
    if !has_tools("changes of the gate") {
        return;
    }
    finds(&of(|r| r.edit("policy.yaml", "[requests, aiohttp]", "[aiohttp]")), "policy/policy-weakened");
    let comment = "import requests  # policy: allow(http) -- because I say so\n";
    finds(&of(|r| r.write("app/new.py", comment)), "policy/policy-weakened");
    finds(&of(|r| r.append("policy.baseline", "http\tapp/new.py\t\trequests\t0\n")), "policy/policy-weakened");
    finds(
        &of(|r| {
            r.before(|base| base.write(".github/workflows/policy.yml", "on: pull_request\njobs: {}\n"));
            r.remove(".github/workflows/policy.yml");
            r.violate();
        }),
        "`requests` is forbidden",
    );
}

#[test]
fn without_a_policy_in_the_base_the_change_brings_one_in() {
    if !has_tools("a first policy") {
        return;
    }
    let start = || {
        let repo = Repo::base();
        repo.before(|base| {
            base.remove("policy.yaml");
            base.remove("policy.baseline");
        });
        repo
    };
    let origin = Origin::of(start(), |repo| {
        repo.write("policy.yaml", "version: 1\nrules:\n  http:\n    forbid: [requests]\n");
        repo.violate();
    });
    finds(&origin.pull_request().1.run(), "`requests` is forbidden");
    let nowhere = Origin::of(start(), Repo::violate).pull_request().1.run();
    assert_eq!((nowhere.code, nowhere.output("verdict")), (2, "incomplete"), "{}", nowhere.log);
    assert!(nowhere.log.contains("policy init"), "{}", nowhere.log);
}

#[test]
fn a_broken_policy_is_told_where_it_is_broken() {
    if !has_tools("a broken policy") {
        return;
    }
    let text = "version: 1\n##[error]pwned: 1\n::error::pwned: 2\n::stop-commands::x: 3\nrules: 4\n";
    let outcome = of(|repo| repo.write("policy.yaml", text));
    assert_eq!((outcome.code, outcome.output("verdict")), (2, "incomplete"), "{}", outcome.log);
    assert!(outcome.files("error").contains(&"policy.yaml"), "{}", outcome.log);
    assert!(outcome.annotations.iter().all(|one| !one.data.starts_with("pwned")), "{}", outcome.log);
}

#[test]
fn names_and_text_of_a_change_are_data() {
    if !has_tools("hostile names") {
        return;
    }
    let names = [
        "app/a\n::error title=x::pwned.py",
        "app/##[add-mask]pwned.py",
        "app/a,line=1::pwned%0A::warning::x.py",
        "app/$(touch pwned)`touch pwned`.py",
        "app/\u{202e}\u{1b}[31m.py",
        "app/-x \"' y.py",
    ];
    let origin = Origin::new(|repo| {
        for name in names {
            repo.write(name, "import requests  # ::error::pwned ##[error]pwned\n");
        }
    });
    let (clone, mut job) = origin.pull_request();
    let title = "$(touch pwned) `touch pwned`\n::error::pwned\n\"; touch pwned; '";
    job.event["pull_request"]["title"] = json!(title);
    job.event["pull_request"]["head"]["ref"] = json!("$(touch${IFS}pwned)");
    let outcome = job.run();
    assert_eq!((outcome.code, outcome.output("errors")), (1, "6"), "{}", outcome.log);
    assert_eq!(outcome.files("error").len(), names.len(), "{}", outcome.log);
    for one in &outcome.annotations {
        assert_eq!((&*one.name, one.property("line")), ("error", "1"), "{one:?}");
        assert!(one.data.starts_with("`requests` is forbidden"), "{one:?}");
    }
    let here = |folder: std::path::PathBuf| folder.join("pwned").exists();
    assert!(!here(clone.0.folder()) && !here(clone.0.outside("runner")));
}
