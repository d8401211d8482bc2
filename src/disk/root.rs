//! Where the root is and which policy holds. Knows the search order; must not read the policy.

use std::path::{Component, Path, PathBuf};

/// Names under which a policy is found by itself.
pub const POLICY_NAMES: [&str; 2] = ["policy.yaml", ".policy.yaml"];

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `--root`.
    pub root: Option<PathBuf>,
    /// `--policy`.
    pub policy: Option<PathBuf>,
    /// The first path, made absolute; the working folder by default.
    pub first: PathBuf,
}

/// Where the root is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The root, absolute.
    pub root: PathBuf,
    /// The policy file, absolute; `None` when none was asked for and none is there.
    pub policy: Option<PathBuf>,
    /// The top of the git work tree around the root.
    pub work_tree: Option<PathBuf>,
}

/// Why there is no root or no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceError {
    /// A path that does not exist.
    Missing(PathBuf),
    /// `--root` names something that is no folder.
    NoFolder(PathBuf),
    /// Two policy files in one folder.
    TwoPolicies(PathBuf),
}

/// Finds root and policy.
///
/// # Errors
/// When a named path does not exist, or a folder holds two policies.
pub fn locate(request: &Request) -> Result<Place, PlaceError> {
    let first = &request.first;
    let meta = std::fs::symlink_metadata(first).map_err(|_| PlaceError::Missing(first.clone()))?;
    let start = if meta.is_dir() { first.clone() } else { first.parent().unwrap_or(first).to_path_buf() };
    let work_tree = work_tree(&start);
    if let Some(root) = &request.root {
        if !root.is_dir() {
            return Err(PlaceError::NoFolder(root.clone()));
        }
        let policy = match &request.policy {
            Some(policy) => Some(existing(policy)?),
            None => policy_in(root)?,
        };
        return Ok(Place { work_tree: self::work_tree(root), root: root.clone(), policy });
    }
    if let Some(policy) = &request.policy {
        let policy = existing(policy)?;
        let root = work_tree.clone().unwrap_or(start);
        return Ok(Place { root, policy: Some(policy), work_tree });
    }
    let mut found: Option<(PathBuf, PathBuf)> = None;
    for folder in start.ancestors() {
        if let Some(policy) = policy_in(folder)? {
            found = Some((folder.to_path_buf(), policy));
            if work_tree.is_none() {
                break;
            }
        }
        if work_tree.as_deref() == Some(folder) {
            break;
        }
    }
    Ok(match found {
        Some((root, policy)) => Place { root, policy: Some(policy), work_tree },
        None => Place { root: work_tree.clone().unwrap_or(start), policy: None, work_tree },
    })
}

fn existing(path: &Path) -> Result<PathBuf, PlaceError> {
    if path.exists() { Ok(path.to_path_buf()) } else { Err(PlaceError::Missing(path.to_path_buf())) }
}

fn policy_in(folder: &Path) -> Result<Option<PathBuf>, PlaceError> {
    let mut there = POLICY_NAMES.iter().map(|name| folder.join(name)).filter(|path| path.symlink_metadata().is_ok());
    let first = there.next();
    if there.next().is_some() {
        return Err(PlaceError::TwoPolicies(folder.to_path_buf()));
    }
    Ok(first)
}

/// How to reach `root` from the working folder: relative if it lies there or beneath, which makes every path shorter for
/// the system to look up.
#[must_use]
pub fn nearby(root: &Path, working: &Path) -> PathBuf {
    match root.strip_prefix(working) {
        Ok(below) => Path::new(".").join(below),
        Err(_) => root.to_path_buf(),
    }
}

/// The nearest folder that git calls a work tree.
#[must_use]
pub fn work_tree(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()).map(Path::to_path_buf)
}

/// An absolute path without `.` and `..`, links left alone.
#[must_use]
pub fn absolute(working: &Path, path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in working.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}
