//! History, the index and the work tree say nothing else than the commit that is judged: branches, merges, objects that
//! stand in for others, clones without history, entries of the index that lie.

use super::repository::{Codes, EITHER, FOUND, PASSED, Repo, STOPPED, compare, judge};
use crate::suite::harness::Run;
use std::path::Path;

const NEW: &str = "error[http] app/new.py";

#[test]
fn branches_and_merges_hide_nothing() {
    judge(&[
        ("the violation is in the first of two commits", FOUND, NEW, |r| {
            r.violate();
            r.commit();
            r.append("app/clean.py", "import json\n");
            r.commit();
        }),
        ("the base has gone on", FOUND, NEW, |r| {
            r.violate();
            r.commit();
            r.meanwhile(|r| r.append("README.md", "More.\n"));
        }),
        ("the base has the same violation by now", FOUND, "error[http] app/other.py", |r| {
            r.write("app/other.py", "import requests\n");
            r.violate();
            r.commit();
            r.meanwhile(Repo::violate);
        }),
        ("the base has a rule that the branch does not know", FOUND, "error[late] app/new.py", |r| {
            r.write("app/new.py", "import termcolor\n");
            r.commit();
            r.meanwhile(|r| r.append("policy.yaml", "  late: { forbid: [termcolor] }\n"));
        }),
        ("the base was merged into it", FOUND, NEW, |r| {
            r.violate();
            r.commit();
            r.meanwhile(|r| r.append("README.md", "More.\n"));
            r.git(&["merge", "--quiet", "--no-edit", "main"]);
        }),
        ("merged for a trial, as a forge does", FOUND, NEW, |r| {
            r.violate();
            r.commit();
            r.meanwhile(|r| r.append("README.md", "More.\n"));
            r.git(&["checkout", "--quiet", "--detach", "main"]);
            r.git(&["merge", "--quiet", "--no-ff", "--no-edit", "pr"]);
        }),
        ("the violation is in the merge alone", FOUND, NEW, |r| {
            r.append("app/clean.py", "import json\n");
            r.commit();
            r.meanwhile(|r| r.append("README.md", "More.\n"));
            r.git(&["merge", "--quiet", "--no-commit", "--no-ff", "main"]);
            r.violate();
            r.commit();
        }),
        ("the merge says that the other side counts", FOUND, NEW, |r| {
            r.violate();
            r.commit();
            r.meanwhile(|r| r.append("README.md", "More.\n"));
            r.git(&["merge", "--quiet", "--no-edit", "--strategy=ours", "main"]);
        }),
        ("a branch without a common beginning", EITHER, "", |r| {
            r.git(&["checkout", "--quiet", "--orphan", "fresh"]);
            r.violate();
        }),
        ("the violation comes from a branch without a common beginning", FOUND, NEW, |r| {
            r.git(&["checkout", "--quiet", "--orphan", "fresh"]);
            r.violate();
            r.commit();
            r.git(&["checkout", "--quiet", "pr"]);
            r.git(&["merge", "--quiet", "--no-edit", "--allow-unrelated-histories", "fresh"]);
        }),
    ]);
}

#[test]
fn objects_that_stand_in_for_others_are_not_believed() {
    judge(&[
        ("the base is replaced by the change", FOUND, NEW, |r| {
            violated(r);
            r.git(&["replace", "--force", "main", "pr"]);
        }),
        ("the change is replaced by the base", FOUND, NEW, |r| {
            violated(r);
            r.git(&["replace", "--force", "pr", "main"]);
        }),
        ("the violation is replaced by clean code", FOUND, NEW, |r| {
            violated(r);
            r.git(&["replace", "HEAD:app/new.py", "HEAD:app/clean.py"]);
        }),
        ("the tree of the change is replaced", FOUND, NEW, |r| {
            violated(r);
            r.git(&["replace", "HEAD^{tree}", "main^{tree}"]);
        }),
        ("the policy of the base is replaced", FOUND, NEW, |r| {
            r.write("mild.yaml", "version: 1\nrules:\n  mild: { forbid: [ujson] }\n");
            violated(r);
            r.git(&["replace", "main:policy.yaml", "HEAD:mild.yaml"]);
        }),
        ("the base is said to come from the change", EITHER, "", |r| {
            violated(r);
            graft(r, &["main", "pr"]);
        }),
        ("the change is said to come from nowhere", EITHER, "", |r| {
            violated(r);
            graft(r, &["pr"]);
        }),
        ("the history is said to end at the change", EITHER, "", |r| {
            violated(r);
            let commit = r.git(&["rev-parse", "pr"]);
            r.write(".git/shallow", format!("{commit}\n"));
        }),
    ]);
}

