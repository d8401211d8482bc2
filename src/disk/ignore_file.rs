//! `.gitignore` files: which hold where, and what they hide (gitignore(5)). The only file that names the crate for them.
//! Global and info excludes are never read: the answer must not depend on the machine.

use super::root::work_tree;
use crate::problem::{Problem, ProblemKind};
use crate::repo_path::RepoPath;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
use std::sync::Arc;

const NAME: &str = ".gitignore";

/// An ignore file longer than this, in bytes, is not obeyed: building its matcher could take minutes.
const MAX_BYTES: u64 = 1 << 20;

/// An ignore file and those above it.
pub(super) struct Chain {
    own: Gitignore,
    above: Option<Arc<Chain>>,
}

impl Chain {
    /// Whether a path on disk is hidden. The file nearest to it decides first.
    #[must_use]
    pub(super) fn hides(&self, disk: &Path, is_folder: bool) -> bool {
        let mut link = Some(self);
        while let Some(chain) = link {
            match chain.own.matched(disk, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => link = chain.above.as_deref(),
            }
        }
        false
    }
}

/// Reads the ignore file of a folder and puts it in front of those above.
///
/// # Errors
/// When it could block or blow up the walk; then nothing beneath its folder can be told apart.
pub(super) fn read(folder: &Path, path: &RepoPath, above: Option<Arc<Chain>>) -> Result<Option<Arc<Chain>>, Problem> {
    let file = folder.join(NAME);
    let Ok(meta) = file.symlink_metadata() else { return Ok(above) };
    // Git does not obey a link.
    let trouble = if meta.is_dir() || meta.is_symlink() {
        return Ok(above);
    } else if !meta.is_file() {
        "is no regular file"
    } else if meta.len() > MAX_BYTES {
        "is longer than 1 MiB"
    } else {
        let mut builder = GitignoreBuilder::new(folder);
        let bytes = std::fs::read(&file).unwrap_or_default();
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        for line in bytes.split(|&b| b == b'\n').filter_map(pattern) {
            // A line that is no pattern hides nothing, as for git.
            let _ = builder.add_line(None, &line);
        }
        return Ok(match builder.build() {
            Ok(own) if !own.is_empty() => Some(Arc::new(Chain { own, above })),
            _ => above,
        });
    };
    Err(Problem::new(
        ProblemKind::Limit,
        Some(path.join(NAME.as_bytes())),
        format!("this ignore file {trouble}, so its folder was not entered"),
        "remove or shorten the file",
    ))
}

/// A line as the crate reads it. Where the crate would hide more than git does, the line is rewritten or left out.
fn pattern(line: &[u8]) -> Option<String> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = std::str::from_utf8(line).ok()?;
    // Git takes trailing tabs for part of the name, and a trailing backslash or a lone `!` for no pattern at all.
    if line.ends_with('\t') || (line.ends_with('\\') && !line.ends_with("\\\\")) || line == "!" {
        return None;
    }
    // Braces are alternatives for the crate, but letters for git.
    let mut pattern = String::with_capacity(line.len() + 4);
    let (mut escaped, mut in_class) = (false, false);
    for c in line.chars() {
        if matches!(c, '{' | '}') && !escaped && !in_class {
            pattern.push('\\');
        }
        match c {
            '[' if !escaped => in_class = true,
            ']' if !escaped => in_class = false,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        pattern.push(c);
    }
    Some(pattern)
}

/// The ignore files between the top of the work tree and the root, without the root's own.
#[must_use]
pub(super) fn above(root: &Path, top: Option<&Path>) -> Option<Arc<Chain>> {
    let top = top.filter(|top| root.starts_with(top) && *top != root && work_tree(root).as_deref() == Some(*top))?;
    let mut folders: Vec<&Path> = root.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
    folders.reverse();
    let mut chain = None;
    for folder in folders {
        // Trouble above the root is not the root's: such a file is not obeyed, which only checks more.
        chain = read(folder, &RepoPath::default(), chain.clone()).unwrap_or(chain);
    }
    chain
}
