//! One parallel walk beneath the root. Knows what is skipped and counted; must not know policies beyond their exclusions,
//! and reads no file but ignore files and the heads of files without a suffix.

use super::ignore_file::{self, Chain};
use super::read::{plain, read_head};
use super::skip::{Selected, Skip, default_skip};
use super::tree::to_disk;
use crate::pattern::glob::Glob;
use crate::problem::{Problem, ProblemKind};
use crate::readers;
use crate::repo_path::RepoPath;
use rayon::Scope;
use std::ffi::OsString;
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What to walk.
#[derive(Clone)]
pub struct Walk {
    /// The root, absolute.
    pub root: PathBuf,
    /// The root, as it is reached from the working folder.
    pub nearby: PathBuf,
    /// Folders to walk, relative to the root; the root itself is the empty path.
    pub folders: Vec<RepoPath>,
    /// The git work tree around the root; ignore files count from its top, else from the root.
    pub work_tree: Option<PathBuf>,
    /// Paths that are not checked.
    pub exclude: Arc<[Glob]>,
    /// Whether files that no reader knows, and every ignored entry, are told too.
    pub tell_all: bool,
}

/// What a walk has seen.
#[derive(Default)]
pub struct Seen {
    /// Files with a reader.
    pub files: Vec<Selected>,
    /// What was left out, and why.
    pub skipped: Vec<(RepoPath, Skip)>,
    /// What could not be looked at.
    pub problems: Vec<Problem>,
    /// Policy files beneath the root.
    pub policies: Vec<RepoPath>,
    /// Ignored files without a suffix: nobody knows whether they are scripts.
    pub ignored: Vec<RepoPath>,
}

impl Seen {
    fn append(&mut self, other: &mut Seen) {
        self.files.append(&mut other.files);
        self.skipped.append(&mut other.skipped);
        self.problems.append(&mut other.problems);
        self.policies.append(&mut other.policies);
        self.ignored.append(&mut other.ignored);
    }
}

/// A folder to be listed.
struct Folder {
    disk: PathBuf,
    path: RepoPath,
    /// The ignore files that hold in it, from its parents.
    ignores: Option<Arc<Chain>>,
}

struct Entry {
    name: OsString,
    kind: FileType,
}

impl Walk {
    /// Walks in the threads of `pool`. The order of what was seen is arbitrary.
    #[must_use]
    pub fn run(&self, pool: &rayon::ThreadPool) -> Seen {
        let total = Mutex::new(Seen::default());
        let ignores = ignore_file::above(&self.root, self.work_tree.as_deref());
        let root = Folder { disk: self.nearby.clone(), path: RepoPath::default(), ignores };
        pool.scope(|scope| self.enter(root, &total, scope));
        total.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists one folder, and sends other threads into those beneath it.
    fn enter<'s>(&'s self, folder: Folder, total: &'s Mutex<Seen>, scope: &Scope<'s>) {
        let mut seen = Seen::default();
        match list(&folder) {
            Ok(entries) => {
                for below in self.look_at(folder, &entries, &mut seen) {
                    scope.spawn(move |scope| self.enter(below, total, scope));
                }
            }
            Err(error) => {
                let path = (!folder.path.as_bytes().is_empty()).then_some(folder.path);
                let message = format!("cannot be listed: {}", plain(&error));
                let help = "make the folder readable, or exclude it in the policy";
                seen.problems.push(Problem::new(ProblemKind::Unreadable, path, message, help));
            }
        }
        total.lock().unwrap_or_else(PoisonError::into_inner).append(&mut seen);
    }

    /// Sorts out the entries of a folder; gives back the folders to enter.
    fn look_at(&self, mut folder: Folder, entries: &[Entry], seen: &mut Seen) -> Vec<Folder> {
        let has = |name: &str| entries.iter().any(|entry| entry.name == *name);
        let is_inner = !folder.path.as_bytes().is_empty();
        let on_the_way = self.folders.iter().any(|asked| asked.is_beneath(&folder.path));
        if is_inner && !on_the_way && has("pyvenv.cfg") {
            seen.skipped.push((folder.path, Skip::VirtualEnvironment));
            return Vec::new();
        }
        // Another repository obeys its own ignore files only.
        if is_inner && has(".git") {
            folder.ignores = None;
        }
        if has(".gitignore") {
            match ignore_file::read(&folder.disk, &folder.path, folder.ignores.take()) {
                Ok(ignores) => folder.ignores = ignores,
                Err(problem) => {
                    seen.problems.push(problem);
                    return Vec::new();
                }
            }
        }
        let mut below = Vec::new();
        for entry in entries {
            if entry.kind.is_dir() {
                below.extend(self.gate(&folder, entry, seen));
            } else {
                self.file(&folder, entry, seen);
            }
        }
        below
    }

