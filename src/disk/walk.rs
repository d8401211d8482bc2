//! One parallel walk beneath the root. Knows what is skipped and counted; must not know policies beyond their exclusions,
//! and reads no file but the heads of those without a suffix.

use super::read::read_head;
use super::select::{Selected, Skip};
use crate::pattern::glob::Glob;
use crate::problem::{Problem, ProblemKind};
use crate::readers;
use crate::repo_path::RepoPath;
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Folders that hold no code of the project, by name.
const SKIPPED: [&[u8]; 20] = [
    b".git",
    b".hg",
    b".svn",
    b".tox",
    b".nox",
    b".eggs",
    b"node_modules",
    b"__pycache__",
    b"site-packages",
    b".mypy_cache",
    b".ruff_cache",
    b".pytest_cache",
    b".hypothesis",
    b".ipynb_checkpoints",
    b".pytype",
    b".pyre",
    b".cache",
    b".terraform",
    b".dvc",
    b"__pypackages__",
];

/// An ignore file longer than this, in bytes, is not obeyed: building its matcher could take minutes.
const MAX_IGNORE_FILE: u64 = 1 << 20;

/// Whether a folder of this name is skipped when walking.
#[must_use]
pub fn default_skip(name: &[u8]) -> bool {
    SKIPPED.contains(&name)
}

/// What to walk.
#[derive(Clone)]
pub struct Walk {
    /// The root, absolute.
    pub root: PathBuf,
    /// Folders to walk, relative to the root; the root itself is the empty path.
    pub folders: Vec<RepoPath>,
    /// Whether the root lies in a git work tree, whose ignore files count from its top.
    pub in_git: bool,
    /// Whether ignore files are obeyed.
    pub obey_ignore_files: bool,
    /// Paths that are not checked.
    pub exclude: Arc<[Glob]>,
    /// How many threads.
    pub threads: usize,
    /// Whether files that no reader knows are told too.
    pub tell_unread: bool,
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
}

impl Seen {
    fn append(&mut self, other: &mut Seen) {
        self.files.append(&mut other.files);
        self.skipped.append(&mut other.skipped);
        self.problems.append(&mut other.problems);
        self.policies.append(&mut other.policies);
    }
}

impl Walk {
    /// Walks. The order of what was seen is arbitrary.
    #[must_use]
    pub fn run(&self) -> Seen {
        let total = Arc::new(Mutex::new(Seen::default()));
        let mut builder = WalkBuilder::new(&self.root);
        let ignore_files = self.obey_ignore_files;
        builder
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .git_ignore(ignore_files)
            .parents(ignore_files && self.in_git)
            .require_git(self.in_git)
            .follow_links(false)
            .threads(self.threads);
        let gate = Gate { walk: self.clone(), seen: total.clone() };
        builder.filter_entry(move |entry| gate.lets_in(entry));
        builder.build_parallel().run(|| {
            let mut visit = Visit { walk: self, seen: Seen::default(), total: &total };
            Box::new(move |entry| {
                visit.entry(entry);
                WalkState::Continue
            })
        });
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *total)
    }

    fn repo_path(&self, path: &Path) -> RepoPath {
        RepoPath::from_relative(path.strip_prefix(&self.root).unwrap_or(path))
    }

    fn is_asked_for(&self, path: &RepoPath) -> bool {
        self.folders.iter().any(|folder| path.is_beneath(folder))
    }

    fn is_excluded(&self, path: &RepoPath) -> bool {
        self.exclude.iter().any(|glob| glob.matches(path))
    }
}

/// Decides which folders are entered.
struct Gate {
    walk: Walk,
    seen: Arc<Mutex<Seen>>,
}

