//! What `--since`, `--staged` and `--policy-ref` mean here: which commits they name, what changed between them, and where the
//! files of each side are. Knows arguments and git; judges nothing.

use crate::cli::common::fail;
use crate::cli::{Exit, Shell};
use crate::disk::{self, POLICY_NAMES, Place, absolute};
use crate::git::{self, Blobs, Change, Git, GitError, Listing, Revision, Unstaged, Version};
use crate::repo_path::RepoPath;
use clap::ArgMatches;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};

/// Where the files that are judged come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Head {
    /// The disk.
    WorkTree,
    /// What would be committed now.
    Index,
    /// The commit that is checked out.
    Commit,
}

/// Commits that a run is about.
pub(in crate::cli) struct History {
    /// The repository.
    pub(in crate::cli) git: Git,
    /// Its blobs.
    pub(in crate::cli) blobs: Blobs,
    /// Where the files come from.
    pub(in crate::cli) source: Head,
    /// The commit that is checked out.
    pub(in crate::cli) head: Revision,
    /// What is compared with.
    pub(in crate::cli) base: Revision,
    /// The index that is meant, where that is not the usual one.
    index: Option<PathBuf>,
    /// Whether only what is new is told.
    pub(in crate::cli) is_new_only: bool,
    /// Whose policy judges, and its files; `None` for the one on disk.
    pub(in crate::cli) policy_ref: Option<(Revision, Listing)>,
    /// The files of the head, from the top of the work tree; `None` where they are on disk.
    pub(in crate::cli) listing: Option<Listing>,
    /// The root, from the top of the work tree.
    pub(in crate::cli) below: RepoPath,
    /// Whether the policy of the head judges, since the other commit has none.
    pub(in crate::cli) is_introduced: bool,
    /// A policy of the head further out, from the top of the work tree, which will decide once it is merged.
    pub(in crate::cli) outer: Option<RepoPath>,
}

/// What changed.
pub(in crate::cli) struct Changed {
    /// Files, with paths from the root.
    pub(in crate::cli) changes: Vec<Change>,
    /// Links on disk, and the files that they lead to.
    pub(in crate::cli) links: Vec<(Version, RepoPath)>,
}

/// Tells trouble with git.
pub(in crate::cli) fn tell(error: &GitError, shell: &mut Shell<'_>) -> Exit {
    fail(shell, &error.what, &error.help)
}

/// Reads the arguments and looks up what they name; `None` without any of them.
///
/// # Errors
/// When git gives no answer; it has been told.
pub(in crate::cli) fn read(matches: &ArgMatches, first: &Path, shell: &mut Shell<'_>) -> Result<Option<History>, Exit> {
    let since = matches.get_one::<String>("since");
    let policy_ref = matches.get_one::<String>("policy-ref");
    let is_staged = matches.get_flag("staged");
    if since.is_none() && policy_ref.is_none() && !is_staged {
        return Ok(None);
    }
    let index = shell.git_index.clone();
    open((since, policy_ref, is_staged), index.as_deref(), first).map(Some).map_err(|error| tell(&error, shell))
}

/// `index` is the one that is meant, where that is not the usual one.
fn open(
    (since, policy_ref, is_staged): (Option<&String>, Option<&String>, bool),
    index: Option<&Path>,
    first: &Path,
) -> Result<History, GitError> {
    let folder = if first.is_dir() { first } else { first.parent().unwrap_or(first) };
    let Some(top) = disk::work_tree(folder) else {
        let help = "run inside a git work tree, or leave out `--since`, `--staged` and `--policy-ref`";
        return Err(GitError::new("this is no git work tree", help));
    };
    let git = Git::at(&top);
    let head = git::head(&git)?;
    let policy_ref = policy_ref.map(|name| git::resolve(&git, name)).transpose()?;
    let since = since.map(|name| git::resolve(&git, name)).transpose()?;
    let base = match (&since, &policy_ref) {
        (Some(since), _) => git::merge_base(&git, since, &head)?,
        (None, _) if is_staged => head.clone(),
        (None, Some(policy_ref)) => git::merge_base(&git, policy_ref, &head)?,
        (None, None) => head.clone(),
    };
    let source = match (is_staged, &policy_ref) {
        (true, _) => Head::Index,
        (false, Some(_)) => Head::Commit,
        (false, None) => Head::WorkTree,
    };
    let listing = match source {
        Head::WorkTree => None,
        Head::Index => Some(git::of_index(&git, index)?),
        Head::Commit => Some(git::of_commit(&git, &head)?),
    };
    let policy_ref = match policy_ref {
        Some(commit) => {
            let listing = git::of_commit(&git, &commit)?;
            Some((commit, listing))
        }
        None => None,
    };
    Ok(History {
        blobs: Blobs::of(&git),
        git,
        source,
        head,
        base,
        index: index.map(Path::to_path_buf),
        is_new_only: since.is_some() || is_staged,
        policy_ref,
        listing,
        below: RepoPath::default(),
        is_introduced: false,
        outer: None,
    })
}

