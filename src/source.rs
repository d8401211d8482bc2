//! What is checked: bytes with a path. A file, standard input, an editor buffer and a git blob are all
//! just a source. Knows nothing of where the bytes came from.

use crate::repo_path::RepoPath;

/// Bytes to be read, under the path that reports will show.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Path relative to the root.
    pub path: &'a RepoPath,
    /// The bytes as stored.
    pub bytes: &'a [u8],
}