#[test]
fn the_index_and_the_work_tree_do_not_speak_for_the_commit() {
    judge(&[
        ("a file that is assumed to be unchanged", FOUND, "error[http] app/clean.py", |r| {
            masked(r, "--assume-unchanged");
        }),
        ("a file that the work tree skips", FOUND, "error[http] app/clean.py", |r| masked(r, "--skip-worktree")),
        ("a file that the work tree lacks", FOUND, NEW, |r| {
            violated(r);
            r.git(&["update-index", "--skip-worktree", "app/new.py"]);
            r.remove("app/new.py");
        }),
        ("a file that is removed afterwards", FOUND, NEW, |r| {
            violated(r);
            r.remove("app/new.py");
        }),
        ("a file that is mended afterwards", FOUND, NEW, |r| {
            violated(r);
            r.write("app/new.py", "import os\n");
        }),
        ("a file that is mended in the index afterwards", FOUND, NEW, |r| {
            violated(r);
            r.write("app/new.py", "import os\n");
            r.git(&["add", "--all"]);
        }),
        ("an index that is the base's", FOUND, NEW, |r| {
            violated(r);
            r.git(&["read-tree", "main"]);
        }),
        ("no index", EITHER, "", |r| {
            violated(r);
            r.remove(".git/index");
        }),
        ("a part of the work tree", FOUND, NEW, |r| {
            violated(r);
            r.git(&["sparse-checkout", "set", "--no-cone", "/README.md", "/policy.yaml"]);
        }),
        ("a policy that is made milder afterwards", FOUND, NEW, |r| {
            violated(r);
            r.edit("policy.yaml", "[requests, aiohttp]", "[aiohttp]");
            r.edit("policy.baseline", "http\told", "http\tapp/new.py\t\trequests\t0\nhttp\told");
        }),
        ("a file that git adds later", FOUND, NEW, |r| {
            violated(r);
            r.write("app/later.py", "import os\n");
            r.git(&["add", "--intent-to-add", "app/later.py"]);
        }),
    ]);
}

#[test]
fn a_base_that_may_mean_two_things_is_refused() {
    let wrong = [
        asked("a tag called like the base", STOPPED, "main", &|r| {
            r.git(&["tag", "main"]);
            "main".to_owned()
        }),
        asked("a remote called like the base", EITHER, "", &|r| {
            r.git(&["update-ref", "refs/remotes/main/HEAD", "HEAD"]);
            "main".to_owned()
        }),
        asked("a branch called like the short form of the base", EITHER, "", &|r| {
            let short = r.git(&["rev-parse", "--short=8", "main"]);
            r.git(&["branch", &short]);
            short
        }),
        asked("a branch called like the whole form of the base", EITHER, "", &|r| {
            let whole = r.git(&["rev-parse", "main"]);
            r.git(&["update-ref", &format!("refs/heads/{whole}"), "HEAD"]);
            whole
        }),
    ];
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_base_has_many_names() {
    let wrong = [
        asked("the whole form", FOUND, NEW, &|r| r.git(&["rev-parse", "main"])),
        asked("the short form", FOUND, NEW, &|r| r.git(&["rev-parse", "--short=8", "main"])),
        asked("the whole name", FOUND, NEW, &|_| "refs/heads/main".to_owned()),
        asked("the commit before", FOUND, NEW, &|_| "HEAD~1".to_owned()),
        asked("a tag with a text of its own", FOUND, NEW, &|r| {
            r.git(&["tag", "--annotate", "-m", "first", "v1", "main"]);
            "v1".to_owned()
        }),
        asked("the commit itself, which adds nothing to itself", PASSED, "", &|_| "HEAD".to_owned()),
    ];
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn a_clone_without_history_is_refused() {
    let wrong = [
        cloned("one commit", STOPPED, "fetch", &["--depth=1", "--branch=pr"], "origin/main"),
        cloned(
            "one commit of each branch",
            STOPPED,
            "fetch",
            &["--depth=1", "--no-single-branch", "--branch=pr"],
            "origin/main",
        ),
        cloned("one commit, asked for the one before", STOPPED, "fetch", &["--depth=1", "--branch=pr"], "HEAD~1"),
        cloned("as many commits as are needed", EITHER, "", &["--depth=2", "--branch=pr"], "HEAD~1"),
        cloned(
            "no content but that of the work tree",
            EITHER,
            "",
            &["--filter=blob:none", "--branch=pr"],
            "origin/main",
        ),
        cloned("no work tree", FOUND, NEW, &["--no-checkout", "--branch=pr"], "origin/main"),
        cloned("everything", FOUND, NEW, &["--branch=pr"], "origin/main"),
    ];
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[track_caller]
fn violated(r: &Repo) {
    r.violate();
    r.commit();
}

/// The commit has the violation, and the work tree looks clean to git and to people.
fn masked(r: &Repo, how: &str) {
    r.append("app/clean.py", "import requests\n");
    r.commit();
    r.git(&["update-index", how, "app/clean.py"]);
    r.write("app/clean.py", "import os\n");
}

/// Says in this clone that a commit has other parents.
fn graft(r: &Repo, commits: &[&str]) {
    let ids: Vec<String> = commits.iter().map(|commit| r.git(&["rev-parse", commit])).collect();
    r.write(".git/info/grafts", format!("{}\n", ids.join(" ")));
}

/// The gate, with the name of the base that the preparation gives.
fn asked(name: &str, codes: Codes, words: &str, prepare: &dyn Fn(&Repo) -> String) -> String {
    let repo = Repo::base();
    violated(&repo);
    let base = prepare(&repo);
    compare(name, &against(&repo, &repo.folder(), &base), codes, words)
}

/// The gate in a clone that was made in this way.
fn cloned(name: &str, codes: Codes, words: &str, how: &[&str], base: &str) -> String {
    let repo = Repo::base();
    violated(&repo);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let (from, to) = (format!("file://{}", repo.folder().display()), repo.outside("clone"));
    let ends = [from.as_str(), to.to_str().expect("a name")];
    repo.git(&[&["clone", "--quiet"], how, &ends].concat());
    compare(name, &against(&repo, &to, base), codes, words)
}

fn against(repo: &Repo, folder: &Path, base: &str) -> Run {
    repo.policy_in(folder, &["check", "--since", base, "--policy-ref", base, "--format", "concise"])
}
