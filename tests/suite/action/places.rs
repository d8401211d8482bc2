//! Which folder and which repository the action looks at: those that the workflow names, whatever a change puts in their
//! place.

use super::inputs::{again, full_run, is_incomplete};
use super::pulls::{Origin, Workspace, has_tools};
use super::runner::Outcome;
use crate::suite::tamper::repository::Repo;
use std::path::Path;

const LAX: &str = "version: 1\nrules:\n  clock:\n    forbid: [pytz]\n";
const STRICT: &str = "version: 1\nrules:\n  http:\n    forbid: [requests]\n";

/// A base whose one project lies in `services/shop`.
fn shop() -> Repo {
    let repo = Repo::base();
    repo.before(|base| {
        for file in ["policy.yaml", "policy.baseline"] {
            base.remove(file);
        }
        base.write("services/shop/policy.yaml", STRICT);
        base.write("services/shop/a.py", "import os\n");
    });
    repo
}

#[track_caller]
fn finds_in(outcome: &Outcome, files: &[&str]) {
    assert_eq!((outcome.code, outcome.output("verdict")), (1, "findings"), "{}", outcome.log);
    assert_eq!(outcome.files("error"), files, "{}", outcome.log);
}

/// In a folder with `HEAD`, `objects` and `refs`, git would find a repository, and obey its `config`.
#[test]
fn a_folder_of_the_change_is_never_a_repository() {
    if !has_tools("an embedded repository") {
        return;
    }
    let repo = shop();
    let ran = repo.outside("ran");
    let config = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tfsmonitor = \"touch '{0}'\"\n\
         [extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = /nowhere\n\tpromisor = true\n\
         \tuploadpack = \"touch '{0}'; false\"\n",
        ran.display()
    );
    let origin = Origin::of(repo, |change| {
        change.write("services/shop/HEAD", "1".repeat(40) + "\n");
        change.write("services/shop/objects/.k", "");
        change.write("services/shop/refs/.k", "");
        change.write("services/shop/config", config);
        change.write("services/shop/new.py", "import requests\n");
    });
    let (_clone, job) = origin.pull_request();
    let outcome = again(&job, &[("working-directory", "services/shop")]);
    assert!(!ran.exists(), "the change ran a program of its own: {}", outcome.log);
    finds_in(&outcome, &["services/shop/new.py"]);
}

#[test]
fn a_repository_without_a_work_tree_is_refused() {
    if !has_tools("a bare repository") {
        return;
    }
    let origin = Origin::new(Repo::violate);
    let bare = Repo::empty();
    bare.git(&["init", "--quiet", "--bare", "--template="]);
    let workspace = Workspace(bare);
    let job = workspace.job("pull_request", origin.event(), &origin.merge);
    is_incomplete(&job.run(), "git does not work here");
    // With a `.git` that is none, git would take the folder itself.
    std::fs::create_dir(workspace.0.folder().join(".git")).expect("a folder");
    is_incomplete(&job.run(), "git does not work here");
    let (clone, job) = origin.pull_request();
    clone.0.git(&["config", "core.worktree", "../app"]);
    is_incomplete(&job.run(), "is not the work tree");
    clone.0.git(&["config", "--unset", "core.worktree"]);
    clone.0.git(&["config", "core.bare", "true"]);
    is_incomplete(&job.run(), "is not the work tree");
}

/// `path:` of `actions/checkout`.
#[test]
fn a_checkout_may_lie_in_a_folder_of_the_workspace() {
    if !has_tools("a checkout with a path") {
        return;
    }
    let origin = Origin::of(shop(), |change| change.write("services/shop/new.py", "import requests\n"));
    let (clone, mut job) = origin.pull_request();
    job.workspace = clone.0.outside(".");
    finds_in(&again(&job, &[("working-directory", "repo/services/shop")]), &["services/shop/new.py"]);
    finds_in(&again(&job, &[("working-directory", "./home/..//repo/services/shop/")]), &["services/shop/new.py"]);
    is_incomplete(&again(&job, &[("paths", "repo/services/shop")]), "let `working-directory` begin with it");
}

