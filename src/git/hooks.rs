//! Where git keeps the hooks of a clone. Knows `core.hooksPath` (git-config(1)) and reads it only: none is ever run.

use super::command::{Git, GitError};
use std::path::PathBuf;

/// The folder of hooks.
///
/// # Errors
/// When git cannot tell.
pub fn hooks_folder(git: &Git) -> Result<PathBuf, GitError> {
    // This program switches hooks off on the command line, so that the settings of files are asked for.
    let asked = git.ask(&["config", "--show-scope", "--null", "--type=path", "--get-all", "core.hooksPath"])?;
    let mut parts = asked.out.split(|&b| b == 0).map(String::from_utf8_lossy);
    let mut set = None;
    while let (Some(scope), Some(value)) = (parts.next(), parts.next()) {
        if scope != "command" {
            set = Some(value.into_owned());
        }
    }
    if let Some(path) = set.filter(|path| !path.is_empty()) {
        // A relative path starts where hooks run, which is the top of the work tree.
        return Ok(git.top().join(path));
    }
    let common = git.run(&["rev-parse", "--git-common-dir"])?;
    let common = String::from_utf8_lossy(&common).trim_end_matches(['\n', '\r']).to_owned();
    Ok(git.top().join(common).join("hooks"))
}
