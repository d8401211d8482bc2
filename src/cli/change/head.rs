//! The files of the side that is judged: on disk, in the index, or in the commit that is checked out. Knows where they are, which of
//! them were asked for, and how they are read; judges nothing.

use super::commit_files;
use super::history::{Changed, History};
use crate::cli::included::INCLUDED;
use crate::cli::judge::from_disk;
use crate::cli::target::{Asked, Target};
use crate::disk::{self, DiskTree, Place, ReadError, Selected, Selection, nearby};
use crate::git::{Blobs, CommitTree, Version};
use crate::pattern::glob::Glob;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::project::Tree;
use crate::readers::Reader;
use crate::repo_path::RepoPath;
use std::path::{Path, PathBuf};

/// The side that is judged.
pub(in crate::cli) struct HeadFiles<'h> {
    root: &'h Path,
    nearby: PathBuf,
    on_disk: DiskTree,
    /// The index or a commit, where the disk does not count.
    pub(in crate::cli) commit: Option<CommitTree<'h>>,
    /// Blobs of the repository.
    pub(in crate::cli) blobs: &'h Blobs,
    /// Paths that are not checked.
    pub(in crate::cli) exclude: Vec<Glob>,
    asked: Asked,
    is_whole: bool,
    /// What was selected on disk.
    selected: Selection,
    /// Links, and the files that they lead to.
    pub(in crate::cli) links: Vec<(Version, RepoPath)>,
}

impl<'h> HeadFiles<'h> {
    /// The head of a history. `selected` is what the disk has of what was asked for.
    #[must_use]
    pub(in crate::cli) fn new(
        (place, policy, target): (&'h Place, &Policy, &Target),
        working: &Path,
        history: &'h History,
        selected: Selection,
    ) -> Self {
        let commit =
            history.listing.as_ref().map(|listing| CommitTree::new(listing.from(&history.below), &history.blobs));
        Self {
            root: &place.root,
            nearby: nearby(&place.root, working),
            on_disk: DiskTree::new(place.root.clone()),
            links: commit.as_ref().map(CommitTree::links).unwrap_or_default(),
            commit,
            blobs: &history.blobs,
            exclude: policy.excluded(),
            asked: target.asked(&place.root),
            is_whole: target.is_whole(&place.root),
            selected,
        }
    }

    /// Takes note of links on disk.
    pub(in crate::cli) fn note(&mut self, changed: &Changed) {
        self.links.extend(changed.links.iter().cloned());
    }

    /// What exists.
    #[must_use]
    pub(in crate::cli) fn tree(&self) -> &dyn Tree {
        self.commit.as_ref().map_or(&self.on_disk, |tree| tree)
    }

    /// Whether a path was asked for.
    #[must_use]
    pub(in crate::cli) fn is_asked(&self, path: &RepoPath) -> bool {
        self.is_whole || self.asked.covers_as_any(path)
    }

    /// Whether all of it was.
    #[must_use]
    pub(in crate::cli) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(in crate::cli) fn load(&self, file: &Selected, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
        match &self.commit {
            Some(tree) => tree.bytes(&file.path, buffer),
            None => from_disk(&self.nearby)(file, buffer),
        }
    }

    /// Everything that was asked for.
    #[must_use]
    pub(in crate::cli) fn all(&self) -> Selection {
        match &self.commit {
            Some(tree) => {
                let versions = tree.listing().all().iter().filter(|version| self.is_asked(&version.path));
                commit_files::select(tree, versions, self.blobs, &self.exclude)
            }
            None => self.selected.clone(),
        }
    }

    /// What the disk has of it, where it counts.
    #[must_use]
    pub(in crate::cli) fn on_disk(&self) -> &Selection {
        &self.selected
    }

    /// One file, where it is to be checked.
    ///
    /// # Errors
    /// When it is, but cannot be.
    pub(in crate::cli) fn one(&self, version: &Version) -> Result<Option<Selected>, Problem> {
        if let Some(tree) = &self.commit {
            // A file that was only announced (`git add -N`) is not there yet.
            if tree.listing().get(&version.path).is_none() {
                return Ok(None);
            }
            let mut one = commit_files::select(tree, std::iter::once(version), self.blobs, &self.exclude);
            return one.problems.pop().map_or_else(|| Ok(one.files.pop()), Err);
        }
        let files = &self.selected.files;
        let at = files.binary_search_by(|file| file.path.cmp(&version.path));
        Ok(at.ok().and_then(|at| files.get(at)).cloned())
    }

    /// A file that another one pulls in.
    ///
    /// # Errors
    /// Nothing where it is not to be read, a problem where it should be.
    pub(in crate::cli) fn include(
        &self,
        path: &RepoPath,
        reader: &'static dyn Reader,
    ) -> Result<Selected, Option<Problem>> {
        match &self.commit {
            None => disk::included(self.root, path, &self.exclude, reader, INCLUDED),
            Some(tree) if tree.is_file(path) && !self.exclude.iter().any(|glob| glob.matches(path)) => {
                Ok(commit_files::selected(path, (reader, INCLUDED)))
            }
            Some(_) => Err(None),
        }
    }
}
