//! What a run is about: paths, a list of files, or standard input. Knows arguments and selection; judges nothing.

use super::change::history::History;
use super::common::fail;
use super::judge::Load;
use super::{Exit, Shell};
use crate::disk::{self, Place, ReadError, Selected, Selection, Skip, Walk, absolute};
use crate::formats;
use crate::git::CommitTree;
use crate::pattern::glob::Glob;
use crate::problem::{Problem, ProblemKind};
use crate::project::Tree;
use crate::readers;
use crate::repo_path::RepoPath;
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What was asked for.
pub(super) enum Target {
    /// Files and folders, absolute. `allow_empty`: a folder may select nothing.
    Paths { paths: Vec<PathBuf>, allow_empty: bool },
    /// Files from a list, absolute.
    List(Vec<PathBuf>),
    /// Standard input, under a name.
    Input { name: PathBuf, bytes: Vec<u8> },
}

/// Files and folders that were asked for, beneath the root.
#[derive(Default)]
pub(super) struct Asked {
    files: BTreeSet<RepoPath>,
    folders: Vec<RepoPath>,
}

impl Asked {
    /// Whether a path was asked for, or lies in a folder that was.
    #[must_use]
    pub(super) fn covers(&self, path: &RepoPath) -> bool {
        self.files.contains(path) || self.folders.iter().any(|folder| path.is_beneath(folder))
    }

    /// The same where nobody looks whether what was asked for is a file or a folder.
    #[must_use]
    pub(super) fn covers_as_any(&self, path: &RepoPath) -> bool {
        self.covers(path) || self.files.iter().any(|asked| path.is_beneath(asked))
    }

    /// Folders whose manifests may pull in what was asked for: those in which it lies, and all above.
    #[must_use]
    pub(super) fn around(&self) -> BTreeSet<RepoPath> {
        let mut around = BTreeSet::new();
        for path in self.files.iter().chain(&self.folders).filter(|path| !path.as_bytes().is_empty()) {
            let mut folder = path.parent();
            while around.insert(folder.clone()) && !folder.as_bytes().is_empty() {
                folder = folder.parent();
            }
        }
        around
    }
}

/// Reads what was asked for.
///
/// # Errors
/// When the arguments contradict each other or a list cannot be read; it has been told.
pub(super) fn read(matches: &ArgMatches, shell: &mut Shell<'_>) -> Result<Target, Exit> {
    let typed: Vec<&PathBuf> = matches.get_many("paths").into_iter().flatten().collect();
    let name = matches.get_one::<PathBuf>("stdin-filename");
    let list = matches.get_one::<PathBuf>("files-from0");
    let is_input = typed.iter().any(|path| path.as_os_str() == "-");
    if is_input && typed.len() > 1 {
        return Err(fail(shell, "`-` cannot be joined with other paths", "check standard input in a run of its own"));
    }
    if is_input && (is_about_change(matches) || is_set(matches, "add-suppressions")) {
        let help = "these are about files and commits: check standard input in a run of its own";
        let what = "`-` cannot be joined with `--since`, `--staged`, `--policy-ref` or `--add-suppressions`";
        return Err(fail(shell, what, help));
    }
    match (is_input, name, list) {
        (false, Some(_), _) => {
            Err(fail(shell, "`--stdin-filename` needs the path `-`", "write `policy check - --stdin-filename NAME`"))
        }
        (true, None, _) => Err(fail(
            shell,
            "standard input needs a name",
            "add `--stdin-filename apps/api/x.py`: rules depend on the path",
        )),
        (true, _, Some(_)) => Err(fail(shell, "`-` cannot be joined with `--files-from0`", "use one of the two")),
        (false, None, Some(_)) if !typed.is_empty() => {
            Err(fail(shell, "paths cannot be joined with `--files-from0`", "put them into the list"))
        }
        (true, Some(name), None) => {
            let mut bytes = Vec::new();
            let limit = disk::MAX_BYTES as u64 + 1;
            match (&mut *shell.input).take(limit).read_to_end(&mut bytes) {
                Ok(_) if bytes.len() > disk::MAX_BYTES => {
                    let what = format!("standard input is longer than {} MiB", disk::MAX_BYTES >> 20);
                    Err(fail(shell, &what, "nobody wrote so much by hand: leave generated code out"))
                }
                Ok(_) => Ok(Target::Input { name: absolute(&shell.working, name), bytes }),
                Err(error) => {
                    let what = format!("standard input cannot be read: {error}");
                    Err(fail(shell, &what, "hand the file over by a pipe or `<`, or name its path"))
                }
            }
        }
        (false, None, Some(list)) => read_list(list, shell).map(Target::List),
        (false, None, None) => {
            // Without a path, the root is meant where one is named, else the working folder.
            let here = matches.get_one::<PathBuf>("root").cloned().unwrap_or_else(|| PathBuf::from("."));
            let typed = if typed.is_empty() { vec![&here] } else { typed };
            let paths = typed.into_iter().map(|path| absolute(&shell.working, path)).collect();
            Ok(Target::Paths { paths, allow_empty: matches.get_flag("allow-empty") || is_about_change(matches) })
        }
    }
}