    /// Decides whether a folder is entered.
    fn gate(&self, parent: &Folder, entry: &Entry, seen: &mut Seen) -> Option<Folder> {
        let name = entry.name.as_encoded_bytes();
        let path = parent.path.join(name);
        let leads_to_asked = self.folders.iter().any(|folder| folder.is_beneath(&path));
        if !leads_to_asked && !self.is_asked_for(&path) {
            return None;
        }
        let disk = parent.disk.join(&entry.name);
        // A folder that was named is entered whatever its name, and so is the way to it.
        let skip = if leads_to_asked {
            None
        } else if default_skip(name) {
            Some(Skip::ToolFolder)
        } else if !self.exclude.is_empty() && self.is_excluded(&path.join(b"\0")) {
            Some(Skip::Excluded)
        } else if parent.ignores.as_ref().is_some_and(|ignores| ignores.hides(&disk, true)) {
            Some(Skip::Ignored)
        } else {
            None
        };
        match skip {
            Some(skip) => {
                seen.skipped.push((path, skip));
                None
            }
            None => Some(Folder { disk, path, ignores: parent.ignores.clone() }),
        }
    }

    fn file(&self, folder: &Folder, entry: &Entry, seen: &mut Seen) {
        let name = entry.name.as_encoded_bytes();
        let is_policy = super::POLICY_NAMES.iter().any(|policy| policy.as_bytes() == name);
        let claim = readers::by_name(folder.path.as_bytes(), name);
        let needs_head = claim.is_none() && entry.kind.is_file() && readers::needs_head(name);
        if claim.is_none() && !needs_head && !is_policy && !self.tell_all && !entry.kind.is_symlink() {
            return;
        }
        let path = folder.path.join(name);
        if !self.is_asked_for(&path) {
            return;
        }
        if is_policy && !folder.path.as_bytes().is_empty() {
            seen.policies.push(path.clone());
        }
        if entry.kind.is_symlink() && folder.disk.join(&entry.name).is_dir() {
            seen.skipped.push((path, Skip::FolderLink));
            return;
        }
        let mut skip = |path: RepoPath, why: Skip| {
            if claim.is_some() || self.tell_all {
                seen.skipped.push((path, why));
            }
        };
        if !self.exclude.is_empty() && self.is_excluded(&path) {
            return skip(path, Skip::Excluded);
        }
        let disk = || folder.disk.join(&entry.name);
        if folder.ignores.as_ref().is_some_and(|ignores| ignores.hides(&disk(), false)) {
            if needs_head {
                seen.ignored.push(path.clone());
            }
            let told = claim.is_some() || self.tell_all;
            seen.skipped.extend(told.then_some((path, Skip::Ignored)));
            return;
        }
        let by_head = if claim.is_none() && needs_head { claim_by_head(&disk()) } else { Ok(None) };
        let by_head = match by_head {
            Ok(claim) => claim,
            Err(error) => {
                seen.problems.push(headless(&path, &error));
                return;
            }
        };
        let Some((reader, surface)) = claim.or(by_head) else {
            return skip(path, Skip::NoReader);
        };
        let (listed, outcome) = if entry.kind.is_file() {
            (true, Ok(()))
        } else if entry.kind.is_symlink() {
            (false, link_target(&disk(), &self.root))
        } else {
            (false, Err(Skip::Special))
        };
        match outcome {
            Ok(()) => seen.files.push(Selected { path, reader, surface, listed }),
            Err(why) => seen.skipped.push((path, why)),
        }
    }

    fn is_asked_for(&self, path: &RepoPath) -> bool {
        self.folders.iter().any(|folder| path.is_beneath(folder))
    }

    fn is_excluded(&self, path: &RepoPath) -> bool {
        self.exclude.iter().any(|glob| glob.matches(path))
    }

    /// A path beneath the root, on disk.
    #[must_use]
    pub fn on_disk(&self, path: &RepoPath) -> Option<PathBuf> {
        to_disk(&self.nearby, path)
    }
}

/// Everything in a folder.
fn list(folder: &Folder) -> std::io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(&folder.disk)? {
        let entry = entry?;
        entries.push(Entry { name: entry.file_name(), kind: entry.file_type()? });
    }
    Ok(entries)
}

/// Who reads a file without a suffix, by its first bytes.
pub(super) fn claim_by_head(path: &Path) -> std::io::Result<Option<readers::Claim>> {
    let mut head = [0; readers::HEAD];
    match read_head(path, &mut head) {
        Ok(len) => Ok(head.get(..len).and_then(readers::by_head)),
        // It was there a moment ago; what is gone hides nothing.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file without a suffix that may be a script, but cannot be read.
pub(super) fn headless(path: &RepoPath, error: &std::io::Error) -> Problem {
    let message = format!("cannot be read, so that nobody knows whether it is a script: {}", plain(error));
    let help = "make the file readable, or exclude it in the policy";
    Problem::new(ProblemKind::Unreadable, Some(path.clone()), message, help)
}

/// Whether a link leads to a regular file beneath the root.
///
/// # Errors
/// Why it is skipped.
pub(super) fn link_target(link: &Path, root: &Path) -> Result<(), Skip> {
    let target = link.canonicalize().map_err(|_| Skip::BrokenLink)?;
    let root = root.canonicalize().map_err(|_| Skip::BrokenLink)?;
    if target.is_dir() {
        Err(Skip::FolderLink)
    } else if !target.starts_with(&root) {
        Err(Skip::OutwardLink)
    } else if target.is_file() {
        Ok(())
    } else {
        Err(Skip::Special)
    }
}
