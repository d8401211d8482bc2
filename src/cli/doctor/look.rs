//! Gathers what `policy doctor` looks at. Knows where files lie on disk and what git tracks; must not know what is good or bad.

use crate::cli::change::history::under;
use crate::cli::code_owners;
use crate::cli::ratchet::Loaded;
use crate::disk::git_index;
use crate::disk::{Place, Reading, read_file, to_disk};
use crate::doctor::{File, Installed, Seen, Workflow};
use crate::git::{Git, hooks_folder};
use crate::owners::PLACES;
use crate::policy::Policy;
use crate::repo_path::RepoPath;
use crate::report::Report;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// At most so many workflows are read.
const MOST_WORKFLOWS: usize = 500;

/// Looks.
#[must_use]
pub(super) fn look<'s>(
    place: &Place,
    policy: &'s Policy,
    baseline: Option<&Loaded>,
    report: &'s Report,
    today: Date,
) -> Seen<'s> {
    let top = place.work_tree.as_deref().unwrap_or(&place.root);
    let below = place.root.strip_prefix(top).map(RepoPath::from_relative).unwrap_or_default();
    let inside = |path: &RepoPath| (!path.as_bytes().starts_with(b"/")).then(|| under(&below, path));
    let policy_files = policy.sources().filter(|source| !source.is_pack).filter_map(|source| inside(&source.path));
    let policy_files: Vec<RepoPath> = policy_files.collect();
    let tracked = match &place.work_tree {
        None => Err("this is no git work tree".to_owned()),
        Some(top) => git_index::entries(top, None)
            .map(|entries| entries.into_iter().map(|entry| entry.path).collect::<BTreeSet<RepoPath>>()),
    };
    let workflows = workflows(top);
    let folders: BTreeSet<RepoPath> = workflows.iter().flat_map(Workflow::local_actions).collect();
    let actions = folders.into_iter().filter_map(|folder| Some((folder.clone(), action(top, &folder)?))).collect();
    let path = |place: &str| RepoPath::from_bytes(place.as_bytes());
    let places = || PLACES.iter().map(|(place, _)| path(place));
    let owners_trouble = places().find_map(|place| {
        let file = to_disk(top, &place).filter(|file| file.symlink_metadata().is_ok())?;
        own(top, &file).err().map(|why| (place, why))
    });
    let owners = code_owners::read(&code_owners::on_disk(top)).filter(|_| owners_trouble.is_none());
    let owners = owners.and_then(|owners| Some((places().find(|path| is_file(top, path))?, owners)));
    Seen {
        policy,
        policy_files,
        baseline: baseline.and_then(|own| inside(&own.path)),
        tracked,
        workflows,
        actions,
        gitlab: file(top, ".gitlab-ci.yml"),
        owners,
        owners_trouble,
        pre_commit: file(top, ".pre-commit-config.yaml"),
        installed: installed(place.work_tree.as_deref()),
        report,
        today,
        below,
    }
}

fn is_file(top: &Path, path: &RepoPath) -> bool {
    to_disk(top, path).is_some_and(|file| file.is_file())
}

fn content(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let len = read_file(file, Reading::Unknown, &mut bytes).map_err(|error| error.explain().0)?;
    bytes.truncate(len);
    Ok(bytes)
}

/// What is in a file of the work tree; links out of it are not followed.
fn own(top: &Path, file: &Path) -> Result<Vec<u8>, String> {
    let real =
        |path: &Path| path.canonicalize().map_err(|error| format!("cannot be read: {}", crate::disk::plain(&error)));
    if !real(file)?.starts_with(real(top)?) {
        return Err("is a link out of the work tree, which is not read".to_owned());
    }
    content(file)
}

/// A file, where it is there.
fn file(top: &Path, name: &str) -> Option<File> {
    let file = top.join(name);
    file.symlink_metadata().ok()?;
    Some(File { path: RepoPath::from_bytes(name.as_bytes()), content: own(top, &file) })
}

/// GitHub's workflows, in the order of their names.
fn workflows(top: &Path) -> Vec<Workflow> {
    let folder = top.join(".github").join("workflows");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            let path = RepoPath::from_bytes(b".github/workflows");
            return vec![Workflow::read(path, &Err(format!("cannot be read: {}", crate::disk::plain(&error))))];
        }
    };
    let mut found: BTreeMap<RepoPath, PathBuf> = BTreeMap::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.ends_with(b".yml") || name.ends_with(b".yaml") {
            let path = RepoPath::from_bytes(b".github/workflows").join(name);
            found.insert(path, entry.path());
        }
    }
    found.into_iter().take(MOST_WORKFLOWS).map(|(path, file)| Workflow::read(path, &own(top, &file))).collect()
}

/// An action of one's own.
fn action(top: &Path, folder: &RepoPath) -> Option<Workflow> {
    let names = [&b"action.yml"[..], b"action.yaml"];
    let is_there = |path: &RepoPath| to_disk(top, path).is_some_and(|file| file.symlink_metadata().is_ok());
    let path = names.into_iter().map(|name| folder.join(name)).find(is_there)?;
    Some(Workflow::read(path.clone(), &own(top, &to_disk(top, &path)?)))
}

/// What git would run before a commit.
fn installed(work_tree: Option<&Path>) -> Installed {
    let Some(top) = work_tree else { return Installed::Unknown("this is no git work tree".to_owned()) };
    let folder = match hooks_folder(&Git::at(top)) {
        Ok(folder) => folder,
        Err(error) => return Installed::Unknown(error.what),
    };
    match content(&folder.join("pre-commit")) {
        Ok(bytes) => Installed::Script(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) if folder.join("pre-commit").symlink_metadata().is_err() => Installed::Nothing,
        Err(why) => Installed::Unknown(format!("git's hook before a commit {why}")),
    }
}