/// Whether the run is about a change, which may touch nothing of what was asked for. Not every command knows these.
fn is_about_change(matches: &ArgMatches) -> bool {
    ["since", "policy-ref"].iter().any(|name| matches.try_contains_id(name).unwrap_or(false))
        || is_set(matches, "staged")
}

fn is_set(matches: &ArgMatches, flag: &str) -> bool {
    matches.try_get_one::<bool>(flag).ok().flatten().is_some_and(|is_set| *is_set)
}

fn read_list(list: &Path, shell: &mut Shell<'_>) -> Result<Vec<PathBuf>, Exit> {
    let mut bytes = Vec::new();
    let read = if list.as_os_str() == "-" {
        shell.input.read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(absolute(&shell.working, list)).map(|read| bytes = read)
    };
    if let Err(error) = read {
        let what = format!("the list `{}` cannot be read: {error}", list.display());
        return Err(fail(shell, &what, "name a readable file, or `-` for standard input"));
    }
    let names = bytes.split(|&b| b == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| absolute(&shell.working, Path::new(&to_os(name)))).collect())
}

#[cfg(unix)]
fn to_os(name: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(name).to_owned()
}

#[cfg(not(unix))]
fn to_os(name: &[u8]) -> OsString {
    String::from_utf8_lossy(name).into_owned().into()
}

impl Target {
    /// The path from which root and policy are searched.
    #[must_use]
    pub(super) fn first(&self, working: &Path) -> PathBuf {
        let first = match self {
            Target::Paths { paths, .. } => paths.first(),
            Target::List(paths) => paths.iter().find(|path| path.symlink_metadata().is_ok()),
            Target::Input { name, .. } => {
                let folder = name.parent().into_iter().flat_map(Path::ancestors).find(|folder| folder.is_dir());
                return folder.unwrap_or(working).to_path_buf();
            }
        };
        first.cloned().unwrap_or_else(|| working.to_path_buf())
    }

    /// Whether only files were named, and no folder.
    #[must_use]
    pub(super) fn is_files(&self) -> bool {
        match self {
            Target::Paths { paths, .. } => !paths.iter().any(|path| path.is_dir()),
            Target::List(_) | Target::Input { .. } => true,
        }
    }

    /// Whether this is the whole root.
    #[must_use]
    pub(super) fn is_whole(&self, root: &Path) -> bool {
        matches!(self, Target::Paths { paths, .. } if paths.iter().any(|path| path == root))
    }

    /// What was asked for, beneath the root.
    #[must_use]
    pub(super) fn asked(&self, root: &Path) -> Asked {
        let all: &[PathBuf] = match self {
            Target::Paths { paths, .. } | Target::List(paths) => paths,
            Target::Input { name, .. } => std::slice::from_ref(name),
        };
        let mut asked = Asked::default();
        for path in all {
            let Ok(below) = path.strip_prefix(root).map(RepoPath::from_relative) else { continue };
            if matches!(self, Target::Paths { .. }) && path.is_dir() {
                asked.folders.push(below);
            } else {
                asked.files.insert(below);
            }
        }
        asked
    }

    /// Reads a file: standard input from memory, everything else from `disk`.
    pub(super) fn load<'t>(
        &'t self,
        disk: Load<'t>,
    ) -> impl Fn(&Selected, &mut Vec<u8>) -> Result<usize, ReadError> + Sync + 't {
        move |file, buffer| match self {
            Target::Input { bytes, .. } => {
                buffer.clear();
                buffer.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            _ => disk(file, buffer),
        }
    }
}

