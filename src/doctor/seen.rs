//! What a shell has gathered for the checks: plain data. Knows no disk and no git.

use super::gates::{Gate, gates};
use super::hooks::Installed;
use super::workflow::Workflow;
use crate::owners::Owners;
use crate::policy::Policy;
use crate::repo_path::RepoPath;
use crate::report::Report;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A file of the work tree.
pub struct File {
    /// From the top of the work tree.
    pub path: RepoPath,
    /// What is in it, or why that cannot be had.
    pub content: Result<Vec<u8>, String>,
}

/// Everything that checks look at. Paths start from the top of the work tree, or from the root where there is none.
pub struct Seen<'s> {
    /// The policy, which loads.
    pub policy: &'s Policy,
    /// The root.
    pub below: RepoPath,
    /// The policy and what it extends; none that lies outside.
    pub policy_files: Vec<RepoPath>,
    /// The baseline, where one is used.
    pub baseline: Option<RepoPath>,
    /// What git tracks; why that is not known, else.
    pub tracked: Result<BTreeSet<RepoPath>, String>,
    /// GitHub workflows.
    pub workflows: Vec<Workflow>,
    /// Local actions that workflows use, by their folders.
    pub actions: Vec<(RepoPath, Workflow)>,
    /// `.gitlab-ci.yml`.
    pub gitlab: Option<File>,
    /// CODEOWNERS, with its place.
    pub owners: Option<(RepoPath, Owners)>,
    /// A CODEOWNERS that cannot be read, and why.
    pub owners_trouble: Option<(RepoPath, String)>,
    /// `.pre-commit-config.yaml`.
    pub pre_commit: Option<File>,
    /// What git would run before a commit.
    pub installed: Installed,
    /// What a full run of `policy check` says.
    pub report: &'s Report,
    /// The day for which dates are judged.
    pub today: Date,
}

impl Seen<'_> {
    /// Every place in a workflow at which the policy is checked.
    pub(super) fn gates(&self) -> Vec<Gate<'_>> {
        gates(&self.workflows, &self.actions)
    }

    /// Those that judge pull requests.
    pub(super) fn gates_of_changes(&self) -> Vec<Gate<'_>> {
        self.gates().into_iter().filter(|gate| gate.trigger("pull_request").is_some()).collect()
    }
}
