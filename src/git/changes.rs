//! What changed between two states. Knows git's raw diff format (git-diff(1), "Raw output format"); must not know files on disk.

use super::command::{Git, GitError};
use super::revisions::Revision;
use crate::repo_path::RepoPath;

/// A file on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Where, from the top of the work tree.
    pub path: RepoPath,
    /// Its kind and rights, as git keeps them: `0o100644`, `0o120000` for a link, `0o160000` for a submodule.
    pub mode: u32,
    /// The blob; `None` where only the disk has it.
    pub id: Option<String>,
}

/// A file that was added, changed, removed or renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub old: Option<Version>,
    /// After.
    pub new: Option<Version>,
}

impl Change {
    /// Whether it is the same file under another name.
    #[must_use]
    pub fn is_rename(&self) -> bool {
        matches!((&self.old, &self.new), (Some(old), Some(new)) if old.path != new.path)
    }
}

/// How every comparison is asked for: raw, whole, with renames, and with nothing that the repository could add.
const FORM: [&str; 9] = [
    "-r",
    "--raw",
    "-z",
    "--no-abbrev",
    "-M",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=none",
];

/// What changed from one commit to another.
///
/// # Errors
/// When git cannot tell.
pub fn between_commits(git: &Git, old: &Revision, new: &Revision) -> Result<Vec<Change>, GitError> {
    compare(git, &["diff-tree"], &[&old.id, &new.id])
}

/// What changed from a commit to the index.
///
/// # Errors
/// When git cannot tell, or the index holds conflicts.
pub fn staged(git: &Git, old: &Revision) -> Result<Vec<Change>, GitError> {
    compare(git, &["diff-index", "--cached"], &[&old.id])
}

fn compare(git: &Git, command: &[&str], sides: &[&str]) -> Result<Vec<Change>, GitError> {
    let arguments = [command, &FORM, &["--end-of-options"], sides].concat();
    parse(&git.run(&arguments)?)
}

/// Reads `:old-mode new-mode old-id new-id STATUS NUL path NUL [path NUL]`.
fn parse(raw: &[u8]) -> Result<Vec<Change>, GitError> {
    let broken = || GitError::new("git's list of changes cannot be understood", "use a newer git");
    let mut changes = Vec::new();
    let mut parts = raw.split(|&b| b == 0);
    while let Some(head) = parts.next().filter(|head| !head.is_empty()) {
        let head = std::str::from_utf8(head).ok().and_then(|head| head.strip_prefix(':')).ok_or_else(broken)?;
        let mut fields = head.split(' ');
        let mut field = || fields.next().ok_or_else(broken);
        let (old_mode, new_mode) = (mode(field()?), mode(field()?));
        let (old_id, new_id) = (id(field()?), id(field()?));
        let status = field()?;
        let path = RepoPath::from_bytes(parts.next().ok_or_else(broken)?);
        let second = match status.as_bytes().first() {
            Some(b'R' | b'C') => Some(RepoPath::from_bytes(parts.next().ok_or_else(broken)?)),
            Some(b'U') => {
                let help = "resolve the conflicts and `git add` the files";
                return Err(GitError::new(format!("`{path}` has conflicts in the index"), help));
            }
            _ => None,
        };
        let is_copy = status.starts_with('C');
        let new_path = second.unwrap_or_else(|| path.clone());
        let old = (old_mode != 0 && !is_copy).then_some(Version { path, mode: old_mode, id: old_id });
        let new = (new_mode != 0).then_some(Version { path: new_path, mode: new_mode, id: new_id });
        changes.push(Change { old, new });
    }
    Ok(changes)
}

fn mode(text: &str) -> u32 {
    u32::from_str_radix(text, 8).unwrap_or_default()
}

/// An id of zeros alone means that nobody knows it yet.
fn id(text: &str) -> Option<String> {
    (!text.bytes().all(|b| b == b'0')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_have_two_paths_and_conflicts_no_answer() {
        let raw = b":100644 100644 aa bb R087\0old.py\0new.py\0:000000 100755 0000 cc A\0x\ny.py\0:100644 000000 dd 0000 D\0gone.py\0";
        let changes = parse(raw).unwrap();
        assert_eq!(changes.len(), 3);
        assert!(changes[0].is_rename());
        assert_eq!(changes[1].new.as_ref().unwrap().path.to_string(), "x\ny.py");
        assert_eq!(changes[1].old, None);
        assert_eq!(changes[2].new, None);
        assert!(parse(b":100644 000000 dd 0000 U\0a.py\0").unwrap_err().what.contains("conflicts"));
        assert!(parse(b"junk\0").is_err());
    }
}
