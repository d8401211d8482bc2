//! Hands out what a policy pulls in: packs from the tool, files from beneath the root or from a commit. Knows that no link may
//! lead out of the root; must not know what the texts say.

use super::policy_text::{Unreadable, from_bytes, read_text};
use crate::disk::{installed, to_disk};
use crate::document::yaml::MAX_BYTES;
use crate::packs;
use crate::policy::Extensions;
use crate::project::Tree;
use crate::repo_path::RepoPath;
use std::path::Path;

/// Packs, and files beneath a root.
pub(super) struct Extended<'r> {
    /// The root, absolute.
    pub root: &'r Path,
}

impl Extensions for Extended<'_> {
    fn pack(&self, name: &str) -> Option<&'static str> {
        packs::text(name)
    }

    fn packs(&self) -> Vec<&'static str> {
        packs::PACKS.iter().map(|(name, _)| *name).collect()
    }

    fn file(&self, path: &RepoPath) -> Result<String, String> {
        let file = to_disk(self.root, path).ok_or_else(|| "is no name of a file here".to_owned())?;
        match (file.canonicalize(), self.root.canonicalize()) {
            (Ok(file), Ok(root)) if !file.starts_with(&root) => {
                return Err("is a link that leads out of the root".to_owned());
            }
            (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => return Err("does not exist".to_owned()),
            _ => {}
        }
        read_text(&file).map_err(words)
    }

    fn installed(&self, path: &RepoPath) -> Result<Vec<(String, String)>, String> {
        let folder = to_disk(self.root, path).ok_or_else(|| "is no name of a folder here".to_owned())?;
        installed(&folder)
    }
}

/// Packs, and files of a commit.
pub(super) struct Committed<'r> {
    /// Its files, with paths from the root.
    pub tree: &'r dyn Tree,
    /// The root on disk: what is installed is in no commit.
    pub root: &'r Path,
}

impl Extensions for Committed<'_> {
    fn pack(&self, name: &str) -> Option<&'static str> {
        packs::text(name)
    }

    fn packs(&self) -> Vec<&'static str> {
        Extended { root: self.root }.packs()
    }

    fn file(&self, path: &RepoPath) -> Result<String, String> {
        let bytes = self.tree.read(path).ok_or_else(|| "is no file of the commit".to_owned())?;
        from_bytes(&bytes).map_err(words)
    }

    fn installed(&self, path: &RepoPath) -> Result<Vec<(String, String)>, String> {
        Extended { root: self.root }.installed(path)
    }
}

fn words(trouble: Unreadable) -> String {
    match trouble {
        Unreadable::TooLong(bytes) => format!("has {bytes} bytes; more than {MAX_BYTES} are not read"),
        Unreadable::Words(what) => what,
    }
}
