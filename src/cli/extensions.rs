//! Hands out what a policy pulls in: packs from the tool, files from beneath the root. Knows that no link may lead out of
//! the root; must not know what the texts say.

use super::policy_text::{Unreadable, read_text};
use crate::disk::{installed, to_disk};
use crate::document::yaml::MAX_BYTES;
use crate::packs;
use crate::policy::Extensions;
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
        read_text(&file).map_err(|trouble| match trouble {
            Unreadable::TooLong(bytes) => format!("has {bytes} bytes; more than {MAX_BYTES} are not read"),
            Unreadable::Words(what) => what,
        })
    }

    fn installed(&self, path: &RepoPath) -> Result<Vec<(String, String)>, String> {
        let folder = to_disk(self.root, path).ok_or_else(|| "is no name of a folder here".to_owned())?;
        installed(&folder)
    }
}
