//! Which commits each event compares, and what is refused: a change is judged against a commit that the event vouches
//! for, or not at all.

use super::pulls::{Origin, Workspace, has_tools, push};
use super::runner::{Job, Outcome};
use crate::suite::tamper::repository::Repo;
use serde_json::{Value, json};

/// A pull request that brings a finding in, onto a base that has one already.
fn violating() -> Origin {
    let repo = Repo::base();
    repo.before(|base| base.write("app/older.py", "import requests\n"));
    Origin::of(repo, Repo::violate)
}

#[track_caller]
fn is_judged(outcome: &Outcome, base: &str) {
    let line = outcome.command_line();
    assert!(line.contains(&format!(" --since {base} ")), "{line}\n{}", outcome.log);
    assert!(line.contains(&format!(" --policy-ref {base} ")), "{line}");
    assert_eq!(outcome.files("error"), ["app/new.py"], "{}", outcome.log);
    assert_eq!((outcome.code, outcome.output("verdict"), outcome.output("errors")), (1, "findings", "1"));
    assert_eq!(outcome.output("exit-code"), "1");
}

#[track_caller]
fn is_refused(outcome: &Outcome, words: &str) {
    assert_eq!((outcome.code, outcome.output("verdict"), outcome.output("exit-code")), (2, "incomplete", "2"));
    assert_eq!(outcome.command_line(), "", "the tool is not called");
    let told = outcome.annotations.iter().any(|one| one.name == "error" && one.data.contains(words));
    assert!(told, "{words:?} is not told:\n{}", outcome.log);
}

#[test]
fn the_merge_of_a_pull_request_at_depth_two() {
    if !has_tools("the merge of a pull request") {
        return;
    }
    let origin = violating();
    let (_clone, job) = origin.pull_request();
    is_judged(&job.run(), &origin.base);
    // The base went on after the event: the merge knows better.
    let mut late = origin.event();
    late["pull_request"]["base"]["sha"] = json!("1".repeat(40));
    is_judged(&Job { event: late, ..job }.run(), &origin.base);
}

#[test]
fn a_clean_pull_request() {
    if !has_tools("a clean pull request") {
        return;
    }
    let origin = Origin::new(|repo| repo.append("app/clean.py", "import json\n"));
    let outcome = origin.pull_request().1.run();
    assert_eq!((outcome.code, outcome.output("verdict"), outcome.output("exit-code")), (0, "clean", "0"));
    assert_eq!((outcome.output("errors"), outcome.output("warnings"), outcome.output("notes")), ("0", "0", "0"));
    assert!(outcome.annotations.is_empty(), "{}", outcome.log);
}

#[test]
fn a_fork_has_no_rights_and_needs_none() {
    if !has_tools("a fork") {
        return;
    }
    let origin = violating();
    let (_clone, mut job) = origin.pull_request();
    job.event["pull_request"]["head"]["repo"]["fork"] = json!(true);
    assert!(job.variables.is_empty(), "there is no token");
    let outcome = job.run();
    is_judged(&outcome, &origin.base);
}

#[test]
fn one_commit_is_not_enough() {
    if !has_tools("depth one") {
        return;
    }
    let origin = violating();
    let clone = origin.checkout("refs/pull/7/merge", 1);
    let job = clone.job("pull_request", origin.event(), &origin.merge);
    is_refused(&job.run(), "`fetch-depth: 2`");
}

#[test]
fn the_head_of_a_pull_request() {
    if !has_tools("the head of a pull request") {
        return;
    }
    // Its last commit is clean: compared with HEAD^1 it would pass.
    let origin = Origin::of(violating().repo, |repo| {
        repo.append("app/clean.py", "import json\n");
        repo.commit();
    });
    let clone = origin.checkout("refs/pull/7/head", 0);
    is_judged(&clone.job("pull_request", origin.event(), &origin.merge).run(), &origin.base);
    let clone = origin.checkout("refs/pull/7/head", 2);
    let job = clone.job("pull_request", origin.event(), &origin.merge);
    is_refused(&job.run(), "`fetch-depth: 0`");
}

#[test]
fn the_author_cannot_choose_the_base() {
    if !has_tools("a base of the author's choice") {
        return;
    }
    // After the event the author pushed a merge of the head into a commit of their own, and the workflow asks for the
    // branch. HEAD^2 is the head of the event, HEAD^1 allows everything.
    let origin = violating();
    let repo = &origin.repo;
    repo.git(&["checkout", "--quiet", "--detach", "pr"]);
    repo.write("policy.yaml", "version: 1\nrules:\n  none:\n    forbid: [pytz]\n");
    repo.commit();
    repo.git(&["merge", "--quiet", "--no-ff", "--strategy=ours", "-m", "mine", "refs/pull/7/head"]);
    let ours = repo.git(&["commit-tree", "HEAD^{tree}", "-p", "HEAD", "-p", "refs/pull/7/head", "-m", "mine"]);
    repo.git(&["update-ref", "refs/heads/pr", &ours]);
    for depth in [0, 2] {
        let clone = origin.checkout("refs/heads/pr", depth);
        let outcome = clone.job("pull_request", origin.event(), &origin.merge).run();
        if depth == 0 {
            let line = outcome.command_line();
            assert!(line.contains(&format!("--since {0} --policy-ref {0} ", origin.base)), "{}", outcome.log);
            assert_eq!(outcome.code, 1, "{}", outcome.log);
        } else {
            is_refused(&outcome, "`fetch-depth: 0`");
        }
    }
}

