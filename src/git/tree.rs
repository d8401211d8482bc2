//! What exists in a commit or in the index, and in a state that differs from another one in a few files. Knows listings and
//! blobs; answers as the disk would.

use super::changes::Version;
use super::listing::Listing;
use super::objects::Blobs;
use crate::disk::ReadError;
use crate::project::Tree;
use crate::repo_path::RepoPath;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Links lead to links at most so often.
const MOST_LINKS: usize = 8;

const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

/// The files of a commit or of the index.
pub struct CommitTree<'b> {
    listing: Listing,
    blobs: &'b Blobs,
}

impl<'b> CommitTree<'b> {
    /// A tree of these files.
    #[must_use]
    pub fn new(listing: Listing, blobs: &'b Blobs) -> Self {
        Self { listing, blobs }
    }

    /// Its files.
    #[must_use]
    pub fn listing(&self) -> &Listing {
        &self.listing
    }

    /// The regular file that a path leads to, through links inside the tree.
    #[must_use]
    pub fn file(&self, path: &RepoPath) -> Option<&Version> {
        let mut version = self.listing.get(path)?;
        for _ in 0..MOST_LINKS {
            match version.mode & KIND {
                LINK => {
                    let mut bytes = Vec::new();
                    let len = self.blobs.read(version.id.as_deref()?, &mut bytes).ok()?;
                    let target = behind(&version.path, bytes.get(..len)?)?;
                    version = self.listing.get(&target)?;
                }
                SUBMODULE => return None,
                _ => return Some(version),
            }
        }
        None
    }

    /// Whether a link leads to a file or to a folder inside the tree.
    #[must_use]
    pub fn leads_somewhere(&self, link: &RepoPath) -> bool {
        let target = || {
            let mut bytes = Vec::new();
            let len = self.blobs.read(self.listing.get(link)?.id.as_deref()?, &mut bytes).ok()?;
            behind(link, bytes.get(..len)?)
        };
        self.file(link).is_some()
            || target().is_some_and(|path| !path.as_bytes().is_empty() && !self.listing.beneath(&path).is_empty())
    }

    /// Links that lead to files inside the tree, with these.
    #[must_use]
    pub fn links(&self) -> Vec<(Version, RepoPath)> {
        let links = self.listing.all().iter().filter(|version| version.mode & KIND == LINK);
        links.filter_map(|link| Some((link.clone(), self.file(&link.path)?.path.clone()))).collect()
    }

    /// Reads the file that a path leads to.
    ///
    /// # Errors
    /// When there is none, or git cannot hand it out.
    pub fn bytes(&self, path: &RepoPath, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
        let id = self.file(path).and_then(|version| version.id.as_deref()).ok_or(ReadError::Special)?;
        self.blobs.read(id, buffer)
    }
}

/// Where a link leads; `None` out of the tree.
fn behind(link: &RepoPath, target: &[u8]) -> Option<RepoPath> {
    if target.starts_with(b"/") {
        return None;
    }
    let mut path = link.parent();
    for segment in target.split(|&b| b == b'/') {
        match segment {
            b"" | b"." => {}
            b".." if path.as_bytes().is_empty() => return None,
            b".." => path = path.parent(),
            _ => path = path.join(segment),
        }
    }
    Some(path)
}

fn is_python(path: &RepoPath) -> bool {
    path.as_bytes().ends_with(b".py") || path.as_bytes().ends_with(b".pyi")
}

impl Tree for CommitTree<'_> {
    fn is_file(&self, path: &RepoPath) -> bool {
        self.file(path).is_some()
    }

    fn is_folder(&self, path: &RepoPath) -> bool {
        !self.listing.beneath(path).is_empty()
    }

    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let mut found: Vec<(Vec<u8>, bool)> = Vec::new();
        for version in self.listing.beneath(folder) {
            let Some(rest) = version.path.strip_folder(folder) else { continue };
            let end = memchr::memchr(b'/', rest);
            let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let is_folder = end.is_some() || version.mode & KIND == SUBMODULE;
            if found.last().is_none_or(|(last, _)| last != name) {
                found.push((name.to_vec(), is_folder));
            }
        }
        found
    }

    fn holds_python(&self, path: &RepoPath) -> bool {
        self.listing.beneath(path).iter().any(|version| is_python(&version.path))
    }

    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let len = self.bytes(path, &mut bytes).ok()?;
        bytes.truncate(len);
        Some(bytes)
    }
}

/// What an overlay says of a path.
pub enum Answer<'a> {
    /// It holds this file.
    Is(&'a Version),
    /// It holds none there, although what lies beneath may.
    Not,
    /// Whatever lies beneath says.
    Below,
}

/// A state that differs from another one in a few files.
pub struct Overlay<'b> {
    below: &'b dyn Tree,
    blobs: &'b Blobs,
    /// Files that are otherwise; `None` where there are none.
    files: FxHashMap<RepoPath, Option<Version>>,
    /// What lies directly in folders because of its own files: names, and whether each is a folder.
    own: FxHashMap<RepoPath, BTreeMap<Vec<u8>, bool>>,
    /// Folders in which something is not there, with all above; and those with Python of its own.
    hiding: FxHashSet<RepoPath>,
    python: FxHashSet<RepoPath>,
}

