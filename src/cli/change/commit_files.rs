//! Selects files of a commit or of the index. Knows what is excluded and which links lead nowhere; no ignore file and no name of
//! a folder hides what is tracked.

use crate::disk::{Selected, Selection, Skip};
use crate::git::{Blobs, CommitTree, Version};
use crate::pattern::glob::Glob;
use crate::problem::{Problem, ProblemKind};
use crate::project::Tree;
use crate::readers::{self, HEAD};
use crate::repo_path::RepoPath;

const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;

/// A file as somebody reads it; `None` when nobody does.
#[must_use]
pub(in crate::cli) fn claim(version: &Version, blobs: &Blobs) -> Option<readers::Claim> {
    if version.mode & KIND == SUBMODULE {
        return None;
    }
    readers::by_path(&version.path).or_else(|| {
        if version.mode & KIND != LINK && readers::needs_head(version.path.file_name()) {
            let mut bytes = Vec::new();
            let len = blobs.read(version.id.as_deref()?, &mut bytes).ok()?;
            return readers::by_head(bytes.get(..len.min(HEAD))?);
        }
        None
    })
}

/// A file that is to be checked.
#[must_use]
pub(in crate::cli) fn selected(path: &RepoPath, (reader, surface): readers::Claim) -> Selected {
    Selected { path: path.clone(), reader, surface, listed: false }
}

/// Selects those files of a tree that `is_asked` for.
#[must_use]
pub(in crate::cli) fn select<'v>(
    tree: &CommitTree<'_>,
    versions: impl Iterator<Item = &'v Version>,
    blobs: &Blobs,
    exclude: &[Glob],
) -> Selection {
    let mut selection = Selection::default();
    for version in versions {
        let path = &version.path;
        let name = path.file_name();
        let is_policy = crate::disk::POLICY_NAMES.iter().any(|policy| policy.as_bytes() == name);
        if is_policy && !path.parent().as_bytes().is_empty() {
            selection.policies.push(path.clone());
        }
        if exclude.iter().any(|glob| glob.matches(path)) {
            if readers::by_path(path).is_some() {
                selection.skipped.push((path.clone(), Skip::Excluded));
            }
            continue;
        }
        let Some(claim) = claim(version, blobs) else { continue };
        if tree.is_file(path) {
            selection.files.push(selected(path, claim));
        } else {
            selection.problems.push(Problem::new(
                ProblemKind::Unreadable,
                Some(path.clone()),
                "cannot be checked: it is a link that leads to no tracked file",
                "replace it by a regular file beneath the root, or exclude it in the policy",
            ));
        }
    }
    selection.settle();
    selection
}
