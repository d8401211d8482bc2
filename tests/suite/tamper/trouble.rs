//! Where git cannot answer, or was asked something else, the run says so and ends with 2: nothing is run, nothing is
//! written, and the way out is told.

use super::repository::{Codes, EITHER, FOUND, GATE, PASSED, Repo, STOPPED, compare};
use crate::suite::harness::{FORBID_REQUESTS, finish};

#[test]
fn questions_without_an_answer_stop_the_run() {
    let repo = violated();
    repo.write("text", "x\n");
    let tries: &[(&str, &[&str], &str)] = &[
        ("an unknown revision", &["--since", "nowhere"], "nowhere"),
        ("an unknown commit", &["--since", "1234567890123456789012345678901234567890"], "1234567890"),
        ("an unknown revision for the policy", &["--policy-ref", "nowhere"], "nowhere"),
        ("an unknown revision beside a good one", &["--since", "main", "--policy-ref", "nowhere"], "nowhere"),
        ("an option as a revision", &["--since=-x"], "-x"),
        ("a long option as a revision", &["--since=--output=stolen"], "--output=stolen"),
        ("an option as a revision for the policy", &["--policy-ref=--help"], "--help"),
        ("no revision", &["--since="], ""),
        ("a revision of spaces", &["--since= "], ""),
        ("a revision of two lines", &["--since=main\npr"], ""),
        ("two revisions", &["--since", "main..pr"], "main..pr"),
        ("everything but a revision", &["--since", "^main"], "^main"),
        ("a file of a revision", &["--since", "main:policy.yaml"], "main:policy.yaml"),
        ("a folder of a revision", &["--since", "main^{tree}"], ""),
        ("a path", &["--since", "app/new.py"], "app/new.py"),
        ("a pattern", &["--since", "ma*"], "ma*"),
        ("more than there is", &["--since", "main~5"], "main~5"),
        ("the index and a revision", &["--staged", "--since", "main"], "--staged"),
        ("a baseline that is not there", &["--baseline", "gone"], "gone"),
        ("a baseline that is none", &["--baseline", "text"], "text"),
        ("a baseline that is a folder", &["--baseline", "app"], "app"),
        ("a revision given twice", &["--since", "main", "--since", "pr"], "--since"),
    ];
    let before = repo.state();
    let judged = tries.iter().map(|(name, arguments, word)| {
        let run = repo.policy(&[&["check"], *arguments].concat());
        stopped(name, &run, word)
    });
    let mut wrong: String = judged.collect();
    if before != repo.state() {
        wrong.push_str("--- something was written\n");
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_baseline_that_cannot_be_read_stops_the_run() {
    let head = "# policy-baseline 1\n";
    let texts: &[(&str, &[u8])] = &[
        ("nothing in it", b""),
        ("no first line", b"http\tapp/new.py\t\trequests\t0\n"),
        ("a later version", b"# policy-baseline 2\nhttp\tapp/new.py\t\trequests\t0\n"),
        ("a version that is no number", b"# policy-baseline one\n"),
        ("too few columns", b"# policy-baseline 1\nhttp\tapp/new.py\n"),
        ("too many columns", b"# policy-baseline 1\nhttp\tapp/new.py\t\trequests\t0\t0\n"),
        ("an ordinal that is no number", b"# policy-baseline 1\nhttp\tapp/new.py\t\trequests\tx\n"),
        ("an ordinal below 0", b"# policy-baseline 1\nhttp\tapp/new.py\t\trequests\t-1\n"),
        (
            "an ordinal that is too large",
            b"# policy-baseline 1\nhttp\tapp/new.py\t\trequests\t99999999999999999999999\n",
        ),
        ("an unknown escape", b"# policy-baseline 1\nhttp\tapp/\\qnew.py\t\trequests\t0\n"),
        ("half an escape", b"# policy-baseline 1\nhttp\tapp/new.py\\x\t\trequests\t0\n"),
        (
            "a conflict",
            b"# policy-baseline 1\n<<<<<<< ours\nhttp\tapp/new.py\t\trequests\t0\n=======\n>>>>>>> theirs\n",
        ),
        ("a way out of the root", b"# policy-baseline 1\nhttp\t../app/new.py\t\trequests\t0\n"),
        ("bytes that are not UTF-8", b"# policy-baseline 1\nhttp\tapp/\xff.py\t\trequests\t0\n"),
        ("UTF-16", b"\xff\xfe#\0 \0p\0"),
        ("zeros", &[0; 64]),
    ];
    let repo = violated();
    let mut wrong = String::new();
    for (name, text) in texts {
        repo.write("other.baseline", text);
        let run = repo.policy(&["check", "--baseline", "other.baseline", "--format", "concise"]);
        wrong.push_str(&stopped(name, &run, "other.baseline"));
    }
    repo.write("other.baseline", format!("{head}http\tapp/new.py\t\trequests\t0\n"));
    let run = repo.policy(&["check", "--baseline", "other.baseline", "--format", "concise"]);
    wrong.push_str(&compare("another baseline, which has the new file only", &run, FOUND, "old/legacy.py"));
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_state_that_git_cannot_compare_stops_the_run() {
    let wrong = [
        state("no commit yet", STOPPED, "", &["check", "--since", "HEAD"], &|| {
            let repo = Repo::empty();
            repo.git(&["init", "--quiet", "-b", "main"]);
            repo.write("policy.yaml", FORBID_REQUESTS);
            repo
        }),
        state("no commit yet, and something staged", EITHER, "", &["check", "--staged"], &|| {
            let repo = Repo::empty();
            repo.git(&["init", "--quiet", "-b", "main"]);
            repo.write("policy.yaml", FORBID_REQUESTS);
            repo.write("app/new.py", "import requests\n");
            repo.git(&["add", "--all"]);
            repo
        }),
        state("no repository", STOPPED, "git", &["check", "--since", "main"], &|| {
            let repo = Repo::empty();
            repo.write("policy.yaml", FORBID_REQUESTS);
            repo
        }),
        state("a repository that is not whole", STOPPED, "", GATE, &|| {
            let repo = violated();
            std::fs::remove_dir_all(repo.folder().join(".git/objects")).expect("the objects");
            repo
        }),
        state("a branch that leads nowhere", STOPPED, "", GATE, &|| {
            let repo = violated();
            repo.write(".git/HEAD", "ref: refs/heads/gone\n");
            repo
        }),
        state("a conflict, and something staged", STOPPED, "", &["check", "--staged"], &conflict),
        state("a conflict in the index, with a commit that is judged", EITHER, "", GATE, &conflict),
        state("a head of its own, with a violation", FOUND, "error[http] app/new.py", GATE, &|| {
            let repo = violated();
            repo.git(&["checkout", "--quiet", "--detach"]);
            repo
        }),
        state("a head of its own, without one", PASSED, "", GATE, &|| {
            let repo = Repo::base();
            repo.git(&["checkout", "--quiet", "--detach"]);
            repo
        }),
        state("a lock that someone left", FOUND, "error[http] app/new.py", GATE, &|| {
            let repo = violated();
            repo.write(".git/index.lock", "");
            repo
        }),
    ];
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_bare_repository_stops_the_run() {
    let repo = violated();
    let bare = repo.outside("bare");
    repo.git(&["clone", "--quiet", "--bare", ".", bare.to_str().expect("a name")]);
    let run = repo.policy_in(&bare, GATE);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_linked_work_tree_is_judged_like_any_other() {
    let repo = violated();
    let linked = repo.outside("linked");
    repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().expect("a name"), "pr"]);
    let complaint = compare("a linked work tree", &repo.policy_in(&linked, GATE), FOUND, "error[http] app/new.py");
    assert!(complaint.is_empty(), "{complaint}");
}

#[test]
fn without_git_the_run_stops() {
    let repo = violated();
    let empty = repo.outside("empty");
    std::fs::create_dir(&empty).expect("a folder");
    for question in [GATE, &["check", "--since", "main"], &["check", "--staged"]] {
        let with_empty_path = finish(repo.prepared(&repo.folder()).args(question).env("PATH", &empty));
        let complaint = stopped("git is not on the path", &with_empty_path, "git");
        assert!(complaint.is_empty(), "{question:?} {complaint}");
        let without_path = finish(repo.prepared(&repo.folder()).args(question).env_remove("PATH"));
        // Some systems look in usual folders where there is no path.
        let is_empty = question.contains(&"--staged");
        assert!(without_path.code != 0 || is_empty, "{question:?} {}", without_path.stderr);
    }
    let complaint = compare(
        "a full run needs no git",
        &{ finish(repo.prepared(&repo.folder()).args(["check", "--format", "concise"]).env("PATH", &empty)) },
        FOUND,
        "error[http] app/new.py",
    );
    assert!(complaint.is_empty(), "{complaint}");
}

#[cfg(unix)]
#[test]
fn a_program_called_git_in_the_repository_is_not_run() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::base();
    repo.violate();
    let mark = repo.outside("mark");
    for name in ["git", "git.exe", "git.bat"] {
        repo.write(name, format!("#!/bin/sh\n: > '{}'\n", mark.display()));
        std::fs::set_permissions(repo.folder().join(name), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    repo.commit();
    let complaint = compare("a program called git", &repo.gate(), FOUND, "error[http] app/new.py");
    assert!(complaint.is_empty() && !mark.exists(), "{complaint}");
}

/// The base, and the violation on `pr`.
fn violated() -> Repo {
    let repo = Repo::base();
    repo.violate();
    repo.commit();
    repo
}

/// The violation on `pr`, and a merge that ended in a conflict in another file.
fn conflict() -> Repo {
    let repo = Repo::base();
    repo.violate();
    repo.write("README.md", "Ours.\n");
    repo.commit();
    repo.meanwhile(|r| r.write("README.md", "Theirs.\n"));
    assert!(!repo.try_git(&["merge", "--quiet", "main"]), "the merge has a conflict");
    repo
}

/// What is wrong with a run that should have stopped with a way out.
fn stopped(name: &str, run: &crate::suite::harness::Run, word: &str) -> String {
    let mut complaint = compare(name, run, STOPPED, "");
    if !run.stderr.contains(word) || !run.stderr.contains("help") && !run.stderr.contains("Usage") {
        complaint.push_str(&format!("--- {name}: no help, or not {word:?}:\n{}\n", run.stderr));
    }
    complaint
}

/// A question about a repository in some state; the answer changes nothing there.
fn state(name: &str, codes: Codes, words: &str, question: &[&str], prepare: &dyn Fn() -> Repo) -> String {
    let repo = prepare();
    let before = repo.state();
    let mut complaint = compare(name, &repo.policy(question), codes, words);
    if before != repo.state() {
        complaint.push_str(&format!("--- {name}: something was written\n"));
    }
    complaint
}