impl History {
    /// Root and policy as the commit that decides has them; where it has no policy, as the head has them.
    ///
    /// # Errors
    /// When neither has a policy, or a folder holds two; it has been told.
    pub(in crate::cli) fn place(
        &mut self,
        matches: &ArgMatches,
        first: &Path,
        shell: &mut Shell<'_>,
    ) -> Result<Place, Exit> {
        let top = self.git.top().to_path_buf();
        let below = |path: &Path| path.strip_prefix(&top).ok().map(RepoPath::from_relative);
        let named = |name: &str| matches.get_one::<PathBuf>(name).map(|path| absolute(&shell.working, path));
        let (root, policy) = (named("root"), named("policy"));
        let outside = |path: &Path, shell: &mut Shell<'_>| {
            let what = format!("`{}` lies outside of the git work tree", path.display());
            fail(shell, &what, "with `--policy-ref`, everything comes from commits: name a path inside")
        };
        let root = match root {
            Some(root) => Some(below(&root).ok_or_else(|| outside(&root, shell))?),
            None => None,
        };
        let policy = match policy {
            Some(policy) => Some(below(&policy).ok_or_else(|| outside(&policy, shell))?),
            None => None,
        };
        let is_named = root.is_some() || policy.is_some();
        let first = below(first).unwrap_or_default();
        let mut listings: Vec<&Listing> = self.policy_ref.iter().map(|(_, listing)| listing).collect();
        listings.extend(&self.listing);
        for (number, listing) in listings.into_iter().enumerate() {
            let found = match (&root, &policy) {
                (root, Some(policy)) => listing.get(policy).map(|_| (root.clone().unwrap_or_default(), policy.clone())),
                (Some(root), None) => policy_in(listing, root, shell)?.map(|policy| (root.clone(), policy)),
                (None, None) => outermost(listing, &first, shell)?,
            };
            if let Some((root, policy)) = found {
                self.is_introduced = number > 0;
                if let (false, Some(head)) = (is_named, &self.listing)
                    && let Some((outer, path)) = outermost(head, &first, shell)?
                    && root != outer
                    && root.is_beneath(&outer)
                {
                    self.outer = Some(path);
                }
                self.below = root.clone();
                let disk = |path: &RepoPath| disk::to_disk(&top, path).unwrap_or_else(|| top.clone());
                return Ok(Place { root: disk(&root), policy: Some(disk(&policy)), work_tree: Some(top) });
            }
        }
        let what = "neither the commit that decides nor the one that is checked out has a policy";
        Err(fail(shell, what, "`policy init` writes a first one: commit it"))
    }

    /// What changed, with paths from the root; files that moved in or out of it were added or removed. `is_on_disk` hands
    /// out the files of the work tree that git does not track.
    ///
    /// # Errors
    /// When git gives no answer.
    pub(in crate::cli) fn changes(&self, untracked: &[RepoPath]) -> Result<Changed, GitError> {
        let in_git = |changes| Changed { changes, links: Vec::new() };
        let Changed { changes, links } = match self.source {
            Head::Commit => in_git(git::between_commits(&self.git, &self.base, &self.head)?),
            Head::Index => in_git(git::staged(&self.git, &self.base)?),
            Head::WorkTree => self.on_disk(untracked)?,
        };
        let version = |version: Option<Version>| {
            let version = version?;
            let path = RepoPath::from_bytes(version.path.strip_folder(&self.below)?);
            Some(Version { path, ..version })
        };
        let below = changes.into_iter().map(|change| Change { old: version(change.old), new: version(change.new) });
        let changes = below.filter(|change| change.old.is_some() || change.new.is_some()).collect();
        Ok(Changed { changes, links })
    }

    /// What changed on disk: by way of the index, so that renames are known.
    fn on_disk(&self, untracked: &[RepoPath]) -> Result<Changed, GitError> {
        let mut changes = git::staged(&self.git, &self.base)?;
        let Unstaged { changes: unstaged, tracked } = git::unstaged(&self.git, &self.blobs, self.index.as_deref())?;
        let by_new = |changes: &[Change]| -> FxHashMap<RepoPath, usize> {
            let paths =
                changes.iter().enumerate().filter_map(|(at, change)| Some((change.new.as_ref()?.path.clone(), at)));
            paths.collect()
        };
        let staged = by_new(&changes);
        for change in unstaged {
            let path = change.old.as_ref().or(change.new.as_ref()).map(|version| version.path.clone());
            let known = path.and_then(|path| staged.get(&path)).and_then(|at| changes.get_mut(*at));
            match known {
                Some(known) => known.new = change.new,
                None => changes.push(change),
            }
        }
        let links = tracked.iter().filter(|(_, mode)| mode & 0o170_000 == 0o120_000);
        let links = links.filter_map(|(path, mode)| self.link(path, *mode)).collect();
        let tracked: FxHashSet<RepoPath> = tracked.into_iter().map(|(path, _)| path).collect();
        let removed: FxHashMap<RepoPath, usize> = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.new.is_none())
            .filter_map(|(at, change)| Some((change.old.as_ref()?.path.clone(), at)))
            .collect();
        for path in untracked {
            let path = under(&self.below, path);
            if tracked.contains(&path) {
                continue;
            }
            let new = Some(Version { path: path.clone(), mode: 0o100_644, id: None });
            match removed.get(&path).and_then(|at| changes.get_mut(*at)) {
                Some(known) => known.new = new,
                None => changes.push(Change { old: None, new }),
            }
        }
        Ok(Changed { changes, links })
    }

    /// A link on disk and the file beneath the root that it leads to, with paths from there.
    fn link(&self, path: &RepoPath, mode: u32) -> Option<(Version, RepoPath)> {
        let own = RepoPath::from_bytes(path.strip_folder(&self.below)?);
        let root = disk::to_disk(self.git.top(), &self.below)?.canonicalize().ok()?;
        let target = disk::to_disk(self.git.top(), path)?.canonicalize().ok()?;
        let target = RepoPath::from_relative(target.strip_prefix(root).ok()?);
        Some((Version { path: own, mode, id: None }, target))
    }
}