#[test]
fn what_does_not_hold_the_pull_request_is_not_judged() {
    if !has_tools("another checkout") {
        return;
    }
    let origin = violating();
    for (depth, words) in [(0, "nothing of it would be judged"), (1, "neither the pull request nor its merge")] {
        let clone = origin.checkout("refs/heads/main", depth);
        if depth == 0 {
            clone.0.git(&["fetch", "--quiet", "origin", "refs/pull/7/head"]);
        }
        for event in ["pull_request", "pull_request_target"] {
            let mut job = clone.job(event, origin.event(), &origin.base);
            is_refused(&job.run(), words);
            job = job.with("new-only", "false").with("policy-from-base", "false");
            if event == "pull_request_target" {
                is_refused(&job.run(), words);
            }
        }
    }
}

#[test]
fn pull_request_target_reads_the_merge_as_data_and_says_what_it_is() {
    if !has_tools("pull_request_target") {
        return;
    }
    let origin = violating();
    let clone = origin.checkout("refs/pull/7/merge", 2);
    let outcome = clone.job("pull_request_target", origin.event(), &origin.base).run();
    is_judged(&outcome, &origin.base);
    let warned =
        outcome.annotations.iter().any(|one| one.name == "warning" && one.data.contains("pull_request_target"));
    assert!(warned, "{}", outcome.log);
}

fn queue(origin: &Origin) -> Value {
    json!({ "action": "checks_requested", "merge_group": { "base_sha": origin.base, "head_sha": origin.merge } })
}

#[test]
fn a_merge_queue() {
    if !has_tools("a merge queue") {
        return;
    }
    let origin = violating();
    let clone = origin.checkout("refs/pull/7/merge", 2);
    is_judged(&clone.job("merge_group", queue(&origin), &origin.merge).run(), &origin.base);
    let one = origin.checkout("refs/pull/7/merge", 1);
    is_refused(&one.job("merge_group", queue(&origin), &origin.merge).run(), "`fetch-depth: 2`");
    let other = origin.checkout("refs/heads/main", 0);
    is_refused(&other.job("merge_group", queue(&origin), &origin.merge).run(), "nothing of it would be judged");
}

#[test]
fn a_queue_that_rebases_puts_several_commits_on_its_base() {
    if !has_tools("a queue that rebases") {
        return;
    }
    let mut origin = Origin::of(violating().repo, |repo| {
        repo.append("app/clean.py", "import json\n");
        repo.commit();
    });
    origin.merge.clone_from(&origin.head);
    let clone = origin.checkout("refs/pull/7/head", 0);
    is_judged(&clone.job("merge_group", queue(&origin), &origin.head).run(), &origin.base);
    let two = origin.checkout("refs/pull/7/head", 2);
    is_refused(&two.job("merge_group", queue(&origin), &origin.head).run(), "`fetch-depth: 0`");
}

#[test]
fn a_push_and_a_schedule_look_at_everything() {
    if !has_tools("a push") {
        return;
    }
    let (_clone, job) = push(|repo| {
        repo.before(|base| base.write("app/older.py", "import requests\n"));
        repo.violate();
    });
    for event in ["push", "schedule", "workflow_dispatch"] {
        let outcome = Job { event_name: event.to_owned(), ..job.clone() }.run();
        let line = outcome.command_line();
        assert!(!line.contains("--since") && !line.contains("--policy-ref"), "{line}");
        assert_eq!(outcome.files("error"), ["app/new.py", "app/older.py"], "{}", outcome.log);
        assert_eq!((outcome.code, outcome.output("verdict"), outcome.output("errors")), (1, "findings", "2"));
    }
}

#[test]
fn the_two_inputs_about_the_base_are_independent() {
    if !has_tools("inputs about the base") {
        return;
    }
    let origin = violating();
    let (_clone, job) = origin.pull_request();
    let outcome = job.clone().with("new-only", "false").run();
    assert!(!outcome.command_line().contains("--since"));
    assert!(outcome.command_line().contains(&format!("--policy-ref {}", origin.base)));
    assert_eq!(outcome.files("error"), ["app/new.py", "app/older.py"], "{}", outcome.log);
    let outcome = job.clone().with("policy-from-base", "false").run();
    assert!(outcome.command_line().contains("--since") && !outcome.command_line().contains("--policy-ref"));
    assert_eq!(outcome.files("error"), ["app/new.py"], "{}", outcome.log);
    // Without either, nothing of the event is needed.
    let clone = Workspace(origin.repo.another());
    let job = clone.job("pull_request", json!({}), "").with("new-only", "false").with("policy-from-base", "false");
    assert_eq!(job.run().files("error"), ["app/new.py", "app/older.py"]);
}

#[test]
fn an_event_that_names_no_commits_is_refused() {
    if !has_tools("events without fields") {
        return;
    }
    let origin = violating();
    let (clone, job) = origin.pull_request();
    let hostile = |sha: &str| json!({ "pull_request": { "base": { "sha": sha }, "head": { "sha": origin.head } } });
    for event in [json!({}), json!({ "pull_request": null }), hostile(""), hostile("main"), hostile("--output=/tmp/x")]
    {
        is_refused(&Job { event, ..job.clone() }.run(), "names no pull request");
    }
    is_refused(&clone.job("merge_group", json!({}), &origin.merge).run(), "names no commits");
    let nothing = Workspace(Repo::empty());
    is_refused(&nothing.job("pull_request", origin.event(), &origin.merge).run(), "git does not work here");
}
