//! Answers what exists beneath the root, from the disk. Looks things up when asked and remembers nothing that could
//! grow without bound.

use super::read::{Reading, read_file};
use super::skip::default_skip;
use crate::project::Tree;
use crate::repo_path::RepoPath;
use std::path::{Path, PathBuf};

/// At most this many entries are looked at to find out whether a folder holds Python.
const MAX_ENTRIES: usize = 100_000;

/// The tree beneath a folder on disk.
pub struct DiskTree {
    root: PathBuf,
}

impl DiskTree {
    /// The tree beneath `root`.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The path on disk; `None` for bytes that no file of this platform can be called by.
    #[must_use]
    pub fn disk_path(&self, path: &RepoPath) -> Option<PathBuf> {
        to_disk(&self.root, path)
    }
}

/// A path beneath `root`, on disk.
#[must_use]
pub fn to_disk(root: &Path, path: &RepoPath) -> Option<PathBuf> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::{OsStrExt, OsStringExt};
        // In one piece: this is done for every file.
        let head = root.as_os_str().as_bytes();
        let mut disk = Vec::with_capacity(head.len() + 1 + path.as_bytes().len());
        disk.extend_from_slice(head);
        if !path.as_bytes().is_empty() {
            disk.push(b'/');
            disk.extend_from_slice(path.as_bytes());
        }
        Some(std::ffi::OsString::from_vec(disk).into())
    }
    #[cfg(not(unix))]
    {
        let mut disk = root.to_path_buf();
        for segment in path.segments() {
            disk.push(std::str::from_utf8(segment).ok()?);
        }
        Some(disk)
    }
}

impl Tree for DiskTree {
    fn is_folder(&self, path: &RepoPath) -> bool {
        // Links count for what they lead to.
        self.disk_path(path).is_some_and(|path| path.is_dir())
    }

    fn is_file(&self, path: &RepoPath) -> bool {
        self.disk_path(path).is_some_and(|path| path.is_file())
    }

    fn entries(&self, folder: &RepoPath) -> Vec<(Vec<u8>, bool)> {
        let Some(listing) = self.disk_path(folder).and_then(|folder| std::fs::read_dir(folder).ok()) else {
            return Vec::new();
        };
        let named = listing.flatten().filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            // Links count for what they lead to.
            let is_folder = if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() };
            Some((entry.file_name().as_encoded_bytes().to_vec(), is_folder))
        });
        named.collect()
    }

    fn holds_python(&self, path: &RepoPath) -> bool {
        let Some(folder) = self.disk_path(path) else { return false };
        let mut open = vec![folder];
        let mut seen = 0;
        while let Some(folder) = open.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                seen += 1;
                let name = entry.file_name();
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    if !default_skip(name.as_encoded_bytes()) {
                        open.push(entry.path());
                    }
                } else if name.as_encoded_bytes().ends_with(b".py") || name.as_encoded_bytes().ends_with(b".pyi") {
                    return true;
                }
            }
            if seen > MAX_ENTRIES {
                return false;
            }
        }
        false
    }

    fn read(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let len = read_file(&self.disk_path(path)?, Reading::Unknown, &mut bytes).ok()?;
        bytes.truncate(len);
        Some(bytes)
    }
}
