//! How paths are spelt in outputs. Knows three bases: the root, the working folder, and the top of the git work tree.
//! Must not touch the disk.

use crate::repo_path::RepoPath;
use std::path::{Component, Path};

/// Where a report's paths are told from.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// Segments of the root below the deepest folder that it shares with the working folder, and how many steps the
    /// working folder lies below that.
    from_working: (Vec<Vec<u8>>, usize),
    /// The working folder relative to the root, when it lies beneath.
    working: Option<RepoPath>,
    /// The root relative to the top of the work tree.
    below_top: RepoPath,
}

impl Paths {
    /// All three are absolute; without a work tree the root stands for its top.
    #[must_use]
    pub fn new(root: &Path, working: &Path, work_tree: Option<&Path>) -> Self {
        let segments = |path: &Path| -> Vec<Vec<u8>> {
            path.components()
                .filter(|part| !matches!(part, Component::RootDir | Component::CurDir))
                .map(|part| part.as_os_str().as_encoded_bytes().to_vec())
                .collect()
        };
        let (root_parts, working_parts) = (segments(root), segments(working));
        let shared = root_parts.iter().zip(&working_parts).take_while(|(a, b)| a == b).count();
        let below_top = work_tree.and_then(|top| root.strip_prefix(top).ok()).map(RepoPath::from_relative);
        Self {
            from_working: (root_parts.get(shared..).unwrap_or_default().to_vec(), working_parts.len() - shared),
            working: working.strip_prefix(root).ok().map(RepoPath::from_relative),
            below_top: below_top.unwrap_or_default(),
        }
    }

    /// Relative to the root.
    #[must_use]
    pub fn root(&self, path: &RepoPath) -> String {
        path.to_string()
    }

    /// Relative to the working folder.
    #[must_use]
    pub fn working(&self, path: &RepoPath) -> String {
        if is_outside(path) {
            return path.to_string();
        }
        if let Some(below) = self.working.as_ref().and_then(|working| path.strip_folder(working))
            && !below.is_empty()
        {
            return RepoPath::from_bytes(below).to_string();
        }
        let (down, up) = &self.from_working;
        let mut steps = *up;
        let mut parts: Vec<&[u8]> = down.iter().map(Vec::as_slice).collect();
        parts.extend(path.segments());
        // A working folder beneath the root may share folders with the path.
        if let Some(working) = &self.working {
            let shared = working.segments().zip(path.segments()).take_while(|(a, b)| a == b).count();
            steps -= shared.min(steps);
            parts = path.segments().skip(shared).collect();
        }
        let below = parts.iter().fold(RepoPath::default(), |path, part| path.join(part));
        format!("{}{below}", "../".repeat(steps))
    }

    /// Relative to the top of the work tree.
    #[must_use]
    pub fn top(&self, path: &RepoPath) -> String {
        self.top_path(path).as_ref().unwrap_or(path).to_string()
    }

    /// The same with all bytes kept; `None` for a path that lies outside of the root.
    #[must_use]
    pub fn top_path(&self, path: &RepoPath) -> Option<RepoPath> {
        (!is_outside(path)).then(|| path.segments().fold(self.below_top.clone(), |path, part| path.join(part)))
    }
}

/// Whether a path keeps the whole spelling by which it lies outside of the root, as a policy may. Only Windows has drives:
/// elsewhere `c:` may begin the name of a file.
fn is_outside(path: &RepoPath) -> bool {
    match path.as_bytes() {
        [b'/', ..] => true,
        [drive, b':', b'/' | b'\\', ..] => cfg!(windows) && drive.is_ascii_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_bases() {
        let file = RepoPath::from_bytes(b"apps/api/x.py");
        let paths = |working: &str| Paths::new(Path::new("/w/repo"), Path::new(working), Some(Path::new("/w")));
        assert_eq!(paths("/w/repo").working(&file), "apps/api/x.py");
        assert_eq!(paths("/w/repo/apps").working(&file), "api/x.py");
        assert_eq!(paths("/w/repo/apps/ai").working(&file), "../api/x.py");
        assert_eq!(paths("/w").working(&file), "repo/apps/api/x.py");
        assert_eq!(paths("/w/other").working(&file), "../repo/apps/api/x.py");
        assert_eq!(paths("/w").top(&file), "repo/apps/api/x.py");
        assert_eq!(paths("/w").top(&RepoPath::from_bytes(b"a:b.py")), "repo/a:b.py");
        let drive = if cfg!(windows) { "C:/x/policy.yaml" } else { "repo/C:/x/policy.yaml" };
        assert_eq!(paths("/w").top(&RepoPath::from_bytes(b"C:/x/policy.yaml")), drive);
    }
}