/// As a submodule is, whose commit the change names.
#[test]
fn a_repository_within_another_is_refused() {
    if !has_tools("a repository within another") {
        return;
    }
    let (clone, job) =
        Origin::of(shop(), |change| change.write("services/shop/new.py", "import requests\n")).pull_request();
    clone.0.git(&["init", "--quiet", "--template=", "services/shop"]);
    is_incomplete(&again(&job, &[("working-directory", "services/shop")]), "a repository within another one");
}

#[test]
fn what_the_workflow_names_is_not_turned_elsewhere_by_a_link() {
    if !has_tools("links in place of folders") {
        return;
    }
    // The project goes elsewhere, and under its name stands one with another policy.
    let moved = Origin::of(shop(), |change| {
        change.git(&["mv", "services/shop", "services/real"]);
        change.append("services/real/a.py", "import requests\n");
        change.write("services/other/policy.yaml", LAX);
        change.link("other", "services/shop");
    });
    let (_clone, job) = moved.pull_request();
    for folder in ["services/shop", "./services//shop/", "services/shop/../shop", "services/shop/../real"] {
        is_incomplete(&again(&job, &[("working-directory", folder)]), "the link `services/shop`");
    }
    let above = Origin::of(shop(), |change| {
        change.git(&["mv", "services", "real"]);
        change.write("lax/shop/policy.yaml", LAX);
        change.link("lax", "services");
    });
    is_incomplete(&again(&above.pull_request().1, &[("working-directory", "services/shop")]), "the link `services`");

    let paths = Origin::new(|change| {
        change.git(&["mv", "app", "lib"]);
        change.append("lib/clean.py", "import requests\n");
        change.link("lib", "app");
        change.link("../lib/clean.py", "wrapper/clean.py");
    });
    let (_clone, job) = paths.pull_request();
    for named in ["app", "wrapper app/", "app/clean.py", "old/../app", "wrapper/clean.py"] {
        is_incomplete(&again(&job, &[("paths", named)]), "goes through the link");
    }
    is_incomplete(&again(&job, &[("working-directory", "lib"), ("paths", "../app")]), "goes through the link `app`");
    is_incomplete(&again(&job, &[("paths", "../repo/lib")]), "leads out of the workspace");
    finds_in(&again(&job, &[("paths", "lib")]), &["lib/clean.py"]);
}

#[test]
fn git_that_is_not_there_or_refuses_says_what_to_do() {
    if !has_tools("git that does not work") {
        return;
    }
    let origin = Origin::new(Repo::violate);
    let (clone, mut job) = origin.pull_request();
    // How git's own tests make it believe in another owner.
    job.variables = vec![("GIT_TEST_ASSUME_DIFFERENT_OWNER".to_owned(), "1".to_owned())];
    is_incomplete(&job.run(), "`git config --global --add safe.directory \"$GITHUB_WORKSPACE\"`");
    job.workspace = clone.0.outside(".");
    let inside = again(&job, &[("working-directory", "repo")]);
    is_incomplete(&inside, "safe.directory \"$GITHUB_WORKSPACE/repo\"`");
    job.workspace = clone.0.folder();
    let programs = clone.0.outside("programs");
    all_but_git(&programs);
    job.variables = vec![("PATH".to_owned(), programs.display().to_string())];
    is_incomplete(&job.run(), "add a step that installs it before `actions/checkout`");
    let (_clone, mut job) = full_run();
    job.variables = vec![("PATH".to_owned(), programs.display().to_string())];
    assert_eq!(job.run().output("verdict"), "findings", "what needs no git goes without");
}

/// A folder with links to all programs of the path, except git.
fn all_but_git(folder: &Path) {
    std::fs::create_dir(folder).expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    for place in std::env::split_paths(&path) {
        for program in std::fs::read_dir(place).into_iter().flatten().flatten() {
            let link = folder.join(program.file_name());
            if program.file_name() != "git" && link.symlink_metadata().is_err() {
                std::os::unix::fs::symlink(program.path(), link).expect("a link");
            }
        }
    }
}