impl<'b> Overlay<'b> {
    /// What lies beneath, with these files instead.
    #[must_use]
    pub fn new(below: &'b dyn Tree, blobs: &'b Blobs, files: FxHashMap<RepoPath, Option<Version>>) -> Self {
        let mut own: FxHashMap<RepoPath, BTreeMap<Vec<u8>, bool>> = FxHashMap::default();
        let (mut hiding, mut python) = (FxHashSet::default(), FxHashSet::default());
        for (path, version) in &files {
            let (mut child, mut is_folder) = (path.clone(), false);
            while !child.as_bytes().is_empty() {
                let folder = child.parent();
                if version.is_some() {
                    own.entry(folder.clone()).or_default().insert(child.file_name().to_vec(), is_folder);
                    if is_python(path) {
                        python.insert(folder.clone());
                    }
                } else {
                    hiding.insert(folder.clone());
                }
                (child, is_folder) = (folder, true);
            }
        }
        Self { below, blobs, files, own, hiding, python }
    }

    /// What it says of a path itself.
    #[must_use]
    pub fn answer(&self, path: &RepoPath) -> Answer<'_> {
        match self.files.get(path) {
            Some(Some(version)) => Answer::Is(version),
            Some(None) => Answer::Not,
            None => Answer::Below,
        }
    }

    /// Reads one of its own files.
    ///
    /// # Errors
    /// When git cannot hand it out.
    pub fn bytes(&self, version: &Version, buffer: &mut Vec<u8>) -> Result<usize, ReadError> {
        if version.mode & KIND == LINK {
            let mut target = Vec::new();
            let len = self.blobs.read(version.id.as_deref().ok_or(ReadError::Missing)?, &mut target)?;
            let path = behind(&version.path, target.get(..len).unwrap_or_default()).ok_or(ReadError::Special)?;
            let read = self.read(&path).ok_or(ReadError::Special)?;
            buffer.clear();
            buffer.extend_from_slice(&read);
            return Ok(read.len());
        }
        self.blobs.read(version.id.as_deref().ok_or(ReadError::Missing)?, buffer)
    }
}

impl Tree for Overlay<'_> {
    fn is_file(&self, path: &RepoPath) -> bool {
        match self.answer(path) {
            Answer::Is(version) => version.mode & KIND != SUBMODULE,
            Answer::Not => false,
            Answer::Below => self.below.is_file(path),
        }
    }

    fn is_folder(&self, path: &RepoPath) -> bool {
        self.own.contains_key(path) || (self.below.is_folder(path) && (!self.hides_in(path) || self.holds_any(path)))
    }

    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let mut entries = self.listed(folder);
        // A folder that holds nothing but what is not there is not there.
        entries.retain(|(name, is_folder)| {
            let path = folder.join(name);
            !is_folder || !self.hides_in(&path) || self.holds_any(&path)
        });
        entries
    }

    fn holds_python(&self, path: &RepoPath) -> bool {
        self.python.contains(path)
            || if self.hides_in(path) { self.holds(path, &is_python) } else { self.below.holds_python(path) }
    }

    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        match self.answer(path) {
            Answer::Is(version) => {
                let mut bytes = Vec::new();
                let len = self.bytes(version, &mut bytes).ok()?;
                bytes.truncate(len);
                Some(bytes)
            }
            Answer::Not => None,
            Answer::Below => self.below.read(path),
        }
    }
}

impl Overlay<'_> {
    /// Whether something beneath a folder is not there.
    fn hides_in(&self, folder: &RepoPath) -> bool {
        self.hiding.contains(folder)
    }

    fn holds_any(&self, folder: &RepoPath) -> bool {
        self.holds(folder, &|_| true)
    }

    /// Whether a folder holds such a file at any depth.
    fn holds(&self, folder: &RepoPath, is_such: &dyn Fn(&RepoPath) -> bool) -> bool {
        let mut open = vec![folder.clone()];
        while let Some(folder) = open.pop() {
            for (name, is_folder) in self.listed(&folder) {
                let path = folder.join(&name);
                if is_folder {
                    open.push(path);
                } else if is_such(&path) {
                    return true;
                }
            }
        }
        false
    }

    /// What lies directly in a folder; folders may turn out to be empty.
    fn listed(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let mut entries = self.below.entries(folder);
        if self.hides_in(folder) {
            entries.retain(|(name, _)| !matches!(self.answer(&folder.join(name)), Answer::Not));
        }
        let known: FxHashSet<Vec<u8>> = entries.iter().map(|(name, _)| name.clone()).collect();
        let own = self.own.get(folder).into_iter().flatten();
        entries
            .extend(own.filter(|(name, _)| !known.contains(*name)).map(|(name, is_folder)| (name.clone(), *is_folder)));
        entries
    }
}
