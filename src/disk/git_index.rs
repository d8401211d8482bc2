//! Which files git tracks, read from its index file. Knows index versions 2 to 4 (gitformat-index); runs no process, so
//! no configuration of a hostile repository is obeyed.

use super::read::{Reading, read_file};
use crate::repo_path::RepoPath;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What git tracks under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracked {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
}

/// An entry of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where, from the top of the work tree.
    pub path: RepoPath,
    /// Its kind and rights: `0o100644`, `0o120000` for a link, `0o160000` for a submodule.
    pub mode: u32,
    /// The blob, as hexadecimal digits.
    id: [u8; 32],
    id_len: usize,
    /// Its length on disk when git last looked, cut to 32 bits.
    pub size: u32,
    /// When its status last changed, as git last saw it: seconds and nanoseconds.
    pub changed: (u32, u32),
    /// When it was last written, as git last saw it: seconds and nanoseconds.
    pub modified: (u32, u32),
    /// Whether it is not meant to be on disk (a sparse checkout).
    pub is_absent: bool,
    /// Whether it was only announced (`git add -N`), so that its blob says nothing.
    pub is_announced: bool,
    /// Whether a merge left it in conflict.
    pub is_conflict: bool,
}

impl Entry {
    /// The blob, as hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        let bytes = self.id.get(..self.id_len).unwrap_or_default();
        bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to memory does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// Tracked files and links, relative to the work tree, in byte order.
///
/// # Errors
/// In words, when the index is there but cannot be understood. Without an index, nothing is tracked.
pub fn tracked(work_tree: &Path) -> Result<Vec<(RepoPath, Tracked)>, String> {
    let kind = |mode: u32| match mode & 0o170_000 {
        0o100_000 => Some(Tracked::File),
        0o120_000 => Some(Tracked::Link),
        // Submodules (0160000) are work trees of their own.
        _ => None,
    };
    let mut tracked: Vec<_> =
        entries(work_tree, None)?.into_iter().filter_map(|entry| Some((entry.path, kind(entry.mode)?))).collect();
    tracked.dedup_by(|a, b| a.0 == b.0);
    Ok(tracked)
}

/// Everything in the index, or in another file of its form, in its order.
///
/// # Errors
/// In words, when it is there but cannot be understood.
pub fn entries(work_tree: &Path, file: Option<&Path>) -> Result<Vec<Entry>, String> {
    let Some(git) = git_folder(work_tree) else { return Ok(Vec::new()) };
    let index = file.map_or_else(|| git.join("index"), |file| work_tree.join(file));
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

/// Where the index lies.
#[must_use]
pub fn index_path(work_tree: &Path) -> Option<PathBuf> {
    Some(git_folder(work_tree)?.join("index"))
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

fn parse(bytes: &[u8], id: usize) -> Result<Vec<Entry>, &'static str> {
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
    let mut found = Vec::with_capacity(count.min(1 << 20));
    for _ in 0..count {
        let start = at;
        let mode = number(bytes, start + 24, 4)?;
        let flags = number(bytes, start + 40 + id, 2)?;
        let is_extended = flags & 0x4000 != 0;
        let further = if is_extended { number(bytes, start + 42 + id, 2)? } else { 0 };
        at = start + 42 + id + if is_extended { 2 } else { 0 };
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
        if mode & 0o170_000 == 0o040_000 {
            return Err("the git index is sparse (`git config index.sparse false`, then `git status`, fills it)");
        }
        let mut own = [0; 32];
        let stored = bytes.get(start + 40..start + 40 + id).ok_or(CUT)?;
        own.get_mut(..id).ok_or(CUT)?.copy_from_slice(stored);
        found.push(Entry {
            path: RepoPath::from_bytes(&path),
            mode: narrow(mode),
            id: own,
            id_len: id,
            size: narrow(number(bytes, start + 36, 4)?),
            changed: (narrow(number(bytes, start, 4)?), narrow(number(bytes, start + 4, 4)?)),
            modified: (narrow(number(bytes, start + 8, 4)?), narrow(number(bytes, start + 12, 4)?)),
            is_absent: further & 0x4000 != 0,
            is_announced: further & 0x2000 != 0,
            is_conflict: flags & 0x3000 != 0,
        });
    }
    extensions(bytes, at, id)?;
    Ok(found)
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

/// Four bytes always fit.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
