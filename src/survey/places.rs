//! What a first policy says of folders: where modules start, and what is left out. Knows how policies are written; must not
//! know rules.

use super::draft::count;
use super::layout::Suggested;
use super::scalar::{glob, scalar};
use crate::repo_path::RepoPath;
use std::fmt::Write as _;

/// The key `python`, where there is something to say: the target, further roots, renamed packages.
pub(super) fn python(suggested: &Suggested, has_src: bool, is_explained: bool, text: &mut String) {
    let roots: Vec<String> = suggested.roots.iter().filter_map(|(root, _)| folder(root)).collect();
    let packages: Vec<(String, &str, usize)> = suggested
        .packages
        .iter()
        .filter_map(|(path, name, files)| Some((folder(path)?, name.as_str(), *files)))
        .collect();
    if suggested.target.is_none() && roots.is_empty() && packages.is_empty() {
        return;
    }
    text.push_str("\npython:\n");
    if let Some(((major, minor), manifest)) = suggested.target {
        let why = if is_explained { format!(" # the oldest known one that {manifest} admits") } else { String::new() };
        let _ = writeln!(text, "  target: \"{major}.{minor}\"{why}");
    }
    if !roots.is_empty() {
        let usual = if has_src { "., src" } else { "." };
        let why = if is_explained { " # where first-party modules start" } else { "" };
        let _ = writeln!(text, "  roots: [{usual}, {}]{why}", roots.join(", "));
    }
    if !packages.is_empty() {
        let why = if is_explained { " # folders whose import name differs from their path" } else { "" };
        let _ = writeln!(text, "  packages:{why}");
        for (path, name, files) in packages {
            let why = if is_explained { format!(" # in {}", count(files, "file", "files")) } else { String::new() };
            let _ = writeln!(text, "    {path}: {}{why}", scalar(name));
        }
    }
}

/// A folder as `python` takes it: a path, no glob.
fn folder(path: &RepoPath) -> Option<String> {
    glob(path, false).map(|_| scalar(std::str::from_utf8(path.as_bytes()).unwrap_or_default()))
}

/// Folders that a first policy leaves out, as patterns, and how many files of Python each holds.
#[must_use]
pub fn excluded(suggested: &Suggested) -> Vec<(String, usize)> {
    suggested.vendored.iter().filter_map(|(path, files)| Some((glob(path, true)?, *files))).collect()
}

/// The key `exclude`, where there is something to leave out; what may be the project's own is there to be uncommented.
pub(super) fn exclude(suggested: &Suggested, is_explained: bool, text: &mut String) {
    let globs = excluded(suggested);
    let own = suggested.maybe_own.iter().filter_map(|(path, files, users)| Some((glob(path, true)?, *files, *users)));
    let own: Vec<(String, usize, usize)> = if is_explained { own.collect() } else { Vec::new() };
    if globs.is_empty() && own.is_empty() {
        return;
    }
    let mark = if globs.is_empty() { "# " } else { "" };
    let _ = writeln!(text, "\n{mark}exclude:");
    for (glob, files) in &globs {
        let files = count(*files, "file", "files");
        let why = if is_explained { format!(" # code of others: {files}") } else { String::new() };
        let _ = writeln!(text, "  - {glob}{why}");
    }
    for (glob, files, users) in own {
        let users = if users == 1 { "1 file imports".to_owned() } else { format!("{users} files import") };
        let files = count(files, "file", "files");
        let own = if globs.is_empty() { "#   - " } else { "  # - " };
        let _ = writeln!(text, "{own}{glob} # where it is the code of others: {files}; {users} it by name");
    }
}
