//! Which files a run is about: a walk for folders, a look at each named file, and what git tracks although ignored.
//! Knows the rules of selection; judges nothing.

use super::git_index::{self, Tracked};
use super::skip::{Selected, Skip, default_skip};
use super::tree::to_disk;
use super::walk::{Walk, claim_by_head, headless, link_target};
use crate::pattern::glob::Glob;
use crate::problem::{Problem, ProblemKind};
use crate::readers;
use crate::repo_path::RepoPath;
use crate::surface::Surface;
use rayon::slice::ParallelSliceMut;
use std::path::Path;

/// What a run is about.
#[derive(Clone, Default)]
pub struct Selection {
    /// Files to be checked, in byte order of their paths, each once.
    pub files: Vec<Selected>,
    /// What was left out.
    pub skipped: Vec<(RepoPath, Skip)>,
    /// What could not be selected.
    pub problems: Vec<Problem>,
    /// Policy files beneath the root.
    pub policies: Vec<RepoPath>,
}

impl Selection {
    /// Adds another selection.
    pub fn merge(&mut self, mut other: Selection) {
        self.files.append(&mut other.files);
        self.skipped.append(&mut other.skipped);
        self.problems.append(&mut other.problems);
        self.policies.append(&mut other.policies);
    }

    /// Puts everything in order and takes each file once.
    pub fn settle(&mut self) {
        if !self.files.is_sorted_by(|a, b| a.path <= b.path) {
            self.files.par_sort_by(|a, b| a.path.cmp(&b.path));
        }
        self.files.dedup_by(|a, b| a.path == b.path);
        self.skipped.sort();
        self.skipped.dedup();
        self.problems.sort();
        self.problems.dedup();
        self.policies.sort();
    }
}

/// A file that another one pulls in, for a reader that reads it whatever it is called.
///
/// # Errors
/// Nothing where the policy excludes it; a problem where it leads out of the root or cannot be read.
pub fn included(
    root: &Path,
    path: &RepoPath,
    exclude: &[Glob],
    reader: &'static dyn readers::Reader,
    surface: Surface,
) -> Result<Selected, Option<Problem>> {
    if exclude.iter().any(|glob| glob.matches(path)) {
        return Err(None);
    }
    let disk = to_disk(root, path).ok_or_else(|| missing(path, "cannot be a file name on this system"))?;
    // A folder on the way may be a link that leads out.
    link_target(&disk, root).map_err(|skip| unreadable(path, skip))?;
    Ok(Selected { path: path.clone(), reader, surface, listed: false })
}

/// Selects what lies in folders.
#[must_use]
pub fn whole(walk: &Walk, pool: &rayon::ThreadPool) -> Selection {
    let work_tree = walk.work_tree.as_deref();
    let (mut seen, tracked) = pool.join(|| walk.run(pool), || work_tree.map(git_index::tracked));
    let mut selection =
        Selection { files: seen.files, skipped: seen.skipped, problems: seen.problems, policies: seen.policies };
    pool.install(|| selection.settle());
    match (tracked, work_tree) {
        (Some(Ok(tracked)), Some(work_tree)) => {
            seen.ignored.sort();
            add_tracked(&mut selection, walk, work_tree, &tracked, &seen.ignored);
        }
        (Some(Err(message)), _) => selection.problems.push(Problem::new(
            ProblemKind::Unreadable,
            None,
            format!("{message}, so files that are tracked although ignored may be missing"),
            "repair the index, for example with `git status`",
        )),
        _ => {}
    }
    selection.settle();
    selection
}

