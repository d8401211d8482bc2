//! What `policy check` needs before anything is judged: what was asked for, where it lies, which policy and which baseline hold, and
//! which files are on disk. Knows arguments and where things are read from.

use super::change::between::policy_tree;
use super::change::history::{self, Head, History};
use super::common::{self, fail};
use super::policy_file::{self, Refusal};
use super::ratchet::{self, Loaded};
use super::target::{self, Target};
use super::{Exit, Shell};
use crate::disk::{Place, Selection, absolute};
use crate::git::CommitTree;
use crate::policy::Policy;
use crate::repo_path::RepoPath;
use clap::ArgMatches;
use std::path::PathBuf;

/// What was asked for, and where it lies.
pub(super) struct Prepared {
    pub(super) target: Target,
    pub(super) history: Option<History>,
    pub(super) place: Place,
}

/// Reads what was asked for.
///
/// # Errors
/// When that makes no sense, or lies nowhere; it has been told.
pub(super) fn prepare(matches: &ArgMatches, shell: &mut Shell<'_>) -> Result<Prepared, Exit> {
    let target = target::read(matches, shell)?;
    let first = target.first(&shell.working);
    let mut history = history::read(matches, &first, shell)?;
    let place = match &mut history {
        Some(history) if history.policy_ref.is_some() => history.place(matches, &first, shell)?,
        _ => common::place(matches, first, shell)?,
    };
    if let Some(history) = &mut history {
        let Ok(below) = place.root.strip_prefix(history.git.top()) else {
            let what = format!("the root `{}` lies outside of the git work tree", place.root.display());
            return Err(fail(shell, &what, "name a root inside of it"));
        };
        history.below = RepoPath::from_relative(below);
        if let Some((path, what)) = target.hollow(&place.root, history) {
            let what = format!("`{}` {what}: nothing of it would be judged", path.display());
            return Err(fail(shell, &what, "name the folder in which the files lie now"));
        }
        if let Some(missing) = target.missing(&place.root, history) {
            let what = format!("`{}` is neither on disk nor in the commits", missing.display());
            return Err(fail(shell, &what, "correct the path"));
        }
    }
    Ok(Prepared { target, history, place })
}

impl Prepared {
    /// The policy that judges, with the rules that were asked for, and the baseline that goes with it.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub(super) fn policy(
        &self,
        matches: &ArgMatches,
        shell: &mut Shell<'_>,
    ) -> Result<(Policy, Option<Loaded>), Refusal> {
        let path = self.place.policy.as_deref().and_then(|policy| policy.strip_prefix(&self.place.root).ok());
        let path = path.map(RepoPath::from_relative);
        let committed = self.history.as_ref().and_then(|history| policy_tree(history, path.as_ref()));
        let mut policy = match &committed {
            Some(tree) => {
                let path = path.unwrap_or_default();
                policy_file::from_tree(tree, &self.place.root, &path, shell.today).map_err(Refusal::Broken)?
            }
            None => policy_file::read(&self.place, shell)?,
        };
        if let Some(exit) = keep_asked_rules(matches, &mut policy, shell) {
            return Err(Refusal::Told(exit));
        }
        let baseline = self.baseline(matches, &policy, committed.as_ref(), shell).map_err(Refusal::Told)?;
        Ok((policy, baseline))
    }

    /// Reads the baseline that is named, or the one that lies beside the policy.
    fn baseline(
        &self,
        matches: &ArgMatches,
        policy: &Policy,
        committed: Option<&CommitTree<'_>>,
        shell: &mut Shell<'_>,
    ) -> Result<Option<Loaded>, Exit> {
        let root = &self.place.root;
        let typed = matches.get_one::<PathBuf>("baseline").map(|path| absolute(&shell.working, path));
        let (path, is_named) =
            typed.map_or_else(|| ratchet::named_by(policy), |typed| (ratchet::typed(&typed, root), true));
        match committed {
            Some(tree) => ratchet::from_commit(tree, path, is_named, shell),
            None => match ratchet::on_disk(root, &path) {
                Some(file) => ratchet::from_disk(&file, path, is_named, shell),
                None => Ok(None),
            },
        }
    }

    /// What the disk has of what was asked for; nothing where the disk does not count.
    ///
    /// # Errors
    /// When a path lies outside of the root; it has been told.
    pub(super) fn select(
        &self,
        policy: &Policy,
        pool: &rayon::ThreadPool,
        listing: bool,
        shell: &mut Shell<'_>,
    ) -> Result<Selection, Exit> {
        if self.history.as_ref().is_some_and(|history| history.source != Head::WorkTree) {
            return Ok(Selection::default());
        }
        let exclude = policy.excluded();
        target::select(&self.target, &self.place, &exclude, pool, listing, shell)
    }
}

fn keep_asked_rules(matches: &ArgMatches, policy: &mut Policy, shell: &mut Shell<'_>) -> Option<Exit> {
    let asked: Vec<String> = matches.get_many::<String>("rule")?.cloned().collect();
    let known: Vec<String> = policy.rules.iter().map(|rule| rule.id.to_string()).collect();
    let unknown = policy.keep_only(&asked);
    let first = unknown.first()?;
    let near = crate::document::mistake::nearest(first, known.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? `policy rules` lists all"),
        None => "`policy rules` lists all".to_owned(),
    };
    Some(fail(shell, &format!("the policy has no rule `{first}`"), &help))
}
