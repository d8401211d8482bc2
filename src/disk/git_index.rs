//! Which files git tracks, read from its index file. Knows index versions 2 to 4 (gitformat-index); runs no process, so
//! no configuration of a hostile repository is obeyed.

use super::read::{Reading, read_file};
use crate::repo_path::RepoPath;
use std::path::{Path, PathBuf};

/// What git tracks under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
}

/// Tracked files and links, relative to the work tree, in byte order.
///
/// # Errors
/// In words, when the index is there but cannot be understood. Without an index, nothing is tracked.
pub fn tracked(work_tree: &Path) -> Result<Vec<(RepoPath, Tracked)>, String> {
    let Some(git) = git_folder(work_tree) else { return Ok(Vec::new()) };
    let index = git.join("index");
    if index.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
        return Ok(Vec::new());
    }
    let mut bytes = Vec::new();
    match read_file(&index, Reading::Unknown, &mut bytes) {
        Ok(len) => bytes.truncate(len),
        Err(error) => return Err(format!("the git index {}", error.explain().0)),
    }
    // Object ids have 20 bytes, in SHA-256 repositories 32; only one of the two lengths fits the whole file.
    parse(&bytes, 20)
        .or_else(|first| parse(&bytes, 32).map_err(|second| if first == CUT { second } else { first }))
        .map_err(str::to_owned)
}

/// `.git` is a folder, or a file that names one (linked work trees, submodules).
fn git_folder(work_tree: &Path) -> Option<PathBuf> {
    let git = work_tree.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let mut bytes = Vec::new();
    let len = read_file(&git, Reading::Unknown, &mut bytes).ok()?;
    let text = std::str::from_utf8(bytes.get(..len.min(MAX_LINK))?).ok()?;
    Some(work_tree.join(text.strip_prefix("gitdir:")?.trim()))
}

/// A file that names a git folder is one line.
const MAX_LINK: usize = 8 << 10;

const CUT: &str = "the git index is cut short";

fn parse(bytes: &[u8], id: usize) -> Result<Vec<(RepoPath, Tracked)>, &'static str> {
    if bytes.get(..4) != Some(b"DIRC") {
        return Err("the git index has an unknown form");
    }
    let version = number(bytes, 4, 4)?;
    let count = number(bytes, 8, 4)?;
    if !(2..=4).contains(&version) {
        return Err("the git index has an unknown version");
    }
    let mut at = 12;
    let mut path: Vec<u8> = Vec::new();
    let mut paths = Vec::with_capacity(count.min(1 << 20));
    for _ in 0..count {
        let start = at;
        let mode = number(bytes, start + 24, 4)?;
        let flags = number(bytes, start + 40 + id, 2)?;
        at = start + 42 + id + if flags & 0x4000 != 0 { 2 } else { 0 };
        if version == 4 {
            let drop = offset(bytes, &mut at)?;
            path.truncate(path.len().checked_sub(drop).ok_or(CUT)?);
        } else {
            path.clear();
        }
        let name = bytes.get(at..).ok_or(CUT)?;
        let len = memchr::memchr(0, name).ok_or(CUT)?;
        path.extend_from_slice(name.get(..len).ok_or(CUT)?);
        at += len + 1;
        if version < 4 {
            at = start + (at - start).next_multiple_of(8);
        }
        let kind = match mode & 0o170_000 {
            0o100_000 => Tracked::File,
            0o120_000 => Tracked::Link,
            // Submodules (0160000) are work trees of their own.
            _ => continue,
        };
        paths.push((RepoPath::from_bytes(&path), kind));
    }
    extensions(bytes, at, id)?;
    paths.dedup_by(|a, b| a.0 == b.0);
    Ok(paths)
}

/// Walks the extensions up to the checksum, which proves that the entries were cut right. A split index keeps entries
/// elsewhere.
fn extensions(bytes: &[u8], mut at: usize, id: usize) -> Result<(), &'static str> {
    let end = bytes.len().checked_sub(id).ok_or(CUT)?;
    while at < end {
        let name = bytes.get(at..at + 4).ok_or(CUT)?;
        if name == b"link" {
            return Err("the git index is split over two files (`git update-index --no-split-index` joins them)");
        }
        at += 8 + number(bytes, at + 4, 4)?;
    }
    if at == end { Ok(()) } else { Err(CUT) }
}

fn number(bytes: &[u8], at: usize, len: usize) -> Result<usize, &'static str> {
    let digits = bytes.get(at..at + len).ok_or(CUT)?;
    Ok(digits.iter().fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

/// The variable-length number of index version 4.
fn offset(bytes: &[u8], at: &mut usize) -> Result<usize, &'static str> {
    let mut value = 0_usize;
    for step in 0..5 {
        let byte = *bytes.get(*at).ok_or(CUT)?;
        *at += 1;
        value = if step == 0 { usize::from(byte & 0x7F) } else { ((value + 1) << 7) | usize::from(byte & 0x7F) };
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(CUT)
}