/// A path from the root, as one from the top of the work tree.
pub(in crate::cli) fn under(root: &RepoPath, path: &RepoPath) -> RepoPath {
    path.segments().fold(root.clone(), |under, segment| under.join(segment))
}

/// The policy of a folder.
fn policy_in(listing: &Listing, folder: &RepoPath, shell: &mut Shell<'_>) -> Result<Option<RepoPath>, Exit> {
    let there: Vec<RepoPath> = POLICY_NAMES
        .iter()
        .map(|name| folder.join(name.as_bytes()))
        .filter(|path| listing.get(path).is_some())
        .collect();
    if there.len() > 1 {
        let what = format!("both `policy.yaml` and `.policy.yaml` lie in `{folder}`");
        return Err(fail(shell, &what, "keep one of them"));
    }
    Ok(there.into_iter().next())
}

/// The outermost folder with a policy, on the way down to a path.
fn outermost(listing: &Listing, first: &RepoPath, shell: &mut Shell<'_>) -> Result<Option<(RepoPath, RepoPath)>, Exit> {
    let mut folder = RepoPath::default();
    let mut rest = first.segments();
    loop {
        if let Some(policy) = policy_in(listing, &folder, shell)? {
            return Ok(Some((folder, policy)));
        }
        let Some(segment) = rest.next() else { return Ok(None) };
        folder = folder.join(segment);
    }
}
