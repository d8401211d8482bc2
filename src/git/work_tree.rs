//! What the work tree has that the index has not: files that were edited or removed since. Knows stat data and blobs, so that git
//! never runs the filters that a repository may ask for.

use super::changes::{Change, Version};
use super::command::{Git, GitError};
use super::objects::Blobs;
use crate::disk::git_index::{self, Entry};
use crate::disk::{Reading, read_file, to_disk};
use crate::repo_path::RepoPath;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::path::Path;

/// How the work tree differs from the index.
pub struct Unstaged {
    /// Files that differ.
    pub changes: Vec<Change>,
    /// Everything that is tracked, with its mode.
    pub tracked: Vec<(RepoPath, u32)>,
}

/// Compares the work tree with the index.
///
/// # Errors
/// When the index cannot be understood, or holds conflicts.
pub fn unstaged(git: &Git, blobs: &Blobs, index: Option<&Path>) -> Result<Unstaged, GitError> {
    let entries = git_index::entries(git.top(), index)
        .map_err(|what| GitError::new(what, "repair the index, for example with `git status`"))?;
    if let Some(conflict) = entries.iter().find(|entry| entry.is_conflict) {
        let what = format!("`{}` has conflicts in the index", conflict.path);
        return Err(GitError::new(what, "resolve the conflicts and `git add` the files"));
    }
    let written = index_written(git.top());
    let changes = entries
        .par_iter()
        .filter(|entry| entry.mode & 0o170_000 != 0o160_000)
        .filter_map(|entry| change(git.top(), blobs, entry, written))
        .collect();
    Ok(Unstaged { changes, tracked: entries.into_iter().map(|entry| (entry.path, entry.mode)).collect() })
}

fn change(top: &Path, blobs: &Blobs, entry: &Entry, written: Option<(u64, u32)>) -> Option<Change> {
    let disk = to_disk(top, &entry.path)?;
    let version = |id: Option<String>| Version { path: entry.path.clone(), mode: entry.mode, id };
    let old = (!entry.is_announced).then(|| version(Some(entry.id())));
    let Ok(meta) = disk.symlink_metadata() else {
        // A sparse checkout leaves out what it has.
        return (!entry.is_absent).then_some(Change { old, new: None });
    };
    let is_link = entry.mode & 0o170_000 == 0o120_000;
    let new = Some(version(None));
    if meta.is_symlink() != is_link || entry.is_announced {
        return Some(Change { old, new });
    }
    if is_link {
        let target = std::fs::read_link(&disk).ok()?;
        let mut stored = Vec::new();
        let len = blobs.read(&entry.id(), &mut stored).ok();
        let is_same = len.is_some_and(|len| stored.get(..len) == Some(target.as_os_str().as_encoded_bytes()));
        return (!is_same).then_some(Change { old, new });
    }
    if is_unchanged(&meta, entry, written) {
        return None;
    }
    let (mut own, mut stored) = (Vec::new(), Vec::new());
    let len = read_file(&disk, Reading::Unknown, &mut own).ok()?;
    let stored_len = blobs.read(&entry.id(), &mut stored).ok();
    let is_same = stored_len.is_some_and(|stored_len| own.get(..len) == stored.get(..stored_len));
    (!is_same).then_some(Change { old, new })
}

/// Whether a file looks as git last saw it. One that was written when the index was, or later, may have changed since.
fn is_unchanged(meta: &std::fs::Metadata, entry: &Entry, written: Option<(u64, u32)>) -> bool {
    let modified = meta.modified().ok().and_then(since_epoch);
    let (seconds, nanos) = entry.modified;
    let seen = (u64::from(seconds), nanos);
    // Some file systems and some builds of git keep no nanoseconds.
    let is_then =
        is_same_status(meta, entry) && modified.is_some_and(|now| now.0 == seen.0 && (now.1 == seen.1 || seen.1 == 0));
    is_then
        && crate::span::to_u32(usize::try_from(meta.len()).unwrap_or(usize::MAX)) == entry.size
        && written.is_some_and(|written| seen < written)
}

/// Whether nobody has touched it since, as far as the system tells: restoring the time of a file does not restore this.
#[cfg(unix)]
fn is_same_status(meta: &std::fs::Metadata, entry: &Entry) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (seconds, nanos) = entry.changed;
    (seconds == 0 && nanos == 0)
        || (i64::from(seconds) == meta.ctime() && (nanos == 0 || i64::from(nanos) == meta.ctime_nsec()))
}

#[cfg(not(unix))]
fn is_same_status(_: &std::fs::Metadata, _: &Entry) -> bool {
    true
}

fn index_written(top: &Path) -> Option<(u64, u32)> {
    let index = git_index::index_path(top)?;
    since_epoch(index.metadata().ok()?.modified().ok()?)
}

fn since_epoch(time: std::time::SystemTime) -> Option<(u64, u32)> {
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((since.as_secs(), since.subsec_nanos()))
}
