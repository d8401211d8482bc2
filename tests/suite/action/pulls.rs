//! Repositories and events of pull requests, queues and pushes, checked out the way `actions/checkout` does it. Knows
//! git and GitHub's events; the changes come from `tamper`.

use super::releases;
use super::runner::Job;
use crate::suite::tamper::repository::Repo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;

/// A repository at GitHub: `main`, the pull request `pr`, and what GitHub makes of them.
pub(super) struct Origin {
    pub repo: Repo,
    pub base: String,
    pub head: String,
    pub merge: String,
}

impl Origin {
    /// The base of `tamper` and a pull request with this change.
    #[track_caller]
    pub(super) fn new(change: impl FnOnce(&Repo)) -> Self {
        Self::of(Repo::base(), change)
    }

    /// The same for another base.
    #[track_caller]
    pub(super) fn of(repo: Repo, change: impl FnOnce(&Repo)) -> Self {
        change(&repo);
        repo.settle();
        let head = repo.git(&["rev-parse", "pr"]);
        repo.git(&["update-ref", "refs/pull/7/head", "pr"]);
        repo.git(&["checkout", "--quiet", "--force", "--detach", "main"]);
        repo.git(&["merge", "--quiet", "--no-ff", "-m", "Merge pr into main", "pr"]);
        repo.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
        let (base, merge) = (repo.git(&["rev-parse", "main"]), repo.git(&["rev-parse", "HEAD"]));
        repo.git(&["checkout", "--quiet", "pr"]);
        Self { repo, base, head, merge }
    }

    /// A clone of `reference` with so many commits (0: all), and a job that finds it as its workspace.
    #[track_caller]
    pub(super) fn checkout(&self, reference: &str, depth: usize) -> Workspace {
        let clone = Repo::empty();
        clone.git(&["init", "--quiet", "--template=", "-b", "unborn"]);
        let address = format!("file://{}", self.repo.folder().display());
        clone.git(&["remote", "add", "origin", &address]);
        let (depth_option, wanted) = (format!("--depth={depth}"), format!("+{reference}:refs/remotes/origin/it"));
        let all = ["fetch", "--quiet", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*", &wanted];
        let some = ["fetch", "--quiet", "--no-tags", &depth_option, "origin", &wanted];
        if depth == 0 {
            clone.git(&all)
        } else {
            clone.git(&some)
        };
        clone.git(&["checkout", "--quiet", "--detach", "refs/remotes/origin/it"]);
        Workspace(clone)
    }

    /// The event of the pull request.
    pub(super) fn event(&self) -> Value {
        json!({
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "title": "A change",
                "base": { "ref": "main", "sha": self.base, "repo": { "fork": false } },
                "head": { "ref": "pr", "sha": self.head, "repo": { "fork": false } },
                "merge_commit_sha": self.merge,
            },
        })
    }

    /// A job on `pull_request` with the checkout that `actions/checkout` makes by itself, two commits deep.
    #[track_caller]
    pub(super) fn pull_request(&self) -> (Workspace, Job) {
        let clone = self.checkout("refs/pull/7/merge", 2);
        let job = clone.job("pull_request", self.event(), &self.merge);
        (clone, job)
    }
}

/// A workspace.
pub(super) struct Workspace(pub Repo);

impl Workspace {
    /// A job in this workspace, with the real tool.
    #[track_caller]
    pub(super) fn job(&self, event_name: &str, event: Value, sha: &str) -> Job {
        self.job_with(event_name, event, sha, &releases::real())
    }

    /// The same with another program in its release.
    #[track_caller]
    pub(super) fn job_with(&self, event_name: &str, event: Value, sha: &str, program: &str) -> Job {
        let folder = self.0.outside("runner");
        Job {
            action: releases::action(&folder, program),
            workspace: self.0.folder(),
            event_name: event_name.to_owned(),
            event,
            sha: sha.to_owned(),
            repository: "OWNER/policy".to_owned(),
            inputs: BTreeMap::new(),
            variables: Vec::new(),
            summary: None,
            output: None,
            folder,
        }
    }
}

/// A job on a push to `main`, on which stands what `change` makes of the base.
#[track_caller]
pub(super) fn push(change: impl FnOnce(&Repo)) -> (Workspace, Job) {
    let origin = Origin::new(change);
    let clone = origin.checkout("refs/pull/7/merge", 1);
    let event = json!({ "ref": "refs/heads/main", "before": origin.base, "after": origin.merge });
    let job = clone.job("push", event, &origin.merge);
    (clone, job)
}

/// Whether everything is there that the steps call. If not, the test is skipped, loudly.
pub(super) fn has_tools(who: &str) -> bool {
    let missing = |name: &str| Command::new(name).arg("--version").output().is_err();
    match ["bash", "git", "curl", "tar", "awk"].into_iter().find(|name| missing(name)) {
        Some(name) => {
            crate::suite::harness::skipped(who, &format!("no {name}"));
            false
        }
        None => true,
    }
}
