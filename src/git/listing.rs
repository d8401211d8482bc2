//! Every file of a commit or of the index, with its blob. Knows how git lists them; reads no content.

use super::changes::Version;
use super::command::{Git, GitError};
use super::revisions::Revision;
use crate::disk::git_index;
use crate::repo_path::RepoPath;
use std::path::Path;

/// Files in byte order of their paths, each once.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    versions: Vec<Version>,
}

impl Listing {
    fn new(mut versions: Vec<Version>) -> Self {
        versions.sort_by(|a, b| a.path.cmp(&b.path));
        versions.dedup_by(|a, b| a.path == b.path);
        Self { versions }
    }

    /// A file by its path.
    #[must_use]
    pub fn get(&self, path: &RepoPath) -> Option<&Version> {
        let at = self.versions.binary_search_by(|version| version.path.cmp(path)).ok()?;
        self.versions.get(at)
    }

    /// All files.
    #[must_use]
    pub fn all(&self) -> &[Version] {
        &self.versions
    }

    /// All files beneath a folder, which itself is no file.
    #[must_use]
    pub fn beneath(&self, folder: &RepoPath) -> &[Version] {
        if folder.as_bytes().is_empty() {
            return &self.versions;
        }
        let mut first = folder.as_bytes().to_vec();
        first.push(b'/');
        let mut last = folder.as_bytes().to_vec();
        last.push(b'/' + 1);
        let at = |bound: &[u8]| self.versions.partition_point(|version| version.path.as_bytes() < bound);
        self.versions.get(at(&first)..at(&last)).unwrap_or_default()
    }

    /// The same from a folder on: what lies beneath it, with paths from there.
    #[must_use]
    pub fn from(&self, folder: &RepoPath) -> Self {
        if folder.as_bytes().is_empty() {
            return self.clone();
        }
        let below = |version: &Version| {
            let path = RepoPath::from_bytes(version.path.strip_folder(folder)?);
            Some(Version { path, ..version.clone() })
        };
        Self::new(self.beneath(folder).iter().filter_map(below).collect())
    }
}

/// The files of a commit.
///
/// # Errors
/// When git cannot tell.
pub fn of_commit(git: &Git, commit: &Revision) -> Result<Listing, GitError> {
    let raw = git.run(&["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", &commit.id])?;
    let mut versions = Vec::new();
    for line in raw.split(|&b| b == 0).filter(|line| !line.is_empty()) {
        let version = || {
            let tab = memchr::memchr(b'\t', line)?;
            let mut fields = std::str::from_utf8(line.get(..tab)?).ok()?.split(' ');
            let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
            let id = fields.nth(1)?.to_owned();
            Some(Version { path: RepoPath::from_bytes(line.get(tab + 1..)?), mode, id: Some(id) })
        };
        let broken = || GitError::new("git's list of files cannot be understood", "use a newer git");
        versions.push(version().ok_or_else(broken)?);
    }
    Ok(Listing::new(versions))
}

/// The files of the index, or of another file of its form, as they would be committed now.
///
/// # Errors
/// When it cannot be understood, or holds conflicts.
pub fn of_index(git: &Git, file: Option<&Path>) -> Result<Listing, GitError> {
    let entries = git_index::entries(git.top(), file)
        .map_err(|what| GitError::new(what, "repair the index, for example with `git status`"))?;
    if let Some(conflict) = entries.iter().find(|entry| entry.is_conflict) {
        let what = format!("`{}` has conflicts in the index", conflict.path);
        return Err(GitError::new(what, "resolve the conflicts and `git add` the files"));
    }
    let version = |entry: git_index::Entry| {
        (!entry.is_announced).then(|| Version { mode: entry.mode, id: Some(entry.id()), path: entry.path })
    };
    Ok(Listing::new(entries.into_iter().filter_map(version).collect()))
}