/// Tracked files are checked even if an ignore file names them, and tracked things that cannot be read are problems.
fn add_tracked(
    selection: &mut Selection,
    walk: &Walk,
    work_tree: &Path,
    tracked: &[(RepoPath, Tracked)],
    ignored: &[RepoPath],
) {
    let Ok(below) = walk.root.strip_prefix(work_tree) else { return };
    let below = RepoPath::from_relative(below);
    let mut found = Selection::default();
    for (path, kind) in tracked {
        let Some(path) = path.strip_folder(&below).map(RepoPath::from_bytes) else { continue };
        let claim = readers::by_path(&path);
        if claim.is_none() && !readers::needs_head(path.file_name()) {
            continue;
        }
        if !walk.folders.iter().any(|folder| path.is_beneath(folder)) {
            continue;
        }
        if let Ok(at) = selection.skipped.binary_search_by(|(skipped, _)| skipped.cmp(&path)) {
            match selection.skipped.get(at).map(|(_, skip)| *skip) {
                Some(Skip::Ignored) => {}
                Some(skip) if skip.hides_code() => {
                    found.problems.push(unreadable(&path, skip));
                    continue;
                }
                _ => continue,
            }
        }
        // A file without a suffix is news only if it is ignored: otherwise the walk has read its head.
        if claim.is_none() && ignored.binary_search(&path).is_err() && !lies_in_ignored(&path, selection) {
            continue;
        }
        let is_known = selection.files.binary_search_by(|file| file.path.cmp(&path)).is_ok();
        if is_known || is_skipped_by_folder(&path, selection) || walk.exclude.iter().any(|glob| glob.matches(&path)) {
            continue;
        }
        let Some(disk) = walk.on_disk(&path) else { continue };
        let Ok(meta) = disk.symlink_metadata() else { continue };
        let outcome = match kind {
            Tracked::File if meta.is_file() => Ok(()),
            Tracked::Link if meta.is_symlink() => link_target(&disk, &walk.root),
            _ => continue,
        };
        let by_head = if claim.is_none() && outcome.is_ok() { claim_by_head(&disk) } else { Ok(None) };
        let by_head = match by_head {
            Ok(claim) => claim,
            Err(error) => {
                found.problems.push(headless(&path, &error));
                continue;
            }
        };
        let Some((reader, surface)) = claim.or(by_head) else { continue };
        match outcome {
            Ok(()) => found.files.push(Selected { path, reader, surface, listed: false }),
            Err(skip) if skip.hides_code() => found.problems.push(unreadable(&path, skip)),
            Err(_) => {}
        }
    }
    let is_found = |path: &RepoPath| found.files.binary_search_by(|file| file.path.cmp(path)).is_ok();
    selection.skipped.retain(|(path, skip)| *skip != Skip::Ignored || !is_found(path));
    selection.merge(found);
}

/// Whether a folder on the way to a path is ignored.
fn lies_in_ignored(path: &RepoPath, selection: &Selection) -> bool {
    let mut folder = path.parent();
    while !folder.as_bytes().is_empty() {
        if selection.skipped.binary_search(&(folder.clone(), Skip::Ignored)).is_ok() {
            return true;
        }
        folder = folder.parent();
    }
    false
}

fn is_skipped_by_folder(path: &RepoPath, selection: &Selection) -> bool {
    path.parent().segments().any(default_skip)
        || selection.skipped.iter().any(|(skipped, skip)| {
            matches!(skip, Skip::VirtualEnvironment | Skip::Excluded) && path.is_beneath(skipped)
        })
}

/// Looks at one named file. `strict`: it was named by a person, so that everything odd about it is a problem.
#[must_use]
pub fn named(root: &Path, path: &RepoPath, exclude: &[Glob], strict: bool) -> Selection {
    let mut selection = Selection::default();
    if exclude.iter().any(|glob| glob.matches(path)) {
        selection.skipped.push((path.clone(), Skip::Excluded));
        return selection;
    }
    let Some(disk) = to_disk(root, path) else {
        selection.problems.push(missing(path, "cannot be a file name on this system"));
        return selection;
    };
    let Ok(meta) = disk.symlink_metadata() else {
        selection.problems.push(missing(path, "does not exist"));
        return selection;
    };
    let mut claim = readers::by_path(path);
    if claim.is_none() && readers::needs_head(path.file_name()) && disk.is_file() {
        match claim_by_head(&disk) {
            Ok(by_head) => claim = by_head,
            Err(error) => {
                selection.problems.push(headless(path, &error));
                return selection;
            }
        }
    }
    let Some((reader, surface)) = claim else {
        if strict {
            let known: Vec<&str> = readers::READERS.iter().map(|reader| reader.about()).collect();
            selection.problems.push(Problem::new(
                ProblemKind::Selection,
                Some(path.clone()),
                "nothing in this file is read",
                format!("what is read: {}", known.join("; ")),
            ));
        } else {
            selection.skipped.push((path.clone(), Skip::NoReader));
        }
        return selection;
    };
    let outcome = if meta.is_symlink() || meta.is_file() {
        // A folder on the way may be a link that leads out.
        link_target(&disk, root)
    } else {
        Err(Skip::Special)
    };
    match outcome {
        Ok(()) => selection.files.push(Selected { path: path.clone(), reader, surface, listed: false }),
        Err(skip) => selection.problems.push(unreadable(path, skip)),
    }
    selection
}

fn missing(path: &RepoPath, what: &str) -> Problem {
    Problem::new(ProblemKind::Selection, Some(path.clone()), what.to_owned(), "correct the path")
}

fn unreadable(path: &RepoPath, skip: Skip) -> Problem {
    Problem::new(
        ProblemKind::Unreadable,
        Some(path.clone()),
        format!("cannot be checked: {}", skip.reason()),
        "replace it by a regular file beneath the root, or exclude it in the policy",
    )
}
