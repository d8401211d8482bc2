//! Everything beneath the root, judged as it lies on disk: for commands that are about all of it. Knows selection and sides; a run
//! that is not complete gives nothing.

use super::common::{self, fail};
use super::included::INCLUDED;
use super::judge::from_disk;
use super::side::{Means, Outcome, Side, Unclaimed};
use super::{Exit, Shell};
use crate::disk::{self, DiskTree, Place, Walk, nearby};
use crate::parallel;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::readers::Reader;
use crate::repo_path::RepoPath;
use crate::report::Scope;
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;

/// At most so many problems are told.
const MOST: usize = 20;

/// Judges everything.
///
/// # Errors
/// When something could not be judged; it has been told.
pub(super) fn judge(
    matches: &ArgMatches,
    place: &Place,
    policy: &Policy,
    shell: &mut Shell<'_>,
) -> Result<Outcome, Exit> {
    let pool = parallel::pool(common::threads(matches))
        .map_err(|error| fail(shell, &format!("no threads: {error}"), "try `--threads 1`"))?;
    let exclude = policy.excluded();
    let nearby = nearby(&place.root, &shell.working);
    let walk = Walk {
        root: place.root.clone(),
        nearby: nearby.clone(),
        folders: vec![RepoPath::default()],
        work_tree: place.work_tree.clone(),
        exclude: exclude.clone().into(),
        tell_all: false,
    };
    let selection = disk::whole(&walk, &pool);
    let tree = DiskTree::new(place.root.clone());
    let load = from_disk(&nearby);
    let include =
        |path: &RepoPath, reader: &'static dyn Reader| disk::included(&place.root, path, &exclude, reader, INCLUDED);
    let side = Side {
        policy,
        tree: &tree,
        files: &selection.files,
        load: &load,
        scope: Scope::Full,
        include: &include,
        around: BTreeSet::new(),
        unclaimed: &Unclaimed::default(),
        unread_policies: Vec::new(),
        is_about_policy: false,
    };
    let bytes = AtomicU64::new(0);
    let means = Means::plain(&pool, &bytes, shell);
    let outcome = side.judge(&means);
    let mut problems: Vec<&Problem> = selection.problems.iter().chain(&outcome.problems).collect();
    problems.retain(|problem| !super::run::is_excused(policy, problem));
    for problem in problems.iter().take(MOST) {
        let path = problem.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        fail(shell, &format!("{path}{}", problem.message), &problem.help);
    }
    if problems.is_empty() {
        return Ok(outcome);
    }
    let help = "mend it, exclude it, or list it under `unanalysed`; then try again";
    Err(fail(shell, "not everything could be judged, so nothing was done", help))
}
