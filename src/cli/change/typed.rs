//! Paths that were typed, held against the commits that a run is about: a change may have taken away what they meant. Knows
//! listings and links; judges no file.

use super::history::{History, under};
use crate::cli::target::Target;
use crate::git::Listing;
use crate::repo_path::RepoPath;
use std::path::{Path, PathBuf};

const LINKED: &str = "leads through a link to a folder, which is not entered";
const GONE: &str = "was a folder, and is none in what is judged";

impl Target {
    /// A path that was typed and is nowhere: not on disk, and in no commit that the run is about.
    #[must_use]
    pub(in crate::cli) fn missing(&self, root: &Path, history: &History) -> Option<&Path> {
        let Target::Paths { paths, .. } = self else { return None };
        let is_there = |path: &Path| {
            let below = path.strip_prefix(root).map(|below| under(&history.below, &RepoPath::from_relative(below)));
            let mut listings = history.listing.iter().chain(history.policy_ref.iter().map(|(_, listing)| listing));
            let holds = |path: &RepoPath, listing: &Listing| {
                path.as_bytes().is_empty() || listing.get(path).is_some() || !listing.beneath(path).is_empty()
            };
            path.symlink_metadata().is_ok() || below.is_ok_and(|path| listings.any(|listing| holds(&path, listing)))
        };
        paths.iter().map(PathBuf::as_path).find(|path| !is_there(path))
    }

    /// A path that was typed and leads through a link, or was a folder and is none any more: nothing of it would be judged. With
    /// what is wrong about it.
    #[must_use]
    pub(in crate::cli) fn hollow(&self, root: &Path, history: &History) -> Option<(&Path, &'static str)> {
        let Target::Paths { paths, .. } = self else { return None };
        let judge = |path: &Path| -> Option<&'static str> {
            let below = path.strip_prefix(root).ok().map(RepoPath::from_relative)?;
            let whole = under(&history.below, &below);
            let Some(head) = &history.listing else {
                return (path.is_symlink() && path.is_dir()).then_some(LINKED);
            };
            let mut upper = RepoPath::default();
            for segment in whole.segments() {
                upper = upper.join(segment);
                if head.get(&upper).is_some_and(|version| version.mode & 0o170_000 == 0o120_000) {
                    // A link to a file is judged as that file.
                    let is_file = upper == whole && !path.is_dir();
                    return (!is_file).then_some(LINKED);
                }
            }
            let is_gone = head.get(&whole).is_none() && head.beneath(&whole).is_empty();
            let was_folder = history.policy_ref.iter().any(|(_, base)| !base.beneath(&whole).is_empty());
            (is_gone && was_folder && !whole.as_bytes().is_empty()).then_some(GONE)
        };
        paths.iter().find_map(|path| Some((path.as_path(), judge(path)?)))
    }
}
