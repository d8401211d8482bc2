//! Gives findings the owners of their files. Knows where CODEOWNERS files lie, on disk or in a commit; must not know their rules.

use super::change::history::under;
use crate::disk::{Reading, read_file, to_disk};
use crate::document::mistake::nearest;
use crate::finding::Finding;
use crate::owners::{Flavour, Owned, Owners, PLACES};
use crate::project::Tree;
use crate::repo_path::RepoPath;
use rustc_hash::FxHashMap;
use std::path::Path;
use std::sync::Arc;

/// A file longer than this, in bytes, is not read.
const MAX_BYTES: usize = 3 << 20;

/// Reads a file by its path from the top of the work tree.
type Read<'r> = &'r dyn Fn(&RepoPath) -> Option<Vec<u8>>;

/// Reads from disk.
pub(super) fn on_disk(top: &Path) -> impl Fn(&RepoPath) -> Option<Vec<u8>> + '_ {
    move |path| {
        let mut bytes = Vec::new();
        let len = read_file(&to_disk(top, path)?, Reading::Unknown, &mut bytes).ok()?;
        bytes.truncate(len);
        Some(bytes)
    }
}

/// Reads from a commit.
pub(super) fn in_commit(tree: &dyn Tree) -> impl Fn(&RepoPath) -> Option<Vec<u8>> + '_ {
    move |path| tree.read(path)
}

/// The owners that the first of the usual files names; `None` without one.
#[must_use]
pub(super) fn read(read: Read<'_>) -> Option<Owners> {
    let path = |place: &str| RepoPath::from_bytes(place.as_bytes());
    let is_gitlab =
        || PLACES.iter().any(|(place, flavour)| *flavour == Flavour::GitLab && read(&path(place)).is_some());
    PLACES.iter().find_map(|(place, _)| {
        let bytes = read(&path(place)).filter(|bytes| bytes.len() <= MAX_BYTES)?;
        Some(Owners::parse(&bytes, Flavour::of_file(place, &bytes, is_gitlab())))
    })
}

/// Gives each finding its owners; `below` is the root, from the top of the work tree.
pub(super) fn assign(owners: &Owners, below: &RepoPath, findings: &mut [Finding]) {
    type Own = Option<Arc<[Box<str>]>>;
    let mut known: FxHashMap<Arc<RepoPath>, Own> = FxHashMap::default();
    for finding in findings {
        let of = |path: &RepoPath| match owners.of(&under(below, path)) {
            Owned::By(owners) => Some(owners.into_iter().map(Into::into).collect()),
            Owned::Nobody => Some(Arc::default()),
            Owned::Unknown => None,
        };
        let own = known.entry(finding.path.clone()).or_insert_with_key(|path| of(path));
        finding.owners.clone_from(own);
    }
}

/// Whether a finding belongs to one of these owners; `nobody` and `unknown` are those without.
#[must_use]
pub(super) fn belongs(finding: &Finding, asked: &[String]) -> bool {
    asked.iter().any(|asked| match finding.owners.as_deref() {
        None => asked == "unknown",
        Some([]) => asked == "nobody",
        Some(owners) => owners.iter().any(|owner| owner.eq_ignore_ascii_case(asked)),
    })
}

/// What is wrong with the owners that were asked for, and what to do about it.
#[must_use]
pub(super) fn misspelt(owners: Option<&Owners>, asked: &[String]) -> Option<(String, String)> {
    let Some(owners) = owners else {
        let help = "add `.github/CODEOWNERS` (or one of GitLab's places), or leave out `--owner`";
        return Some(("there is no CODEOWNERS file, so that nobody knows who owns what".to_owned(), help.to_owned()));
    };
    let names = owners.names();
    let is_known = |asked: &String| {
        ["nobody", "unknown"].contains(&asked.as_str()) || names.iter().any(|name| name.eq_ignore_ascii_case(asked))
    };
    let unknown = asked.iter().find(|asked| !is_known(asked))?;
    let help = match nearest(unknown, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write an owner as CODEOWNERS does: `@org/team`, `@user` or an address".to_owned(),
    };
    Some((format!("CODEOWNERS names no owner `{unknown}`"), help))
}