impl Gate {
    fn lets_in(&self, entry: &DirEntry) -> bool {
        if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        let walk = &self.walk;
        let path = walk.repo_path(entry.path());
        let leads_to_asked = walk.folders.iter().any(|folder| folder.is_beneath(&path));
        if !leads_to_asked && !walk.is_asked_for(&path) {
            return false;
        }
        if let Some(problem) = hostile_ignore_file(entry.path(), &path, walk.obey_ignore_files) {
            self.lock().problems.push(problem);
            return false;
        }
        if leads_to_asked {
            return true;
        }
        let skip = if default_skip(entry.file_name().as_encoded_bytes()) {
            Skip::ToolFolder
        } else if entry.path().join("pyvenv.cfg").symlink_metadata().is_ok() {
            Skip::VirtualEnvironment
        } else if !walk.exclude.is_empty() && walk.is_excluded(&path.join(b"\0")) {
            Skip::Excluded
        } else {
            return true;
        };
        self.lock().skipped.push((path, skip));
        false
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An ignore file that would block the walk or blow it up: then its folder is not entered, and that is told.
fn hostile_ignore_file(folder: &Path, path: &RepoPath, obeyed: bool) -> Option<Problem> {
    let meta = obeyed.then(|| std::fs::metadata(folder.join(".gitignore")).ok()).flatten()?;
    let trouble = if meta.is_dir() {
        return None;
    } else if !meta.is_file() {
        "is no regular file"
    } else if meta.len() > MAX_IGNORE_FILE {
        "is longer than 1 MiB"
    } else {
        return None;
    };
    Some(Problem::new(
        ProblemKind::Limit,
        Some(path.join(b".gitignore")),
        format!("this ignore file {trouble}, so its folder was not entered"),
        "remove or shorten the file",
    ))
}

/// Looks at entries in one thread; hands over what it saw when it ends.
struct Visit<'w> {
    walk: &'w Walk,
    seen: Seen,
    total: &'w Mutex<Seen>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.total.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.seen);
    }
}

impl Visit<'_> {
    fn entry(&mut self, entry: Result<DirEntry, ignore::Error>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let (path, message) = explain(&error);
                let path = path.map(|path| self.walk.repo_path(&path));
                self.seen.problems.push(Problem::new(
                    ProblemKind::Unreadable,
                    path,
                    format!("cannot be looked at: {message}"),
                    "make it readable, or exclude it in the policy",
                ));
                return;
            }
        };
        let Some(kind) = entry.file_type() else { return };
        if kind.is_dir() {
            return;
        }
        let name = entry.file_name().as_encoded_bytes();
        let is_policy = super::POLICY_NAMES.iter().any(|policy| policy.as_bytes() == name);
        let claim = readers::by_name(name);
        let needs_head = claim.is_none() && kind.is_file() && readers::needs_head(name);
        if claim.is_none() && !needs_head && !is_policy && !self.walk.tell_unread {
            return;
        }
        let path = self.walk.repo_path(entry.path());
        if !self.walk.is_asked_for(&path) {
            return;
        }
        if is_policy && path.segments().count() > 1 {
            self.seen.policies.push(path.clone());
        }
        if !self.walk.exclude.is_empty() && self.walk.is_excluded(&path) {
            if claim.is_some() || self.walk.tell_unread {
                self.seen.skipped.push((path, Skip::Excluded));
            }
            return;
        }
        let claim = claim.or_else(|| if needs_head { claim_by_head(entry.path()) } else { None });
        let Some((reader, surface)) = claim else {
            if self.walk.tell_unread {
                self.seen.skipped.push((path, Skip::NoReader));
            }
            return;
        };
        if kind.is_file() {
            self.seen.files.push(Selected { path, reader, surface, listed: true });
        } else if kind.is_symlink() {
            match link_target(entry.path(), &self.walk.root) {
                Ok(()) => self.seen.files.push(Selected { path, reader, surface, listed: false }),
                Err(skip) => self.seen.skipped.push((path, skip)),
            }
        } else {
            self.seen.skipped.push((path, Skip::Special));
        }
    }
}

fn claim_by_head(path: &Path) -> Option<(&'static dyn readers::Reader, crate::surface::Surface)> {
    let mut head = [0; readers::HEAD];
    let len = read_head(path, &mut head).ok()?;
    readers::by_head(head.get(..len)?)
}

/// Whether a link leads to a regular file beneath the root.
///
/// # Errors
/// Why it is skipped.
pub fn link_target(link: &Path, root: &Path) -> Result<(), Skip> {
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

/// The path and the plain words of a walk error.
fn explain(error: &ignore::Error) -> (Option<PathBuf>, String) {
    match error {
        ignore::Error::WithPath { path, err } => {
            let (_, message) = explain(err);
            (Some(path.clone()), message)
        }
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => explain(err),
        ignore::Error::Io(error) => {
            let text = error.to_string();
            (None, text.split(" (os error").next().unwrap_or_default().to_lowercase())
        }
        other => (None, other.to_string()),
    }
}