/// Selects files.
///
/// # Errors
/// When a path lies outside of the root; it has been told.
pub(super) fn select(
    target: &Target,
    place: &Place,
    exclude: &[Glob],
    pool: &rayon::ThreadPool,
    listing: bool,
    shell: &mut Shell<'_>,
) -> Result<Selection, Exit> {
    let root = &place.root;
    let below = |path: &Path, shell: &mut Shell<'_>| {
        if let Ok(below) = path.strip_prefix(root) {
            Ok(RepoPath::from_relative(below))
        } else {
            let what = format!("`{}` lies outside of the root `{}`", path.display(), root.display());
            Err(fail(shell, &what, "name paths beneath the root, or another root with `--root`"))
        }
    };
    let mut selection = Selection::default();
    match target {
        Target::Input { name, bytes } => {
            let path = below(name, shell)?;
            let by_head = || {
                let head = bytes.get(..bytes.len().min(readers::HEAD)).unwrap_or_default();
                if readers::needs_head(path.file_name()) { readers::by_head(head) } else { None }
            };
            if exclude.iter().any(|glob| glob.matches(&path)) {
                selection.skipped.push((path, Skip::Excluded));
            } else if let Some((reader, surface)) = readers::by_path(&path).or_else(by_head) {
                selection.files.push(Selected { path, reader, surface, listed: false });
            } else {
                let what = "nothing in a file of this name is read";
                selection.problems.push(Problem::new(
                    ProblemKind::Selection,
                    Some(path),
                    what,
                    "end the name in `.py`",
                ));
            }
        }
        Target::List(paths) => {
            for path in paths {
                let path = below(path, shell)?;
                selection.merge(disk::named(root, &path, exclude, false));
            }
        }
        Target::Paths { paths, allow_empty } => {
            let mut folders = Vec::new();
            for path in paths {
                let path_below = below(path, shell)?;
                if path.is_dir() && !path.is_symlink() || path == root {
                    folders.push(path_below);
                } else {
                    selection.merge(disk::named(root, &path_below, exclude, true));
                }
            }
            if !folders.is_empty() {
                selection.merge(walk(place, folders.clone(), exclude, pool, listing, &shell.working));
            }
            selection.settle();
            if !allow_empty && !listing {
                complain_of_empty(&folders, &mut selection);
            }
        }
    }
    selection.settle();
    Ok(selection)
}

fn walk(
    place: &Place,
    folders: Vec<RepoPath>,
    exclude: &[Glob],
    pool: &rayon::ThreadPool,
    listing: bool,
    working: &Path,
) -> Selection {
    let walk = Walk {
        root: place.root.clone(),
        nearby: disk::nearby(&place.root, working),
        folders,
        work_tree: place.work_tree.clone(),
        exclude: exclude.into(),
        tell_all: listing,
    };
    disk::whole(&walk, pool)
}

/// A folder that somebody named and that holds nothing to check is most likely a mistake.
fn complain_of_empty(folders: &[RepoPath], selection: &mut Selection) {
    for folder in folders {
        if !selection.files.iter().any(|file| file.path.is_beneath(folder)) {
            let path = (!folder.as_bytes().is_empty()).then(|| folder.clone());
            selection.problems.push(Problem::new(
                ProblemKind::Selection,
                path,
                "nothing beneath this folder is checked",
                "`--files` tells why; `--allow-empty` allows it",
            ));
        }
    }
}

/// Bytes of checked files for formats that show code.
pub(super) struct Sources<'t> {
    /// The files of a commit or of the index, where those are checked.
    commit: Option<CommitTree<'t>>,
    root: &'t Path,
    input: Option<(RepoPath, &'t [u8])>,
}

impl<'t> Sources<'t> {
    /// Files beneath `root`, and standard input under its name.
    #[must_use]
    pub(super) fn new(root: &'t Path, target: &'t Target, history: Option<&'t History>) -> Self {
        let commit = history.and_then(|history| {
            let listing = history.listing.as_ref()?;
            Some(CommitTree::new(listing.from(&history.below), &history.blobs))
        });
        let input = match target {
            Target::Input { name, bytes } => {
                name.strip_prefix(root).ok().map(|below| (RepoPath::from_relative(below), bytes.as_slice()))
            }
            _ => None,
        };
        Self { commit, root, input }
    }
}

impl formats::Sources for Sources<'_> {
    fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>> {
        if let Some((name, bytes)) = &self.input
            && name == path
        {
            return Some(bytes.to_vec());
        }
        if let Some(commit) = &self.commit {
            return commit.read(path);
        }
        let mut bytes = Vec::new();
        let len = disk::read_file(&disk::to_disk(self.root, path)?, disk::Reading::Unknown, &mut bytes).ok()?;
        bytes.truncate(len);
        Some(bytes)
    }
}
