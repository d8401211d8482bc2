//! The baseline of a run: where it lies, and which findings it permits. Knows files and commits; what an entry is, and how it is
//! matched, is elsewhere.

use super::common::fail;
use super::side::Outcome;
use super::{Exit, Shell};
use crate::baseline::{self, Around, Entry};
use crate::disk::{self, Reading, read_file};
use crate::git::CommitTree;
use crate::policy::Policy;
use crate::project::Tree;
use crate::readers;
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};

/// The name under which a baseline is found by itself, beside the policy.
pub(super) const NAME: &str = "policy.baseline";

/// A baseline longer than this, in bytes, is not read.
const MAX_BYTES: usize = 64 << 20;

/// A baseline as it was read.
pub(super) struct Loaded {
    /// Where, relative to the root.
    pub(super) path: RepoPath,
    /// What it permits.
    pub(super) entries: Vec<Entry>,
}

/// Which baseline a policy uses, relative to the root, and whether it was named.
#[must_use]
pub(super) fn named_by(policy: &Policy) -> (RepoPath, bool) {
    if let Some((path, _)) = &policy.baseline {
        return (path.clone(), true);
    }
    let (own, folder) = (policy.source.path.as_bytes(), policy.source.path.parent());
    // A policy outside of the root keeps its whole path.
    let path = if own.starts_with(b"/") {
        RepoPath::from_bytes(&[folder.as_bytes(), b"/", NAME.as_bytes()].concat())
    } else {
        folder.join(NAME.as_bytes())
    };
    (path, false)
}

/// A baseline that was typed: relative to the root, or as it lies outside.
#[must_use]
pub(super) fn typed(typed: &Path, root: &Path) -> RepoPath {
    typed
        .strip_prefix(root)
        .map_or_else(|_| RepoPath::from_bytes(typed.as_os_str().as_encoded_bytes()), RepoPath::from_relative)
}

/// Where a baseline lies on disk.
#[must_use]
pub(super) fn on_disk(root: &Path, path: &RepoPath) -> Option<PathBuf> {
    if path.as_bytes().starts_with(b"/") {
        return disk::to_disk(Path::new(""), &RepoPath::from_bytes(path.as_bytes().get(1..)?))
            .map(|p| Path::new("/").join(p));
    }
    disk::to_disk(root, path)
}

/// Reads a baseline from disk; `None` where there is none and nobody named one.
///
/// # Errors
/// When it was named and is not there, or is none; it has been told.
pub(super) fn from_disk(
    file: &Path,
    path: RepoPath,
    is_named: bool,
    shell: &mut Shell<'_>,
) -> Result<Option<Loaded>, Exit> {
    if !is_named && file.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    match read_file(file, Reading::Unknown, &mut bytes) {
        Ok(len) if len <= MAX_BYTES => bytes.truncate(len),
        Ok(len) => {
            let what = format!("the baseline `{path}` has {len} bytes; more than {MAX_BYTES} are not read");
            return Err(fail(shell, &what, "this is probably no baseline"));
        }
        Err(error) => {
            let (why, _) = error.explain();
            let help = "`policy baseline --create` writes one";
            return Err(fail(shell, &format!("the baseline `{path}` {why}"), help));
        }
    }
    parse(&bytes, path, shell).map(Some)
}

/// The same from a commit.
///
/// # Errors
/// The same.
pub(super) fn from_commit(
    tree: &CommitTree<'_>,
    path: RepoPath,
    is_named: bool,
    shell: &mut Shell<'_>,
) -> Result<Option<Loaded>, Exit> {
    match tree.read(&path) {
        Some(bytes) => parse(&bytes, path, shell).map(Some),
        None if !is_named && tree.listing().get(&path).is_none() => Ok(None),
        None => {
            let what = format!("the baseline `{path}` is not in the commit that decides, or is no regular file");
            Err(fail(shell, &what, "commit it, or correct `baseline:` in the policy"))
        }
    }
}

fn parse(bytes: &[u8], path: RepoPath, shell: &mut Shell<'_>) -> Result<Loaded, Exit> {
    match baseline::read(bytes) {
        Ok(entries) => Ok(Loaded { path, entries }),
        Err(mistake) => {
            let what = format!("{path}:{}: {}", mistake.line, mistake.message);
            Err(fail(shell, &what, mistake.help))
        }
    }
}

/// What exists on a side.
pub(super) struct Existing<'e> {
    /// Its files.
    pub(super) tree: &'e dyn Tree,
    /// New names of files, by their old ones.
    pub(super) renames: FxHashMap<RepoPath, RepoPath>,
}

impl Around for Existing<'_> {
    fn exists(&self, path: &RepoPath) -> bool {
        self.tree.is_file(path)
    }

    fn renamed(&self, path: &RepoPath) -> Option<RepoPath> {
        self.renames.get(path).cloned()
    }

    fn has_scope(&self, path: &RepoPath, scope: &str) -> bool {
        let Some((reader, _)) = readers::by_path(path) else { return true };
        // What cannot be read may still have it.
        self.tree.read(path).is_none_or(|bytes| reader.has_scope(&bytes, scope))
    }
}

/// Takes away what a baseline permits: how many findings, and which entries permit nothing.
pub(super) fn apply(entries: &[Entry], outcome: &mut Outcome, around: &dyn Around) -> (usize, Vec<Entry>) {
    let matched = baseline::apply(entries, &outcome.findings, around);
    let count = matched.permitted.iter().filter(|permitted| **permitted).count();
    outcome.keep(|index, _| matched.permitted.get(index) != Some(&true));
    let stale = entries.iter().zip(&matched.used).filter(|(_, used)| used.is_none());
    (count, stale.map(|(entry, _)| entry.clone()).collect())
}
